"""Purposes compile to one query, and are registered with exactly what they ask."""

import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from credential_schemas import organisations as organisations_data
from credential_schemas.data import HERE, DataError
from credential_schemas.errors import MinimisationError
from credential_schemas.organisations import Organisation
from credential_schemas.purposes import (
    Purpose,
    compile_query,
    find_purpose,
    load_purposes,
    read_purpose,
    registration_claims,
)
from credential_schemas.types import CredentialType
from openid4vc.relying_party import registration_certificate
from openid4vc.vp import dcql

Types = Mapping[str, CredentialType]
Purposes = Mapping[str, Purpose]
ID = ["given_name", "family_name", "birthdate"]
REQUIRED = [
    *ID,
    "work_ability",
    "health_effect_on_employment",
    "effect_duration",
    "restrictions",
    "assessed_on",
    "follow_up_by",
]
OPTIONAL = ["max_weekly_hours", "restriction_max_load_kg", "suitable_work", "message_to_authority"]
FEEDBACK = "https://tyypit.example/tyokyky/lausuntopalaute/1"
STATEMENT = "https://tyypit.example/tyokyky/laakarinlausunto-b/1"


def paths(names: list[str]) -> list[dict[str, Any]]:
    return [{"path": [name]} for name in names]


def subsets(names: list[str]) -> list[list[str]]:
    return [list(chosen) for size in range(len(names), -1, -1) for chosen in combinations(names, size)]


def p1() -> dict[str, Any]:
    """P1 as the design writes it down."""
    return {
        "credentials": [
            {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:eudi:pid:1"]}, "claims": paths(ID)},
            {
                "id": "feedback",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [FEEDBACK]},
                "claims": [{"id": name, "path": [name]} for name in REQUIRED + OPTIONAL],
                "claim_sets": [REQUIRED + chosen for chosen in subsets(OPTIONAL)],
            },
            {
                "id": "statement",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [STATEMENT]},
                "claims": paths([*ID, "work_ability_assessment", "incapacity_scope", "examined_on", "occupation"]),
            },
        ],
        "credential_sets": [{"options": [["pid", "feedback"], ["pid", "statement"]]}],
    }


def test_p1_is_compiled_to_the_letter(types: Types, purposes: Purposes) -> None:
    compiled = compile_query(purposes["P1"], types, with_customer=False)
    assert compiled == p1()
    assert json.dumps(compiled) == json.dumps(p1()), "and in this order of members"


def test_an_expected_customer_adds_the_identity_code_to_identity_data_alone(types: Types, purposes: Purposes) -> None:
    expected = p1()
    expected["credentials"][0]["claims"].append({"path": ["personal_administrative_number"]})
    assert compile_query(purposes["P1"], types, with_customer=True) == expected


def test_optional_claims_are_offered_in_every_smaller_set_by_falling_size(types: Types, purposes: Purposes) -> None:
    sets = compile_query(purposes["P1"], types, with_customer=False)["credentials"][1]["claim_sets"]
    assert len(sets) == 16
    assert sets[0] == REQUIRED + OPTIONAL
    assert sets[-1] == REQUIRED
    assert [len(chosen) for chosen in sets] == sorted((len(chosen) for chosen in sets), reverse=True)
    assert sets[1] == [*REQUIRED, "max_weekly_hours", "restriction_max_load_kg", "suitable_work"]
    assert sets[2] == [*REQUIRED, "max_weekly_hours", "restriction_max_load_kg", "message_to_authority"]


def test_p4_asks_feedback_or_pension(types: Types, purposes: Purposes) -> None:
    query = compile_query(purposes["P4"], types, with_customer=False)
    feedback, pension = query["credentials"][1:]
    assert feedback["claim_sets"] == [
        [*ID, "reduces_employment_prospects", "effect_duration", "assessed_on", "restrictions"],
        [*ID, "reduces_employment_prospects", "effect_duration", "assessed_on"],
    ]
    assert pension["claim_sets"] == [
        [*ID, "degree", "start_date", "provisional", "end_date"],
        [*ID, "degree", "start_date", "provisional"],
    ]
    assert query["credential_sets"] == [{"options": [["pid", "feedback"], ["pid", "pension"]]}]


def test_p5_needs_both_and_has_no_credential_sets(types: Types, purposes: Purposes) -> None:
    query = compile_query(purposes["P5"], types, with_customer=False)
    assert [asked["id"] for asked in query["credentials"]] == ["pid", "self_assessment"]
    assert len(query["credentials"][1]["claim_sets"]) == 32
    assert "credential_sets" not in query


