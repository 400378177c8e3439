"""Types are folders: what is packaged is whole, and what is malformed never loads."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.data import HERE, DataError
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, Kind, credential_claims, load_types, metadata_claims, sample
from openid4vc.sd_jwt import Disclosable
from openid4vc.sd_jwt_vc import integrity, type_extension
from openid4vc.sd_jwt_vc.type_extension import Reference
from tests.credential_schemas.conftest import TODAY, document

TYPES = ["elakepaatos", "itsearvio", "laakarinlausunto-b", "lausuntopalaute", "pid"]


def test_the_packaged_types(types: Mapping[str, CredentialType]) -> None:
    assert sorted(types) == TYPES
    assert types["pid"].vct == "urn:eudi:pid:1"
    assert types["lausuntopalaute"].vct == "https://tyypit.example/tyokyky/lausuntopalaute/1"


@pytest.mark.parametrize("name", TYPES)
def test_type_metadata_is_what_a_wallet_reads(types: Mapping[str, CredentialType], name: str) -> None:
    credential_type = types[name]
    parsed = type_extension.resolve(
        Reference(credential_type.vct, credential_type.integrity),
        {credential_type.vct: credential_type.type_metadata_raw},
    )
    for claim in credential_type.claims:
        assert parsed.label([claim.name], "sv") == claim.label("sv")


@pytest.mark.parametrize("name", TYPES)
def test_integrity_is_over_the_served_bytes(types: Mapping[str, CredentialType], name: str) -> None:
    integrity.verify(types[name].type_metadata_raw, types[name].integrity)


@pytest.mark.parametrize("name", TYPES)
def test_what_is_never_hidden_is_a_constant_or_one_of_few_codes(types: Mapping[str, CredentialType], name: str) -> None:
    """Nothing about one person stands in clear; what the issuer is called is the same for all its documents."""
    for claim in types[name].claims:
        if claim.sd == "never" and not claim.name.startswith("issuing_"):
            few = claim.kind is Kind.BOOLEAN or (claim.code_list is not None and len(claim.code_list.words) <= 4)
            assert few, claim.name


@pytest.mark.parametrize("name", TYPES)
def test_every_claim_of_a_type_can_be_in_one_credential(types: Mapping[str, CredentialType], name: str) -> None:
    assert sum(claim.sd == "always" for claim in types[name].claims) <= types[name].digests


def test_a_list_or_record_is_one_disclosure(
    types: Mapping[str, CredentialType], organisations: Mapping[str, Organisation]
) -> None:
    claims = document(types["laakarinlausunto-b"], "C1", organisations["O1"])
    payload = credential_claims(types["laakarinlausunto-b"], claims)
    assert isinstance(payload["diagnoses"], Disclosable)
    assert payload["diagnoses"].value == claims["diagnoses"]
    assert payload["document_language"] == "fi"


def test_a_claim_of_another_type_is_no_payload(feedback: CredentialType) -> None:
    with pytest.raises(DataError, match="no claim degree"):
        credential_claims(feedback, {"degree": "full"})


def test_issuer_metadata_names_claims_and_the_words_of_their_codes(feedback: CredentialType) -> None:
    described = {tuple(claim["path"]): claim for claim in metadata_claims(feedback)}
    claim = described[("work_ability",)]
    assert claim["mandatory"] is True
    assert claim["display"][0] == {"name": "Työkyky", "locale": "fi"}
    assert claim["value_display"]["full"][1] == {"name": "Full arbetsförmåga", "locale": "sv"}
    assert described[("care_plan_exists",)]["value_display"]["true"][2] == {"name": "Has been made", "locale": "en"}
    assert ("assessed_against", "label") in described


def test_issuer_metadata_reaches_into_records(types: Mapping[str, CredentialType]) -> None:
    described = {tuple(claim["path"]): claim for claim in metadata_claims(types["laakarinlausunto-b"])}
    assert described[("diagnoses", None, "priority")]["value_display"]["PAA"]
    assert "mandatory" not in described[("diagnoses", None, "priority")]


def test_sample_dates_are_counted_from_today(feedback: CredentialType) -> None:
    claims = sample(feedback, "C1", TODAY)
    assert claims["assessed_on"] == "2026-11-24"
    assert claims["date_of_expiry"] == "2027-05-24"
    assert claims["birthdate"] == "1974-03-12"


def test_months_end_where_the_month_ends(feedback: CredentialType) -> None:
    assert sample(feedback, "C1", TODAY.replace(month=8, day=31))["date_of_expiry"] == "2027-02-28"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a packaged type under another name and vct."""
    copy = tmp_path / "toinen"
    shutil.copytree(HERE / "types" / "elakepaatos", copy)
    change(copy / "type_metadata.json", lambda value: value.update(vct="https://tyypit.example/toinen/1"))
    return copy


