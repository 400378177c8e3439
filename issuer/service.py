"""What the issuer works with: one frozen value, built once by app.py or a command, handed to everything that acts."""

from collections.abc import Mapping
from dataclasses import dataclass

from credential_schemas.organisations import Organisation
from credential_schemas.people import Person
from credential_schemas.types import CredentialType
from issuer.counters import Counters
from issuer.errors import IssuerError
from issuer.keys import OrganisationKeys
from issuer.nonces import Nonces
from issuer.settings import IssuerSettings
from issuer.status_indexes import StatusIndexes
from issuer.status_lists import StatusLists
from openid4vc.strict_json import JsonObject
from web_service.audit import Audit
from web_service.clock import Clock
from web_service.database import Database
from web_service.faults import FaultPoints
from web_service.settings import Mode


@dataclass(frozen=True, slots=True)
class IssuingOrganisation:
    """An organisation of this deployment: a credential issuer of its own."""

    organisation: Organisation
    identifier: str
    keys: OrganisationKeys
    types: Mapping[str, CredentialType]
    nonces: Nonces
    status_indexes: StatusIndexes
    status_lists: StatusLists
    metadata: JsonObject

    @property
    def slug(self) -> str:
        """Its name in rows, paths and folders."""
        return self.organisation.slug

    def credential_type(self, name: str) -> CredentialType:
        """A type that this organisation issues; IssuerError `type_not_issued_here`."""
        if name not in self.types:
            raise IssuerError("type_not_issued_here", type=name, organisation=self.slug)
        return self.types[name]


@dataclass(frozen=True, slots=True)
class Service:
    """Settings, clock, database and the organisations by slug; `types` has every type by name, also other issuers',
    `people` the demo's person register by identity code (empty in production: there registers are asked)."""

    settings: IssuerSettings
    mode: Mode
    clock: Clock
    database: Database
    audit: Audit
    faults: FaultPoints
    counters: Counters
    types: Mapping[str, CredentialType]
    organisations: Mapping[str, IssuingOrganisation]
    people: Mapping[str, Person]

    def organisation(self, name: str) -> IssuingOrganisation:
        """By slug or by id (`O1`); IssuerError `organisation_unknown`."""
        for organisation in self.organisations.values():
            if name in (organisation.slug, organisation.organisation.id):
                return organisation
        raise IssuerError("organisation_unknown", organisation=name)

    def issuer_of(self, type_name: str, organisation: str | None) -> tuple[IssuingOrganisation, CredentialType]:
        """Who issues a type: the organisation named, or the only one that may.

        IssuerError: `type_unknown`, `type_not_issued_here`, `organisation_unknown`, `organisation_needed`.
        """
        if type_name not in self.types:
            raise IssuerError("type_unknown", type=type_name)
        if organisation is not None:
            named = self.organisation(organisation)
            return named, named.credential_type(type_name)
        able = [candidate for candidate in self.organisations.values() if type_name in candidate.types]
        if not able:
            raise IssuerError("type_not_issued_here", type=type_name, organisation="-")
        if len(able) > 1:
            names = ", ".join(candidate.organisation.id for candidate in able)
            raise IssuerError("organisation_needed", type=type_name, organisations=names)
        return able[0], able[0].types[type_name]
