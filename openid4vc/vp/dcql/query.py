"""The Digital Credentials Query Language: the question a verifier asks.

OpenID4VP §6 (structure), Annex B.3.5 (`meta` of SD-JWT VC).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from openid4vc.errors import PresentationError
from openid4vc.strict_json import JsonValue
from openid4vc.vp import claims_path
from openid4vc.vp.claims_path import ArrayGaps, ClaimsPath, ConcretePath

# Annex B leaves the list of formats open: a query for another one is no fault, but nothing here answers it (§6.4.2).
FORMAT: Final = "dc+sd-jwt"

MAX_CREDENTIALS: Final = 32
MAX_CLAIMS: Final = 256
MAX_CLAIM_SETS: Final = 256
MAX_CREDENTIAL_SETS: Final = 32
MAX_OPTIONS: Final = 64
MAX_VALUES: Final = 256

_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_T = TypeVar("_T")
ClaimValue: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class ClaimQuery:
    """§6.3. `values` is None when any value will do."""

    path: ClaimsPath
    id: str | None
    values: tuple[ClaimValue, ...] | None

    def matches(self, claims: Mapping[str, Any], gaps: ArrayGaps) -> list[ConcretePath]:
        """The elements of a credential that this asks for, none when it has no such claim.

        §6.4.1: an element whose value is not among `values` counts as not there; §6.3: type and value must be equal,
        so that True is not 1.
        """
        try:
            selected = claims_path.select(self.path, claims, gaps)
        except PresentationError:
            return []
        return [path for path, value in selected if self._accepts(value)]

    def _accepts(self, value: JsonValue) -> bool:
        if self.values is None:
            return True
        return any(type(value) is type(allowed) and value == allowed for allowed in self.values)


@dataclass(frozen=True, slots=True)
class TrustedAuthorities:
    """§6.1.1: what the issuer's chain should contain; `aki` alone is understood here."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """§6.1. `vct_values` is empty for formats other than ours; `claims` is empty when nothing selectively disclosable
    is asked; `claim_sets` holds, per option, one bit for each of `claims` (and is empty when absent)."""

    id: str
    format: str
    vct_values: tuple[str, ...]
    claims: tuple[ClaimQuery, ...]
    claim_sets: tuple[int, ...]
    trusted_authorities: tuple[TrustedAuthorities, ...]
    multiple: bool
    require_cryptographic_holder_binding: bool

    @property
    def options(self) -> tuple[int, ...]:
        """§6.4.1: the combinations that answer this query, most wanted first, as bits over `claims`."""
        return self.claim_sets or ((1 << len(self.claims)) - 1,)

    def chosen(self, bits: int) -> tuple[ClaimQuery, ...]:
        """The claims whose bit is set, in the order of the query."""
        return tuple(claim for index, claim in enumerate(self.claims) if bits >> index & 1)

    def authority_matches(self, authority_keys: frozenset[str]) -> bool:
        """§6.1.1: one condition of one kind is enough; a kind that can't be evaluated rules nobody out."""
        kinds = self.trusted_authorities
        if not kinds or any(kind.type != "aki" for kind in kinds):
            return True
        return any(value in authority_keys for kind in kinds for value in kind.values)


@dataclass(frozen=True, slots=True)
class CredentialSetQuery:
    """§6.2: one of `options` (ids of credential queries) as a whole."""

    options: tuple[tuple[str, ...], ...]
    required: bool


