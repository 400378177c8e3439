"""The claims of a document against their type: shapes, dates, code sets, named checks and rules between claims.

What staff or another system gives is *input*: without the claims that the issuer writes itself. `validate` looks at
input, `complete` adds what the issuer writes; both fill in the type's defaults first.

Rules between claims (`rules` of schema.json), each with the error `code` it gives:

* `required` / `only_when` / `not_empty`: the claim must, may or must not be empty `when` others have certain values;
* `not`: the claim has none of `values` then; `range`: it stays between `minimum` and `maximum` then;
* `after` / `not_before`: a date against the date of the `other` claim;
* `person`: an identity code must carry the same birthdate as the claim named by `birthdate`.

A rule of `severity` `note` asks again and stops nothing (`notes`).
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final, TypeAlias

from credential_schemas.checks import hetu, iso_date
from credential_schemas.code_lists import CodeList
from credential_schemas.data import DataError, JsonObject
from credential_schemas.dates import resolve_offset
from credential_schemas.errors import CheckError, ClaimError, ClaimErrors
from credential_schemas.organisations import Organisation
from credential_schemas.schema import Circumstances, faults, holds
from credential_schemas.types import ClaimDefinition, CredentialType

Claims: TypeAlias = Mapping[str, Any]


def validate(
    credential_type: CredentialType, claims: Claims, *, today: date, innocent_terms: Iterable[str] = ()
) -> None:
    """Input claims of a document. ClaimErrors with every fault, in the order of the type's claims.

    `innocent_terms`: words that the author declared to tell nothing about health, after a first stop.
    """
    errors = list(_errors(credential_type, claims, today, innocent_terms))
    if errors:
        order = {claim.name: number for number, claim in enumerate(credential_type.claims)}
        raise ClaimErrors(tuple(sorted(errors, key=lambda error: order.get(error.claim, len(order)))))


def notes(credential_type: CredentialType, claims: Claims) -> tuple[ClaimError, ...]:
    """What is unlikely but allowed: a form asks once more and then goes on."""
    return tuple(
        ClaimError(rule["claim"], rule["code"], {})
        for rule in credential_type.schema.get("rules", [])
        if rule.get("severity") == "note" and _broken(rule, claims)
    )


def with_defaults(credential_type: CredentialType, claims: Claims, *, today: date) -> dict[str, Any]:
    """Input with the type's defaults filled in and texts in NFC, in the order of the type's claims.

    A default is a value, an offset from today (`+6m`), `{"claim": other}` for another claim's value, `{"words": code
    claim}` for the words of its code, or `{"when": …, "value": …}` for a value under a condition, which then wins.
    """
    filled = {name: _normalised(value) for name, value in claims.items()}
    for name, default in credential_type.settings.get("defaults", {}).items():
        if isinstance(default, dict) and "when" in default:
            if holds(default["when"], filled):
                filled[name] = default["value"]
        elif name not in filled:
            value = _default(credential_type, default, filled, today)
            if value is not None:
                filled[name] = value
    names = [claim.name for claim in credential_type.claims if claim.name in filled]
    return {name: filled[name] for name in (*names, *(name for name in filled if name not in names))}


def complete(
    credential_type: CredentialType, claims: Claims, *, organisation: Organisation, document_id: str, today: date
) -> dict[str, Any]:
    """All claims of the document: validated input, the defaults, and what the issuer itself writes.

    The type's `issuer_claims` say which those are and where they come from; DataError for an unknown source.
    """
    sources: Mapping[str, str] = {
        "organisation.name": organisation.name,
        "organisation.business_id": organisation.business_id,
        "organisation.country": organisation.country,
        "organisation.legal_category": organisation.legal_category,
        "document_id": document_id,
        "today": today.isoformat(),
    }
    whole = with_defaults(credential_type, claims, today=today)
    for name, source in credential_type.settings.get("issuer_claims", {}).items():
        if source not in sources:
            raise DataError(f"{credential_type.name}: no source {source} for {name}")
        whole[name] = sources[source]
    return {claim.name: whole[claim.name] for claim in credential_type.claims if claim.name in whole}


def _errors(
    credential_type: CredentialType, claims: Claims, today: date, innocent_terms: Iterable[str]
) -> Iterator[ClaimError]:
    for name in claims:
        if not credential_type.has(name):
            yield ClaimError(name, "claim_unknown", {})
        elif credential_type.claim(name).issuer_owned:
            yield ClaimError(name, "claim_not_yours", {})
    innocent = frozenset(term.casefold() for term in innocent_terms)
    whole = with_defaults(credential_type, claims, today=today)
    faulty = set()
    for claim in credential_type.claims:
        if claim.issuer_owned:
            continue
        circumstances = Circumstances(today, partial(_code_list, credential_type, claim), innocent)
        for code, facts in _claim_faults(claim, whole, circumstances):
            faulty.add(claim.name)
            yield ClaimError(claim.name, code, facts)
    # A rule about a claim that is itself wrong would only say the same thing twice.
    for rule in credential_type.schema.get("rules", []):
        if rule.get("severity") != "note" and rule["claim"] not in faulty and _broken(rule, whole):
            yield ClaimError(rule["claim"], rule["code"], {k: rule[k] for k in ("minimum", "maximum") if k in rule})


def _claim_faults(
    claim: ClaimDefinition, claims: Claims, circumstances: Circumstances
) -> Iterator[tuple[str, dict[str, str | int]]]:
    if claim.name in claims:
        yield from faults(claim.schema, claims[claim.name], circumstances)
    elif claim.mandatory:
        yield claim.schema.get("missing", "claim_required"), {}


def _code_list(credential_type: CredentialType, claim: ClaimDefinition, name: str) -> CodeList:
    for definition in (claim, *claim.parts):
        if definition.code_list is not None and definition.code_list.name == name:
            return definition.code_list
    raise DataError(f"{credential_type.name}: {claim.name} has no code list {name}")


def _default(credential_type: CredentialType, default: Any, claims: Claims, today: date) -> Any:
    if not isinstance(default, dict):
        return resolve_offset(default, today)
    if "claim" in default:
        return claims.get(default["claim"])
    definition = credential_type.claim(default["words"])
    code = claims.get(definition.name)
    if definition.code_list is None or not isinstance(code, str) or code not in definition.code_list.words:
        return None
    return dict(definition.code_list.words[code])


def _normalised(value: Any) -> Any:
    """Texts in Unicode NFC: names are compared exactly, and two keyboards write `ä` in two ways."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_normalised(item) for item in value]
    if isinstance(value, dict):
        return {name: _normalised(item) for name, item in value.items()}
    return value


def _broken(rule: JsonObject, claims: Claims) -> bool:
    applies = holds(rule.get("when", {}), claims)
    if rule["rule"] == "only_when":
        return not applies and rule["claim"] in claims
    return applies and _RULES[rule["rule"]](rule, claims)


def _is_missing(rule: JsonObject, claims: Claims) -> bool:
    return rule["claim"] not in claims


def _is_empty(rule: JsonObject, claims: Claims) -> bool:
    return not claims.get(rule["claim"])


def _is_forbidden(rule: JsonObject, claims: Claims) -> bool:
    return rule["claim"] in claims and claims[rule["claim"]] in rule["values"]


def _is_out_of_range(rule: JsonObject, claims: Claims) -> bool:
    value = claims.get(rule["claim"])
    return isinstance(value, int) and not rule["minimum"] <= value <= rule["maximum"]


def _is_not_after(rule: JsonObject, claims: Claims) -> bool:
    days = _dates(rule, claims)
    return days is not None and days[0] <= days[1]


def _is_before(rule: JsonObject, claims: Claims) -> bool:
    days = _dates(rule, claims)
    return days is not None and days[0] < days[1]


def _is_another_person(rule: JsonObject, claims: Claims) -> bool:
    code, birthdate = claims.get(rule["claim"]), claims.get(rule["birthdate"])
    if not isinstance(code, str) or not isinstance(birthdate, str):
        return False
    try:
        return hetu(code).birthdate != iso_date(birthdate)
    except CheckError:
        return False


def _dates(rule: JsonObject, claims: Claims) -> tuple[date, date] | None:
    try:
        return iso_date(claims[rule["claim"]]), iso_date(claims[rule["other"]])
    except (KeyError, TypeError, CheckError):
        return None


_RULES: Final[Mapping[str, Callable[[JsonObject, Claims], bool]]] = {
    "required": _is_missing,
    "not_empty": _is_empty,
    "not": _is_forbidden,
    "range": _is_out_of_range,
    "after": _is_not_after,
    "not_before": _is_before,
    "person": _is_another_person,
}
