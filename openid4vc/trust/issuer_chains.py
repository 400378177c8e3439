"""Protected headers of credentials whose chain was found to lead to a trusted issuer, kept while nothing can change.

One issuer signs many credentials under one header. Reading its certificates and building their path costs several times
what the signature costs, and the answer depends on the text of the header, the trusted issuers and the time alone.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from openid4vc.jose.jws import Jws
from openid4vc.strict_json import JsonObject
from openid4vc.trust.certificates import Certificate, parse_x5c
from openid4vc.trust.issuers import TrustedIssuer, TrustedIssuers, authorised


class IssuerChain(NamedTuple):
    """A header with the certificates of its `x5c`, leaf first, and the leaf's key.

    Nothing says yet that the leaf is anybody's.
    """

    protected: str
    header: JsonObject
    certificates: tuple[Certificate, ...]
    public_key: EllipticCurvePublicKey


class _Vouched(NamedTuple):
    """A chain and the entries above it, from one second until before another."""

    chain: IssuerChain
    entries: tuple[TrustedIssuer, ...]
    since: int
    until: int


class IssuerChains:
    """The trusted issuers, with a bounded memory of the headers that led to them.

    The shell makes one with each load of its trust folder, so that nothing outlives a reload. A header that leads to
    nobody is not remembered: a stranger could fill the memory with them. Times are compared at each use, and the
    signature is nobody's business here.
    """

    def __init__(self, issuers: TrustedIssuers, *, limit: int) -> None:
        self.issuers = issuers
        self._limit = limit
        self._vouched: dict[str, _Vouched] = {}

    @property
    def remembered(self) -> Collection[str]:
        """The protected headers in memory."""
        return self._vouched.keys()

    def read(self, jws: Jws[JsonObject]) -> IssuerChain:
        """The chain that a credential brings along; TrustError `x5c_invalid`."""
        known = self._vouched.get(jws.protected)
        if known is not None:
            return known.chain
        certificates = parse_x5c(jws.header.get("x5c"))
        return IssuerChain(jws.protected, jws.header, certificates, certificates[0].public_key)

    def for_credential(self, chain: IssuerChain, vct: str, now: int) -> tuple[TrustedIssuer, Certificate]:
        """As `TrustedIssuers.for_credential`: the entry that vouches for this chain and this type, with the leaf."""
        known = self._vouched.get(chain.protected)
        if known is None or not known.since <= now < known.until:
            known = self._vouch(chain, now)
        return authorised(known.entries, vct, now), chain.certificates[0]

    def _vouch(self, chain: IssuerChain, now: int) -> _Vouched:
        entries = self.issuers.above(chain.certificates, now=now)
        since, until = _constant_around(now, (*chain.certificates, *self.issuers.anchors))
        if len(self._vouched) >= self._limit:
            self._vouched.clear()
        vouched = _Vouched(chain, entries, since, until)
        self._vouched[chain.protected] = vouched
        return vouched


def _constant_around(now: int, certificates: Iterable[Certificate]) -> tuple[int, int]:
    """The time around `now` in which no certificate starts or ends: a path that holds now holds in all of it.

    At least one of the certificates has begun and not ended, as those of a path that holds have.
    """
    turns = sorted(turn for certificate in certificates for turn in (certificate.not_before, certificate.not_after + 1))
    place = bisect_right(turns, now)
    return turns[place - 1], turns[place]
