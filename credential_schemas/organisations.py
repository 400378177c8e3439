"""The demo organisations: who they are, what each may issue and ask, who works there — organisations.json.

All invented. A real installation names its own organisation; what it may do is then said by registers and trust lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credential_schemas.data import HERE, DataError, JsonObject, Text, read_names, read_object, read_text, say
from credential_schemas.types import CredentialType


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the staff. `facts` are what documents say about the author (registration number and the like)."""

    username: str
    name: str
    role: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `organization_identifier` is the EN 319 412-1 form that stands in certificates."""

    id: str
    slug: str
    names: Text
    business_id: str
    organization_identifier: str
    country: str
    oid_root: str | None
    role: str
    service: Text
    legal_category: str
    public_body: bool
    may_issue: tuple[str, ...]
    may_ask: tuple[str, ...]
    address: tuple[str, ...]
    phone: str
    email: str
    web: str
    people: tuple[Account, ...]

    @property
    def name(self) -> str:
        """The registered name, in Finnish, as certificates and documents carry it."""
        return self.names["fi"]

    def local_name(self, language: str) -> str:
        """The name that people of that language use."""
        return say(self.names, language)


def load(path: Path | None = None) -> Mapping[str, Organisation]:
    """All organisations by id, in the order of the file; DataError for anything malformed."""
    source = path or HERE / "organisations.json"
    organisations: dict[str, Organisation] = {}
    for value in read_object(source)["organisations"]:
        try:
            organisation = _parse(value, source.name)
        except (KeyError, TypeError) as error:
            raise DataError(f"{source.name}: {error!r}") from error
        if organisation.id in organisations:
            raise DataError(f"{source.name}: {organisation.id} stands twice")
        organisations[organisation.id] = organisation
    return organisations


def by_slug(organisations: Mapping[str, Organisation], slug: str) -> Organisation | None:
    """The organisation whose pages and issuer identifier carry that slug."""
    return next((organisation for organisation in organisations.values() if organisation.slug == slug), None)


def disclosure_policy(credential_type: CredentialType, organisations: Mapping[str, Organisation]) -> JsonObject | None:
    """What is published in `credential_metadata.disclosure_policy`; None for a type without one (MIN-11).

    `authorised` are organizationIdentifiers; `except_claims` are paths that anybody registered for them may see.
    """
    policy = credential_type.disclosure_policy
    if policy is None:
        return None
    authorised = [organisations[name].organization_identifier for name in policy["authorised"]]
    return {"authorised": authorised, "except_claims": [[name] for name in policy["except_claims"]]}


def _parse(value: JsonObject, where: str) -> Organisation:
    at = f"{where}: {value['id']}"
    return Organisation(
        id=value["id"],
        slug=value["slug"],
        names=read_text(value["name"], at),
        business_id=value["business_id"],
        organization_identifier=f"NTR{value['country']}-{value['business_id']}",
        country=value["country"],
        oid_root=value.get("oid_root"),
        role=value["role"],
        service=read_text(value["service"], at),
        legal_category=value["legal_category"],
        public_body=value["public_body"],
        may_issue=read_names(value["may_issue"], at),
        may_ask=read_names(value["may_ask"], at),
        address=tuple(value["address"]),
        phone=value["phone"],
        email=value["email"],
        web=value["web"],
        people=tuple(
            Account(person["username"], person["name"], person["role"], dict(person.get("facts", {})))
            for person in value["people"]
        ),
    )
