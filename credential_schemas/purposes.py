"""Registered purposes: what an office may ask, why, on what basis and for how long — purposes/<id>.json.

One purpose compiles to one DCQL query (OpenID4VP §6) and one registration certificate (ETSI TS 119 475 v1.2.1 §5.2.4).
The compile rules:

* alternatives become `credential_sets` with one option each; without alternatives every credential is required;
* optional claims become `claim_sets`: required plus every subset of the optional ones, by falling size and in the
  order of the claims, when there are at most five of them; else all or none. The last set is the required claims alone;
* a credential marked `optional` gets a credential set of its own with `required: false`;
* claims `with_customer` are asked only when the office says whom it expects, and are then required;
* `values` of a claim go into the query as they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from credential_schemas.data import (
    HERE,
    LANGUAGES,
    DataError,
    JsonObject,
    Text,
    read_names,
    read_object,
    read_text,
    say,
)
from credential_schemas.minimisation import check_minimisation as check_minimisation
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType

FORMAT: Final = "dc+sd-jwt"
# Above this many optional claims the subsets are too many to be worth their bytes.
MAX_SUBSETS_OF: Final = 5
# TS 119 475 Annex A.2.1 and §6.1.3.
SERVICE_PROVIDER: Final = "https://uri.etsi.org/19475/Entitlement/Service_Provider"
POLICY_ID: Final = "0.4.0.19475.3.1"
# Invented, like every organisation of the demo: nobody's real mailbox is in a practice certificate.
SUPERVISORY_AUTHORITY: Final[Mapping[str, str]] = {
    "email": "tietosuoja@valvoja.example",
    "phone": "+358 9 000 0000",
    "uri": "https://valvoja.example/ilmoitus",
}
KINDS: Final = frozenset({"employment", "health_care", "insurance", "employer"})


@dataclass(frozen=True, slots=True)
class AskedCredential:
    """One credential query of a purpose; claims in the order in which they are asked and shown."""

    id: str
    type: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    with_customer: tuple[str, ...]
    values: Mapping[str, tuple[Any, ...]]
    is_optional: bool

    def claims(self, *, with_customer: bool) -> tuple[str, ...]:
        """Everything that may be asked, optional claims last."""
        return (*self.required, *(self.with_customer if with_customer else ()), *self.optional)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old data may be: the date claim of each credential query, and the limit in months."""

    months: int
    claims: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Purpose:
    """One intended use. `alternatives` are sets of credential query ids, the preferred one first; empty: all needed."""

    id: str
    slug: str
    names: Text
    asks: Text
    descriptions: Text
    kind: str
    roles: tuple[str, ...]
    customer: bool
    credentials: tuple[AskedCredential, ...]
    alternatives: tuple[tuple[str, ...], ...]
    lawful_basis: str
    retention: str
    retention_texts: Text
    freshness: Freshness | None
    status_max_age_seconds: int

    def name(self, language: str) -> str:
        """What people call it."""
        return say(self.names, language)

    def credential(self, query_id: str) -> AskedCredential:
        """The credential query with that id; KeyError when there is none."""
        for asked in self.credentials:
            if asked.id == query_id:
                return asked
        raise KeyError(query_id)

    def asked_of(self, type_name: str) -> AskedCredential | None:
        """The credential query that asks for a type; None when the purpose does not ask for it."""
        return next((asked for asked in self.credentials if asked.type == type_name), None)


def load_purposes(extra: Path | None = None) -> Mapping[str, Purpose]:
    """All purposes by id; `extra` is a further folder of purpose files. DataError for anything malformed."""
    purposes: dict[str, Purpose] = {}
    for directory in (HERE / "purposes", *([extra] if extra else [])):
        for path in sorted(directory.glob("*.json")):
            purpose = read_purpose(path)
            if any(purpose.id == other.id or purpose.slug == other.slug for other in purposes.values()):
                raise DataError(f"{path.name}: a purpose with this id or slug exists")
            purposes[purpose.id] = purpose
    return purposes


def find_purpose(purposes: Mapping[str, Purpose], name: str) -> Purpose | None:
    """By id (`P1`) or slug (`tyoll-terveysvaikutus`)."""
    return purposes.get(name) or next((purpose for purpose in purposes.values() if purpose.slug == name), None)


def read_purpose(path: Path) -> Purpose:
    """One purpose file; DataError names what is wrong. Whether it may be registered is `check_minimisation`'s."""
    value = read_object(path)
    where = path.name
    try:
        purpose = _parse(value, where)
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{where}: {error!r}") from error
    ids = [asked.id for asked in purpose.credentials]
    if len(set(ids)) != len(ids) or not ids:
        raise DataError(f"{where}: credential ids are missing or stand twice")
    if purpose.kind not in KINDS:
        raise DataError(f"{where}: unknown kind {purpose.kind}")
    named = {query_id for option in purpose.alternatives for query_id in option}
    always = {asked.id for asked in purpose.credentials if not asked.is_optional}
    if purpose.alternatives and named != always:
        raise DataError(f"{where}: alternatives do not name each required credential")
    return purpose


