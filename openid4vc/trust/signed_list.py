"""A signed list of trusted entities: a compact JAdES signature with the list as its payload.

ETSI TS 119 602 v1.1.1 clause 6.8 and annexes D–I (JAdES baseline B, compact; the subject of the signing certificate is
the scheme operator), 6.3.2 (sequence number), 6.3.14–6.3.15 (issue and next update); ETSI TS 119 182-1 v1.2.1 clauses
5.1 and 5.2 (header), 6.3 (baseline B).

One form is written. Read are also lists with another `typ` or none, without `x5t#S256`, and signed by what else the
caller's policy allows. Not read: signatures that name their certificate only by a digest (there is nowhere to take it
from), detached payloads (`sigD`), anything in `crit`, and the older `sigT` in place of `iat`, which no list can have
conformantly: the standard for lists is younger than the day on which `sigT` ended (TS 119 182-1 5.2.1).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.x509.oid import NameOID

from openid4vc import strict_json
from openid4vc.errors import FormatError, JoseError, TrustError
from openid4vc.jose import jws
from openid4vc.jose.algorithms import Algorithms
from openid4vc.jose.jws import Jws, Signer
from openid4vc.trust import chain, trusted_list
from openid4vc.trust.certificates import Certificate, Role, parse_x5c, x5c
from openid4vc.trust.trusted_list import TrustedList

# As much JSON as an unsigned list may have, in base64url, and a header.
MAX_BYTES: Final = 24 << 20
CLOCK_SKEW: Final = 60
# RFC 7515 §4.1.9 has JOSE for the compact form; what the tools in use write beside that. Case means nothing in a
# media type, and "application/" may be left out.
_TYPES: Final = frozenset({"jose", "jades", "jwt"})
# TS 119 182-1 5.1.6 (x5t: SHA-1), 5.2.8.1 (sigD only with a detached payload), 5.3 (etsiU is never protected).
_FORBIDDEN_MEMBERS: Final = frozenset({"x5t", "sigD", "etsiU"})
_UNTRUSTED: Final = frozenset({"bad_signature", "alg_not_allowed"})


@dataclass(frozen=True, slots=True)
class SignedList:
    """A list whose signature held. `signed_at` is what the signer says; `sha256` is of the whole text."""

    trusted_list: TrustedList
    signer: Certificate
    signed_at: int
    sha256: bytes


def verify(
    text: str, *, anchors: Sequence[Certificate], algorithms: Algorithms, now: int, last: SignedList | None
) -> SignedList:
    """A signed list to what it says; `anchors` are those of the role `lists`.

    `last` is the edition of this list that was accepted before, None where there is none: an older one is refused. One
    past its NextUpdate is refused too, unless it is `last` itself, so that time alone never turns a list that is in
    force into a fault (it vouches for nobody then, which its reader knows from `next_update`).
    TrustError: `trust_list_untrusted` (chain, key, signature, not the scheme operator's), `trust_list_outdated`,
    `trust_list_invalid` for everything that is not such a list.
    """
    try:
        parsed = jws.parse(text, typ=None, max_bytes=MAX_BYTES, algorithms=algorithms)
        signed_at = _check_header(parsed)
        signer = _signer(parsed, anchors=anchors, algorithms=algorithms, now=now)
        raw = jws.verify(parsed, signer.verification_key(algorithms), algorithms=algorithms)
    except (FormatError, JoseError) as error:
        code = "trust_list_untrusted" if error.code in _UNTRUSTED else "trust_list_invalid"
        raise TrustError(code, error.code) from error
    if signed_at > now + CLOCK_SKEW:
        raise TrustError("trust_list_invalid", "signed in the future")
    entries = trusted_list.parse(raw)
    _check_operator(signer, entries)
    accepted = SignedList(entries, signer, signed_at, hashlib.sha256(text.encode()).digest())
    _check_edition(accepted, last, now)
    return accepted


def create(raw: bytes, *, certificates: Sequence[Certificate], signer: Signer, now: int) -> str:
    """A list of `trusted_list.create`, signed; `certificates` is the chain of the scheme operator, leaf first.

    TrustError `trust_list_invalid`, or `trust_list_untrusted` for a certificate that is not the operator's.
    """
    _check_operator(certificates[0], trusted_list.parse(raw))
    header = {"typ": "JOSE", "iat": now, "x5c": x5c(certificates), "x5t#S256": certificates[0].sha256}
    return jws.create(header, strict_json.parse_object(raw, max_bytes=MAX_BYTES), signer)


def _check_header(parsed: Jws[bytes]) -> int:
    """The rules of JAdES for the header; the claimed time of signing. Nothing is trusted yet."""
    header = parsed.header
    if "typ" in header and not _is_list_type(header["typ"]):
        raise JoseError("typ_wrong")
    if not _FORBIDDEN_MEMBERS.isdisjoint(header):
        raise JoseError("jose_header", "a member that JAdES does not allow here")
    # 5.1.11: the claimed time of signing, in whole seconds.
    signed_at = header.get("iat")
    if type(signed_at) is not int or signed_at < 0:
        raise JoseError("jose_header", "iat")
    return signed_at


def _is_list_type(typ: object) -> bool:
    return isinstance(typ, str) and typ.lower().removeprefix("application/") in _TYPES


def _signer(parsed: Jws[bytes], *, anchors: Sequence[Certificate], algorithms: Algorithms, now: int) -> Certificate:
    try:
        certificates = parse_x5c(parsed.header.get("x5c"))
        leaf = chain.verify(certificates, role=Role.LIST, anchors=anchors, now=now, algorithms=algorithms)
    except TrustError as error:
        raise TrustError("trust_list_untrusted", error.code, **error.facts) from error
    # 5.1.7: where the digest is there too, it is of the same certificate.
    if parsed.header.get("x5t#S256", leaf.sha256) != leaf.sha256:
        raise JoseError("jose_header", "x5t#S256")
    return leaf


def _check_operator(signer: Certificate, entries: TrustedList) -> None:
    """TS 119 602 6.8: the subject of the signing certificate is the scheme operator, of the scheme's territory."""
    countries = [value.value for value in signer.x509.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)]
    if signer.organization not in entries.operator_names:
        raise TrustError("trust_list_untrusted", "signed by somebody who is not the scheme operator")
    if entries.territory is not None and countries != [entries.territory]:
        raise TrustError("trust_list_untrusted", "signed in another territory")


def _check_edition(accepted: SignedList, last: SignedList | None, now: int) -> None:
    entries = accepted.trusted_list
    if entries.issued > now + CLOCK_SKEW:
        raise TrustError("trust_list_invalid", "issued in the future")
    if last is not None:
        before = last.trusted_list
        if (entries.sequence, entries.issued) < (before.sequence, before.issued):
            raise TrustError("trust_list_outdated", "older than the one before")
        if accepted.sha256 == last.sha256:
            return
    if now > entries.next_update:
        raise TrustError("trust_list_outdated", "past its NextUpdate", time=entries.next_update)
