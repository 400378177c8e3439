"""A type from a folder of its own, without a line of code: issued, rendered, asked in a form, put into a purpose."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from credential_schemas import forms
from credential_schemas.data import HERE
from credential_schemas.errors import ClaimErrors
from credential_schemas.minimisation import check_minimisation, check_type
from credential_schemas.organisations import Organisation
from credential_schemas.purposes import compile_query, read_purpose
from credential_schemas.rendering import lines, person_lines
from credential_schemas.types import CredentialType, load_types, metadata_claims, sample
from credential_schemas.validation import complete, validate
from tests.credential_schemas.conftest import TODAY


def text(fi: str, sv: str, en: str) -> dict[str, str]:
    return {"fi": fi, "sv": sv, "en": en}


def claim(name: str, sd: str, mandatory: bool, **labels: str) -> dict[str, Any]:
    display = [{"locale": language, "label": label} for language, label in labels.items()]
    return {"path": [name], "display": display, "sd": sd, "mandatory": mandatory}


FILES: dict[str, Any] = {
    "type_metadata.json": {
        "vct": "https://tyypit.example/kortti/trukkikortti/1",
        "name": "Fork-lift card",
        "display": [{"locale": language, "name": "Trukkikortti"} for language in ("fi", "sv", "en")],
        "claims": [
            claim("given_name", "always", True, fi="Etunimet", sv="Förnamn", en="Given names"),
            claim("family_name", "always", True, fi="Sukunimi", sv="Efternamn", en="Family name"),
            claim("birthdate", "always", True, fi="Syntymäaika", sv="Födelsedatum", en="Date of birth"),
            claim("truck_class", "always", True, fi="Trukin luokka", sv="Truckklass", en="Class of truck"),
            claim("passed_on", "always", True, fi="Koe suoritettu", sv="Prov avlagt", en="Test passed on"),
            claim("note", "always", False, fi="Huomautus", sv="Anmärkning", en="Remark"),
            claim("issuing_authority", "never", True, fi="Antaja", sv="Utfärdare", en="Issuer"),
        ],
    },
    "schema.json": {
        "type": "object",
        "required": ["given_name", "family_name", "birthdate", "truck_class", "passed_on", "issuing_authority"],
        "properties": {
            "given_name": {"type": "string", "minLength": 1},
            "family_name": {"type": "string", "minLength": 1},
            "birthdate": {"type": "string", "format": "date"},
            "truck_class": {"type": "string", "codes": "truck_class"},
            "passed_on": {"type": "string", "format": "date", "notFuture": True},
            "note": {"type": "string", "maxLength": 50},
            "issuing_authority": {"type": "string"},
        },
    },
    "type.json": {
        "version": "1",
        "digests": 8,
        "name": text("Trukkikortti", "Truckkort", "Fork-lift card"),
        "the": text("Trukkikortti", "Truckkortet", "The fork-lift card"),
        "roles": ["trainer"],
        "issuer_claims": {"issuing_authority": "organisation.name"},
        "marks": {"identity": ["given_name", "family_name", "birthdate"]},
    },
    "form.json": {
        "title": text("Trukkikortti", "Truckkort", "Fork-lift card"),
        "lead": text("Kirjaa koe.", "Anteckna provet.", "Record the test."),
        "person": ["given_name", "family_name", "birthdate"],
        "groups": [
            {
                "id": "card",
                "fields": [
                    {"claim": "truck_class", "control": "radios"},
                    {"claim": "passed_on", "control": "date", "initial": "+0d"},
                    {"claim": "note", "control": "textarea", "optional": True},
                ],
            }
        ],
    },
    "code_lists/truck_class.json": {
        "codes": {
            "counterbalance": text("Vastapainotrukki", "Motviktstruck", "Counterbalance truck"),
            "reach": text("Työntömastotrukki", "Skjutstativtruck", "Reach truck"),
        }
    },
    "samples/C1.json": {
        "given_name": "Erkki",
        "family_name": "Esimerkki",
        "birthdate": "1974-03-12",
        "truck_class": "reach",
        "passed_on": "-400d",
    },
}


@pytest.fixture
def types(tmp_path: Path) -> Mapping[str, CredentialType]:
    for name, value in FILES.items():
        path = tmp_path / "types" / "trukkikortti" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), "utf-8")
    return load_types(tmp_path / "types")


@pytest.fixture
def card(types: Mapping[str, CredentialType]) -> CredentialType:
    return types["trukkikortti"]


def test_it_passes_the_rules_of_data_minimisation(card: CredentialType) -> None:
    check_type(card)


def test_it_is_validated_and_completed(card: CredentialType, organisations: Mapping[str, Organisation]) -> None:
    claims = sample(card, "C1", TODAY)
    validate(card, claims, today=TODAY)
    whole = complete(card, claims, organisation=organisations["O6"], document_id="1.2.3", today=TODAY)
    assert whole["issuing_authority"] == "Opintorekisteri-demo"
    with pytest.raises(ClaimErrors, match="truck_class: claim_code"):
        validate(card, {**claims, "truck_class": "space"}, today=TODAY)


def test_it_is_rendered_in_the_order_of_its_metadata(
    card: CredentialType, organisations: Mapping[str, Organisation]
) -> None:
    claims = complete(
        card, sample(card, "C1", TODAY), organisation=organisations["O6"], document_id="1.2.3", today=TODAY
    )
    rows = lines(card, claims, language="sv", audience="sheet", purpose=None)
    assert [(row.label, row.value) for row in rows] == [
        ("Truckklass", "Skjutstativtruck"),
        ("Prov avlagt", "20.10.2025"),
        ("Utfärdare", "Opintorekisteri-demo"),
    ]
    assert person_lines(claims, language="sv")[0].value == "Esimerkki, Erkki"


def test_it_is_asked_in_a_form(card: CredentialType) -> None:
    form = forms.form(card, "en")
    assert [option.label for option in next(form.fields).options] == ["Counterbalance truck", "Reach truck"]
    claims, errors = forms.read(card, {"truck_class": ["reach"], "passed_on": ["1.2.2026"], "note": [""]})
    assert (claims, errors) == ({"truck_class": "reach", "passed_on": "2026-02-01"}, ())


def test_its_words_are_published(card: CredentialType) -> None:
    described = {description["path"][0]: description for description in metadata_claims(card)}
    assert described["truck_class"]["value_display"]["reach"][0] == {"name": "Työntömastotrukki", "locale": "fi"}


def test_a_purpose_may_ask_for_it(types: Mapping[str, CredentialType], tmp_path: Path) -> None:
    value = json.loads((HERE / "purposes" / "P5.json").read_text("utf-8"))
    identity = ["given_name", "family_name", "birthdate"]
    value.update(
        id="P90",
        slug="trukki",
        credentials=[
            {"id": "pid", "type": "pid", "required": identity},
            {"id": "card", "type": "trukkikortti", "required": [*identity, "truck_class"], "optional": ["note"]},
        ],
    )
    path = tmp_path / "P90.json"
    path.write_text(json.dumps(value), "utf-8")
    purpose = read_purpose(path)
    check_minimisation(purpose, types)
    query = compile_query(purpose, types, with_customer=False)
    assert query["credentials"][1]["meta"] == {"vct_values": ["https://tyypit.example/kortti/trukkikortti/1"]}
    claims = {**sample(types["trukkikortti"], "C1", TODAY), "issuing_authority": "X"}
    rows = lines(types["trukkikortti"], claims, language="fi", audience="official", purpose=purpose)
    assert [row.claim for row in rows] == ["truck_class", "issuing_authority"]
