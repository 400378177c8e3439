"""The three who issue, hold and verify: ours and the two peers, each with the same keys, time and claims."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openid4vc import sd_jwt, strict_json
from openid4vc.errors import ProtocolError
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, ClaimPath, KeyBinding
from tests.differential import peers, trees
from tests.differential.peers import Result
from tests.differential.trees import Branch
from tests.openid4vc.credentials import fresh_salts
from tests.vectors.rfc9901.parts import AUDIENCE, HOLDER, ISSUER, NONCE, NOW, SKEW, WINDOW, Key, encode

HEADER = {"typ": "dc+sd-jwt"}
# Signed in clear in each, as in any credential.
CLEAR: Mapping[str, Any] = {
    "vct": "https://types.example/library-card/1",
    "nbf": NOW - SKEW,
    "exp": NOW + SKEW,
    "cnf": {"jwk": HOLDER.jwk},
}
ISSUER_KEY = jwk.parse_public_key(ISSUER.jwk, use="sig")


@dataclass(frozen=True)
class Case:
    """What is issued, which marks are chosen, and which are shown with them; every third has decoys."""

    number: int
    tree: Branch
    chosen: tuple[ClaimPath, ...]

    @property
    def decoys(self) -> bool:
        return self.number % 3 == 0

    @property
    def shown(self) -> frozenset[ClaimPath]:
        return trees.with_kin(self.tree, self.chosen)


def case(number: int, source: random.Random, *, least: int) -> Case:
    """Generated claims with at least so many marks, of which some are chosen."""
    made = trees.tree(source)
    while len(marks := list(trees.marks(made))) < least:
        made = trees.tree(source)
    chosen = source.sample(marks, source.randrange(len(marks) + 1))
    return Case(number, trees.beside(made, CLEAR), tuple(chosen))


@dataclass(frozen=True)
class Person:
    """One implementation in all three roles, many cases at a time; texts are what the others made."""

    issue: Callable[[Sequence[Case]], list[Result]]
    present: Callable[[Sequence[Case], Sequence[str]], list[Result]]
    verify: Callable[[Sequence[str], bool], list[Result]]


def private(key: Key) -> dict[str, str]:
    return {**key.jwk, "d": encode(key.private.private_numbers().private_value.to_bytes(32, "big"))}


def same(left: object, right: object) -> bool:
    """As JSON: True is not 1. Whole numbers are written in two ways, which JavaScript does not keep apart."""
    return strict_json.write(_sorted(left)) == strict_json.write(_sorted(right))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_sorted(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _each(task: Callable[..., object], *columns: Sequence[Any]) -> list[Result]:
    """The task done for each row, as a peer would tell it."""
    results: list[Result] = []
    for row in zip(*columns, strict=True):
        try:
            results.append({"value": task(*row)})
        except ProtocolError as error:
            results.append({"refused": error.code})
    return results


def _our_issue(cases: Sequence[Case]) -> list[Result]:
    signer = KeySigner(ISSUER.private)

    def issue(case: Case) -> str:
        digests = 12 if case.decoys else None
        return sd_jwt.issue(
            trees.ours(case.tree), protected=jws.protected(HEADER), signer=signer, salts=fresh_salts, digests=digests
        )

    return _each(issue, cases)


def _our_present(cases: Sequence[Case], texts: Sequence[str]) -> list[Result]:
    binding = Bind(KeySigner(HOLDER.private), NONCE, AUDIENCE)

    def present(case: Case, text: str) -> str:
        return sd_jwt.present(sd_jwt.reopen(text), case.chosen, binding=binding, now=NOW)

    return _each(present, cases, texts)


def _our_verify(texts: Sequence[str], bound: bool) -> list[Result]:
    required = KeyBinding.required(nonce=NONCE, audience=AUDIENCE, window=WINDOW)
    policy = required if bound else KeyBinding.forbidden()

    def verify(text: str) -> object:
        parsed = sd_jwt.parse(text)
        return sd_jwt.verify(parsed, issuer_key=ISSUER_KEY, key_binding=policy, now=NOW, skew=SKEW).claims

    return _each(verify, texts)


def _python_issue(cases: Sequence[Case]) -> list[Result]:
    common = {"do": "issue", "key": private(ISSUER), "header": HEADER}
    return peers.sd_jwt([{**common, "claims": trees.marked_json(case.tree), "decoys": case.decoys} for case in cases])


def _python_present(cases: Sequence[Case], texts: Sequence[str]) -> list[Result]:
    common = {"do": "present", "key": private(HOLDER), "now": NOW, "nonce": NONCE, "audience": AUDIENCE}
    disclosed = [trees.structure(case.tree, case.shown) for case in cases]
    return peers.sd_jwt(
        [{**common, "text": text, "disclose": each} for text, each in zip(texts, disclosed, strict=True)]
    )


def _python_verify(texts: Sequence[str], bound: bool) -> list[Result]:
    expected = {"nonce": NONCE, "audience": AUDIENCE} if bound else {"nonce": None, "audience": None}
    return peers.sd_jwt([{"do": "verify", "issuer": ISSUER.jwk, "text": text, **expected} for text in texts])


def _node_issue(cases: Sequence[Case]) -> list[Result]:
    common = {"do": "issue", "key": private(ISSUER), "header": HEADER}

    def frame(case: Case) -> dict[str, Any] | None:
        made = trees.frame(case.tree)
        return {**made, "_sd_decoy": 3} if made and case.decoys else made or None

    return peers.sd_jwt_vc([{**common, "claims": trees.plain(case.tree), "frame": frame(case)} for case in cases])


def _node_present(cases: Sequence[Case], texts: Sequence[str]) -> list[Result]:
    common = {"do": "present", "key": private(HOLDER), "now": NOW, "nonce": NONCE, "audience": AUDIENCE}
    frames = [trees.presentation_frame(case.tree, case.shown) for case in cases]
    return peers.sd_jwt_vc([{**common, "text": text, "frame": each} for text, each in zip(texts, frames, strict=True)])


def _node_verify(texts: Sequence[str], bound: bool) -> list[Result]:
    common = {"do": "verify", "issuer": ISSUER.jwk, "now": NOW, "skew": SKEW, "nonce": NONCE if bound else None}
    return peers.sd_jwt_vc([{**common, "text": text} for text in texts])


PEOPLE = {
    "ours": Person(_our_issue, _our_present, _our_verify),
    peers.PYTHON: Person(_python_issue, _python_present, _python_verify),
    peers.VC: Person(_node_issue, _node_present, _node_verify),
}
