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
    "text",
    [
        *("A", "AAAAA", "AB", "AAB", "AA==", "AAA=", "A=", "=", "====", "AA\n", "A A", "+/+/", "ÅA", "\x00AAA"),
        # As many as a library that passes over them would not miss.
        *("AA    AA", "AAAA\n\n\n\n", "~~~~"),
    ],
)
def test_anything_else_is_refused_alone_and_among_others(text: str) -> None:
    for texts in ([text], [text, "AA"], ["AA", text]):
        with pytest.raises(FormatError, match="base64url_invalid"):
            base64url.decode_each(texts)
    with pytest.raises(FormatError, match="base64url_invalid"):
        base64url.decode(text)


@pytest.mark.parametrize("character", "+/=")
def test_a_character_of_another_alphabet_is_refused_though_the_library_knows_it(character: str) -> None:
    for text in (f"AA{character}A", f"{character}AAA", f"AAAA{character}AAA"):
        for decode in (base64url.decode, lambda text: base64url.decode_each(["AA", text])):
            with pytest.raises(FormatError, match="base64url_invalid"):
                decode(text)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_several_are_encoded_and_decoded_as_each_alone(parts: list[bytes]) -> None:
    texts = [base64url.encode(part) for part in parts]
    assert [text.decode() for text in base64url.encode_each(parts)] == texts
    assert base64url.decode_each(texts) == parts


@given(st.integers(1, 40), st.integers(1, 4), st.data())
def test_parts_of_one_length_are_encoded_together_as_each_alone(count: int, groups: int, data: st.DataObject) -> None:
    octets = data.draw(st.binary(min_size=3 * groups * count, max_size=3 * groups * count))
    parts = [octets[start : start + 3 * groups] for start in range(0, len(octets), 3 * groups)]
    for characters in (4 * groups, 4 * groups - 1):
        texts = base64url.encode_alike(octets, count, characters=characters)
        assert list(texts) == [base64url.encode(part)[:characters] for part in parts]


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
