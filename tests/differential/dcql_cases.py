"""Generated questions and credentials, and what `dcql` (npm) calls them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openid4vc.strict_json import JsonObject

TYPES = ["https://types.example/card/1", "https://types.example/badge/1"]
PATHS: list[list[Any]] = [
    ["name"], ["age"], ["member"], ["home"], ["home", "city"], ["home", "zip"], ["n"], ["n", None], ["n", 0], ["n", 1],
    ["degrees", None, "type"], ["degrees", 0, "type"], ["degrees", 1, "year"], ["missing"],
]  # fmt: skip
# Of what was presented `dcql` does not know the positions.
WITHOUT_INDEX = [path for path in PATHS if not any(isinstance(component, int) for component in path)]
VALUES: list[Any] = ["Aino", "Eino", "Oulu", "FI", 17, 18, True, False, "18"]


def credentials(source: random.Random) -> list[JsonObject]:
    """Up to four, each with some of the claims that are asked about."""
    return [_credential(source) for _ in range(source.randrange(1, 5))]


def _credential(source: random.Random) -> JsonObject:
    claims: JsonObject = {
        "name": source.choice(["Aino", "Eino"]),
        "age": source.choice([17, 18, "18"]),
        "member": source.choice([True, False, 1]),
        "home": source.choice([{"city": "Oulu"}, {"city": "Turku", "zip": "20100"}, {}]),
        "n": source.choice([["FI"], ["FI", "SE"], ["SE", "FI"]]),
        "degrees": source.choice([[{"type": "A"}], [{"type": "A"}, {"type": "B", "year": 2}]]),
    }
    kept = {name: value for name, value in claims.items() if source.random() < 0.8}
    return {
        "vct": source.choice(TYPES),
        "claims": kept,
        "authority_key": source.choice(["AQID", "BAUG", None]),
        "holder_bound": source.random() < 0.9,
    }


def query(source: random.Random, *, paths: Sequence[list[Any]] = PATHS) -> JsonObject:
    """One to three credential queries, perhaps with sets, of which one at least is required."""
    ids = ["a", "b", "c"][: source.randrange(1, 4)]
    made: JsonObject = {"credentials": [_credential_query(source, query_id, paths) for query_id in ids]}
    if source.random() < 0.5:
        made["credential_sets"] = [
            {
                "options": [
                    source.sample(ids, source.randrange(1, len(ids) + 1)) for _ in range(source.randrange(1, 4))
                ],
                "required": number == 0 or source.random() < 0.5,
            }
            for number in range(source.randrange(1, 3))
        ]
    return made


def _credential_query(source: random.Random, query_id: str, paths: Sequence[list[Any]]) -> JsonObject:
    made: JsonObject = {
        "id": query_id,
        "format": "dc+sd-jwt",
        "meta": {"vct_values": source.sample(TYPES, source.randrange(1, 3))},
        "multiple": source.random() < 0.3,
        "require_cryptographic_holder_binding": source.random() < 0.7,
    }
    if source.random() < 0.3:
        made["trusted_authorities"] = [{"type": "aki", "values": source.sample(["AQID", "BAUG", "CQkJ"], 2)}]
    if source.random() < 0.9:
        chosen = source.sample(paths, source.randrange(1, 4))
        made["claims"] = [_claims_query(source, index, path) for index, path in enumerate(chosen)]
        if source.random() < 0.5:
            made["claim_sets"] = list(_alternatives(source, [claim["id"] for claim in made["claims"]]))
    return made


def _claims_query(source: random.Random, index: int, path: list[Any]) -> JsonObject:
    made: JsonObject = {"id": f"claim{index}", "path": path}
    if source.random() < 0.3:
        made["values"] = source.sample(VALUES, source.randrange(1, 4))
    return made


def _alternatives(source: random.Random, ids: Sequence[str]) -> Iterator[list[str]]:
    """Options of which none holds another: between such, the first one that can be met is taken by everybody."""
    options: list[list[str]] = []
    for _ in range(source.randrange(1, 4)):
        option = source.sample(ids, source.randrange(1, len(ids) + 1))
        if not any(set(option) <= set(other) or set(other) <= set(option) for other in options):
            options.append(option)
            yield option


def as_theirs(credential: Mapping[str, Any]) -> JsonObject:
    """A credential, held or presented, as `dcql` takes it; it knows one authority of each."""
    authority = {"type": "aki", "values": [credential["authority_key"]]} if credential.get("authority_key") else None
    return {
        "credential_format": credential.get("format", "dc+sd-jwt"),
        "vct": credential["vct"],
        "claims": credential["claims"],
        "cryptographic_holder_binding": credential.get("holder_bound", True),
        **({"authority": authority} if authority else {}),
    }
