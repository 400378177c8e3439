"""What makes an undisclosed item unguessable: the salt of each disclosure (RFC 9901 §9.3)."""

import json

import pytest

from tests.counts import rounds
from tests.issuer.stranger import decode
from tests.issuer.world import World


@pytest.mark.case("S-37")
@pytest.mark.slow
def test_every_salt_has_128_bits_of_its_own_over_all_credentials(world: World) -> None:
    salts: list[bytes] = []
    wanted = rounds(10_000)
    while len(salts) < wanted:
        made = world.offer()
        received = world.wallet().receive(made.offer_uri, made.tx_code)
        salts.extend(decode(json.loads(decode(text))[0]) for text in received.text.split("~")[1:-1])
    assert min(len(salt) for salt in salts) >= 16
    assert len(set(salts)) == len(salts)
    # A counter or a time inside would leave some octet nearly constant.
    assert all(len({salt[position] for salt in salts}) > 128 for position in range(16))
