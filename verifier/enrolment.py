"""Becoming somebody whom wallets know: access certificate, registration certificates, and whom to believe.

In the demo both come from the demo's own trust; in production the operator brings them. Everything here can be done
twice and then changes nothing. A purpose that breaks one of the MIN rules is never registered.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from credential_schemas import organisations as known
from credential_schemas import purposes as registered
from credential_schemas.data import DataError
from credential_schemas.errors import MinimisationError
from credential_schemas.minimisation import check_minimisation
from credential_schemas.organisations import Organisation
from credential_schemas.purposes import Purpose
from credential_schemas.types import CredentialType, load_types
from openid4vc.jose.jws import KeySigner
from openid4vc.relying_party import registration_certificate
from openid4vc.strict_json import JsonValue
from openid4vc.trust import certificates, demo, keys_pem
from openid4vc.trust.certificates import Certificate, Role
from openid4vc.trust.demo import DemoOrganisation, DemoTrust
from verifier.errors import VerifierError
from verifier.keys import Installation, KeyStore
from verifier.settings import Settings

DEFAULT_ORGANISATION: Final = "O2"
REGISTRAR: Final = "O9"
# TS 119 475: at most twelve months; the access certificate lives as long.
REGISTRATION_SECONDS: Final = 365 * 86400
_HOUR: Final = 3600
# What this service believes: issuers of credentials and signers of their lists, and in a demo TLS servers.
_ROLES: Final = (Role.ISSUER, Role.STATUS, Role.TLS)
# Where the types of the demo are served (`types.json`).
TYPE_PREFIXES: Final[Mapping[str, JsonValue]] = {
    "https://tyypit.example/tyokyky/": "issuer",
    "urn:eudi:pid:": {"issuer": "pid/"},
}


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What changed, as words of ours: file names relative to the data folder."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """A real access key with its chain, from files of the operator."""

    key: Path
    chain: Path


def enrol(settings: Settings, names: Iterable[str], *, now: int) -> Enrolled:
    """The demo: keys, certificates and registrations of these organisations; VerifierError `asker_unknown`."""
    organisations = known.load()
    asked = [_organisation(organisations, name) for name in names]
    installation = _installation(settings, asked)
    store = KeyStore(settings.data_dir, settings.key_passphrase_file)
    store.prepare()
    trust = join_demo_trust(settings.demo_trust, organisations, now=now)
    changed = [str(path.relative_to(settings.trust)) for path in trust.install(settings.trust, _ROLES)]
    types = load_types(settings.types_dir)
    purposes = registered.load_purposes(installation.purposes)
    registrar = trust.registrar_signer()
    for organisation in (organisations[name] for name in installation.organisations):
        if not store.has_access_key(organisation.slug):
            _make_access_key(store, trust, organisation, now=now)
            changed.append(f"keys/{organisation.slug}")
        for purpose in purposes.values():
            if purpose.id in organisation.may_ask and store.registration(organisation.slug, purpose.id) is None:
                text = register(purpose, types, organisation, organisations[REGISTRAR], registrar, now=now)
                store.write_registration(organisation.slug, purpose.id, text)
                changed.append(f"registrations/{organisation.slug}/{purpose.id}")
    if installation.write():
        changed.append("installation")
    return Enrolled(tuple(changed))


def enrol_with(settings: Settings, names: Iterable[str], access: OwnAccess | None) -> Enrolled:
    """Production: one organisation with a certificate that somebody else issued; nothing is made up.

    VerifierError `access_certificate_needed`; TrustError for a key or chain that cannot be used.
    """
    organisations = known.load()
    asked = [_organisation(organisations, name) for name in names]
    store = KeyStore(settings.data_dir, settings.key_passphrase_file)
    if access is None or len(asked) != 1:
        raise VerifierError("access_certificate_needed")
    key = keys_pem.read_key(access.key, None)
    chain = [certificates.from_x509(each) for each in x509.load_pem_x509_certificates(access.chain.read_bytes())]
    certificates.check_key(chain[0], key.public_key())
    store.prepare()
    installation = _installation(settings, asked)
    store.write_access_key(asked[0].slug, key, chain)
    installation.write()
    return Enrolled((f"keys/{asked[0].slug}", "installation"))


def register_purpose(settings: Settings, file: Path, organisation_id: str, *, now: int) -> tuple[Purpose, bool]:
    """Register a further purpose from a file with the demo's registrar; (purpose, whether anything changed).

    VerifierError `purpose_file_invalid`, `purpose_exists`, `purpose_asks_too_much` with the facts `rule` and `claims`.
    """
    installation = Installation.read(settings.data_dir)
    organisations = known.load()
    organisation = _organisation(organisations, organisation_id)
    if organisation.id not in installation.organisations:
        raise VerifierError("asker_unknown", organisation=organisation.id)
    types = load_types(settings.types_dir)
    purpose = read_purpose(file, types)
    there = registered.load_purposes(installation.purposes)
    if there.get(purpose.id, purpose) != purpose or any(
        other.slug == purpose.slug and other.id != purpose.id for other in there.values()
    ):
        raise VerifierError("purpose_exists", purpose=purpose.id)
    store = KeyStore(settings.data_dir, settings.key_passphrase_file)
    if purpose.id in there and store.registration(organisation.slug, purpose.id) is not None:
        return purpose, False
    trust = DemoTrust.open(settings.demo_trust)
    text = register(purpose, types, organisation, organisations[REGISTRAR], trust.registrar_signer(), now=now)
    if purpose.id not in there:
        installation.purposes.mkdir(exist_ok=True)
        keys_pem.write_atomically(installation.purposes / f"{purpose.id}.json", file.read_bytes(), mode=0o644)
    store.write_registration(organisation.slug, purpose.id, text)
    return purpose, True


def read_purpose(file: Path, types: Mapping[str, CredentialType]) -> Purpose:
    """A purpose from a file that keeps the MIN rules; VerifierError `purpose_file_invalid`, `purpose_asks_too_much`."""
    try:
        purpose = registered.read_purpose(file)
        check_minimisation(purpose, types)
    except MinimisationError as error:
        raise VerifierError("purpose_asks_too_much", rule=error.rule, claims=", ".join(error.claims)) from error
    except (DataError, OSError, KeyError, ValueError) as error:
        raise VerifierError("purpose_file_invalid", file=file.name) from error
    return purpose


def register(
    purpose: Purpose,
    types: Mapping[str, CredentialType],
    organisation: Organisation,
    registrar: Organisation,
    signer: tuple[KeySigner, list[Certificate]],
    *,
    now: int,
) -> str:
    """A registration certificate as the demo's registrar signs it."""
    key, chain = signer
    # The demo's registrar takes what the MIN rules allow; who may ask for what is then said by this very certificate.
    allowed = dataclasses.replace(organisation, may_ask=(*organisation.may_ask, purpose.id))
    iat = now // _HOUR * _HOUR
    claims = registered.registration_claims(
        purpose,
        types,
        allowed,
        registrar=registrar,
        privacy_policy=f"{organisation.web}/tietosuoja/{purpose.id}",
        support_uri=f"{organisation.web}/poisto",
        iat=iat,
        exp=iat + REGISTRATION_SECONDS,
    )
    return registration_certificate.create(claims, signer=key, x5c=certificates.x5c(chain))


