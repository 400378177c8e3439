import json
from typing import Any

import pytest

from openid4vc.errors import CredentialError
from openid4vc.sd_jwt import ClaimPath, Disclosable, VerifiedSdJwt
from openid4vc.sd_jwt_vc import type_extension, type_metadata
from openid4vc.sd_jwt_vc.type_extension import Reference
from openid4vc.sd_jwt_vc.type_metadata import TypeMetadata
from tests.openid4vc.credentials import VCT, Issuer, check, present, receive

ISSUER = Issuer()


def parse(document: dict[str, Any]) -> TypeMetadata:
    return type_extension.resolve(Reference(VCT, None), {VCT: json.dumps({"vct": VCT, **document}).encode()})


def claims(*objects: dict[str, Any]) -> TypeMetadata:
    return parse({"claims": list(objects)})


def held(payload: dict[str, object]) -> VerifiedSdJwt:
    return receive(ISSUER.card(payload), ISSUER).sd_jwt


def shown(payload: dict[str, object], *reveal: ClaimPath) -> VerifiedSdJwt:
    return check(present(ISSUER.card(payload), ISSUER, reveal), ISSUER).sd_jwt


def refused(metadata: TypeMetadata, verified: VerifiedSdJwt, *, holder: bool) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        type_metadata.check(metadata, verified, holder=holder)
    assert caught.value.code == "type_metadata_invalid"
    return caught.value


DISPLAY = [
    {"locale": "fi", "label": "Nimi"},
    {"locale": "sv-FI", "label": "Namn"},
    {"locale": "en", "label": "Name", "description": "of the reader"},
]


def test_labels_come_in_the_language_asked_for_or_the_nearest() -> None:
    metadata = parse(
        {
            "display": [{"locale": "en-GB", "name": "Card"}, {"locale": "fi-FI", "name": "Kortti"}],
            "claims": [
                {"path": ["name"], "display": DISPLAY},
                {"path": ["loans", None, "title"], "display": DISPLAY[:1]},
            ],
        }
    )
    assert [metadata.label(["name"], language) for language in ("fi", "FI-fi", "sv", "en-US", "de")] == [
        "Nimi", "Nimi", "Namn", "Name", "Name",
    ]  # fmt: skip
    assert [metadata.name(language) for language in ("fi", "sv", "en")] == ["Kortti", "Card", "Card"]
    assert metadata.label(["loans", 3, "title"], "en") == "Nimi"
    assert metadata.label(["loans", None, "title"], "en") == "Nimi"
    assert metadata.label(["loans"], "en") is None
    assert parse({}).name("fi") is None


def test_the_nearest_language_is_the_one_with_the_same_first_subtag() -> None:
    chinese = {"locale": "zh-Hant-TW", "label": "long"}, {"locale": "zh", "label": "short"}
    for display, language in (([*DISPLAY, chinese[0]], "zh"), ([*DISPLAY, chinese[1]], "zh-Hant-TW")):
        metadata = claims({"path": ["name"], "display": display})
        assert metadata.label(["name"], language) == display[-1]["label"]


def test_a_label_is_for_the_positions_that_its_path_names() -> None:
    metadata = claims({"path": ["loans", 0], "display": DISPLAY}, {"path": ["shelf", None], "display": DISPLAY})
    assert [metadata.label(["loans", step], "en") for step in (0, 1, None)] == ["Name", None, None]
    assert [metadata.label(["shelf", step], "en") for step in (0, None, "name")] == ["Name", "Name", None]


def test_a_claim_must_be_disclosable_exactly_where_its_type_says() -> None:
    always = claims({"path": ["name"], "sd": "always"})
    never = claims({"path": ["name"], "sd": "never"})
    allowed = claims({"path": ["name"]})
    clear, disclosable = held({"name": "Aino"}), held({"name": Disclosable("Aino")})
    assert refused(always, clear, holder=True).facts == {"claim": "name"}
    refused(never, disclosable, holder=False)
    for metadata, verified in ((always, disclosable), (never, clear), (allowed, clear), (allowed, disclosable)):
        type_metadata.check(metadata, verified, holder=True)


