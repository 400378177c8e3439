"""What a verifier is made of: the same for the server and for the operator's commands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credential_schemas import organisations as known
from credential_schemas import purposes as registered
from credential_schemas.organisations import Organisation
from credential_schemas.purposes import Purpose, find_purpose
from credential_schemas.types import CredentialType, load_types
from verifier.errors import VerifierError
from verifier.keys import AccessKey, Installation, KeyStore
from verifier.sealing import DataKey
from verifier.settings import FAULT_POINTS, Settings
from verifier.store import statements
from web_service.audit import Audit
from web_service.clock import Clock
from web_service.database import Database, open_database
from web_service.faults import FaultPoints
from web_service.settings import Mode, read_mode

PUBLIC_URL: Final = "public_url"


@dataclass(frozen=True, slots=True)
class Asker:
    """An organisation that asks here: its access key and its registration certificates by purpose id."""

    organisation: Organisation
    access: AccessKey
    registrations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Everything but the network; opened once, closed at the end."""

    settings: Settings
    mode: Mode
    clock: Clock
    database: Database
    audit: Audit
    faults: FaultPoints
    data_key: DataKey
    types: Mapping[str, CredentialType]
    purposes: Mapping[str, Purpose]
    askers: Mapping[str, Asker]

    @classmethod
    def open(cls, settings: Settings) -> "Verifier":
        """For an operator's command, with a database connection of its own; errors as `load`."""
        return cls.load(settings, clock=Clock(settings.clock_offset_file), database=open_database(settings.database))

    @classmethod
    def load(cls, settings: Settings, *, clock: Clock, database: Database) -> "Verifier":
        """VerifierError `asker_not_initialised`, `access_key_missing`; TrustError, WebError for keys and settings."""
        mode = mode_of(settings)
        installation = Installation.read(settings.data_dir)
        settings.check_test_mode(mode)
        store = KeyStore(settings.data_dir, settings.key_passphrase_file)
        organisations = known.load()
        purposes = registered.load_purposes(installation.purposes)
        return cls(
            settings=settings,
            mode=mode,
            clock=clock,
            database=database,
            audit=Audit(database),
            faults=FaultPoints(settings.fail_at, FAULT_POINTS),
            data_key=store.data_key(),
            types=load_types(settings.types_dir),
            purposes=purposes,
            askers={
                organisations[name].slug: _asker(store, organisations[name], purposes)
                for name in installation.organisations
            },
        )

    def asker(self, slug: str) -> Asker:
        """By the slug in URLs; VerifierError `asker_unknown`."""
        try:
            return self.askers[slug]
        except KeyError:
            raise VerifierError("asker_unknown", organisation=slug[:40]) from None

    def asker_of(self, organisation_id: str) -> Asker:
        """By id, O2; VerifierError `asker_unknown`."""
        for asker in self.askers.values():
            if asker.organisation.id == organisation_id:
                return asker
        raise VerifierError("asker_unknown", organisation=organisation_id[:40])

    def purpose(self, name: str) -> Purpose:
        """By id or slug; VerifierError `purpose_unknown`."""
        found = find_purpose(self.purposes, name)
        if found is None:
            raise VerifierError("purpose_unknown", purpose=name[:60])
        return found

    async def public_url(self) -> str:
        """The address that requests carry: the setting, else what the last `serve` listened on."""
        if not self.settings.public_url:
            row = await self.database.one(statements.setting_by_name, p_name=PUBLIC_URL)
            if row is not None:
                return str(row["value"])
        return self.settings.origin


def mode_of(settings: Settings) -> Mode:
    """Demo or production, as `init` wrote it; VerifierError `asker_not_initialised`."""
    mode = read_mode(settings.data_dir)
    if mode is None:
        raise VerifierError("asker_not_initialised", directory=str(settings.data_dir))
    return mode


def _asker(store: KeyStore, organisation: Organisation, purposes: Mapping[str, Purpose]) -> Asker:
    found = {name: store.registration(organisation.slug, name) for name in purposes}
    return Asker(
        organisation=organisation,
        access=store.access_key(organisation.slug),
        registrations={name: text for name, text in found.items() if text is not None},
    )