def change(path: Path, how: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text("utf-8"))
    how(value)
    path.write_text(json.dumps(value), "utf-8")


def test_another_folder_is_another_type(folder: Path) -> None:
    assert load_types(folder.parent)["toinen"].vct == "https://tyypit.example/toinen/1"


def test_two_types_cannot_share_a_vct(folder: Path) -> None:
    change(folder / "type_metadata.json", lambda value: value.update(vct="urn:eudi:pid:1"))
    with pytest.raises(DataError, match="same vct"):
        load_types(folder.parent)


def test_a_folder_cannot_replace_a_packaged_type(folder: Path) -> None:
    folder.rename(folder.parent / "pid")
    with pytest.raises(DataError, match="two folders"):
        load_types(folder.parent)


def test_a_folder_with_another_kind_of_name_is_refused(folder: Path) -> None:
    folder.rename(folder.parent / "Toinen Tyyppi")
    with pytest.raises(DataError, match="small letters"):
        load_types(folder.parent)


SPOILED: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "a label lacks a language": (
        "type_metadata.json",
        lambda value: value["claims"][0]["display"].pop(),
        "expected the members",
    ),
    "a claim has no schema": ("schema.json", lambda value: value["properties"].pop("degree"), "differ"),
    "a claim leaves sd open": (
        "type_metadata.json",
        lambda value: value["claims"][0].update(sd="allowed"),
        "selectively disclosable",
    ),
    "too few digests": ("type.json", lambda value: value.update(digests=3), "MIN-5"),
    "digests are no number": ("type.json", lambda value: value.update(digests="17"), "digests is a number"),
    "an unknown keyword": (
        "schema.json",
        lambda value: value["properties"]["decision_number"].update(maxLenght=3),
        "unknown schema keywords",
    ),
    "an unknown check": (
        "schema.json",
        lambda value: value["properties"]["decision_number"].update(check="iban"),
        "unknown check",
    ),
    "an unknown rule": (
        "schema.json",
        lambda value: value["rules"].append({"rule": "forbid", "claim": "degree", "code": "date_order"}),
        "unknown rule",
    ),
    "a rule with an unknown code": (
        "schema.json",
        lambda value: value["rules"].append({"rule": "required", "claim": "degree", "code": "oops"}),
        "unknown error code",
    ),
    "an unknown code list": (
        "schema.json",
        lambda value: value["properties"]["degree"].update(codes="degrees"),
        "no code list",
    ),
    "a mark on an unknown claim": (
        "type.json",
        lambda value: value["marks"].update(clinical=["diagnoses"]),
        "marks an unknown claim",
    ),
    "an unknown issuer claim": (
        "type.json",
        lambda value: value["issuer_claims"].update(colour="today"),
        "unknown claim",
    ),
    "a sample with an unknown claim": ("samples/C5.json", lambda value: value.update(colour="red"), "unknown claims"),
    "a name lacks a language": ("type.json", lambda value: value["name"].pop("sv"), "expected the members"),
    "an empty word": ("type.json", lambda value: value["the"].update(en=" "), "en is empty"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_malformed_type_never_loads(folder: Path, fault: str) -> None:
    name, how, message = SPOILED[fault]
    change(folder / name, how)
    with pytest.raises(DataError, match=message):
        load_types(folder.parent)


def test_a_file_with_a_member_twice_never_loads(folder: Path) -> None:
    (folder / "type.json").write_text('{"version": "1", "version": "2"}', "utf-8")
    with pytest.raises(DataError, match="json_invalid"):
        load_types(folder.parent)


def test_a_sample_is_everybodys_own_copy(types: Mapping[str, CredentialType]) -> None:
    sample(types["pid"], "C1", TODAY)["nationalities"].append("SE")
    assert sample(types["pid"], "C1", TODAY)["nationalities"] == ["FI"]
