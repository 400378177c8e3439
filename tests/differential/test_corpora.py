"""Spoiled SD-JWTs and credentials: the verdict and the claims of others are ours, or the disagreement was settled."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata

from openid4vc.errors import ProtocolError
from tests.differential import credential_cases, mutations, peers, settled, trees
from tests.differential.peers import Result
from tests.differential.people import CLEAR, PEOPLE, Case, case, same
from tests.differential.settled import Disagreement, settles, told_apart
from tests.differential.trees import Branch, Leaf
from tests.openid4vc.credentials import AUDIENCE, NONCE, NOW, Issuer, check
from tests.openid4vc.forging import public_jwk
from tests.tools import NODE
from tests.vectors import make_rfc9901
from tests.vectors.rfc9901.parts import SKEW

ROWS = json.loads(make_rfc9901.FILE.read_text("utf-8"))["rows"]
OTHERS = [peers.PYTHON, peers.VC]
NAMES = [
    "",
    "a.b",
    "0",
    "-1",
    "__proto__",
    "constructor",
    "toString",
    "length",
    "__class__",
    "None",
    "_sd_decoy",
    "e\u0301",
]


def found(
    corpus: str, peer: str, ids: Sequence[str], ours: Sequence[Result], theirs: Sequence[Result]
) -> set[Disagreement]:
    differing = set()
    for name, mine, other in zip(ids, ours, theirs, strict=True):
        verdicts = told_apart(mine, other, same(mine.get("value"), other.get("value")))
        if verdicts is not None:
            differing.add(Disagreement(corpus, peer, name, *verdicts))
    return differing


def test_the_rows_of_rfc_9901() -> None:
    differing: set[Disagreement] = set()
    for role in ("holder", "verifier"):
        rows = [row for row in ROWS if row["role"] == role]
        ids, texts = [row["id"] for row in rows], [row["sd_jwt"] for row in rows]
        ours = PEOPLE["ours"].verify(texts, role == "verifier")
        for peer in OTHERS:
            theirs = PEOPLE[peer].verify(texts, role == "verifier")
            differing |= found("rfc9901_negatives.json", peer, ids, ours, theirs)
    settles("rfc9901_negatives.json", alike_in_both_roles(differing))


def alike_in_both_roles(differing: set[Disagreement]) -> set[Disagreement]:
    """What holder and verifier decide alike, under the part of the id that both rows share."""
    short = [replace(each, case=each.case.split("/")[0]) for each in differing]
    alike = {each for each in short if short.count(each) == 2}
    return alike | {each for each in differing if replace(each, case=each.case.split("/")[0]) not in alike}


def test_generated_presentations_each_spoiled_in_one_way() -> None:
    source = random.Random(0)
    generated = [case(number, source, least=2) for number in range(15)]
    cases = [replace(each, chosen=tuple(trees.marks(each.tree))) for each in generated]
    issued = [result["value"] for result in PEOPLE["ours"].issue(cases)]
    shown = [result["value"] for result in PEOPLE["ours"].present(cases, issued)]
    made = [each for text in shown for each in mutations.mutations(text, source)]
    ids, texts = [name for name, _ in made], [text for _, text in made]
    ours = PEOPLE["ours"].verify(texts, True)
    accepted = {name for name, result in zip(ids, ours, strict=True) if "value" in result}
    assert accepted == {"unchanged", "signed-again", "signed-again-reversed", "signed-again-with-none"}
    differing: set[Disagreement] = set()
    for peer in OTHERS:
        differing |= found("mutations", peer, ids, ours, PEOPLE[peer].verify(texts, True))
    settles("mutations", differing)


def test_names_that_mean_something_in_somebodys_language() -> None:
    cases = [
        Case(0, trees.beside(Branch(True, {name: Leaf("x")}, frozenset({name})), CLEAR), ((name,),)) for name in NAMES
    ]
    issued = [result["value"] for result in PEOPLE["ours"].issue(cases)]
    read = PEOPLE["ours"].verify(issued, False)
    assert [result["value"] for result in read] == [trees.plain(each.tree) for each in cases]
    differing: set[Disagreement] = set()
    for peer in OTHERS:
        ids = [f"{json.dumps(name)} read" for name in NAMES]
        differing |= found("names", peer, ids, read, PEOPLE[peer].verify(issued, False))
        shown = PEOPLE[peer].present(cases, issued)
        taken = PEOPLE["ours"].verify([result.get("value", "") for result in shown], True)
        differing |= found("names", peer, [f"{json.dumps(name)} shown" for name in NAMES], read, taken)
    settles("names", differing)


def test_credentials() -> None:
    issuer = Issuer(status_optional=True)
    made = list(credential_cases.cases(issuer))
    ours: list[Result] = []
    for _, text in made:
        try:
            ours.append({"value": check(text, issuer).all_claims})
        except ProtocolError as error:
            ours.append({"refused": error.code})
    accepted = [name for (name, _), result in zip(made, ours, strict=True) if "value" in result]
    assert accepted == ["typ-good"]
    common = {"issuer": public_jwk(issuer.key), "now": NOW, "skew": SKEW, "nonce": NONCE, "audience": AUDIENCE}
    theirs = peers.sd_jwt_vc([{"do": "verify", "text": text, **common} for _, text in made])
    settles("credential_cases.py", found("credential_cases.py", peers.VC, [name for name, _ in made], ours, theirs))


def test_the_page_says_what_the_data_says_of_the_versions_that_are_installed() -> None:
    assert settled.PAGE.read_text("utf-8") == settled.page()
    packages = json.loads((NODE / "package.json").read_text("utf-8"))["dependencies"]
    assert f"sd-jwt {metadata.version('sd-jwt')}" == peers.PYTHON
    assert [f"{name} {packages[name]}" for name in ("@sd-jwt/sd-jwt-vc", "dcql")] == [peers.VC, peers.DCQL]
    assert {entry["peer"] for entry in settled.DATA} == {peers.PYTHON, peers.VC, peers.DCQL}
    assert all(entry["section"] and entry["why"] for entry in settled.DATA)
