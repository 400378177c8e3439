"""Credentials (SD-JWT VC) with one thing wrong each, and some with nothing wrong."""

from collections.abc import Iterator, Mapping

from openid4vc.sd_jwt import Disclosable
from tests.openid4vc.credentials import NOW, PAYLOAD, VCT, Issuer, bound
from tests.vectors.rfc9901.parts import SKEW

GOOD = {name: value for name, value in PAYLOAD.items() if name != "status"}


def cases(issuer: Issuer) -> Iterator[tuple[str, str]]:
    """Id and presentation; the issuer's terms ask for no status."""
    for name, header in _headers(issuer).items():
        yield name, bound(issuer.forged(GOOD, header))
    for name, payload in _payloads().items():
        yield name, bound(issuer.forged(payload))


def _headers(issuer: Issuer) -> Mapping[str, dict[str, object]]:
    usual: dict[str, object] = {"x5c": issuer.x5c}
    types = {"good": "dc+sd-jwt", "jwt": "JWT", "older": "vc+sd-jwt", "status-list": "statuslist+jwt", "kb": "kb+jwt"}
    named = {f"typ-{name}": {**usual, "typ": typ} for name, typ in types.items()}
    return {"typ-missing": usual, "typ-number": {**usual, "typ": 1}, "typ-case": {**usual, "typ": "DC+SD-JWT"}, **named}


def _payloads() -> Mapping[str, dict[str, object]]:
    without = {name: {key: value for key, value in GOOD.items() if key != name} for name in ("vct", "cnf")}
    hidden: dict[str, object] = {
        "iss": "https://issuer.example",
        "nbf": NOW - 60,
        "exp": NOW + 60,
        "cnf": GOOD["cnf"],
        "vct": VCT,
        "vct#integrity": "sha256-x",
        "status": {},
    }
    return {
        "vct-missing": without["vct"],
        "vct-number": {**GOOD, "vct": 1},
        "vct-empty": {**GOOD, "vct": ""},
        "cnf-missing": without["cnf"],
        "exp-past": {**GOOD, "exp": NOW - SKEW - 1},
        "nbf-future": {**GOOD, "nbf": NOW + SKEW + 1},
        "status-text": {**GOOD, "status": "valid"},
        "status-other-mechanism": {**GOOD, "status": {"next_year": {}}},
        **{f"{name}-hidden": {**GOOD, name: Disclosable(value)} for name, value in hidden.items()},
    }
