"""Status lists: building and signing, flipping and signing again, looking one entry up; beside bare zlib."""

import random
import zlib
from collections.abc import Callable, Iterator, Mapping

from openid4vc import base64url
from openid4vc.jose.jws import KeySigner
from openid4vc.status_list import checking, token
from openid4vc.status_list.bits import StatusList
from openid4vc.status_list.keeping import KeptStatusList
from openid4vc.status_list.reference import StatusReference
from openid4vc.status_list.token import StatusListToken
from tests.benchmarks.measuring import here, medians
from tests.benchmarks.report import Figure
from tests.openid4vc.credentials import NOW
from tests.openid4vc.forging import new_key

_PEER = "zlib 6, bare"
_URI = "https://lists.example/1"
_SIGNER = KeySigner(new_key())
# One in fifty no longer stands: a list after years of use.
_SHARE = 0.02
_SEGMENT_ENTRIES = 1 << 18


def figures() -> Iterator[Figure]:
    """The least ratio promised is the inverse of the share of zlib's time that an operation may take."""
    small = {"build and sign": 1 / 0.25, "10 flips and sign": 1 / 0.2, "1,000 flips and sign": 1 / 0.35}
    yield from _writing("1 M", 1 << 20, small)
    yield from _writing("100 M", 96 << 20, {"build and sign": 1 / 0.25, "10 flips and sign": 1 / 0.03})
    yield _lookup()


def sign(kept: KeptStatusList) -> str:
    return token.create(
        uri=_URI,
        status_list=kept,
        aggregation_uri=None,
        iat=NOW,
        exp=NOW + 86400,
        ttl=60,
        signer=_SIGNER,
        x5c=["MIIB"],
    )


def flip(kept: KeptStatusList, count: int) -> str:
    """The same places each time, there and back: the list stays as full as it was."""
    for index in random.Random(count).sample(range(kept.size), count):
        kept.set(index, kept.get(index) ^ 2)
    return sign(kept)


def build(kept: KeptStatusList) -> str:
    """As if all of it were new: a write into each segment."""
    for index in range(0, kept.size, _SEGMENT_ENTRIES):
        kept.set(index, kept.get(index))
    return sign(kept)


_CALLS: Mapping[str, Callable[[KeptStatusList], str]] = {
    "build and sign": build,
    "10 flips and sign": lambda kept: flip(kept, 10),
    "1,000 flips and sign": lambda kept: flip(kept, 1000),
}


def _writing(name: str, size: int, promises: Mapping[str, float]) -> Iterator[Figure]:
    kept = KeptStatusList(2, size)
    for index in random.Random(size).sample(range(size), int(size * _SHARE)):
        kept.set(index, 1)
    data = zlib.decompress(_stream(kept))
    # Before any flip: an odd number of them would leave the list fuller.
    ours, theirs = len(_stream(kept)), len(zlib.compress(data, 6))
    subjects = {call: here(lambda call=call: _CALLS[call](kept)) for call in promises}  # type: ignore[misc]
    found = medians({_PEER: here(lambda: zlib.compress(data, 6)), **subjects}, rounds=3 if size > 1 << 20 else 15)
    for call, must in promises.items():
        yield Figure(f"status list {name}: {call}", found[call], found[_PEER], _PEER, found[_PEER], must)
    yield Figure(f"status list {name}: bytes, not us", ours, theirs, _PEER, theirs, 1)


def _stream(kept: KeptStatusList) -> bytes:
    return base64url.decode(str(kept.encode()["lst"]))


def _lookup() -> Figure:
    """A cached list answers for one credential; the limit is the one index and shift in it."""
    status_list = StatusList(2, bytes(1 << 18))
    cached = StatusListToken(_URI, status_list, NOW, NOW + 86400, 60, None)
    reference = StatusReference(_URI, 777_777)
    data, place, shift = status_list.data, reference.index >> 2, (reference.index & 3) * 2
    found = medians(
        {
            "ours": here(lambda: checking.check(reference, cached, superseded_means_3=True)),
            "limit": here(lambda: data[place] >> shift & 3),
        }
    )
    return Figure("status list: lookup in a cached list", found["ours"], found["limit"], most_us=0.3)
