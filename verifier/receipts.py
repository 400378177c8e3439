"""The receipt that the wallet gets for an answer: who received what for which purpose, names of claims alone.

A profile of ISO/IEC TS 27560:2023 (openid4vc.receipt), signed by the key that signed the request.
"""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Final

from credential_schemas.purposes import Purpose
from openid4vc import base64url, receipt
from openid4vc.strict_json import JsonObject
from verifier.examination import Examined
from verifier.outcome import VERIFIED
from verifier.service import Asker, Verifier
from web_service.database import Row

_SCHEMA: Final = "tyokyky-receipt/1 (ISO/IEC TS 27560:2023 profile)"
_LANGUAGE: Final = "fi"
# Of an answer that did not help nothing is kept but how it went, and that for a day.
_UNKEPT: Final = "P1D"


def create(verifier: Verifier, asker: Asker, row: Row, examined: Examined, *, now: int) -> tuple[str, str]:
    """(receipt id, signed text) for an answer that ended its request: data went over, whatever came of it."""
    purpose = verifier.purpose(row["purpose"])
    receipt_id = f"rc_{secrets.token_hex(8)}"
    organisation = asker.organisation
    registration = asker.registrations[purpose.id]
    retention = purpose.retention if examined.state == VERIFIED else _UNKEPT
    claims: JsonObject = {
        "schema_version": _SCHEMA,
        "receipt_id": receipt_id,
        "record_id": f"cr_{secrets.token_hex(8)}",
        # Fresh for each answer: nothing here lets two receipts be put together.
        "pii_principal_id": f"pw:{secrets.token_hex(16)}",
        "language": _LANGUAGE,
        "jurisdiction": organisation.country,
        "purpose": purpose.slug,
        "lawful_basis": purpose.lawful_basis,
        "user_approval": True,
        "pii_information": [_information(purpose, query, names) for query, names in examined.presented.items()],
        "pii_controllers": ["p1"],
        "recipient_third_parties": [],
        "storage_locations": [organisation.country],
        "retention_period": retention,
        "privacy_notice": f"{organisation.web}/tietosuoja/{purpose.id}",
        "withdrawal_method": f"wallet withdraw {receipt_id} | {organisation.web}/poisto",
        "intended_use_identifier": purpose.id,
        "presentation_id": base64url.encode(hashlib.sha256(row["nonce"].encode()).digest()),
        "registration_certificate_hash": base64url.encode(hashlib.sha256(registration.encode()).digest()),
        "claims_requested": _requested(purpose, examined, with_customer=row["customer"] is not None),
        "claims_presented": [f"{query}.{name}" for query, names in examined.presented.items() for name in names],
        "parties": [
            {
                "party_id": "p1",
                "party_name": organisation.name,
                "party_address": ", ".join(organisation.address),
                "party_email": organisation.email,
                "party_phone": organisation.phone,
                "party_url": organisation.web,
                "party_role": "controller",
            }
        ],
        "events": [
            {
                "event_type": "given",
                "event_time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "event_state": "active",
                "validity_duration": retention,
            }
        ],
    }
    return receipt_id, receipt.create(claims, signer=asker.access.signer, x5c=asker.access.x5c)


def _information(purpose: Purpose, query: str, names: tuple[str, ...]) -> JsonObject:
    asked = purpose.credential(query)
    return {
        "pii_type": asked.type,
        "pii_attribute_id": list(names),
        "pii_optional": asked.is_optional,
    }


def _requested(purpose: Purpose, examined: Examined, *, with_customer: bool) -> list[str]:
    return [
        f"{query}.{name}"
        for query in examined.presented
        for name in purpose.credential(query).claims(with_customer=with_customer)
    ]