@dataclass(frozen=True, slots=True)
class DcqlQuery:
    """§6. Without `credential_sets` every credential query must be answered."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSetQuery, ...]

    def credential(self, query_id: str) -> CredentialQuery | None:
        """The credential query of this id."""
        return next((query for query in self.credentials if query.id == query_id), None)

    @property
    def sets(self) -> tuple[CredentialSetQuery, ...]:
        """§6.4.2 in one form: no `credential_sets` is one required set with everything in it."""
        return self.credential_sets or (CredentialSetQuery((tuple(query.id for query in self.credentials),), True),)


def mandatory_claims(query: CredentialQuery) -> tuple[ClaimQuery, ...]:
    """The claims in every combination: without them there is no answer."""
    bits = -1
    for option in query.options:
        bits &= option
    return query.chosen(bits)


def optional_claims(query: CredentialQuery) -> tuple[ClaimQuery, ...]:
    """The claims in some combinations but not in all: they go only when the holder adds them."""
    some, every = 0, -1
    for option in query.options:
        some |= option
        every &= option
    return query.chosen(some & ~every)


def parse(query: JsonValue) -> DcqlQuery:
    """A parsed JSON value to a query, every structural rule of §6 held; unknown members are ignored (§6).

    PresentationError `dcql_invalid` (invalid_request), or `not_supported` (vp_formats_not_supported) when no credential
    query names a format that is handled here.
    """
    if not isinstance(query, dict):
        raise _invalid("not an object")
    credentials = _array(query, "credentials", MAX_CREDENTIALS, _credential_query)
    ids = [credential.id for credential in credentials]
    if len(set(ids)) != len(ids):
        raise _invalid("credential query ids repeat")
    known = frozenset(ids)
    sets: tuple[CredentialSetQuery, ...] = ()
    if "credential_sets" in query:
        sets = _array(query, "credential_sets", MAX_CREDENTIAL_SETS, lambda value: _credential_set(value, known))
    if all(credential.format != FORMAT for credential in credentials):
        raise PresentationError("not_supported", "credential formats", error="vp_formats_not_supported")
    return DcqlQuery(credentials, sets)


def _credential_query(value: JsonValue) -> CredentialQuery:
    if not isinstance(value, dict):
        raise _invalid("credential query")
    format_, meta = _text(value.get("format")), value.get("meta")
    if not isinstance(meta, dict):
        raise _invalid("meta")
    # Annex B.3.5: vct_values is required for SD-JWT VC.
    vct_values = _array(meta, "vct_values", MAX_VALUES, _text) if format_ == FORMAT else ()
    claims = _claims(value)
    return CredentialQuery(
        id=_identifier(value.get("id")),
        format=format_,
        vct_values=vct_values,
        claims=claims,
        claim_sets=_claim_sets(value, claims),
        trusted_authorities=(
            _array(value, "trusted_authorities", MAX_OPTIONS, _trusted_authorities)
            if "trusted_authorities" in value
            else ()
        ),
        multiple=_boolean(value, "multiple", False),
        require_cryptographic_holder_binding=_boolean(value, "require_cryptographic_holder_binding", True),
    )


def _claims(value: dict[str, JsonValue]) -> tuple[ClaimQuery, ...]:
    if "claims" not in value:
        return ()
    claims = _array(value, "claims", MAX_CLAIMS, _claim_query)
    named = [claim.id for claim in claims if claim.id is not None]
    if len(set(named)) != len(named):
        raise _invalid("claim ids repeat")
    # With claim_sets, two claims queries for one claim may stand in different options, each with its own values.
    return claims if "claim_sets" in value else tuple(_firsts(claims))


def _firsts(claims: Iterable[ClaimQuery]) -> Iterator[ClaimQuery]:
    """§6.1: a claims query for a claim that was asked already is ignored."""
    seen: set[ClaimsPath] = set()
    for claim in claims:
        if claim.path not in seen:
            seen.add(claim.path)
            yield claim


def _claim_sets(value: dict[str, JsonValue], claims: tuple[ClaimQuery, ...]) -> tuple[int, ...]:
    """§6.4.1: only beside `claims`, whose every element then has an id (§6.3); each option names known ids.

    An option may be empty (§6.1 has only the outer array non-empty): the credential is then wanted also without claims.
    """
    if "claim_sets" not in value:
        return ()
    if not claims or any(claim.id is None for claim in claims):
        raise _invalid("claim_sets without identified claims")
    indexes = {claim.id: index for index, claim in enumerate(claims)}

    def option(names: JsonValue) -> int:
        if not isinstance(names, list) or len(names) > MAX_CLAIMS:
            raise _invalid("claim_sets option")
        if not all(isinstance(name, str) and name in indexes for name in names):
            raise _invalid("claim_sets reference")
        # A set: an id that is named twice counts once.
        return sum(1 << indexes[claim.id] for claim in _firsts(claims[indexes[name]] for name in names))

    return _array(value, "claim_sets", MAX_CLAIM_SETS, option)


def _claim_query(value: JsonValue) -> ClaimQuery:
    if not isinstance(value, dict):
        raise _invalid("claims query")
    values = _array(value, "values", MAX_VALUES, _claim_value) if "values" in value else None
    claim_id = _identifier(value["id"]) if "id" in value else None
    return ClaimQuery(claims_path.parse(value.get("path"), fault=_invalid), claim_id, values)


def _claim_value(value: JsonValue) -> ClaimValue:
    """§6.3: strings, integers and booleans; numbers with a fraction are none of these."""
    if not isinstance(value, str | int):
        raise _invalid("values")
    return value


def _credential_set(value: JsonValue, known: frozenset[str]) -> CredentialSetQuery:
    if not isinstance(value, dict):
        raise _invalid("credential set query")

    def option(names: JsonValue) -> tuple[str, ...]:
        if not isinstance(names, list) or not 0 < len(names) <= MAX_CREDENTIALS:
            raise _invalid("credential_sets option")
        if not all(isinstance(name, str) and name in known for name in names):
            raise _invalid("credential_sets reference")
        # A set: an id that is named twice counts once.
        return tuple(dict.fromkeys(names))

    return CredentialSetQuery(_array(value, "options", MAX_OPTIONS, option), _boolean(value, "required", True))


def _trusted_authorities(value: JsonValue) -> TrustedAuthorities:
    if not isinstance(value, dict):
        raise _invalid("trusted_authorities")
    return TrustedAuthorities(_string(value.get("type")), _array(value, "values", MAX_VALUES, _string))


def _array(holder: dict[str, JsonValue], name: str, limit: int, item: Callable[[JsonValue], _T]) -> tuple[_T, ...]:
    values = holder.get(name)
    if not isinstance(values, list) or not 0 < len(values) <= limit:
        raise _invalid(name)
    return tuple(item(value) for value in values)


def _identifier(value: JsonValue) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _invalid("id")
    return value


def _string(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise _invalid("not a string")
    return value


def _text(value: JsonValue) -> str:
    text = _string(value)
    if not text:
        raise _invalid("empty text")
    return text


def _boolean(holder: dict[str, JsonValue], name: str, default: bool) -> bool:
    value = holder.get(name, default)
    if not isinstance(value, bool):
        raise _invalid(name)
    return value


def _invalid(detail: str) -> PresentationError:
    return PresentationError("dcql_invalid", detail, error="invalid_request")
