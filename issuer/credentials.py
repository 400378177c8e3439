"""A document's claims become a signed credential, which is checked like anybody else's before it leaves.

SD-JWT VC; design: `exp` is the earliest of the end of date_of_expiry, twelve months and the certificate's end. Nothing
made here is kept: the credential, its disclosures and its salts exist only in the answer.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from credential_schemas.types import CredentialType, credential_claims
from issuer import document_content, secrets_of_offers
from issuer.dates import end_of_day, months_later, whole_hour
from issuer.document_content import document_key
from issuer.errors import IssuerError
from issuer.service import IssuingOrganisation, Service
from openid4vc import sd_jwt
from openid4vc.errors import IssuanceError, ProtocolError
from openid4vc.sd_jwt import KeyBinding
from openid4vc.sd_jwt_vc import credential
from openid4vc.vci.key_proof import VerifiedProof
from web_service.database import Row

LIFE_MONTHS: Final = 12
_SALTS: Final = sd_jwt.Salts(os.urandom)


@dataclass(frozen=True, slots=True)
class Place:
    """What a copy keeps when it is sent again: its bit, its life, the id for notifications."""

    list: int
    idx: int
    nbf: int
    exp: int
    notification_id: str


async def new_place(service: Service, organisation: IssuingOrganisation, row: Row) -> Place:
    """A fresh place; IssuanceError `credential_denied` when the document has no life left."""
    nbf = whole_hour(service.clock.now())
    exp = _end(organisation, _content(organisation, row), nbf)
    if exp <= service.clock.now():
        raise IssuanceError("credential_denied", "the document has ended", error="credential_request_denied")
    index = await organisation.status_indexes.take()
    return Place(index.list, index.idx, nbf, exp, secrets_of_offers.new_token())


def make(
    service: Service,
    organisation: IssuingOrganisation,
    row: Row,
    proof: VerifiedProof,
    place: Place,
    *,
    now: int,
) -> str:
    """The credential, signed and checked. IssuerError `signing_failed` when what came out is not what went in."""
    credential_type = service.types[row["type"]]
    claims = _content(organisation, row)
    key = organisation.keys.credential
    text = credential.create(
        credential_claims(credential_type, claims),
        vct=credential_type.vct,
        vct_integrity=credential_type.integrity,
        nbf=place.nbf,
        exp=place.exp,
        holder_jwk=proof.jwk,
        status={"uri": organisation.status_lists.uri(place.list), "idx": place.idx},
        x5c=key.x5c,
        signer=key.signer,
        salts=_SALTS,
        digests=credential_type.digests,
    )
    service.counters.signature("credential")
    _check(organisation, credential_type, text, claims, proof, now=now)
    return text


def _check(
    organisation: IssuingOrganisation,
    credential_type: CredentialType,
    text: str,
    claims: Mapping[str, Any],
    proof: VerifiedProof,
    *,
    now: int,
) -> None:
    """Verified with the key in the certificate, not the one that signed: a signer that fails is found here (C-63)."""
    try:
        verified = sd_jwt.verify(
            sd_jwt.parse(text),
            issuer_key=organisation.keys.credential.certificate.public_key,
            key_binding=KeyBinding.forbidden(),
            now=now,
            skew=0,
        )
    except ProtocolError as error:
        raise IssuerError("signing_failed", reason=error.code) from error
    said = {name: value for name, value in verified.claims.items() if name not in credential.PROTOCOL_CLAIMS}
    hidden = {path[0] for path in verified.disclosed}
    allowed = {claim.name for claim in credential_type.claims if claim.sd == "always"}
    if said != dict(claims) or verified.holder_jwk != proof.jwk or hidden != allowed & set(claims):
        raise IssuerError("signing_failed", reason="claims")


def _content(organisation: IssuingOrganisation, row: Row) -> Mapping[str, Any]:
    key = document_key(organisation.keys.data, row)
    return document_content.unseal(key, row["document_id"], row["content"]).claims


def _end(organisation: IssuingOrganisation, claims: Mapping[str, Any], nbf: int) -> int:
    ends = [months_later(nbf, LIFE_MONTHS), organisation.keys.credential.certificate.not_after]
    if "date_of_expiry" in claims:
        ends.append(end_of_day(date.fromisoformat(claims["date_of_expiry"])))
    return whole_hour(min(ends))
