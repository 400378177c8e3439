import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc import base64url
from openid4vc.errors import FormatError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(max_size=200))
def test_octets_survive_and_have_the_one_text_that_the_library_would_give(data: bytes) -> None:
    text = base64url.encode(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base64url.decode(text) == data


@given(st.text(st.sampled_from(ALPHABET + "+/= \n~.ä"), max_size=12))
def test_text_is_decoded_only_if_it_is_its_own_encoding(text: str) -> None:
    try:
        data = base64url.decode(text)
    except FormatError as error:
        assert error.code == "base64url_invalid"
    else:
        assert base64url.encode(data) == text


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AB", "AAB", "AA==", "AAA=", "A=", "=", "====", "AA\n", "A A", "+/+/", "ÅA", "\x00AAA"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="base64url_invalid"):
        base64url.decode(text)


def test_every_last_character_is_accepted_only_with_zero_bits_behind() -> None:
    accepted = dict.fromkeys((2, 3, 4), 0)
    for size in accepted:
        for last in ALPHABET:
            try:
                base64url.decode("A" * (size - 1) + last)
            except FormatError:
                continue
            accepted[size] += 1
    assert accepted == {2: 4, 3: 16, 4: 64}
