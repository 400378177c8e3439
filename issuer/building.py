"""From settings to a Service: everything read, checked and put together once, or a start that fails with a reason."""

from collections.abc import Mapping
from typing import Final

from cryptography.x509.oid import NameOID

from credential_schemas import organisations as all_organisations
from credential_schemas import people
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, load_types
from issuer import installation, keys, metadata
from issuer.counters import Counters
from issuer.errors import IssuerError
from issuer.fault_points import FAULT_POINTS
from issuer.installation import Installation
from issuer.keys import OrganisationKeys
from issuer.nonces import Nonces
from issuer.service import IssuingOrganisation, Service
from issuer.settings import IssuerSettings
from issuer.status_indexes import StatusIndexes
from issuer.status_lists import StatusLists
from openid4vc.trust.making import DEMO_ORGANIZATION
from web_service.audit import Audit
from web_service.clock import Clock
from web_service.database import Database
from web_service.faults import FaultPoints
from web_service.logging import log
from web_service.settings import Mode

_TTL: Final[Mapping[Mode, int]] = {"demo": 2, "production": 60}


def build(settings: IssuerSettings, *, database: Database, counters: Counters) -> Service:
    """The service of an installation; the database is not yet touched.

    IssuerError: `not_initialised`, `public_url_plain`, `demo_in_production`, and what keys.read_keys raises.
    """
    installed = installation.read(settings)
    settings.check_test_mode(installed.mode)
    check_public_url(settings, installed.mode)
    clock = Clock(settings.clock_offset_file)
    types = load_types(settings.types_dir)
    everybody = all_organisations.load()
    passphrase = keys.read_passphrase(settings.passphrase)
    organisations = {}
    for name in installed.organisations:
        organisation = everybody[name]
        folder = settings.keys_dir / organisation.slug
        read = keys.read_keys(folder, organisation.slug, passphrase, now=clock.now())
        _check_certificates(organisation, read, installed.mode, clock.now(), counters)
        organisations[organisation.slug] = _organisation(
            settings, installed, organisation, read, types, everybody, database, counters
        )
    return Service(
        settings=settings,
        mode=installed.mode,
        clock=clock,
        database=database,
        audit=Audit(database),
        counters=counters,
        faults=FaultPoints(settings.fail_at, FAULT_POINTS),
        types=types,
        organisations=organisations,
        people=people.load() if installed.mode == "demo" else {},
    )


def check_public_url(settings: IssuerSettings, mode: Mode) -> None:
    """Plain http is for a demonstration on this very machine alone; IssuerError `public_url_plain`."""
    plain = settings.origin.startswith("http://")
    if plain and not (mode == "demo" and settings.loopback()):
        raise IssuerError("public_url_plain", url=settings.origin)


def _organisation(
    settings: IssuerSettings,
    installed: Installation,
    organisation: Organisation,
    read: OrganisationKeys,
    types: Mapping[str, CredentialType],
    everybody: Mapping[str, Organisation],
    database: Database,
    counters: Counters,
) -> IssuingOrganisation:
    identifier = f"{settings.origin}/{organisation.slug}"
    issued = installation.types_of(organisation, types)
    ttl = settings.status_ttl or _TTL[installed.mode]
    return IssuingOrganisation(
        organisation=organisation,
        identifier=identifier,
        keys=read,
        types=issued,
        nonces=Nonces(read.data, lifetime=settings.nonce_seconds),
        status_indexes=StatusIndexes(organisation.slug, read.data, database, counters),
        status_lists=StatusLists(organisation.slug, identifier, read.status, database, counters, ttl=ttl),
        metadata=metadata.issuer_metadata(identifier, organisation, issued, everybody),
    )


def _check_certificates(
    organisation: Organisation, read: OrganisationKeys, mode: Mode, now: int, counters: Counters
) -> None:
    for purpose, key in read.by_purpose().items():
        issuer = key.certificate.x509.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        if mode == "production" and any(name.value == DEMO_ORGANIZATION for name in issuer):
            raise IssuerError("demo_in_production", organisation=organisation.slug, key=str(purpose))
        counters.certificate(organisation.slug, str(purpose), key.certificate.not_after)
        if keys.ends_soon(key.certificate, now):
            log(
                "certificate_expires",
                level="warning",
                organisation=organisation.slug,
                key=str(purpose),
                not_after=key.certificate.not_after,
            )