def test_p5_never_asks_the_identity_code(types: Types, purposes: Purposes) -> None:
    query = compile_query(purposes["P5"], types, with_customer=True)
    assert query == compile_query(purposes["P5"], types, with_customer=False)


@pytest.mark.parametrize("with_customer", [False, True])
@pytest.mark.parametrize("purpose", ["P1", "P4", "P5"])
def test_what_is_compiled_is_a_query_that_the_protocol_reads(
    types: Types, purposes: Purposes, purpose: str, with_customer: bool
) -> None:
    dcql.parse(compile_query(purposes[purpose], types, with_customer=with_customer))


def test_every_claim_that_a_purpose_requires_is_in_every_credential_of_the_type(
    types: Types, purposes: Purposes
) -> None:
    """Otherwise an honest holder could not answer at all (OpenID4VP §6.4.1)."""
    for purpose in purposes.values():
        for asked in purpose.credentials:
            for name in asked.claims(with_customer=False):
                claim = types[asked.type].claim(name)
                assert claim.mandatory or name in asked.optional, f"{purpose.id}: {asked.type}.{name}"


def test_a_purpose_is_found_by_id_and_by_slug(purposes: Purposes) -> None:
    assert find_purpose(purposes, "P1") is find_purpose(purposes, "tyoll-terveysvaikutus")
    assert find_purpose(purposes, "X1") is None, "the refused one is not among the purposes"


def test_freshness_and_status_limits_are_the_purposes_own(purposes: Purposes) -> None:
    freshness = purposes["P1"].freshness
    assert freshness is not None
    assert (freshness.months, freshness.claims["feedback"], freshness.claims["statement"]) == (
        12,
        "assessed_on",
        "examined_on",
    )
    assert purposes["P1"].status_max_age_seconds == 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    value = json.loads((HERE / "purposes" / "P4.json").read_text("utf-8"))
    value.update(id="P99", slug="koe")
    (tmp_path / "P99.json").write_text(json.dumps(value), "utf-8")
    return tmp_path


def written(folder: Path, **members: Any) -> Path:
    path = folder / "P99.json"
    value = json.loads(path.read_text("utf-8"))
    value.update(members)
    path.write_text(json.dumps(value), "utf-8")
    return path


def test_another_file_is_another_purpose(folder: Path) -> None:
    assert load_purposes(folder)["P99"].slug == "koe"


def test_two_purposes_cannot_share_a_slug(folder: Path) -> None:
    written(folder, slug="tyoll-osatyokykyisyys")
    with pytest.raises(DataError, match="exists"):
        load_purposes(folder)


def test_a_credential_of_which_only_optional_claims_are_asked_is_not_required(types: Types, folder: Path) -> None:
    asked = [
        {"id": "pid", "type": "pid", "required": ID},
        {"id": "extra", "type": "itsearvio", "required": ID, "optional": ["wishes"], "is_optional": True},
    ]
    query = compile_query(read_purpose(written(folder, credentials=asked, alternatives=[])), types, with_customer=False)
    assert query["credential_sets"] == [{"options": [["pid"]]}, {"options": [["extra"]], "required": False}]


def test_more_than_five_optional_claims_are_asked_all_or_none(types: Types, folder: Path) -> None:
    optional = ["wishes", "work_challenges", "domains", "sought_occupation", "last_occupation", "work_ability_band"]
    asked = [{"id": "sa", "type": "itsearvio", "required": ["completed_on"], "optional": optional}]
    query = compile_query(read_purpose(written(folder, credentials=asked, alternatives=[])), types, with_customer=False)
    assert query["credentials"][0]["claim_sets"] == [["completed_on", *optional], ["completed_on"]]


