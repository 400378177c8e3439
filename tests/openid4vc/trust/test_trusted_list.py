"""Trusted lists: ours against the schema of the standard, and every way to spoil one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from openid4vc.errors import TrustError
from openid4vc.trust import trusted_list
from openid4vc.trust.trusted_list import TrustedEntity
from tests.openid4vc.trust.authorities import NOW, root

ROOT = root("Issuers").certificate
ENTITIES = (
    TrustedEntity("Hospital", "NTRFI-9900101-0", frozenset({"a", "b"}), (ROOT,), status_3_superseded=True),
    TrustedEntity("Office", "NTRFI-9900102-9", frozenset({"c"}), (ROOT,), status_3_superseded=False),
    TrustedEntity("Nothing yet", "NTRFI-9900103-7", frozenset(), (ROOT,), status_3_superseded=False),
)
RAW = trusted_list.create(ENTITIES, operator="Operator", sequence=3, issued=NOW, next_update=NOW + 9)


def test_a_list_says_what_it_was_made_of() -> None:
    read = trusted_list.parse(RAW)
    assert (read.sequence, read.issued, read.next_update, read.entities) == (3, NOW, NOW + 9, ENTITIES)


def english(text: str) -> list[dict[str, str]]:
    return [{"lang": "en", "value": text}]


def listed(name: str, identifier: str, **extensions: object) -> dict[str, object]:
    address = {
        "TEPostalAddress": [{"lang": "en", "StreetAddress": "not stated", "Country": "FI"}],
        "TEElectronicAddress": [{"lang": "en", "uriValue": "mailto:nobody@example.invalid"}],
    }
    information = {
        "TEName": english(name),
        "TETradeName": english(identifier),
        "TEAddress": address,
        "TEInformationURI": [{"lang": "en", "uriValue": "https://example.invalid/"}],
    }
    service = {
        "ServiceName": english("Issuance of attestations"),
        "ServiceDigitalIdentity": {"X509Certificates": [{"val": ROOT.x5c_member}]},
        "ServiceTypeIdentifier": "http://uri.etsi.org/19602/SvcType/PubEAA/Issuance",
        **extensions,
    }
    return {"TrustedEntityInformation": information, "TrustedEntityServices": [{"ServiceInformation": service}]}


@pytest.mark.usefixtures("east_of_greenwich")
def test_a_list_is_written_in_the_members_of_the_standard_with_times_in_utc() -> None:
    raw = trusted_list.create(
        ENTITIES, operator="Operator", sequence=3, issued=1_790_000_000, next_update=1_790_000_009
    )
    assert json.loads(raw) == {
        "LoTE": {
            "ListAndSchemeInformation": {
                "LoTEVersionIdentifier": 1,
                "LoTESequenceNumber": 3,
                "LoTEType": "http://uri.etsi.org/19602/LoTEType/local",
                "SchemeOperatorName": english("Operator"),
                "SchemeTerritory": "FI",
                "ListIssueDateTime": "2026-09-21T14:13:20Z",
                "NextUpdate": "2026-09-21T14:13:29Z",
            },
            "TrustedEntitiesList": [
                listed(
                    "Hospital",
                    "NTRFI-9900101-0",
                    ServiceInformationExtensions=[{"vct": ["a", "b"]}, {"status_3": "superseded"}],
                ),
                listed("Office", "NTRFI-9900102-9", ServiceInformationExtensions=[{"vct": ["c"]}]),
                listed("Nothing yet", "NTRFI-9900103-7"),
            ],
        }
    }
    assert trusted_list.parse(raw) == trusted_list.parse(RAW)


def test_a_list_is_as_large_as_the_limit_and_no_larger() -> None:
    assert trusted_list.parse(RAW.ljust(16 << 20)).entities == ENTITIES
    with pytest.raises(TrustError, match="trust_list_invalid"):
        trusted_list.parse(RAW.ljust((16 << 20) + 1))


@pytest.mark.vectors
def test_our_list_is_valid_by_the_schema_of_the_standard(vectors: Path) -> None:
    (path,) = (vectors / "lote").rglob("1960201_json_schema.json")
    schema = json.loads(path.read_text("utf-8"))
    # A JWK is described in a file that was not published with the schema; our lists hold certificates.
    schema["definitions"]["PublicKeyValue"] = {"type": "object"}
    jsonschema.Draft7Validator(schema).validate(json.loads(RAW))


def test_a_list_names_its_scheme_in_every_language_and_stays_the_same_scheme_from_edition_to_edition() -> None:
    document = json.loads(RAW)
    information = scheme(document)
    information["SchemeOperatorName"].append({"lang": "fi", "value": "Ylläpitäjä"})
    information["SchemeName"] = [{"lang": "en", "value": "FI:Issuers"}]
    information["SchemeExtensions"] = [{"critical": False, "x": 1}]
    read = trusted_list.parse(json.dumps(document).encode())
    assert (read.operator_names, read.scheme_names) == ({"Operator", "Ylläpitäjä"}, {"FI:Issuers"})
    assert (read.territory, read.list_type) == ("FI", "http://uri.etsi.org/19602/LoTEType/local")
    next_edition = trusted_list.create(ENTITIES[:1], operator="Operator", sequence=4, issued=NOW, next_update=NOW + 99)
    assert trusted_list.parse(next_edition).scheme == trusted_list.parse(RAW).scheme != read.scheme


def first(document: dict[str, Any]) -> dict[str, Any]:
    member: dict[str, Any] = document["LoTE"]["TrustedEntitiesList"][0]
    return member


def service(document: dict[str, Any]) -> dict[str, Any]:
    information: dict[str, Any] = first(document)["TrustedEntityServices"][0]["ServiceInformation"]
    return information


def certificates(document: dict[str, Any]) -> list[object]:
    members: list[object] = service(document)["ServiceDigitalIdentity"]["X509Certificates"]
    return members


def entity(document: dict[str, Any]) -> dict[str, Any]:
    information: dict[str, Any] = first(document)["TrustedEntityInformation"]
    return information


def scheme(document: dict[str, Any]) -> dict[str, Any]:
    information: dict[str, Any] = document["LoTE"]["ListAndSchemeInformation"]
    return information


LEAF = root("R").issue("L").certificate.x5c_member
UNSAID = root("R").issue("L", ca=None).certificate.x5c_member


@pytest.mark.parametrize(
    ("spoil", "member"),
    [
        (lambda d: d.pop("LoTE"), "LoTE"),
        (lambda d: d["LoTE"].pop("ListAndSchemeInformation"), "ListAndSchemeInformation"),
        (lambda d: d["LoTE"].pop("TrustedEntitiesList"), "TrustedEntitiesList"),
        (lambda d: d["LoTE"].update(TrustedEntitiesList=[]), "TrustedEntitiesList"),
        (lambda d: d["LoTE"].update(TrustedEntitiesList={"a": 1}), "TrustedEntitiesList"),
        (lambda d: d["LoTE"]["TrustedEntitiesList"].append(1), "TrustedEntitiesList"),
        (lambda d: scheme(d).update(LoTEVersionIdentifier=2), "version"),
        (lambda d: scheme(d).update(LoTESequenceNumber="1"), "sequence"),
        (lambda d: scheme(d).update(LoTESequenceNumber=0), "sequence"),
        (lambda d: scheme(d).update(LoTESequenceNumber=True), "sequence"),
        (lambda d: scheme(d).update(NextUpdate="soon"), "NextUpdate"),
        # 6.3.15: a list that has been closed.
        (lambda d: scheme(d).update(NextUpdate=None), "NextUpdate"),
        (lambda d: scheme(d).update(NextUpdate="2020-01-01T00:00:00Z"), "NextUpdate"),
        (lambda d: scheme(d).update(NextUpdate="2027-01-01T00:00:00"), "NextUpdate"),
        (lambda d: scheme(d).pop("ListIssueDateTime"), "ListIssueDateTime"),
        (lambda d: scheme(d).pop("SchemeOperatorName"), "SchemeOperatorName"),
        (lambda d: scheme(d).update(SchemeOperatorName=[]), "SchemeOperatorName"),
        (lambda d: scheme(d).update(SchemeOperatorName=[{"lang": "en"}]), "SchemeOperatorName"),
        (lambda d: scheme(d).update(SchemeOperatorName=["Operator"]), "SchemeOperatorName"),
        (lambda d: scheme(d).update(SchemeName=[]), "SchemeName"),
        (lambda d: scheme(d).update(SchemeName=[{"value": ""}]), "SchemeName"),
        (lambda d: scheme(d).update(SchemeTerritory=1), "SchemeTerritory"),
        (lambda d: scheme(d).update(LoTEType=None), "LoTEType"),
        # 6.3.17: an extension that must be understood.
        (lambda d: scheme(d).update(SchemeExtensions=[{"critical": True}]), "SchemeExtensions"),
        (lambda d: scheme(d).update(SchemeExtensions=[{"Critical": "true", "x": 1}]), "SchemeExtensions"),
        (lambda d: scheme(d).update(SchemeExtensions=[{"x": 1, "CRITICALITY": "no"}]), "SchemeExtensions"),
        (lambda d: scheme(d).update(SchemeExtensions={}), "SchemeExtensions"),
        (lambda d: entity(d).update(TEInformationExtensions=[{"critical": True}]), "TEInformationExtensions"),
        (lambda d: entity(d).update(TEInformationExtensions=1), "TEInformationExtensions"),
        (
            lambda d: service(d)["ServiceInformationExtensions"].append({"vct": ["d"], "critical": True}),
            "ServiceInformationExtensions",
        ),
        (lambda d: service(d).update(ServiceInformationExtensions={}), "ServiceInformationExtensions"),
        (lambda d: service(d).update(ServiceInformationExtensions=[{"vct": "a"}]), "vct"),
        (lambda d: service(d).update(ServiceInformationExtensions=[{"vct": []}]), "vct"),
        (lambda d: service(d).update(ServiceInformationExtensions=[{"vct": ["a", 1]}]), "vct"),
        (lambda d: first(d).pop("TrustedEntityInformation"), "TrustedEntityInformation"),
        (lambda d: entity(d).update(TEName=[]), "TEName"),
        (lambda d: entity(d).update(TEName=["Hospital"]), "TEName"),
        (lambda d: entity(d).update(TEName=[{"lang": "en"}]), "TEName"),
        (lambda d: entity(d).pop("TETradeName"), "TETradeName"),
        (lambda d: entity(d)["TETradeName"].append("NTRFI-1"), "TETradeName"),
        (lambda d: entity(d)["TETradeName"].append({"lang": "en"}), "TETradeName"),
        (lambda d: entity(d).update(TETradeName=[{"lang": "en", "value": "Hospital"}]), "TETradeName"),
        (lambda d: entity(d)["TETradeName"].append({"lang": "en", "value": "NTRFI-1"}), "TETradeName"),
        (lambda d: first(d).pop("TrustedEntityServices"), "TrustedEntityServices"),
        (lambda d: first(d)["TrustedEntityServices"].append("x"), "TrustedEntityServices"),
        (lambda d: first(d)["TrustedEntityServices"].append({}), "ServiceInformation"),
        (lambda d: service(d).pop("ServiceDigitalIdentity"), "ServiceDigitalIdentity"),
        (lambda d: service(d).update(ServiceDigitalIdentity=[]), "ServiceDigitalIdentity"),
        (lambda d: service(d)["ServiceDigitalIdentity"].update(X509Certificates=[]), "X509Certificates"),
        (lambda d: certificates(d).append({"val": "AAAA"}), "X509Certificates"),
        (lambda d: certificates(d).append({"val": "no base64"}), "X509Certificates"),
        (lambda d: certificates(d).append({"val": ROOT.x5c_member + "\n"}), "X509Certificates"),
        (lambda d: certificates(d).append({"val": LEAF}), "X509Certificates"),
        (lambda d: certificates(d).append({"val": UNSAID}), "X509Certificates"),
        (lambda d: certificates(d).append({}), "X509Certificates"),
        (lambda d: certificates(d).append(ROOT.x5c_member), "X509Certificates"),
    ],
)
def test_a_list_that_is_not_whole_is_refused_and_the_member_is_named(
    spoil: Callable[[dict[str, Any]], object], member: str
) -> None:
    document = json.loads(RAW)
    spoil(document)
    with pytest.raises(TrustError) as caught:
        trusted_list.parse(json.dumps(document).encode())
    assert caught.value.code == "trust_list_invalid"
    assert member in caught.value.detail.split()


def test_bytes_that_are_not_json_are_no_list() -> None:
    for raw in (b"", b"{", b"[]", RAW[:-1], RAW + RAW, b'{"LoTE":1,"LoTE":2}'):
        with pytest.raises(TrustError) as caught:
            trusted_list.parse(raw)
        assert caught.value.code == "trust_list_invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"ServiceStatus": "http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus/withdrawn"},
        {"ServiceTypeIdentifier": "http://uri.etsi.org/19602/SvcType/PubEAA/Revocation"},
    ],
)
def test_a_service_that_is_withdrawn_or_not_for_issuance_is_trusted_for_nothing(change: dict[str, str]) -> None:
    document = json.loads(RAW)
    service(document).update(change)
    assert [each.name for each in trusted_list.parse(json.dumps(document).encode()).entities] == [
        "Office",
        "Nothing yet",
    ]


def test_a_service_beside_one_that_is_withdrawn_is_trusted() -> None:
    document = json.loads(RAW)
    withdrawn = json.loads(json.dumps(first(document)["TrustedEntityServices"][0]))
    withdrawn["ServiceInformation"]["ServiceStatus"] = "withdrawn"
    first(document)["TrustedEntityServices"].insert(0, withdrawn)
    assert trusted_list.parse(json.dumps(document).encode()).entities == ENTITIES


def test_a_list_may_end_in_the_second_in_which_it_was_issued() -> None:
    raw = trusted_list.create(ENTITIES, operator="Operator", sequence=1, issued=NOW, next_update=NOW)
    assert trusted_list.parse(raw).next_update == NOW


def test_who_is_no_authority_is_no_anchor() -> None:
    assert trusted_list.check_anchor(ROOT) is ROOT
    for ca in (False, None):
        with pytest.raises(TrustError) as caught:
            trusted_list.check_anchor(root("R").issue("L", ca=ca).certificate)
        assert caught.value.code == "trust_list_invalid"


def test_a_list_in_which_nobody_is_trusted_for_anything_is_refused() -> None:
    document = json.loads(RAW)
    del document["LoTE"]["TrustedEntitiesList"][1:]
    service(document).update(ServiceStatus="http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus/withdrawn")
    with pytest.raises(TrustError, match="no entity"):
        trusted_list.parse(json.dumps(document).encode())


@pytest.mark.parametrize("status", ["http://uri.etsi.org/19602/X/SvcStatus/notified", "granted"])
def test_members_and_extensions_that_are_not_ours_are_ignored(status: str) -> None:
    document = json.loads(RAW)
    service(document).update(ServiceStatus=status, Later=1)
    service(document)["ServiceInformationExtensions"] += ["text", {"other": 1}, {"status_3": "revoked"}]
    assert trusted_list.parse(json.dumps(document).encode()).entities == ENTITIES


def test_a_service_may_name_its_types_in_several_extensions_and_its_kind_in_none() -> None:
    document = json.loads(RAW)
    service(document).pop("ServiceTypeIdentifier")
    service(document)["ServiceInformationExtensions"] = [{"status_3": "superseded"}, {"vct": ["a"]}, {"vct": ["b"]}]
    assert trusted_list.parse(json.dumps(document).encode()).entities == ENTITIES
