"""The demo's person register by identity code: demo_people.json. All invented; an unknown code gives nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credential_schemas.checks import hetu
from credential_schemas.data import HERE, LANGUAGES, DataError, JsonObject, read_object
from credential_schemas.errors import CheckError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the register. `address` is line by line, and empty under non-disclosure for safety (turvakielto)."""

    identity_code: str
    case: str
    given_name: str
    family_name: str
    birthdate: date
    language: str
    address: tuple[str, ...]
    non_disclosure: bool

    @property
    def claims(self) -> dict[str, str]:
        """Whom a document is about, in the names of the claims."""
        return {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birthdate": self.birthdate.isoformat(),
            "personal_administrative_number": self.identity_code,
        }


def load(path: Path | None = None) -> Mapping[str, Person]:
    """Everybody by identity code; DataError for a code that does not hold, or an address that must not be there."""
    source = path or HERE / "demo_people.json"
    people: dict[str, Person] = {}
    for value in read_object(source)["people"]:
        try:
            person = _parse(value)
        except (KeyError, CheckError) as error:
            raise DataError(f"{source.name}: {error!r}") from error
        if person.identity_code in people or person.language not in LANGUAGES:
            raise DataError(f"{source.name}: {person.case}")
        if person.non_disclosure and person.address:
            raise DataError(f"{source.name}: {person.case} has an address in spite of non-disclosure")
        people[person.identity_code] = person
    return people


def _parse(value: JsonObject) -> Person:
    return Person(
        identity_code=value["identity_code"],
        case=value["case"],
        given_name=value["given_name"],
        family_name=value["family_name"],
        birthdate=hetu(value["identity_code"]).birthdate,
        language=value["language"],
        address=tuple(value["address"]),
        non_disclosure=value["non_disclosure"],
    )