def test_a_claim_inside_a_disclosed_one_is_not_disclosable_by_that() -> None:
    inside = held({"home": Disclosable({"city": "Oulu"})})
    refused(claims({"path": ["home", "city"], "sd": "always"}), inside, holder=True)
    type_metadata.check(claims({"path": ["home", "city"], "sd": "never"}), inside, holder=True)


def test_a_mandatory_claim_is_missed_by_the_holder_and_by_a_verifier_only_where_it_could_not_be_hidden() -> None:
    mandatory = {"path": ["name"], "mandatory": True}
    nobody = {"kind": "adult"}
    assert refused(claims({**mandatory, "sd": "always"}), held(nobody), holder=True).facts == {"claim": "name"}
    type_metadata.check(claims({**mandatory, "sd": "always"}), shown(nobody), holder=False)
    type_metadata.check(claims(mandatory), shown(nobody), holder=False)
    refused(claims({**mandatory, "sd": "never"}), shown(nobody), holder=False)
    type_metadata.check(claims({**mandatory, "sd": "always"}), held({"name": Disclosable("Aino")}), holder=True)


LOANS: dict[str, object] = {"loans": [Disclosable({"title": "A"}), {"title": "B"}, Disclosable({"title": "C"})]}


def test_positions_count_as_issued_and_a_hidden_element_was_there() -> None:
    verified = shown(LOANS, ("loans", 2))
    assert verified.array_gaps == {("loans",): (0,)}
    for index, sd in ((0, "always"), (1, "never"), (2, "always")):
        type_metadata.check(claims({"path": ["loans", index], "sd": sd, "mandatory": True}), verified, holder=False)
    refused(claims({"path": ["loans", 0], "sd": "never"}), verified, holder=False)
    refused(claims({"path": ["loans", 1], "sd": "always"}), verified, holder=False)
    refused(claims({"path": ["loans", None], "sd": "always"}), verified, holder=False)
    refused(claims({"path": ["loans", None], "sd": "never"}), verified, holder=False)
    refused(claims({"path": ["loans", 3], "mandatory": True}), held(LOANS), holder=True)
    # What is inside a hidden element is unknown.
    type_metadata.check(claims({"path": ["loans", 0, "title"], "sd": "always"}), verified, holder=False)
    error = refused(claims({"path": ["loans", None, "title"], "sd": "always"}), verified, holder=False)
    assert error.facts == {"claim": "loans/*/title"}


def test_every_element_is_looked_at_and_every_step_counts_from_its_own_array() -> None:
    title, hidden = Disclosable("A"), Disclosable("B")
    every = claims({"path": ["loans", None, "title"], "sd": "always"})
    refused(every, held({"loans": [{"title": title}, {"title": "B"}]}), holder=True)
    type_metadata.check(every, held({"loans": [{"title": title}, {}, {"title": hidden}]}), holder=True)
    shelves = shown({"home": {"shelf": ["A", hidden]}})
    refused(claims({"path": ["home", "shelf", 0], "sd": "always"}), shelves, holder=False)
    refused(claims({"path": ["home", "shelf", 1], "sd": "never"}), shelves, holder=False)
    type_metadata.check(claims({"path": ["home", "shelf", 1], "sd": "always"}), shelves, holder=False)


def test_a_path_that_cannot_be_followed_is_an_error_and_one_that_leads_nowhere_is_not() -> None:
    verified = held({"name": "Aino", "loans": ["A"], "home": {"city": "Oulu"}})
    broken: list[tuple[list[str | int | None], str]] = [
        (["name", "first"], "name/first"),
        (["name", 0], "name/0"),
        (["name", None], "name/*"),
        (["loans", "title"], "loans/title"),
        (["home", 0], "home/0"),
        (["home", None], "home/*"),
    ]
    for path, name in broken:
        assert refused(claims({"path": path}), verified, holder=True).facts == {"claim": name}
    for path in (["nothing"], ["nothing", 0, None, "x"], ["home", "street", "x"], ["loans", 5]):
        type_metadata.check(claims({"path": path}), verified, holder=True)
