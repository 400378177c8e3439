"""RFC 9901 §9.3: a salt is 128 bits or more from a cryptographic source, and each Disclosure has its own."""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from openid4vc import base64url, sd_jwt
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Disclosable
from tests.openid4vc.forging import new_key


class Source:
    """Octets that never repeat, and how many were asked for."""

    def __init__(self) -> None:
        self.drawn = 0
        self._octets = self._endless()

    def __call__(self, count: int) -> bytes:
        self.drawn += count
        return bytes(next(self._octets) for _ in range(count))

    @staticmethod
    def _endless() -> Iterator[int]:
        number = 0
        while True:
            yield from number.to_bytes(6, "big")
            number += 1


@pytest.mark.parametrize("count", [0, 1, 2, 13])
def test_each_salt_is_made_of_octets_of_its_own(count: int) -> None:
    source = Source()
    salts = sd_jwt.Salts(source).draw(count)
    octets = [base64url.decode(salt) for salt in salts]
    assert len(octets) == len(set(octets)) == count
    assert all(8 * len(each) >= 128 for each in octets)
    # Nothing that was drawn is used twice or left out.
    assert (b"".join(octets), source.drawn) == (Source()(source.drawn), sum(map(len, octets)))


def test_two_credentials_with_the_same_claims_share_no_salt_and_no_digest() -> None:
    signer, salts = KeySigner(new_key()), sd_jwt.Salts(os.urandom)
    claims = {"name": Disclosable("Aino"), "loans": [Disclosable("A"), Disclosable("A")]}
    texts = [sd_jwt.issue(claims, protected=jws.protected({}), signer=signer, salts=salts, digests=4) for _ in range(2)]
    disclosures = [sd_jwt.parse(text).disclosures for text in texts]
    assert len({each.salt for one in disclosures for each in one}) == 6
    assert len({each.digest for one in disclosures for each in one}) == 6
    signed = [set(str(sd_jwt.parse(text).unverified_claims).split("'")) for text in texts]
    assert not any(len(word) == 43 for word in signed[0] & signed[1])


def test_a_source_that_gives_too_little_or_the_same_again_is_an_error_of_the_caller() -> None:
    signer = KeySigner(new_key())
    sources: list[Callable[[int], bytes]] = [
        lambda octets: bytes(range(octets - 1)),
        lambda octets: bytes(range(octets + 1)),
        lambda octets: bytes(octets),
    ]
    # Twice the same is found within a level, between two, and between the elements of an array.
    marked: list[dict[str, object]] = [
        {"a": Disclosable(1), "b": Disclosable(2)},
        {"a": Disclosable(1), "b": [Disclosable(2)]},
        {"b": [Disclosable(1), Disclosable(2)]},
    ]
    for source, claims in itertools.product(sources, marked):
        with pytest.raises(ValueError, match="salt"):
            sd_jwt.issue(claims, protected=jws.protected({}), signer=signer, salts=sd_jwt.Salts(source), digests=None)