def test_a_wanted_value_goes_into_the_query(types: Types, folder: Path) -> None:
    asked = [
        {"id": "sa", "type": "itsearvio", "required": ["route_outcome"], "values": {"route_outcome": ["health_check"]}}
    ]
    query = compile_query(read_purpose(written(folder, credentials=asked, alternatives=[])), types, with_customer=False)
    assert query["credentials"][0]["claims"] == [{"path": ["route_outcome"], "values": ["health_check"]}]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"kind": "anything"}, "unknown kind"),
        ({"alternatives": [["pid", "feedback"]]}, "alternatives"),
        ({"credentials": []}, "credential ids"),
        ({"name": {"fi": "Koe"}}, "expected the members"),
        ({"retention": {}}, "duration"),
    ],
)
def test_a_malformed_purpose_never_loads(folder: Path, members: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_purpose(written(folder, **members))


def registered(
    purpose: Purpose, types: Types, organisations: Mapping[str, Organisation], organisation: str = "O2"
) -> dict[str, Any]:
    return registration_claims(
        purpose,
        types,
        organisations[organisation],
        registrar=organisations["O9"],
        privacy_policy="https://te.mallila.example/tietosuoja/P1",
        support_uri="https://te.mallila.example/poisto",
        iat=1_795_500_000,
        exp=1_800_000_000,
    )


def test_a_registration_has_the_members_of_ts_119_475(
    types: Types, purposes: Purposes, organisations: Mapping[str, Organisation]
) -> None:
    claims = registered(purposes["P1"], types, organisations)
    assert claims["sub"] == "NTRFI-9900102-9"
    assert claims["entitlements"] == ["https://uri.etsi.org/19475/Entitlement/Service_Provider"]
    assert claims["policy_id"] == ["0.4.0.19475.3.1"]
    assert [text["lang"] for text in claims["purpose"]] == ["fi", "sv", "en"]
    assert claims["purpose"][0]["value"] == "Terveydentilan vaikutus työllistymiseen"
    assert claims["credentials"][0]["claim"][-1] == {"path": ["personal_administrative_number"]}
    assert (claims["retention"], claims["lawful_basis"]) == ("P12M", "law:380/2023")
    assert set(claims) >= {
        "name", "country", "registry_uri", "srv_description", "privacy_policy", "info_uri", "support_uri",
        "supervisory_authority", "certificate_policy", "iat", "exp", "intended_use_id",
    }  # fmt: skip


@pytest.mark.parametrize("with_customer", [False, True])
@pytest.mark.parametrize("purpose", ["P1", "P4", "P5"])
def test_what_is_asked_is_registered_and_what_is_registered_is_asked(
    types: Types, purposes: Purposes, organisations: Mapping[str, Organisation], purpose: str, with_customer: bool
) -> None:
    claims = registered(purposes[purpose], types, organisations)
    query = compile_query(purposes[purpose], types, with_customer=with_customer)
    for entry, asked in zip(claims["credentials"], query["credentials"], strict=True):
        assert entry["meta"] == asked["meta"]
        missing = [claim["path"] for claim in asked["claims"] if {"path": claim["path"]} not in entry["claim"]]
        assert missing == []
        extra = {claim["path"][0] for claim in entry["claim"]} - {claim["path"][0] for claim in asked["claims"]}
        assert extra <= {"personal_administrative_number"}


def test_a_registrar_certifies_these_claims(
    types: Types, purposes: Purposes, organisations: Mapping[str, Organisation]
) -> None:
    """The certificate's own reader takes every member; one without `claims` would have allowed everything."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from openid4vc.jose.jws import KeySigner

    signer = KeySigner(ec.generate_private_key(ec.SECP256R1()))
    text = registration_certificate.create(
        registered(purposes["P5"], types, organisations), signer=signer, x5c=["AA=="]
    )
    assert text.count(".") == 2


def test_an_organisation_registers_only_its_own_purposes(
    types: Types, purposes: Purposes, organisations: Mapping[str, Organisation]
) -> None:
    with pytest.raises(ValueError, match="O10 may not ask for P1"):
        registered(purposes["P1"], types, organisations, "O10")


def test_the_whole_statement_cannot_be_registered(types: Types, organisations: Mapping[str, Organisation]) -> None:
    with pytest.raises(MinimisationError) as caught:
        registered(read_purpose(HERE / "purposes" / "refused" / "X1.json"), types, organisations)
    assert caught.value.rule == "MIN-1"
    assert "laakarinlausunto-b.diagnoses" in caught.value.claims


def test_organisations_may_issue_and_ask_only_what_exists(types: Types, purposes: Purposes) -> None:
    for organisation in organisations_data.load().values():
        assert set(organisation.may_issue) <= set(types)
        assert set(organisation.may_ask) <= set(purposes)


def test_purposes_are_files_beside_the_refused_one() -> None:
    assert sorted(path.name for path in (HERE / "purposes").iterdir()) == ["P1.json", "P4.json", "P5.json", "refused"]