def compile_query(purpose: Purpose, types: Mapping[str, CredentialType], *, with_customer: bool) -> JsonObject:
    """The DCQL query of a purpose. `with_customer`: the office has said whom it expects (design: ★)."""
    query: JsonObject = {
        "credentials": [_credential_query(asked, types, with_customer) for asked in purpose.credentials]
    }
    extras = [asked.id for asked in purpose.credentials if asked.is_optional]
    options = [list(option) for option in purpose.alternatives]
    if extras and not options:
        options = [[asked.id for asked in purpose.credentials if not asked.is_optional]]
    if options:
        query["credential_sets"] = [
            {"options": options},
            *({"options": [[query_id]], "required": False} for query_id in extras),
        ]
    return query


def registration_claims(
    purpose: Purpose,
    types: Mapping[str, CredentialType],
    organisation: Organisation,
    *,
    registrar: Organisation,
    privacy_policy: str,
    support_uri: str,
    iat: int,
    exp: int,
) -> JsonObject:
    """The payload of ETSI TS 119 475 v1.2.1 §5.2.4 that a registrar signs, at most twelve months from iat to exp.

    Names and shapes are those of tables 7 to 10 there (`claim` is singular). Two members are ours: `retention` (ISO
    8601 duration) and `lawful_basis`. `privacy_policy` and `support_uri` are pages of the verifier. MinimisationError
    when the purpose may not be registered; ValueError when the organisation may not ask for it.
    """
    check_minimisation(purpose, types)
    if purpose.id not in organisation.may_ask:
        raise ValueError(f"{organisation.id} may not ask for {purpose.id}")
    return {
        "name": organisation.name,
        "sub_ln": organisation.name,
        "sub": organisation.organization_identifier,
        "country": organisation.country,
        "registry_uri": f"{registrar.web}/wrp",
        "srv_description": [_texts(organisation.service)],
        "entitlements": [SERVICE_PROVIDER],
        "privacy_policy": privacy_policy,
        "info_uri": organisation.web,
        "support_uri": support_uri,
        "supervisory_authority": dict(SUPERVISORY_AUTHORITY),
        "policy_id": [POLICY_ID],
        "certificate_policy": f"{registrar.web}/certificate-policy",
        "public_body": organisation.public_body,
        "iat": iat,
        "exp": exp,
        "credentials": [_registered_credential(asked, types) for asked in purpose.credentials],
        "purpose": _texts(purpose.names),
        "intended_use_id": purpose.slug,
        "retention": purpose.retention,
        "lawful_basis": purpose.lawful_basis,
    }


def mandatory_everywhere(asked: AskedCredential, *, with_customer: bool) -> tuple[str, ...]:
    """Claims without which the credential query cannot be answered."""
    return (*asked.required, *(asked.with_customer if with_customer else ()))


def _credential_query(asked: AskedCredential, types: Mapping[str, CredentialType], with_customer: bool) -> JsonObject:
    mandatory = mandatory_everywhere(asked, with_customer=with_customer)
    names = (*mandatory, *asked.optional)
    claims = []
    for name in names:
        claim: JsonObject = {"id": name} if asked.optional else {}
        claim["path"] = [name]
        if name in asked.values:
            claim["values"] = list(asked.values[name])
        claims.append(claim)
    query: JsonObject = {
        "id": asked.id,
        "format": FORMAT,
        "meta": {"vct_values": [types[asked.type].vct]},
        "claims": claims,
    }
    if asked.optional:
        query["claim_sets"] = [[*mandatory, *chosen] for chosen in _subsets(asked.optional)]
    return query


def _subsets(optional: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """By falling size; equal sizes in the order of the claims."""
    sizes = range(len(optional), -1, -1) if len(optional) <= MAX_SUBSETS_OF else (len(optional), 0)
    for size in sizes:
        yield from combinations(optional, size)


def _parse(value: JsonObject, where: str) -> Purpose:
    retention = value["retention"]
    freshness = value.get("freshness")
    return Purpose(
        id=value["id"],
        slug=value["slug"],
        names=read_text(value["name"], f"{where}: name"),
        asks=read_text(value["asks"], f"{where}: asks"),
        descriptions=read_text(value["description"], f"{where}: description"),
        kind=value["kind"],
        roles=read_names(value["roles"], f"{where}: roles"),
        customer=value["customer"],
        credentials=tuple(_parse_asked(item, where) for item in value["credentials"]),
        alternatives=tuple(read_names(item, f"{where}: alternatives") for item in value.get("alternatives", [])),
        lawful_basis=value["lawful_basis"],
        retention=retention["duration"],
        retention_texts=read_text(retention["text"], f"{where}: retention"),
        freshness=Freshness(freshness["months"], dict(freshness["claims"])) if freshness else None,
        status_max_age_seconds=value["status_max_age_seconds"],
    )


def _parse_asked(value: JsonObject, where: str) -> AskedCredential:
    at = f"{where}: {value['id']}"
    return AskedCredential(
        id=value["id"],
        type=value["type"],
        required=read_names(value["required"], at),
        optional=read_names(value.get("optional", []), at),
        with_customer=read_names(value.get("with_customer", []), at),
        values={name: tuple(values) for name, values in value.get("values", {}).items()},
        is_optional=value.get("is_optional", False),
    )


def _registered_credential(asked: AskedCredential, types: Mapping[str, CredentialType]) -> JsonObject:
    """Everything that the purpose may ever ask of one type; also what is asked only about an expected customer."""
    return {
        "format": FORMAT,
        "meta": {"vct_values": [types[asked.type].vct]},
        "claim": [{"path": [name]} for name in asked.claims(with_customer=True)],
    }


def _texts(text: Text) -> list[JsonObject]:
    return [{"lang": language, "value": text[language]} for language in LANGUAGES]
