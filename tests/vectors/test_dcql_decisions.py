"""The decision table of DCQL: each row decided by both sides as it says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import PresentationError
from openid4vc.vp import claims_path, dcql
from openid4vc.vp.claims_path import ConcretePath
from openid4vc.vp.dcql import Answer, Candidate, Choice, Presented

TABLE = json.loads((Path(__file__).parent / "dcql_decisions.json").read_text("utf-8"))

# What the table says, and how it is said here.
VERDICTS = {
    "invalid": ("dcql_invalid", "invalid_request"),
    "unsupported": ("not_supported", "vp_formats_not_supported"),
}


def rows(kind: str) -> Any:
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def gaps(row: Mapping[str, Any]) -> dict[ConcretePath, list[int]]:
    return {tuple(each["array"]): each["positions"] for each in row.get("missing", ())}


@rows("parse")
def test_a_query_is_read_or_refused(row: Mapping[str, Any]) -> None:
    if row["expect"] == "valid":
        assert dcql.parse(row["query"]).credentials
        return
    with pytest.raises(PresentationError) as caught:
        dcql.parse(row["query"])
    assert (caught.value.code, caught.value.error) == VERDICTS[row["expect"]]


@rows("paths")
def test_a_claims_path_selects(row: Mapping[str, Any]) -> None:
    path = claims_path.parse(row["path"], fault=PresentationError)
    if row["expect"] == "error":
        with pytest.raises(PresentationError):
            claims_path.select(path, row["credential"], gaps(row))
        return
    selected = claims_path.select(path, row["credential"], gaps(row))
    assert [value for _, value in selected] == row["expect"]["selected"]


@rows("wallet")
def test_a_wallet_answers(row: Mapping[str, Any]) -> None:
    query = dcql.parse(row["query"])
    candidates = [candidate(each) for each in row["held"]]
    if "error" in row["expect"]:
        with pytest.raises(PresentationError) as caught:
            dcql.evaluate(query, candidates, add=())
        assert caught.value.error == row["expect"]["error"]
        return
    choices = dcql.evaluate(query, candidates, add=row.get("added_by_holder", ()))
    assert [told(choice) for choice in choices] == row["expect"]["answers"]


def candidate(held: Mapping[str, Any]) -> Candidate:
    claims = {"vct": held["vct"], **({"cnf": {"jwk": {}}} if held["holder_bound"] else {}), **held["claims"]}
    return Candidate(held["id"], held["format"], held["vct"], claims, frozenset(held["authority_keys"]))


def told(choice: Choice) -> dict[str, object]:
    """A choice in the words of the table."""

    def answered(query_id: str, answer: Answer) -> dict[str, object]:
        words: dict[str, object] = {"credential": answer.candidate.id, "reveal": [list(path) for path in answer.paths]}
        if further := choice.further.get(query_id):
            words["further"] = [other.candidate.id for other in further]
        return words

    return {query_id: answered(query_id, answer) for query_id, answer in choice.answers.items()}


@rows("verifier")
def test_a_verifier_decides(row: Mapping[str, Any]) -> None:
    query = dcql.parse(row["query"])
    presentations = {
        query_id: [
            Presented(each["vct"], each["claims"], gaps(each), frozenset(each["authority_keys"])) for each in presented
        ]
        for query_id, presented in row["presented"].items()
    }
    if "error" in row["expect"]:
        with pytest.raises(PresentationError) as caught:
            dcql.check(query, presentations)
        assert caught.value.code == row["expect"]["error"]
        return
    checked = dcql.check(query, presentations)
    assert {
        "used": {query_id: [each.asked for each in used] for query_id, used in checked.credentials.items()},
        "surplus": list(checked.surplus),
        "discarded": [list(each) for each in checked.discarded],
    } == row["expect"]


def test_every_row_says_which_rule_of_which_section_it_shows() -> None:
    for kind in ("parse", "paths", "wallet", "verifier"):
        assert all(row["rule"] and row["section"] for row in TABLE[kind]), kind
        assert len({row["id"] for row in TABLE[kind]}) == len(TABLE[kind]), kind
