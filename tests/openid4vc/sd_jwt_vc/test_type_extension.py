"""Chains of type metadata documents: the cases in tests/vectors/type_metadata, our own limits, the draft's examples."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import CredentialError
from openid4vc.sd_jwt_vc import integrity, type_extension
from openid4vc.sd_jwt_vc.type_document import MAX_BYTES, MAX_CLAIMS, MAX_TEXT_CHARACTERS
from openid4vc.sd_jwt_vc.type_extension import MAX_DOCUMENTS, Reference
from openid4vc.sd_jwt_vc.type_metadata import TypeMetadata

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "type_metadata" / "documents.json").read_text("utf-8")
)
A, B, C = "https://types.example/a", "https://types.example/b", "urn:example:c"


def resolve(documents: dict[str, Any], vct: str = A, integrity: str | None = None) -> TypeMetadata:
    raw = {
        name: document.encode() if isinstance(document, str) else json.dumps(document).encode()
        for name, document in documents.items()
    }
    return type_extension.resolve(Reference(vct, integrity), raw)


def refused(documents: dict[str, Any], detail: str) -> None:
    with pytest.raises(CredentialError) as caught:
        resolve(documents)
    assert (caught.value.code, caught.value.detail) == ("type_metadata_invalid", detail)


def effective(metadata: TypeMetadata) -> dict[str, Any]:
    return {
        "extends": list(metadata.extends),
        "names": {display.locale: display.text for display in metadata.display},
        "claims": [
            {
                "path": list(claim.path),
                "labels": {display.locale: display.text for display in claim.display},
                "mandatory": claim.mandatory,
                "sd": claim.sd,
                "svg_id": claim.svg_id,
            }
            for claim in metadata.claims
        ],
    }


@pytest.mark.parametrize("case", [case for case in CASES if case["error"] is None], ids=lambda case: case["name"])
def test_a_chain_that_is_taken_says_what_holds(case: dict[str, Any]) -> None:
    metadata = resolve(case["documents"], **case["reference"])
    assert metadata.vct == case["reference"]["vct"]
    assert effective(metadata) == case["effective"]


@pytest.mark.parametrize("case", [case for case in CASES if case["error"] is not None], ids=lambda case: case["name"])
def test_a_chain_that_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(CredentialError) as caught:
        resolve(case["documents"], **case["reference"])
    assert caught.value.code == case["error"]


def test_the_cases_have_names_of_their_own() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) > 200
    # In plain letters, so that every tool can select one of them by its name.
    assert all(case["name"].isascii() for case in CASES)


def chain(length: int) -> dict[str, Any]:
    names = [A, *(f"{B}/{number}" for number in range(1, length))]
    documents: dict[str, Any] = {name: {"vct": name} for name in names}
    for name, extended in pairwise(names):
        documents[name]["extends"] = extended
    return documents


def test_limits_of_our_own() -> None:
    assert len(resolve(chain(MAX_DOCUMENTS)).extends) == MAX_DOCUMENTS - 1
    refused(chain(MAX_DOCUMENTS + 1), "extends too many")
    label = {"locale": "fi", "label": "x" * MAX_TEXT_CHARACTERS}
    assert resolve({A: {"vct": A, "claims": [{"path": ["a"], "display": [label]}]}})
    label["label"] += "x"
    refused({A: {"vct": A, "claims": [{"path": ["a"], "display": [label]}]}}, "display")
    tag = f"en{'-abcdefgh' * 26}-abcde-abcde-abcdef"
    assert len(tag) == 255
    assert resolve({A: {"vct": A, "display": [{"locale": tag, "name": "Card"}]}}).display[0].locale == tag
    refused({A: {"vct": A, "display": [{"locale": f"{tag}g", "name": "Card"}]}}, "locale")
    many = [{"path": [str(number)]} for number in range(MAX_CLAIMS)]
    assert resolve({A: {"vct": A, "claims": many}})
    refused({A: {"vct": A, "claims": [*many, {"path": ["a"]}]}}, "claims")
    refused({A: {"vct": A, "extends": B, "claims": [{"path": ["a"]}]}, B: {"vct": B, "claims": many}}, "claims")


def test_a_circle_is_seen_where_it_closes() -> None:
    for extended in (A, B, C):
        documents = {A: {"vct": A, "extends": B}, B: {"vct": B, "extends": C}, C: {"vct": C, "extends": extended}}
        refused(documents, "extends itself")


def test_documents_are_bounded_one_by_one_and_together() -> None:
    def padded(document: dict[str, Any], size: int) -> str:
        bare = json.dumps({**document, "x": ""})
        return json.dumps({**document, "x": "x" * (size - len(bare))})

    assert resolve({A: padded({"vct": A}, MAX_BYTES)})
    refused({A: padded({"vct": A}, MAX_BYTES + 1)}, "")
    documents = {A: padded({"vct": A, "extends": B}, MAX_BYTES), B: padded({"vct": B, "extends": C}, MAX_BYTES - 100)}
    assert resolve({**documents, C: padded({"vct": C}, 100)})
    refused({**documents, C: padded({"vct": C}, 101)}, "too large together")


def test_a_shell_is_told_which_document_comes_next_and_nothing_is_said_before_the_last() -> None:
    base = json.dumps({"vct": B}).encode()
    child = json.dumps({"vct": A, "extends": B, "extends#integrity": integrity.of(base)}).encode()
    claims = {"vct": A, "vct#integrity": integrity.of(child)}
    first = type_extension.begin(type_extension.reference(claims))
    assert first.needed == Reference(A, integrity.of(child))
    second = first.add(child)
    assert second.needed == Reference(B, integrity.of(base))
    with pytest.raises(ValueError, match="missing"):
        second.metadata()
    with pytest.raises(CredentialError, match="type_metadata_integrity"):
        second.add(base + b" ")
    last = second.add(base)
    assert last.needed is None
    assert (last.metadata().extends, last.metadata().document) == ((B,), child)
    with pytest.raises(ValueError, match="no document"):
        last.add(base)


@pytest.mark.parametrize("value", [None, 5, [integrity.of(b"x")]])
def test_an_integrity_claim_that_is_no_text_is_never_no_claim(value: object) -> None:
    with pytest.raises(CredentialError, match="type_metadata_integrity"):
        type_extension.reference({"vct": A, "vct#integrity": value})
    assert type_extension.reference({"vct": A}) == Reference(A, None)


def figure(vectors: Path, name: str) -> Any:
    """A JSON figure of draft-ietf-oauth-sd-jwt-vc-19."""
    return json.loads((vectors / "sd-jwt-vc" / "type-metadata" / f"{name}.json").read_text("utf-8"))["json"]


@pytest.mark.vectors
def test_the_drafts_example_of_extending_has_the_effect_that_the_draft_shows(vectors: Path) -> None:
    """Figures "Example Base", "Example Child Type Metadata Document" and "Effective Claim Metadata for Child Type"."""
    base, child = figure(vectors, "example-base-type-metadata"), figure(vectors, "example-child-type-metadata")
    metadata = resolve({child["vct"]: child, base["vct"]: base}, child["vct"])
    shown = [
        {
            "path": list(claim.path),
            "display": [{"label": display.text, "locale": display.locale} for display in claim.display],
        }
        for claim in metadata.claims
    ]
    assert shown == figure(vectors, "effective-claim-metadata-child-type")["claims"]
    assert metadata.extends == (base["vct"],)


@pytest.mark.vectors
def test_the_drafts_full_document_is_read_whole(vectors: Path) -> None:
    """Figure "Example Type Metadata Document"; the type that it extends is not published, so an empty one stands in."""
    full = figure(vectors, "example-type-metadata")
    extended = full["extends"]
    with pytest.raises(CredentialError, match="type_metadata_unavailable"):
        resolve({full["vct"]: full}, full["vct"])
    with pytest.raises(CredentialError, match="type_metadata_integrity"):
        resolve({full["vct"]: full, extended: {"vct": extended}}, full["vct"])
    del full["extends#integrity"]
    metadata = resolve({full["vct"]: full, extended: {"vct": extended}}, full["vct"])
    assert metadata.label(["degrees", 0, "date_awarded"], "de") == "Verleihungsdatum"
    assert metadata.name("en") == "Betelgeuse Education Credential"
    assert [claim.sd for claim in metadata.claims].count("never") == 2
    assert [claim.svg_id for claim in metadata.claims if claim.svg_id] == ["address_street_address"]
    rendering = metadata.display[0].rendering
    assert rendering is not None and rendering.simple is not None and rendering.simple.logo is not None
    assert rendering.simple.logo.alt_text == "Betelgeuse Ministry of Education logo"
    assert rendering.simple.background_color == "#12107c"
    (template,) = rendering.svg_templates
    assert (template.orientation, template.color_scheme, template.contrast) == ("landscape", "light", "high")


@pytest.mark.vectors
def test_the_type_metadata_of_the_architectures_pid_is_read(vectors: Path) -> None:
    """eudi-lib-jvm-sdjwt-kt, src/test/resources/pid_arf_v18.json."""
    path = vectors / "sd-jwt-vc" / "eudi-lib-jvm-sdjwt-kt" / "src" / "test" / "resources" / "pid_arf_v18.json"
    raw = path.read_bytes()
    metadata = type_extension.resolve(Reference("urn:eudi:pid:1", integrity.of(raw)), {"urn:eudi:pid:1": raw})
    assert metadata.name("en") == "PID"
    assert metadata.label(["place_of_birth", "locality"], "fi") == "Locality"
    assert {claim.sd for claim in metadata.claims} >= {"always"}
