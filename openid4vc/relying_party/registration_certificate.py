"""The registration certificate of a relying party: what it may ask, and why.

ETSI TS 119 475 v1.2.1 clause 5.2 (`rc-wrp+jwt`, members, `x5c`) with EUDI ARF 3.0 RPRC_17a (the access certificate
names the same organisation). Two members are ours: `retention` (ISO 8601 duration) and `lawful_basis`.
Knowingly unchecked here: `status` (the caller fetches lists), `registry_uri`, `entitlements`, `certificate_policy`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc import base64url
from openid4vc.errors import FormatError, JoseError, RegistrationError, StatusError, TrustError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.members import Members
from openid4vc.status_list import reference
from openid4vc.status_list.reference import StatusReference
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role, parse_x5c
from openid4vc.vp import claims_path
from openid4vc.vp.claims_path import ClaimsPath

TYP: Final = "rc-wrp+jwt"
# OpenID4VP 1.0 §5.11: the format of an entry of `verifier_info` that carries one (TS 119 472-2).
VERIFIER_INFO_FORMAT: Final = "registration_cert"
CLOCK_SKEW: Final = 60
# At most twelve months; also for one without `exp`, which would otherwise never end.
MAX_LIFE: Final = 366 * 24 * 3600
_LAST_SECOND: Final = 253402300799
_UNTRUSTED: Final = frozenset({"bad_signature", "expired", "not_yet_valid"})
_DURATION: Final = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?")
_LAWFUL_BASIS: Final = re.compile(r"law:[0-9]{1,4}/[0-9]{4}|public_task|consent|contract|secrecy_waiver")


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """Text for people in one language (BCP 47)."""

    lang: str
    value: str


@dataclass(frozen=True, slots=True)
class RegisteredCredential:
    """One kind of credential that may be asked. `claims` None: every claim of it (no `claims` was registered)."""

    format: str
    types: frozenset[str]
    claims: tuple[ClaimsPath, ...] | None


@dataclass(frozen=True, slots=True)
class RegistrationCertificate:
    """A certificate whose signature, time and owner held."""

    sub: str
    name: str
    legal_name: str | None
    country: str | None
    purpose: tuple[LocalizedText, ...]
    srv_description: tuple[LocalizedText, ...]
    credentials: tuple[RegisteredCredential, ...]
    intended_use_id: str | None
    privacy_policy: str | None
    info_uri: str | None
    support_uri: str | None
    registry_uri: str | None
    supervisory_authority: Mapping[str, JsonValue] | None
    retention: str | None
    lawful_basis: str | None
    iat: int
    exp: int | None
    status: StatusReference | None
    text: str

    @property
    def sha256(self) -> str:
        """Base64url SHA-256 of the compact text: what a receipt names it by."""
        return base64url.encode(hashlib.sha256(self.text.encode("ascii")).digest())


def create(claims: Mapping[str, object], *, signer: Signer, x5c: Sequence[str]) -> str:
    """A registration certificate, as a registrar signs it; RegistrationError `registration_invalid` for bad claims."""
    _read(dict(claims), "")
    return jws.create({"typ": TYP, "x5c": list(x5c)}, claims, signer)


def verify(
    text: str, *, anchors: Sequence[Certificate], access_certificate: Certificate, now: int
) -> RegistrationCertificate:
    """A certificate from a request to what may be relied on; `anchors` are those of the role `registrars`.

    RegistrationError `registration_untrusted` for a bad chain or signature, one not yet or no longer valid, or one of
    another organisation than the access certificate's; `registration_invalid` for what is not such a certificate.
    """
    try:
        parsed = jws.parse(text, typ=TYP)
        leaf = chain.verify(parse_x5c(parsed.header.get("x5c")), role=Role.REGISTRAR, anchors=anchors, now=now)
        claims = jws.read_claims(jws.verify(parsed, leaf.public_key))
        jws.check_times(claims, now=now, skew=CLOCK_SKEW)
    except TrustError as error:
        raise RegistrationError("registration_untrusted", error.code) from error
    except (FormatError, JoseError) as error:
        untrusted = error.code in ("bad_signature", "expired", "not_yet_valid")
        raise RegistrationError(
            "registration_untrusted" if untrusted else "registration_invalid", error.code
        ) from error
    registration = _read(claims, text)
    if now > registration.iat + MAX_LIFE:
        raise RegistrationError("registration_untrusted", "older than twelve months")
    if registration.sub != access_certificate.organization_identifier:
        raise RegistrationError("registration_untrusted", "of another organisation")
    return registration


def _read(claims: JsonObject, text: str) -> RegistrationCertificate:
    members = Members(claims, _invalid)
    iat = members.optional_integer("iat", least=0, most=_LAST_SECOND)
    exp = members.optional_integer("exp", least=0, most=_LAST_SECOND)
    if iat is None or not (exp is None or iat < exp <= iat + MAX_LIFE):
        raise _invalid("iat or exp")
    authority = members.object("supervisory_authority").values if "supervisory_authority" in members else None
    credentials = tuple(_credential(member) for member in members.objects("credentials"))
    if not credentials:
        raise _invalid("credentials")
    return RegistrationCertificate(
        sub=members.text("sub"),
        name=members.text("name"),
        legal_name=members.optional_text("sub_ln") or _person(members),
        country=members.optional_text("country"),
        purpose=_texts(members, "purpose", required=True),
        srv_description=_texts(_services(claims), "srv_description", required=False),
        credentials=credentials,
        intended_use_id=members.optional_text("intended_use_id"),
        privacy_policy=members.optional_text("privacy_policy"),
        info_uri=members.optional_text("info_uri"),
        support_uri=members.optional_text("support_uri"),
        registry_uri=members.optional_text("registry_uri"),
        supervisory_authority=authority,
        retention=_matching(members, "retention", _DURATION),
        lawful_basis=_matching(members, "lawful_basis", _LAWFUL_BASIS),
        iat=iat,
        exp=exp,
        status=_status(claims),
        text=text,
    )


def _credential(member: Members) -> RegisteredCredential:
    meta = member.object("meta")
    # OpenID4VP 1.0 B.3.5 and B.2.3: how each format names its types.
    types = meta.texts("vct_values") if "vct_values" in meta else (meta.text("doctype_value"),)
    # Tables 8 and 9 of v1.2.1 spell it `claim`, TS5 and DCQL `claims`. Both are read; one with both says nothing sure.
    spelled = [name for name in ("claim", "claims") if name in member]
    if len(spelled) > 1:
        raise _invalid("both claim and claims")
    if not spelled:
        return RegisteredCredential(member.text("format"), frozenset(types), None)
    paths = tuple(claims_path.parse(claim.values.get("path"), fault=_invalid) for claim in member.objects(spelled[0]))
    return RegisteredCredential(member.text("format"), frozenset(types), paths)


def _texts(members: Members, name: str, *, required: bool) -> tuple[LocalizedText, ...]:
    texts = tuple(LocalizedText(member.text("lang"), member.text("value")) for member in members.objects(name))
    if required and not texts:
        raise _invalid(name)
    return texts


def _services(claims: JsonObject) -> Members:
    """`srv_description` holds one list of texts a service (v1.2.1 table 7); one flat list is read as one service."""
    if "srv_description" not in claims:
        return Members({}, _invalid)
    value = claims["srv_description"]
    if isinstance(value, list) and all(isinstance(item, list) for item in value):
        value = [text for service in value for text in service]
    return Members({"srv_description": value}, _invalid)


def _person(members: Members) -> str | None:
    """`sub_gn` and `sub_fn`: a relying party that is a natural person."""
    return " ".join(part for name in ("sub_gn", "sub_fn") if (part := members.optional_text(name))) or None


def _status(claims: JsonObject) -> StatusReference | None:
    if "status" not in claims:
        return None
    try:
        return reference.parse(claims["status"])
    except StatusError as error:
        raise _invalid("status") from error


def _matching(members: Members, name: str, pattern: re.Pattern[str]) -> str | None:
    value = members.optional_text(name)
    if value is not None and not pattern.fullmatch(value):
        raise _invalid(name)
    return value


def _invalid(detail: str) -> RegistrationError:
    return RegistrationError("registration_invalid", detail)
