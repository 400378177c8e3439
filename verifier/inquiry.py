"""From a purpose to a request: what a wallet is asked, by whom, under which fresh nonce, state and key.

OpenID4VP 1.0 §5 (request), §5.10 (by reference, signed), §8.2, §8.3.1 (direct_post.jwt); HAIP 1.0 §5.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from credential_schemas import checks
from credential_schemas.errors import CheckError
from credential_schemas.purposes import Purpose, compile_query
from openid4vc import strict_json
from openid4vc.errors import ProtocolError
from openid4vc.jose import jwk
from openid4vc.relying_party.registration_certificate import VERIFIER_INFO_FORMAT
from openid4vc.strict_json import JsonObject
from openid4vc.vp import client_id, invocation, request
from openid4vc.vp.invocation import Invocation
from verifier import identifiers
from verifier.errors import VerifierError
from verifier.examination import IDENTITY_CODE
from verifier.sealing import SealingError, seal, unseal
from verifier.service import Asker, Verifier
from verifier.store import statements
from web_service.database import Row, Transaction

_CASE: Final = re.compile(r"[A-ZÅÄÖ0-9]{2,12}/[0-9]{1,8}/[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks for: nothing but a registered purpose, and whom they expect."""

    asker: Asker
    purpose: Purpose
    customer: str | None
    case_reference: str | None
    created_by: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Created:
    """A request that is waiting for a wallet."""

    id: str
    request_uri: str
    alias: str
    expires_at: int


def check_customer(text: str, purpose: Purpose) -> str:
    """The identity code of the expected customer as a person or a system gave it.

    VerifierError `customer_not_used` for a purpose that compares nobody; `customer_invalid`.
    """
    if not purpose.customer:
        raise VerifierError("customer_not_used", purpose=purpose.id)
    code = text.strip().upper()
    try:
        checks.hetu(code)
    except CheckError:
        raise VerifierError("customer_invalid") from None
    return code


def read_customer(text: str, purpose: Purpose) -> str:
    """`--customer FILE`: the identity code alone, or a JSON object with `personal_administrative_number`."""
    if text.lstrip().startswith("{"):
        try:
            value = strict_json.parse_object(text).get(IDENTITY_CODE)
        except ProtocolError:
            value = None
        if not isinstance(value, str):
            raise VerifierError("customer_invalid")
        text = value
    return check_customer(text, purpose)


def check_case_reference(text: str) -> str | None:
    """The office's own case number, or None where none was given; VerifierError `case_format`."""
    reference = text.strip().upper()
    if not reference:
        return None
    if not _CASE.fullmatch(reference):
        raise VerifierError("case_format")
    return reference


def check_allowed(asker: Asker, purpose: Purpose) -> None:
    """VerifierError `purpose_not_yours` unless the organisation is registered for the purpose."""
    if purpose.id not in asker.registrations:
        raise VerifierError("purpose_not_yours", purpose=purpose.id)


async def create(verifier: Verifier, question: Question, *, public_url: str) -> Created:
    """Write a new request down; nothing about it is reused from any other."""
    check_allowed(question.asker, question.purpose)
    now = verifier.clock.now()
    row = new_row(verifier, question, now=now)

    async def work(tx: Transaction) -> None:
        await tx.run(statements.insert_request, **row)
        await verifier.audit.row(
            tx,
            organisation=question.asker.organisation.id,
            actor=question.created_by,
            action="request.created",
            object_id=row["id"],
            now=now,
            detail={"purpose": question.purpose.id, "customer": int(question.customer is not None)},
        )

    await verifier.database.transaction(work)
    verifier.faults.reach("request.stored")
    return Created(row["id"], invocation_uri(row, question.asker, public_url), row["alias"], row["expires_at"])


