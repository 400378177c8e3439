"""The Status List Token: a signed list, for this URI, from now on for a while.

Token Status List §4.2 (`aggregation_uri`), §5.1 (JWT form), §8.3 (validation), §8.4 (the past), §11.3 (whose key),
§13.7 (caching); HAIP 1.0 §6.1 (`x5c`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import ProtocolError, StatusError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.status_list.bits import StatusList
from openid4vc.status_list.keeping import KeptStatusList
from openid4vc.status_list.reference import is_http
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
    """A verified list. `ttl` is already within MIN_TTL and MAX_TTL; times are seconds.

    `aggregation_uri` is where its issuer names all lists (§9.2): openid4vc.status_list.aggregation.
    """

    uri: str
    status_list: StatusList
    iat: int
    exp: int | None
    ttl: int
    aggregation_uri: str | None


def create(
    *,
    uri: str,
    status_list: KeptStatusList,
    aggregation_uri: str | None,
    iat: int,
    exp: int,
    ttl: int,
    signer: Signer,
    x5c: Sequence[str],
) -> str:
    """A token for the list at `uri`; ValueError for a life of no time or of more than a day, and for an
    `aggregation_uri` that is no web address."""
    if not 0 < ttl <= exp - iat <= MAX_TTL:
        raise ValueError("a list lives up to a day, and is kept no longer than it lives")
    header = {"typ": TYP, "x5c": list(x5c)}
    encoded = status_list.encode()
    if aggregation_uri is not None:
        if not is_http(aggregation_uri):
            raise ValueError("aggregation_uri")
        # §4.2: in the list itself, not beside it.
        encoded["aggregation_uri"] = aggregation_uri
    claims = {"sub": uri, "iat": iat, "exp": exp, "ttl": ttl, "status_list": encoded}
    return jws.create(header, claims, signer)


def verify(
    text: str, *, uri: str, now: int, authorise: Callable[[tuple[Certificate, ...]], Certificate]
) -> StatusListToken:
    """A token from the net to a list that may be relied on, for the reference with this `uri`.

    `authorise` takes the chain of the header and gives the leaf, or raises: `StatusSigners.check`. Any fault whatever
    is StatusError `status_unavailable` (nothing can be said about the credential), its own code in `detail`.
    """

    def in_force(claims: Mapping[str, object]) -> None:
        jws.check_times(claims, now=now, skew=CLOCK_SKEW)
        # The clock of the other side may be ahead of ours, but an end that has passed has passed.
        jws.check_times({name: claims[name] for name in claims if name == "exp"}, now=now, skew=0)

    return _verify(text, uri, in_force, authorise)


def past_uri(uri: str, *, time: int) -> str:
    """§8.4: where to ask for the list at `uri` as it was at `time`. The answer is for `verify_past`."""
    return f"{uri}{'&' if '?' in uri else '?'}time={time}"


def verify_past(
    text: str, *, uri: str, time: int, now: int, authorise: Callable[[tuple[Certificate, ...]], Certificate]
) -> StatusListToken:
    """A token that was asked for as of `time` to the list as it was then (§8.4); `uri` is that of the reference.

    A server that keeps no past may answer with the list of today. So a token is refused unless it was valid at `time`:
    from `iat` on and, as everywhere (§5.1), before `exp`, to the second; one without `exp` does not say until when it
    was. That it has ended since is no fault. Everything else, the signer's chain too, is judged as by `verify`, with
    the same errors. A `time` after `now` is refused: of what is to come no list can tell.
    """

    def was_in_force(claims: Mapping[str, object]) -> None:
        if time > now:
            raise StatusError("status_list_invalid", "asked for a time to come")
        if "exp" not in claims:
            raise StatusError("status_list_invalid", "exp")
        jws.check_times(claims, now=time, skew=0)

    return _verify(text, uri, was_in_force, authorise)


def usable_until(token: StatusListToken, *, fetched_at: int, limit: int) -> int:
    """The last moment at which a copy may still be used: §13.7, `limit` is what the question allows at most.

    Never past `exp`, whatever `ttl` and the headers of the answer said (§8.3 step 4).
    """
    until = fetched_at + min(token.ttl, limit)
    return until if token.exp is None else min(until, token.exp - 1)


def _verify(
    text: str,
    uri: str,
    check_times: Callable[[Mapping[str, object]], None],
    authorise: Callable[[tuple[Certificate, ...]], Certificate],
) -> StatusListToken:
    try:
        return _read(text, uri, check_times, authorise)
    except ProtocolError as error:
        raise StatusError("status_unavailable", f"{error.code} {error.detail}".strip()) from error


def _read(
    text: str,
    uri: str,
    check_times: Callable[[Mapping[str, object]], None],
    authorise: Callable[[tuple[Certificate, ...]], Certificate],
) -> StatusListToken:
    parsed = jws.parse(text, typ=TYP)
    certificate = authorise(parse_x5c(parsed.header.get("x5c")))
    claims = jws.read_claims(jws.verify(parsed, certificate.public_key))
    # §8.3 step 3b: the list that the credential names and no other of the same issuer.
    if claims.get("sub") != uri:
        raise StatusError("status_list_invalid", "sub is another list")
    if "iat" not in claims:
        # §5.1: required. Every verdict names this time.
        raise StatusError("status_list_invalid", "iat")
    check_times(claims)
    status_list = StatusList.decode(claims.get("status_list"))
    exp = claims.get("exp")
    return StatusListToken(
        uri=uri,
        status_list=status_list,
        iat=int(claims["iat"]),
        exp=None if exp is None else int(exp),
        ttl=_ttl(claims),
        aggregation_uri=_aggregation_uri(claims["status_list"]),
    )


def _aggregation_uri(status_list: Mapping[str, object]) -> str | None:
    """§4.2: optional, and when it is there a string with a URI."""
    if "aggregation_uri" not in status_list:
        return None
    uri = status_list["aggregation_uri"]
    if not isinstance(uri, str) or not is_http(uri):
        raise StatusError("status_list_invalid", "aggregation_uri")
    return uri


def _ttl(claims: Mapping[str, object]) -> int:
    """§5.1, §11.5: how long to keep a copy, within our bounds; what is no positive number is no promise at all."""
    ttl = claims.get("ttl", MAX_TTL)
    if isinstance(ttl, bool) or not isinstance(ttl, int | float):
        return MIN_TTL
    return int(max(MIN_TTL, min(ttl, MAX_TTL)))
