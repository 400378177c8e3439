"""The demo's organisations and people: invented, but their numbers hold."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from credential_schemas import checks, organisations, people
from credential_schemas.data import HERE, DataError
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType


def test_the_ten_organisations_have_valid_numbers() -> None:
    found = organisations.load()
    assert list(found) == [f"O{number}" for number in range(1, 11)]
    for organisation in found.values():
        checks.y_tunnus(organisation.business_id)
        assert organisation.organization_identifier == f"NTRFI-{organisation.business_id}"
        if organisation.oid_root is not None:
            checks.oid(organisation.oid_root)
            assert organisation.oid_root == f"1.2.246.10.{organisation.business_id.replace('-', '')}"


def test_an_organisation_is_found_by_its_slug() -> None:
    found = organisations.load()
    assert organisations.by_slug(found, "mallila") is found["O2"]
    assert organisations.by_slug(found, "O2") is None
    assert len({organisation.slug for organisation in found.values()}) == 10


def test_every_type_has_somebody_who_may_give_it(types: Mapping[str, CredentialType]) -> None:
    for name, credential_type in types.items():
        for organisation in organisations.load().values():
            if name in organisation.may_issue:
                roles = {person.role for person in organisation.people}
                assert roles & set(credential_type.settings["roles"]), f"{organisation.id} {name}"


def test_accounts_are_one_for_each_person() -> None:
    names = [person.username for organisation in organisations.load().values() for person in organisation.people]
    assert len(set(names)) == len(names)


def test_professional_numbers_hold() -> None:
    for organisation in organisations.load().values():
        for person in organisation.people:
            if "professional_registration_number" in person.facts:
                checks.registration_number(person.facts["professional_registration_number"])
            if "professional_identifier" in person.facts:
                checks.doctor_id(person.facts["professional_identifier"])


def test_contact_data_is_nobodys() -> None:
    for organisation in organisations.load().values():
        assert organisation.email.endswith(".example")
        assert organisation.web.endswith(".example")
        assert organisation.address[-1].startswith("00000 ")


def test_an_organisation_twice_never_loads(tmp_path: Path) -> None:
    value = json.loads((HERE / "organisations.json").read_text("utf-8"))
    value["organisations"].append(value["organisations"][0])
    path = tmp_path / "organisations.json"
    path.write_text(json.dumps(value), "utf-8")
    with pytest.raises(DataError, match="O1 stands twice"):
        organisations.load(path)


def test_a_name_has_three_languages(organisations: Mapping[str, Organisation]) -> None:
    assert organisations["O2"].local_name("sv") == "Mallila sysselsättningsområde"
    assert organisations["O2"].name == "Mallilan työllisyysalue"


def test_the_twelve_people_are_found_by_identity_code() -> None:
    register = people.load()
    assert len(register) == 12
    erkki = register["120374-901A"]
    assert (erkki.given_name, erkki.birthdate.isoformat(), erkki.address[-1]) == (
        "Erkki",
        "1974-03-12",
        "00000 MALLILA",
    )
    assert erkki.claims["personal_administrative_number"] == "120374-901A"
    assert "010190-999W" not in register


def test_the_protected_person_has_no_address() -> None:
    protected = [person for person in people.load().values() if person.non_disclosure]
    assert [person.case for person in protected] == ["C11"]
    assert protected[0].address == ()


def spoiled(tmp_path: Path, **changes: object) -> Path:
    value = json.loads((HERE / "demo_people.json").read_text("utf-8"))
    value["people"][10].update(changes)
    path = tmp_path / "people.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ["Mallikatu 1"]},
        {"identity_code": "060687W909X"},
        {"language": "de"},
        {"identity_code": "120374-901A"},
    ],
)
def test_a_register_with_a_fault_never_loads(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(DataError):
        people.load(spoiled(tmp_path, **changes))


def test_samples_are_about_the_people_of_the_register(types: Mapping[str, CredentialType]) -> None:
    by_case = {person.case: person for person in people.load().values()}
    for credential_type in types.values():
        for case, claims in credential_type.samples.items():
            assert by_case[case.split("-")[0]].claims.items() <= claims.items(), f"{credential_type.name} {case}"