def new_row(verifier: Verifier, question: Question, *, now: int) -> dict[str, Any]:
    """A row of its own nonce, state, ids and encryption key: at least 128 bits each, none derived from another."""
    request_id = identifiers.typed()
    record_key, wrapped = verifier.data_key.new_record_key(request_id)
    private_key = generate_private_key(SECP256R1())
    query = compile_query(question.purpose, verifier.types, with_customer=question.customer is not None)
    customer = question.customer
    return {
        "id": request_id,
        "organisation": question.asker.organisation.id,
        "purpose": question.purpose.id,
        "created_by": question.created_by,
        "case_reference": question.case_reference,
        "object_id": identifiers.unguessable(),
        "response_id": identifiers.unguessable(),
        "alias": identifiers.alias(),
        "client_id": question.asker.access.client_id,
        "nonce": identifiers.unguessable(),
        "state_value": identifiers.unguessable(),
        "dcql": json.dumps(query, ensure_ascii=False, separators=(",", ":")),
        "encryption_kid": identifiers.unguessable(),
        "encryption_jwk": json.dumps(jwk.from_public_key(private_key.public_key()), separators=(",", ":")),
        "encryption_key": seal(_private_bytes(private_key), key=record_key, record=f"{request_id} encryption"),
        "wrapped_key": wrapped,
        "customer": None
        if customer is None
        else seal(customer.encode(), key=record_key, record=f"{request_id} customer"),
        "state": "pending",
        "reason": None,
        "last_reason": None,
        "last_issuer": None,
        "rejected": 0,
        "opened_at": None,
        "created_at": now,
        "expires_at": now + question.seconds,
        "ended_at": None,
    }


def customer_of(verifier: Verifier, row: Row) -> str | None:
    """The expected customer's identity code, for comparing and for asking again; SealingError."""
    if row["customer"] is None or row["wrapped_key"] is None:
        return None
    key = verifier.data_key.record_key(row["wrapped_key"], row["id"])
    return unseal(row["customer"], key=key, record=f"{row['id']} customer").decode()


def decryption_key(verifier: Verifier, row: Row) -> EllipticCurvePrivateKey:
    """The private key of one live request; SealingError."""
    key = verifier.data_key.record_key(row["wrapped_key"], row["id"])
    der = unseal(row["encryption_key"], key=key, record=f"{row['id']} encryption")
    private_key = load_der_private_key(der, None)
    if not isinstance(private_key, EllipticCurvePrivateKey):
        raise SealingError
    return private_key


def invocation_uri(row: Mapping[str, Any], asker: Asker, public_url: str) -> str:
    """What the QR code says: openid4vp:// with the request by reference."""
    request_uri = f"{public_url}/{asker.organisation.slug}/request/{row['object_id']}"
    return invocation.create(Invocation(client_id.parse(row["client_id"]), request_uri, "post"))


def request_object(row: Row, asker: Asker, *, public_url: str, now: int, wallet_nonce: str | None) -> str:
    """The signed request of a live row; made anew at each fetch, and the same but for its time and `wallet_nonce`."""
    registration = asker.registrations.get(row["purpose"])
    if registration is None or row["client_id"] != asker.access.client_id:
        # The access key or the registration changed since: nothing that is asked now would be honest.
        raise VerifierError("request_not_found")
    return request.create(
        request_parameters(row, asker, registration, public_url=public_url, now=now, wallet_nonce=wallet_nonce),
        signer=asker.access.signer,
        x5c=asker.access.x5c,
    )


def request_parameters(
    row: Row, asker: Asker, registration: str, *, public_url: str, now: int, wallet_nonce: str | None
) -> JsonObject:
    """OpenID4VP §5.1 with what HAIP pins; `request.create` adds the parameters that never vary."""
    parameters: JsonObject = {
        "client_id": row["client_id"],
        "response_uri": f"{public_url}/{asker.organisation.slug}/response/{row['response_id']}",
        "nonce": row["nonce"],
        "state": row["state_value"],
        "iat": now,
        "exp": row["expires_at"],
        "dcql_query": json.loads(row["dcql"]),
        "client_metadata": request.client_metadata(json.loads(row["encryption_jwk"]), row["encryption_kid"]),
        "verifier_info": [{"format": VERIFIER_INFO_FORMAT, "data": registration}],
    }
    if wallet_nonce is not None:
        parameters["wallet_nonce"] = wallet_nonce
    return parameters


def _private_bytes(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
