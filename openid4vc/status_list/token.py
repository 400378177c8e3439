"""The Status List Token: a signed list, for this URI, from now on for a while.

Token Status List §5.1 (JWT form), §8.3 (validation), §11.3 (whose key), §13.7 (caching); HAIP 1.0 §6.1 (`x5c`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import ProtocolError, StatusError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.status_list.bits import StatusList
from openid4vc.status_list.keeping import KeptStatusList
from openid4vc.trust.certificates import Certificate, parse_x5c

TYP: Final = "statuslist+jwt"
MEDIA_TYPE: Final = "application/statuslist+jwt"
CLOCK_SKEW: Final = 60
# A copy is kept at least a second, so that nobody's `ttl` makes one download per presentation, and at most a day, so
# that a revocation is seen within a day everywhere.
MIN_TTL: Final = 1
MAX_TTL: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class StatusListToken:
    """A verified list. `ttl` is already within MIN_TTL and MAX_TTL; times are seconds."""

    uri: str
    status_list: StatusList
    iat: int
    exp: int | None
    ttl: int


def create(
    *, uri: str, status_list: KeptStatusList, iat: int, exp: int, ttl: int, signer: Signer, x5c: Sequence[str]
) -> str:
    """A token for the list at `uri`; ValueError for a life of no time or of more than a day."""
    if not 0 < ttl <= exp - iat <= MAX_TTL:
        raise ValueError("a list lives up to a day, and is kept no longer than it lives")
    header = {"typ": TYP, "x5c": list(x5c)}
    claims = {"sub": uri, "iat": iat, "exp": exp, "ttl": ttl, "status_list": status_list.encode()}
    return jws.create(header, claims, signer)


def verify(
    text: str, *, uri: str, now: int, authorise: Callable[[tuple[Certificate, ...]], Certificate]
) -> StatusListToken:
    """A token from the net to a list that may be relied on, for the reference with this `uri`.

    `authorise` takes the chain of the header and gives the leaf, or raises: `StatusSigners.check`. Any fault whatever
    is StatusError `status_unavailable` (nothing can be said about the credential), its own code in `detail`.
    """
    try:
        return _verify(text, uri, now, authorise)
    except ProtocolError as error:
        raise StatusError("status_unavailable", f"{error.code} {error.detail}".strip()) from error


def usable_until(token: StatusListToken, *, fetched_at: int, limit: int) -> int:
    """The last moment at which a copy may still be used: §13.7, `limit` is what the question allows at most.

    Never past `exp`, whatever `ttl` and the headers of the answer said (§8.3 step 4).
    """
    until = fetched_at + min(token.ttl, limit)
    return until if token.exp is None else min(until, token.exp - 1)


def _verify(
    text: str, uri: str, now: int, authorise: Callable[[tuple[Certificate, ...]], Certificate]
) -> StatusListToken:
    parsed = jws.parse(text, typ=TYP)
    certificate = authorise(parse_x5c(parsed.header.get("x5c")))
    claims = jws.verify(parsed, certificate.public_key).claims
    # §8.3 step 3b: the list that the credential names and no other of the same issuer.
    if claims.get("sub") != uri:
        raise StatusError("status_list_invalid", "sub is another list")
    if "iat" not in claims:
        # §5.1: required. Every verdict names this time.
        raise StatusError("status_list_invalid", "iat")
    jws.check_times(claims, now=now, skew=CLOCK_SKEW)
    # The clock of the other side may be ahead of ours, but an end that has passed has passed.
    jws.check_times({name: claims[name] for name in claims if name == "exp"}, now=now, skew=0)
    exp = claims.get("exp")
    return StatusListToken(
        uri=uri,
        status_list=StatusList.decode(claims.get("status_list")),
        iat=int(claims["iat"]),
        exp=None if exp is None else int(exp),
        ttl=_ttl(claims),
    )


def _ttl(claims: Mapping[str, object]) -> int:
    """§5.1, §11.5: how long to keep a copy, within our bounds; what is no positive number is no promise at all."""
    ttl = claims.get("ttl", MAX_TTL)
    if isinstance(ttl, bool) or not isinstance(ttl, int | float):
        return MIN_TTL
    return int(max(MIN_TTL, min(ttl, MAX_TTL)))
