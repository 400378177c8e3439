"""Questions about an imaginary library card, honest and spoiled."""

from itertools import combinations
from typing import Any

from openid4vc.vp import dcql
from openid4vc.vp.dcql import Candidate, DcqlQuery, Presented

VCT = "https://types.example/library-card/1"
OTHER_VCT = "https://types.example/student-card/1"


def credential(query_id: str = "card", vct: str = VCT, **members: Any) -> dict[str, Any]:
    """A credential query; a member set to None is left out."""
    query = {"id": query_id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}, **members}
    return {name: value for name, value in query.items() if value is not None}


def claims(*names: str) -> list[dict[str, Any]]:
    """A claims query, with an id, for each of these top-level claims."""
    return [{"id": name, "path": [name]} for name in names]


def parse(*credentials: dict[str, Any], **members: Any) -> DcqlQuery:
    return dcql.parse({"credentials": list(credentials), **members})


def with_optional(required: str, optional: str) -> dict[str, Any]:
    """The shape of a compiled purpose: claim_sets from everything down to the required claims alone."""
    names = [*required, *optional]
    sets = [[*required, *chosen] for size in range(len(optional), -1, -1) for chosen in combinations(optional, size)]
    return credential(claims=claims(*names), claim_sets=sets)


def card(
    identifier: str = "1", vct: str = VCT, *, authority_keys: frozenset[str] = frozenset(), **values: Any
) -> Candidate:
    return Candidate(identifier, "dc+sd-jwt", vct, {"vct": vct, "cnf": {"jwk": {}}, **values}, authority_keys)


def presented(vct: str = VCT, *, authority_keys: frozenset[str] = frozenset(), **values: Any) -> Presented:
    return Presented(vct, {"vct": vct, **values}, {}, authority_keys)
