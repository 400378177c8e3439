"""Questions and answers: `dcql` (npm) matches the same credentials and claims, or the disagreement was settled."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from openid4vc.errors import PresentationError
from openid4vc.strict_json import JsonObject
from openid4vc.vp import dcql
from openid4vc.vp.dcql import Candidate, DcqlQuery, Presented
from tests import vectors
from tests.differential import dcql_cases, peers
from tests.differential.dcql_cases import as_theirs
from tests.differential.peers import Result
from tests.differential.settled import Disagreement, settles

TABLE = json.loads((Path(vectors.__file__).parent / "dcql_decisions.json").read_text("utf-8"))
NAME = "dcql_decisions.json"
# For each query id, which credentials match, and which of the paths asked of each are answered.
Matches: TypeAlias = dict[str, list[tuple[int, frozenset[str]]]]


def candidates(credentials: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    made = []
    for index, each in enumerate(credentials):
        claims = {**({"cnf": {"jwk": {}}} if each["holder_bound"] else {}), **each["claims"]}
        keys = frozenset(filter(None, [each["authority_key"]]))
        made.append(Candidate(str(index), each.get("format", dcql.FORMAT), each["vct"], claims, keys))
    return made


def matches(query: DcqlQuery, held: Sequence[Candidate]) -> Matches:
    """Each credential query for itself, each credential for itself."""
    found: Matches = {}
    for asked in query.credentials:
        found[asked.id] = []
        for candidate in held:
            try:
                (choice,) = dcql.evaluate(DcqlQuery((asked,), ()), [candidate], add=())
            except PresentationError:
                continue
            claims = choice.answers[asked.id].claims
            found[asked.id].append((int(candidate.id), frozenset(str(list(claim.path)) for claim in claims)))
    return found


def answered(query: DcqlQuery, held: Sequence[Candidate]) -> bool:
    try:
        return bool(dcql.evaluate(query, held, add=()))
    except PresentationError:
        return False


def accepted_whole(query: DcqlQuery, presentations: Mapping[str, Sequence[Presented]]) -> bool:
    """Accepted without a presentation discarded: `dcql` refuses all for one (settled with the decision table)."""
    try:
        return not dcql.check(query, presentations).discarded
    except PresentationError:
        return False


def their_matches(query: Mapping[str, Any], result: Result) -> Matches:
    found: Matches = {}
    for asked in query["credentials"]:
        pairs = result["value"]["matches"][asked["id"]]
        found[asked["id"]] = [
            (index, frozenset(str(asked["claims"][claim]["path"]) for claim in claims)) for index, claims in pairs
        ]
    return found


def verdict(accepts: bool) -> str:
    return "accepted" if accepts else "refused"


def differing(
    kind: str, rows: Sequence[Mapping[str, Any]], ours: Sequence[bool], theirs: Sequence[bool]
) -> set[Disagreement]:
    return {
        Disagreement(NAME, peers.DCQL, f"{kind}/{row['id']}", verdict(mine), verdict(other))
        for row, mine, other in zip(rows, ours, theirs, strict=True)
        if mine != other
    }


def of_paths(row: Mapping[str, Any]) -> JsonObject:
    """A row about a path as a question for that path alone."""
    asked = {"id": "a", "format": dcql.FORMAT, "meta": {"vct_values": ["v"]}, "claims": [{"path": row["path"]}]}
    return {"credentials": [asked]}


def test_the_decision_table() -> None:
    found = differing(
        "parse",
        TABLE["parse"],
        [row["expect"] != "invalid" for row in TABLE["parse"]],
        ["value" in each for each in peers.dcql([{"do": "parse", "query": row["query"]} for row in TABLE["parse"]])],
    )
    jobs = [
        {
            "do": "check",
            "query": of_paths(row),
            "presented": {"a": [as_theirs({"vct": "v", "claims": row["credential"]})]},
        }
        if "missing" in row
        else {
            "do": "answer",
            "query": of_paths(row),
            "credentials": [as_theirs({"vct": "v", "claims": row["credential"]})],
        }
        for row in TABLE["paths"]
    ]
    satisfied = [each.get("value", {}).get("satisfied", False) for each in peers.dcql(jobs)]
    found |= differing("paths", TABLE["paths"], [row["expect"] != "error" for row in TABLE["paths"]], satisfied)
    found |= _wallet_rows() | _verifier_rows()
    settles(NAME, found)


def _wallet_rows() -> set[Disagreement]:
    # What a holder adds is not asked of the other one, which has no such thing; it knows one authority of each.
    rows = [row for row in TABLE["wallet"] if "added_by_holder" not in row]
    held = [
        [{**each, "authority_key": next(iter(each["authority_keys"][::-1]), None)} for each in row["held"]]
        for row in rows
    ]
    queries = [dcql.parse(row["query"]) for row in rows]
    theirs = peers.dcql(
        [
            {"do": "answer", "query": row["query"], "credentials": [as_theirs(each) for each in credentials]}
            for row, credentials in zip(rows, held, strict=True)
        ]
    )
    satisfied = [each.get("value", {}).get("satisfied", False) for each in theirs]
    found = differing("wallet", rows, ["error" not in row["expect"] for row in rows], satisfied)
    for row, query, credentials, result in zip(rows, queries, held, theirs, strict=True):
        agreed = f"wallet/{row['id']}" not in {each.case for each in found}
        if (
            agreed
            and "value" in result
            and matches(query, candidates(credentials)) != their_matches(row["query"], result)
        ):
            found.add(Disagreement(NAME, peers.DCQL, f"wallet/{row['id']}", "accepted", "other claims"))
    return found


def _verifier_rows() -> set[Disagreement]:
    rows = TABLE["verifier"]
    presented = [
        {
            query_id: [as_theirs({**each, "authority_key": next(iter(each["authority_keys"]), None)}) for each in shown]
            for query_id, shown in row["presented"].items()
        }
        for row in rows
    ]
    jobs = [
        {"do": "check", "query": row["query"], "presented": each} for row, each in zip(rows, presented, strict=True)
    ]
    satisfied = [each.get("value", {}).get("satisfied", False) for each in peers.dcql(jobs)]
    return differing("verifier", rows, ["error" not in row["expect"] for row in rows], satisfied)


def test_generated_questions() -> None:
    made = [(dcql_cases.query(source), dcql_cases.credentials(source)) for source in map(random.Random, range(400))]
    theirs = peers.dcql(
        [{"do": "answer", "query": query, "credentials": [as_theirs(each) for each in held]} for query, held in made]
    )
    verdicts = []
    for (query, held), result in zip(made, theirs, strict=True):
        asked, wallet = dcql.parse(query), candidates(held)
        verdicts.append(answered(asked, wallet))
        mine = (answered(asked, wallet), matches(asked, wallet))
        assert mine == (result["value"]["satisfied"], their_matches(query, result)), json.dumps([query, held])
    assert 100 < sum(verdicts) < 300


def test_generated_answers() -> None:
    made = []
    for source in map(random.Random, range(400)):
        query = dcql_cases.query(source, paths=dcql_cases.WITHOUT_INDEX)
        held = dcql_cases.credentials(source)
        shown = {}
        for query_id, pairs in matches(dcql.parse(query), candidates(held)).items():
            # What matches, mostly; where nothing does, anything.
            fitting = [held[index] for index, _ in pairs] if source.random() < 0.8 else []
            shown[query_id] = [{**source.choice(fitting or held), "holder_bound": True}]
        made.append((query, shown))
    theirs = peers.dcql(
        [
            {
                "do": "check",
                "query": query,
                "presented": {name: [as_theirs(one) for one in each] for name, each in shown.items()},
            }
            for query, shown in made
        ]
    )
    verdicts = []
    for (query, shown), result in zip(made, theirs, strict=True):
        presentations = {
            name: [
                Presented(one["vct"], one["claims"], {}, frozenset(filter(None, [one["authority_key"]])))
                for one in each
            ]
            for name, each in shown.items()
        }
        verdicts.append(accepted_whole(dcql.parse(query), presentations))
        assert verdicts[-1] == result["value"]["satisfied"], json.dumps([query, shown])
    assert 50 < sum(verdicts) < 350
