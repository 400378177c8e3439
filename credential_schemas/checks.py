"""Named checks of identifiers and dates that schemas refer to (`"check": "hetu"`).

Each takes a text and raises CheckError, or returns what the text means. They are exact: no spaces, no small letters,
nothing mended on the way; a form that wants to be kind is kind before it asks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from credential_schemas.errors import CheckError

_HETU: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([-+A-FU-Y])([0-9]{3})([0-9A-Y])")
_HETU_CHARACTERS: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# The sign tells the century and is part of the code: since 2023 two people may differ by the sign alone.
_CENTURIES: Final[Mapping[str, int]] = {
    "+": 1800,
    **dict.fromkeys("-YXWVU", 1900),
    **dict.fromkeys("ABCDEF", 2000),
}
_FIRST_NUMBER: Final = 2
_FIRST_TEST_NUMBER: Final = 900

_Y_TUNNUS: Final = re.compile(r"[0-9]{7}-[0-9]")
_Y_TUNNUS_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2)

_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPED_DATE: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})")
_NO_OCCUPATION: Final = re.compile(r"\b(työt(ön|tömä)|arbetslös|unemployed)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hetu:
    """A Finnish personal identity code whose check character holds."""

    text: str
    birthdate: date
    number: int

    @property
    def is_test(self) -> bool:
        """Numbers from 900 are never given to people: temporary and test codes."""
        return self.number >= _FIRST_TEST_NUMBER


def hetu(text: str) -> Hetu:
    """`120374-901A`. CheckError `hetu_format` for another shape or no such day, `hetu_check` for the last character."""
    match = _HETU.fullmatch(text)
    if match is None:
        raise CheckError("hetu_format")
    day, month, year, sign, number, character = match.groups()
    try:
        birthdate = date(_CENTURIES[sign] + int(year), int(month), int(day))
    except ValueError:
        raise CheckError("hetu_format") from None
    if int(number) < _FIRST_NUMBER:
        raise CheckError("hetu_format")
    if _HETU_CHARACTERS[int(day + month + year + number) % 31] != character:
        raise CheckError("hetu_check")
    return Hetu(text, birthdate, int(number))


def y_tunnus(text: str) -> str:
    """`9900101-0`. CheckError `y_tunnus_format`, or `y_tunnus_check` (also where no check digit can exist)."""
    if not _Y_TUNNUS.fullmatch(text):
        raise CheckError("y_tunnus_format")
    remainder = sum(weight * int(digit) for weight, digit in zip(_Y_TUNNUS_WEIGHTS, text, strict=False)) % 11
    # Remainder 1 would need the digit 10: such numbers are never given out.
    if remainder == 1 or int(text[-1]) != (11 - remainder) % 11:
        raise CheckError("y_tunnus_check")
    return text


def oid(text: str) -> str:
    """`1.2.246.10.99001010`, ITU-T X.660: CheckError `oid_format`."""
    if len(text) > 120 or not _OID.fullmatch(text):
        raise CheckError("oid_format")
    first, second = text.split(".")[:2]
    if first != "2" and int(second) > 39:
        raise CheckError("oid_format")
    return text


def document_id(text: str) -> str:
    """An OID or a UUID in its lower-case form: CheckError `document_id_format`."""
    try:
        return oid(text)
    except CheckError:
        pass
    try:
        if str(UUID(text)) == text:
            return text
    except ValueError:
        pass
    raise CheckError("document_id_format")


def registration_number(text: str) -> str:
    """A professional's registration number, 11 digits: CheckError `registration_number_format`."""
    if not re.fullmatch(r"[0-9]{11}", text):
        raise CheckError("registration_number_format")
    return text


def doctor_id(text: str) -> str:
    """A doctor's identification code, 6 digits, without any check digit: CheckError `doctor_id_format`."""
    if not re.fullmatch(r"[0-9]{6}", text):
        raise CheckError("doctor_id_format")
    return text


def occupation(text: str) -> str:
    """The title of an occupation; being unemployed is not one: CheckError `occupation_unemployed`."""
    if _NO_OCCUPATION.search(text):
        raise CheckError("occupation_unemployed")
    return text


def iso_date(text: str) -> date:
    """`2026-10-02` and no other form of ISO 8601: CheckError `date_invalid`."""
    if not _ISO_DATE.fullmatch(text):
        raise CheckError("date_invalid")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CheckError("date_invalid") from None


def typed_date(text: str) -> date:
    """What people write into a field: `2.10.2026`, `02.10.26`, `2026-10-02`. CheckError `date_invalid`."""
    match = _TYPED_DATE.fullmatch(text.strip())
    if match is None:
        return iso_date(text.strip())
    day, month, year = match.groups()
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        raise CheckError("date_invalid") from None


CHECKS: Final[Mapping[str, Callable[[str], object]]] = {
    "hetu": hetu,
    "y_tunnus": y_tunnus,
    "oid": oid,
    "document_id": document_id,
    "registration_number": registration_number,
    "doctor_id": doctor_id,
    "occupation": occupation,
}