def join_demo_trust(directory: Path, organisations: Mapping[str, Organisation], *, now: int) -> DemoTrust:
    """The demo's trust with every demo organisation in it, so that it does not matter who comes first."""
    types = load_types()
    registrar = organisations[REGISTRAR]
    return demo.join(
        directory,
        organisations=[
            DemoOrganisation(
                organisation.name,
                organisation.organization_identifier,
                tuple(types[name].vct for name in organisation.may_issue if name in types),
            )
            for organisation in organisations.values()
            if organisation.may_issue
        ],
        type_prefixes=TYPE_PREFIXES,
        now=now,
        registrar=DemoOrganisation(registrar.name, registrar.organization_identifier, ()),
    )


def _make_access_key(store: KeyStore, trust: DemoTrust, organisation: Organisation, *, now: int) -> None:
    key = store.new_access_key()
    chain = trust.issue_leaf(
        Role.ACCESS,
        organization=organisation.name,
        organization_identifier=organisation.organization_identifier,
        common_name=organisation.name,
        public_key=key.public_key(),
        # No name of a host: x509_hash identifies the certificate, and the public address may change.
        dns_names=(),
        now=now,
    )
    store.write_access_key(organisation.slug, key, chain)


def _installation(settings: Settings, asked: Iterable[Organisation]) -> Installation:
    """What is there already, with these organisations added."""
    try:
        before = Installation.read(settings.data_dir).organisations
    except VerifierError:
        before = ()
    names = dict.fromkeys((*before, *(organisation.id for organisation in asked)))
    return Installation(settings.data_dir, tuple(names))


def _organisation(organisations: Mapping[str, Organisation], name: str) -> Organisation:
    try:
        return organisations[name]
    except KeyError:
        raise VerifierError("asker_unknown", organisation=name[:40]) from None
