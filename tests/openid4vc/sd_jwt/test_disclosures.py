"""RFC 9901 §7.1: every way in which digests and Disclosures can fail to fit, at the wallet and at the verifier."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc import base64url, sd_jwt, strict_json
from openid4vc.errors import KeyBindingError, ProtocolError
from openid4vc.sd_jwt import Disclosable, disclosure
from openid4vc.sd_jwt.disclosure import digest
from tests.openid4vc.credentials import (
    CLAIMS,
    PAYLOAD,
    Issuer,
    assembled,
    bound,
    check,
    receive,
    refused_by_wallet_and_verifier,
)
from tests.openid4vc.forging import part

ISSUER = Issuer()
CARD = ISSUER.card()
BASE = {name: value for name, value in PAYLOAD.items() if name not in CLAIMS}


def encode(content: list[Any]) -> str:
    return disclosure.encode([content])[0].decode("ascii")


NAME = encode(["c2FsdHNhbHRzYWx0c2FsdA", "name", "Aino"])
ELEMENT = encode(["c2FsdHNhbHRzYWx0c2FsdA", "A"])


def refused(payload: Mapping[str, object], disclosures: list[str], code: str) -> None:
    refused_by_wallet_and_verifier(assembled(ISSUER, {**BASE, **payload}, disclosures), ISSUER, code)


def accepted(payload: Mapping[str, object], disclosures: list[str]) -> dict[str, Any]:
    text = assembled(ISSUER, {**BASE, **payload}, disclosures)
    claims = receive(text, ISSUER).claims
    assert check(bound(text), ISSUER).claims == claims
    return claims


def test_the_parts_that_the_spoiled_ones_are_made_of_are_good() -> None:
    assert accepted({"_sd": [digest(NAME)]}, [NAME]) == {"name": "Aino"}
    assert accepted({"loans": [{"...": digest(ELEMENT)}]}, [ELEMENT]) == {"loans": ["A"]}


@pytest.mark.case("S-02")
@pytest.mark.parametrize("position", [0, 1, 2], ids=["salt", "name", "value"])
def test_a_changed_salt_name_or_value_refuses_the_whole(position: int) -> None:
    parts = CARD.split("~")
    index = next(number for number in range(1, len(parts) - 1) if b"birthdate" in base64url.decode(parts[number]))
    content = json.loads(base64url.decode(parts[index]))
    content[position] += "x"
    parts[index] = encode(content)
    refused_by_wallet_and_verifier("~".join(parts), ISSUER, "disclosure_not_referenced")


@pytest.mark.case("S-03")
def test_a_disclosure_that_no_digest_references_is_refused() -> None:
    refused_by_wallet_and_verifier(CARD + NAME + "~", ISSUER, "disclosure_not_referenced")


@pytest.mark.case("S-04")
def test_the_same_disclosure_twice_is_refused() -> None:
    refused({"_sd": [digest(NAME)]}, [NAME, NAME], "disclosure_duplicate")


@pytest.mark.case("S-05")
@pytest.mark.parametrize(
    "payload",
    [
        {"_sd": [digest(NAME), digest(NAME)]},
        {"_sd": [digest(NAME)], "home": {"_sd": [digest(NAME)]}},
        {"loans": [{"...": digest(ELEMENT)}, {"...": digest(ELEMENT)}]},
    ],
    ids=["one level", "two levels", "one array"],
)
@pytest.mark.parametrize("disclosed", [True, False])
def test_the_same_digest_twice_is_refused_also_when_nothing_is_disclosed(
    payload: dict[str, object], disclosed: bool
) -> None:
    disclosures = [ELEMENT if "loans" in payload else NAME]
    refused(payload, disclosures if disclosed else [], "digest_duplicate")


def test_a_digest_repeated_inside_a_disclosure_is_refused() -> None:
    parent = encode(["c2FsdHNhbHRzYWx0c2FsdB", "home", {"_sd": [digest(NAME)]}])
    refused({"_sd": [digest(NAME), digest(parent)]}, [NAME, parent], "digest_duplicate")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("_sd", marks=pytest.mark.case("S-06")),
        pytest.param("...", marks=pytest.mark.case("S-07")),
        "_sd_alg",
    ],
)
def test_a_reserved_name_is_refused(name: str) -> None:
    spoiled = encode(["c2FsdHNhbHRzYWx0c2FsdA", name, "x"])
    refused({"_sd": [digest(spoiled)]}, [spoiled], "disclosure_name")


@pytest.mark.case("S-08")
@pytest.mark.parametrize("name", ["iss", "vct", "given_name"])
def test_a_claim_in_clear_is_never_overwritten(name: str) -> None:
    spoiled = encode(["c2FsdHNhbHRzYWx0c2FsdA", name, "x"])
    clear = {"iss": "https://issuer.example", "given_name": "Aino", **BASE}
    refused({**clear, "_sd": [digest(spoiled)]}, [spoiled], "disclosure_collision")


def test_two_disclosures_of_one_name_at_one_level_are_refused_and_at_two_levels_are_not() -> None:
    other = encode(["c2FsdHNhbHRzYWx0c2FsdB", "name", "Eino"])
    refused({"_sd": [digest(NAME), digest(other)]}, [NAME, other], "disclosure_collision")
    claims = accepted({"_sd": [digest(NAME)], "parent": {"_sd": [digest(other)]}}, [NAME, other])
    assert claims == {"name": "Aino", "parent": {"name": "Eino"}}


@pytest.mark.case("S-09")
def test_a_disclosure_of_the_other_kind_is_refused() -> None:
    refused({"_sd": [digest(ELEMENT)]}, [ELEMENT], "disclosure_malformed")
    refused({"loans": [{"...": digest(NAME)}]}, [NAME], "disclosure_malformed")


@pytest.mark.case("S-10")
@pytest.mark.parametrize(
    "spoiled",
    [
        *map(part, ([], ["salt"], ["salt", "a", "b", "c"], {"salt": "a"}, "text", 5, None)),
        *map(part, ([5, "name", "x"], [None, "x"], ["salt", 5, "x"], ["salt", None, "x"], ["salt", ["a"], "x"])),
        part(b"[1"), part(b"\xff"), part(b'["salt","name",1e400]'), part(b'["salt","a",{"b":1,"b":2}]'), part(""),
        NAME + "=", NAME + "A", " " + NAME, NAME + "\n", NAME[:-1] + "+", NAME[:-1] + "ä",
    ],
)  # fmt: skip
def test_what_is_no_disclosure_is_refused_although_a_digest_references_it(spoiled: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        receive(assembled(ISSUER, {**BASE, "_sd": [digest(spoiled.replace("ä", "a"))]}, [spoiled]), ISSUER)
    assert caught.value.code in ("disclosure_malformed", "sd_jwt_malformed")


@pytest.mark.case("S-11")
def test_a_forged_array_element_without_a_placeholder_is_refused() -> None:
    refused({"loans": ["B"]}, [ELEMENT], "disclosure_not_referenced")


@pytest.mark.case("S-12")
def test_a_child_without_its_parent_is_refused() -> None:
    parent = encode(["c2FsdHNhbHRzYWx0c2FsdB", "home", {"_sd": [digest(NAME)]}])
    payload = {"_sd": [digest(parent)]}
    assert accepted(payload, [NAME, parent]) == {"home": {"name": "Aino"}}
    assert accepted(payload, [parent]) == {"home": {}}
    refused(payload, [NAME], "disclosure_not_referenced")


@pytest.mark.case("S-13")
def test_decoys_and_undisclosed_placeholders_leave_no_trace() -> None:
    decoys = [digest(f"decoy {number}") for number in range(1000)]
    payload = {
        "_sd": decoys[:500],
        "_sd_alg": "sha-256",
        "home": {"_sd": decoys[500:700], "deeper": {"_sd": decoys[700:800]}},
        "loans": [{"...": decoys[800]}, "B", *({"...": decoy} for decoy in decoys[801:])],
        "empty": [{"...": digest("x")}],
    }
    assert accepted(payload, []) == {"home": {"deeper": {}}, "loans": ["B"], "empty": []}
    verified = receive(assembled(ISSUER, {**BASE, **payload}, []), ISSUER).sd_jwt
    assert verified.array_gaps == {("loans",): (0, *range(2, 201)), ("empty",): (0,)}
    assert verified.value_at(("loans", 1)) == "B"


@pytest.mark.case("S-14")
@pytest.mark.parametrize("algorithm", ["sha-1", "md5", "sha-256-32", "SHA-256", "sha-512", 256, "", None, ["sha-256"]])
def test_another_hash_algorithm_is_refused_and_none_means_sha_256(algorithm: object) -> None:
    refused({"_sd": [digest(NAME)], "_sd_alg": algorithm}, [NAME], "sd_alg_unsupported")
    assert accepted({"_sd": [digest(NAME)]}, [NAME]) == accepted({"_sd": [digest(NAME)], "_sd_alg": "sha-256"}, [NAME])


@pytest.mark.case("S-15")
@pytest.mark.parametrize(
    "payload",
    [
        *({"_sd": value} for value in ("text", {"a": 1}, 5, None, [5], [None], [{}], [["a"]])),
        *({"_sd": [value]} for value in ("", "short", digest("a") + "A", digest("a")[:-1])),
        {"home": {"_sd": "text"}},
        {"loans": [{"...": 5}]}, {"loans": [{"...": digest("a"), "title": "x"}]}, {"loans": [{"...": "short"}]},
        {"home": {"...": digest("a")}}, {"home": {"_sd_alg": "sha-256"}}, {"...": digest("a")},
    ],
)  # fmt: skip
def test_what_is_no_digest_in_its_place_is_refused(payload: dict[str, object]) -> None:
    refused(payload, [], "digest_malformed")


def test_nothing_is_sought_inside_of_what_should_have_been_a_digest() -> None:
    for disclosed in (NAME, ELEMENT):
        refused({"_sd": [{"...": digest(disclosed)}]}, [disclosed], "digest_malformed")


def nested(levels: int) -> tuple[dict[str, object], list[str]]:
    """A chain of Disclosures, each carrying the digest of the one before."""
    disclosures = [NAME]
    for number in range(levels):
        inner = {"_sd": [digest(disclosures[-1])]}
        disclosures.append(encode([f"c2FsdHNhbHRzYWx0c2FsdA{number}", "level", inner]))
    return {"_sd": [digest(disclosures[-1])]}, disclosures


@pytest.mark.case("S-16")
def test_depth_and_number_are_bounded_also_across_disclosures() -> None:
    # As deep as JSON may be in one text, and one deeper.
    assert accepted(*nested(strict_json.MAX_DEPTH - 1))
    refused(*nested(strict_json.MAX_DEPTH), "json_too_deep")
    refused(*nested(1500), "too_many_disclosures")
    many = [encode([f"c2FsdHNhbHRzYWx0c2FsdA{number}", f"n{number}", 1]) for number in range(10_000)]
    refused({"_sd": [digest(NAME)]}, many, "too_many_disclosures")
    # Counted before any of them is looked at.
    refused({"_sd": [digest(NAME)]}, ["!"] * 1001, "too_many_disclosures")
    refused({"_sd": [digest(NAME)]}, ["!"] * 1000, "disclosure_malformed")
    few = many[:1000]
    assert len(accepted({"_sd": [digest(each) for each in few]}, few)) == 1000
    with pytest.raises(ProtocolError):
        deep = '{"vct":"x","a":' + "[" * 5000 + "]" * 5000 + "}"
        receive(assembled(ISSUER, deep, []), ISSUER)  # type: ignore[arg-type]


@pytest.mark.case("S-18")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text, kb: text[:-1],
        lambda text, kb: text + "~",
        lambda text, kb: text.replace("~", "~~", 1),
        lambda text, kb: text.replace("~", f"~{kb}~", 1),
        lambda text, kb: text + kb + "~",
        lambda text, kb: text + kb + "~" + kb,
        lambda text, kb: "~" + text,
        lambda text, kb: text + kb + ".",
        lambda text, kb: text + "a.b",
        lambda text, kb: text + " ",
        lambda text, kb: "",
        lambda text, kb: "~",
        lambda text, kb: text.split("~")[0],
    ],
)
def test_tildes_and_jwts_out_of_their_places_are_refused(spoil: Callable[[str, str], str]) -> None:
    key_binding_jwt = bound(CARD)[len(CARD) :]
    for take in (receive, check):
        with pytest.raises(ProtocolError) as caught:
            take(spoil(CARD, key_binding_jwt), ISSUER)
        assert caught.value.code in ("sd_jwt_malformed", "jose_malformed")


def test_an_empty_place_is_no_disclosure_and_nothing_is_no_sd_jwt() -> None:
    for disclosures in ([""], [NAME, ""], ["", NAME]):
        refused({"_sd": [digest(NAME)]}, disclosures, "sd_jwt_malformed")
    for text in (CARD.split("~")[0], "", "~", "~" + CARD):
        with pytest.raises(ProtocolError, match="sd_jwt_malformed"):
            receive(text, ISSUER)


def test_a_key_binding_jwt_that_runs_into_the_last_disclosure_is_no_key_binding() -> None:
    card = ISSUER.card({"name": Disclosable("Aino")})
    glued = card[:-1] + bound(card)[len(card) :]
    for take in (receive, check):
        with pytest.raises(KeyBindingError, match="kb_signature"):
            take(glued, ISSUER)


@pytest.mark.case("S-33")
@pytest.mark.parametrize(
    "json_text",
    [
        '["c2FsdHNhbHRzYWx0c2FsdA", "name", "M\\u00f6bius"]',
        '[\n"c2FsdHNhbHRzYWx0c2FsdA" ,\t"n\\u0061me",\r\n"Möbius"]',
        '["c2FsdHNhbHRzYWx0c2FsdA","name","Mo\u0308bius"]',
        '["","name",{"b":1,"a":2.50}]',
    ],
)
def test_the_digest_is_over_the_received_characters_and_the_value_is_returned_as_it_is(json_text: str) -> None:
    text = part(json_text)
    assert accepted({"_sd": [digest(text)]}, [text]) == {"name": json.loads(json_text)[2]}


@pytest.mark.case("S-34")
def test_a_disclosure_of_five_megabytes_is_refused_before_it_is_decoded() -> None:
    large = encode(["c2FsdHNhbHRzYWx0c2FsdA", "name", "x" * 5_000_000])
    refused({"_sd": [digest(large)]}, [large], "too_large")
    # Measured before it is taken apart: no part of this is anything.
    for text in ("~" * ((1 << 20) + 1), "!" * ((1 << 20) + 1)):
        with pytest.raises(ProtocolError, match="too_large"):
            receive(text, ISSUER)
        with pytest.raises(ProtocolError, match=r"sd_jwt_malformed|too_many_disclosures"):
            receive(text[:-1], ISSUER)


PRESENTED = bound(CARD)


def test_a_presentation_is_taken_apart_and_every_part_kept_as_it_was_received() -> None:
    parsed = sd_jwt.parse(PRESENTED)
    jwt, *disclosures, key_binding_jwt = PRESENTED.split("~")
    assert parsed.key_binding_jwt is not None
    assert (parsed.text, parsed.sd_hash, parsed.key_binding_jwt.text) == (PRESENTED, digest(CARD), key_binding_jwt)
    assert parsed.key_binding_jwt.protected == key_binding_jwt.split(".")[0]
    assert (parsed.issuer_jwt.text, [each.text for each in parsed.disclosures]) == (jwt, disclosures)


@given(st.integers(0, len(PRESENTED) - 1), st.characters(max_codepoint=0x2FF))
def test_no_changed_character_of_a_presentation_is_accepted(index: int, character: str) -> None:
    if PRESENTED[index] != character:
        with pytest.raises(ProtocolError):
            check(PRESENTED[:index] + character + PRESENTED[index + 1 :], ISSUER)


@given(st.data())
def test_no_dropped_doubled_or_moved_part_of_a_presentation_is_accepted(data: st.DataObject) -> None:
    parts = PRESENTED.split("~")
    index, other = (data.draw(st.integers(0, len(parts) - 1)) for _ in range(2))
    change = data.draw(st.sampled_from(["drop", "double", "swap"]))
    changed = list(parts)
    if change == "drop":
        del changed[index]
    elif change == "double":
        changed.insert(other, parts[index])
    else:
        changed[index], changed[other] = parts[other], parts[index]
    if changed != parts:
        with pytest.raises(ProtocolError):
            check("~".join(changed), ISSUER)
