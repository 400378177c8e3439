"""A certificate chain from a header to an anchor of the one role it is for.

RFC 5280 §6 (path validation, by `cryptography.x509.verification`), HAIP 1.0 §6.1.1 (no anchor in `x5c`, leaf not
self-signed); the rules on key usage and extended key usage are those of the project's certificate table. Nothing is
ever fetched: AIA, CRL and OCSP addresses in a certificate are not looked at, nor are the operating system's anchors.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from openid4vc.errors import TrustError
from openid4vc.jose.algorithms import ES256_ONLY, Algorithms
from openid4vc.trust.certificates import MAX_CHAIN, Certificate, Role

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_TLS_USAGES: Final = frozenset({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH})


def verify(
    x5c: tuple[Certificate, ...],
    *,
    role: Role,
    anchors: Sequence[Certificate],
    now: int,
    algorithms: Algorithms = ES256_ONLY,
) -> Certificate:
    """The leaf of a chain that leads, in exactly its order and with nothing else in it, to one of `anchors`.

    `anchors` are those of `role` and of no other: that is what keeps one role's certificates out of another.
    `algorithms` say what the leaf's key is for; the authorities above it may use whatever the library holds sound
    (ECDSA on the NIST curves, RSA from 2048 bits, SHA-2).
    TrustError: `x5c_invalid` (anchor inside, shuffled, extra certificate, key not allowed), `cert_self_signed`,
    `cert_expired`, `cert_not_yet_valid` (leaf, intermediate or anchor), `cert_role`, `cert_key_usage`,
    `chain_untrusted` (to nobody known, or a certificate missing between).
    """
    if not 1 <= len(x5c) <= MAX_CHAIN:
        raise TrustError("x5c_invalid", "one to five certificates")
    if not anchors:
        # Never "no anchors, no check".
        raise TrustError("chain_untrusted", f"no anchors for {role}")
    _check_contents(x5c, anchors)
    for certificate in x5c:
        _check_period(certificate, now)
    _check_leaf(x5c[0], role, algorithms)
    for certificate in x5c[1:]:
        if _is_tls_only(certificate):
            raise TrustError("cert_role", "intermediate for TLS only")
    _check_path(x5c, anchors, now)
    return x5c[0]


def _check_contents(x5c: tuple[Certificate, ...], anchors: Sequence[Certificate]) -> None:
    """HAIP 1.0 §6.1.1: the leaf is not self-signed, the anchor is not there, and each one names the next."""
    if x5c[0].x509.subject == x5c[0].x509.issuer:
        raise TrustError("cert_self_signed")
    known = {anchor.der for anchor in anchors}
    if any(certificate.der in known for certificate in x5c):
        raise TrustError("x5c_invalid", "anchor in x5c")
    if any(certificate.x509.subject == certificate.x509.issuer for certificate in x5c[1:]):
        # Somebody's root that is not one of ours; what a token brings along is never an anchor.
        raise TrustError("chain_untrusted", "unknown root in x5c")
    for certificate, issuer in pairwise(x5c):
        if certificate.x509.issuer != issuer.x509.subject:
            raise TrustError("x5c_invalid", "not in order, or more than the chain")


def _check_period(certificate: Certificate, now: int) -> None:
    """RFC 5280 §6.1.3 (a)(2), by itself so that people can be told which of the two it was."""
    if now < certificate.not_before:
        raise TrustError("cert_not_yet_valid", time=certificate.not_before)
    if now > certificate.not_after:
        raise TrustError("cert_expired", time=certificate.not_after)


def _check_leaf(leaf: Certificate, role: Role, algorithms: Algorithms) -> None:
    """What the library leaves to us: the leaf's key, and that it may sign for this role."""
    leaf.verification_key(algorithms)
    constraints = _extension(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise TrustError("cert_role", "a certificate authority is no leaf")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        raise TrustError("cert_key_usage", "no digitalSignature")
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    if role is Role.TLS:
        if extended is None or ExtendedKeyUsageOID.SERVER_AUTH not in extended:
            raise TrustError("cert_role", "no serverAuth")
    elif _is_tls_only(leaf) or (extended is not None and ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in extended):
        # Absent is fine: no purpose has been registered for these roles, so real ones come without.
        raise TrustError("cert_role", "for TLS only, or for anything")


def _check_path(x5c: tuple[Certificate, ...], anchors: Sequence[Certificate], now: int) -> None:
    """RFC 5280 §6 by the library, then that the path it found is the one that was sent."""
    # Leaves need no subjectAltName here and may carry critical extensions that mean nothing to TLS.
    builder = PolicyBuilder().store(Store([anchor.x509 for anchor in anchors])).time(datetime.fromtimestamp(now, UTC))
    builder = builder.extension_policies(ca_policy=_ca_policy(), ee_policy=ExtensionPolicy.permit_all())
    try:
        found = builder.build_client_verifier().verify(x5c[0].x509, [certificate.x509 for certificate in x5c[1:]])
    except VerificationError as error:
        for anchor in anchors:
            if _issued(anchor, x5c[-1]):
                _check_period(anchor, now)
        raise TrustError("chain_untrusted") from error
    if found.chain[:-1] != [certificate.x509 for certificate in x5c]:
        raise TrustError("x5c_invalid", "more than the chain")


def _ca_policy() -> ExtensionPolicy:
    """An authority says that it is one (`cA` itself, path length, names and signatures are the library's own rules).

    `webpki_defaults_ca` also demands key identifiers, which anchors outside the web often lack.
    """
    policy = ExtensionPolicy.permit_all()
    policy = policy.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    return policy.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign_certificates)


def _may_sign_certificates(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("no keyCertSign")


def _issued(anchor: Certificate, certificate: Certificate) -> bool:
    """Whether this anchor's key signed the certificate: only to say why a path was refused, never to accept one."""
    try:
        certificate.x509.verify_directly_issued_by(anchor.x509)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_tls_only(certificate: Certificate) -> bool:
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    return usage is not None and set(usage) <= _TLS_USAGES


def _extension(certificate: Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.x509.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
