"""Identifiers and dates: exact, with the real and the negative vectors of the sources."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas import checks
from credential_schemas.errors import CheckError

PEOPLE = """
120374-901A 050891-942J 230582Y915J 170695X9266 081163-933C 010101A954F 290200A967H 150404B978F 300968-982U 241279-990F
060687W909F 110706C916U 020570V9213 191183U938T
""".split()


def refused(check: Callable[[str], object], text: str) -> str:
    with pytest.raises(CheckError) as caught:
        check(text)
    return caught.value.code


@pytest.mark.parametrize("text", PEOPLE)
def test_the_codes_of_the_demo_people_hold_and_are_test_codes(text: str) -> None:
    assert checks.hetu(text).is_test


@pytest.mark.parametrize(
    ("sign", "century"), [("+", 1800), *((sign, 1900) for sign in "-YXWVU"), *((sign, 2000) for sign in "ABCDEF")]
)
def test_the_sign_tells_the_century_and_is_not_part_of_the_check(sign: str, century: int) -> None:
    assert checks.hetu(f"010190{sign}999W").birthdate == date(century + 90, 1, 1)


def test_an_ordinary_number_is_no_test_code() -> None:
    assert not checks.hetu("131052-308T").is_test


@pytest.mark.parametrize("text", ["010190-999X", "010190-999Y", "010190-999K", "010190Y999K"])
def test_published_codes_with_a_wrong_check_character_are_refused(text: str) -> None:
    assert refused(checks.hetu, text) == "hetu_check"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "120374-901a",
        " 120374-901A",
        "120374-901A\n",
        "120374901A",
        "120374G901A",
        "120374Z901A",
        "001374-901A",
        "010190-000A",
        "010190-001B",
        "１20374-901A",
    ],
)
def test_what_has_not_the_shape_of_a_code_is_refused(text: str) -> None:
    assert refused(checks.hetu, text) == "hetu_format"


@pytest.mark.parametrize("text", ["310973-901A", "290201A967H", "001074-901A", "120074-901A"])
def test_a_day_that_does_not_exist_is_no_code(text: str) -> None:
    assert refused(checks.hetu, text) == "hetu_format"


@given(st.sampled_from(PEOPLE), st.integers(0, 10), st.characters(codec="ascii"))
def test_no_code_survives_one_changed_digit(text: str, place: int, other: str) -> None:
    changed = text[:place] + other + text[place + 1 :]
    if changed == text:
        return
    try:
        found = checks.hetu(changed)
    except CheckError:
        return
    # Only the sign may change: it is not in the sum, and then it is another person.
    assert place == 6
    assert found.text == changed


@pytest.mark.parametrize(
    "text",
    "0220266-9 3221308-6 9900101-0 9900102-9 9900103-7 9900104-5 9900105-3 9900106-1 9900108-8 9900109-6".split(),
)
def test_business_ids_hold(text: str) -> None:
    assert checks.y_tunnus(text) == text


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("body", ["9900107", "9900115"])
def test_a_business_id_with_remainder_one_has_no_check_digit(body: str, digit: int) -> None:
    assert refused(checks.y_tunnus, f"{body}-{digit}") == "y_tunnus_check"


@pytest.mark.parametrize("text", ["99001010", "9900101-", "990101-0", " 9900101-0", "9900101-0\n", "9900101–0"])
def test_another_shape_is_no_business_id(text: str) -> None:
    assert refused(checks.y_tunnus, text) == "y_tunnus_format"


@pytest.mark.parametrize("text", ["1.2.246.10.99001010", "0.4.0.19475.3.1", "2.999"])
def test_object_identifiers_hold(text: str) -> None:
    assert checks.oid(text) == text


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "3.1", "1.40", "1.02", "1..2", "1.2.a", "1.2 ", "2." + "1." * 80 + "1"]
)
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    assert refused(checks.oid, text) == "oid_format"


def test_a_document_is_named_by_an_oid_or_a_uuid() -> None:
    assert checks.document_id("1.2.246.10.99001010.14.2026.4711")
    assert checks.document_id("5c9e6a52-7d0b-4c38-9c4e-0a3f6f7c1c11")
    assert refused(checks.document_id, "5C9E6A52-7D0B-4C38-9C4E-0A3F6F7C1C11") == "document_id_format"
    assert refused(checks.document_id, "4711") == "document_id_format"


def test_professional_numbers_have_their_length() -> None:
    assert checks.registration_number("99900000011")
    assert checks.doctor_id("990011")
    assert refused(checks.registration_number, "990011") == "registration_number_format"
    assert refused(checks.doctor_id, "99900000011") == "doctor_id_format"


@pytest.mark.parametrize("text", ["Työtön", "työttömänä", "Arbetslös", "unemployed person"])
def test_being_unemployed_is_no_occupation(text: str) -> None:
    assert refused(checks.occupation, text) == "occupation_unemployed"


@pytest.mark.parametrize("text", ["2.10.2026", "02.10.26", "2026-10-02", " 2.10.2026 "])
def test_people_write_a_date_in_three_ways(text: str) -> None:
    assert checks.typed_date(text) == date(2026, 10, 2)


@pytest.mark.parametrize("text", ["1973-09-31", "2026-1-2", "20260102", "2026-01-02T00:00", "2026-W01-1", ""])
def test_a_date_in_a_document_has_one_form(text: str) -> None:
    assert refused(checks.iso_date, text) == "date_invalid"


@pytest.mark.parametrize("text", ["31.9.2026", "2/10/2026", "2.10.", "2.10.202"])
def test_what_is_no_date_is_refused_in_a_field(text: str) -> None:
    assert refused(checks.typed_date, text) == "date_invalid"
