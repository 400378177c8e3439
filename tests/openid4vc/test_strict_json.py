import pytest

from openid4vc import strict_json
from openid4vc.errors import FormatError


def refused(text: str | bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        strict_json.parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", "[1,]", "[1]x", '{"a":1,"a":2}', '[{"b":{"a":1,"a":2}}]', "NaN", "[Infinity]", "\ufeff1"],
)  # fmt: skip
def test_what_is_not_i_json_is_refused(text: str) -> None:
    refused(text, "json_invalid")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9007199254740992", "-9007199254740992", "1" + "0" * 400])
def test_a_number_out_of_range_is_refused_at_any_depth(number: str) -> None:
    for text in (number, f"[{number}]", f'{{"a":[{{"b":{number}}}]}}'):
        refused(text, "json_invalid")


@pytest.mark.parametrize("text", [b"\xff", b'"\xed\xa0\x80"', b'"\\ud800"', b'{"\\udfff":1}'])
def test_what_is_no_unicode_is_refused(text: bytes) -> None:
    refused(text, "json_invalid")


def test_size_and_depth_are_bounded() -> None:
    refused('"' + "x" * strict_json.MAX_BYTES + '"', "too_large")
    levels = strict_json.MAX_DEPTH
    assert strict_json.parse("[" * (levels - 1) + "1" + "]" * (levels - 1))
    refused("[" * levels + "1" + "]" * levels, "json_too_deep")
    refused("[" * 100_000, "json_too_deep")


@pytest.mark.parametrize("space", ["", " "])
def test_however_it_is_written_a_text_means_the_same_and_has_the_same_bounds(space: str) -> None:
    brackets = "[{" * strict_json.MAX_DEPTH
    texts = [f'{{"a":{space}"{brackets}"}}', f'["{brackets}",{space}1.5]', f"[1,{space}null,true]", f"{space}-0"]
    values = [{"a": brackets}, [brackets, 1.5], [1, None, True], 0]
    assert [strict_json.parse(text) for text in texts] == values
    assert strict_json.parse_each([text.encode() for text in texts]) == values
    for levels in (strict_json.MAX_DEPTH - 1, strict_json.MAX_DEPTH):
        deep = f"[{space}" * (levels - 1) + '{"a":1}' + "]" * (levels - 1)
        if levels < strict_json.MAX_DEPTH:
            assert strict_json.parse_each([b"1", deep.encode()])[1] == strict_json.parse(deep)
        else:
            refused(deep, "json_too_deep")
    for number in ("9007199254740993", "1e999", "18446744073709551617"):
        refused(f"[{space}{number}]", "json_invalid")


@pytest.mark.parametrize(
    "text", [b"", b"[1,]", b'{"a":1,"a":1}', b"[9007199254740992]", b"\xff", b"[" * 65 + b"]" * 65]
)
def test_one_bad_text_among_several_is_refused(text: bytes) -> None:
    for texts in ([b"1", text], [text, b'{"a" : 1}']):
        with pytest.raises(FormatError):
            strict_json.parse_each(texts)
    assert strict_json.parse_each([]) == []


@pytest.mark.parametrize(
    "texts",
    [
        [b'["a","b",1],["c"', b'"d",2]'],
        [b"[1],[[2]", b"[3]]"],
        [b'"a', b'b"'],
        [b"1,2"],
        [b"1", b""],
        [b"", b"1"],
        [b"1],[2"],
        [b"1", b"2]//"],
    ],
)
def test_what_is_json_only_together_is_refused(texts: list[bytes]) -> None:
    with pytest.raises(FormatError, match="json_invalid"):
        strict_json.parse_each(texts)


@pytest.mark.parametrize("text", ["[]", "1", "null", '"a"'])
def test_an_object_is_an_object(text: str) -> None:
    with pytest.raises(FormatError, match="json_not_object"):
        strict_json.parse_object(text)


def test_values_come_as_they_are_and_are_written_without_spaces() -> None:
    value = {"a": [1, 2.5, True, None, "ä\u0308", -9007199254740991], "b": {}}
    text = strict_json.write(value)
    assert strict_json.parse(text) == value
    assert b" " not in text
