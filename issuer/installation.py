"""What `issuer init` makes: keys, certificates, trust folder, database. Once; a second time changes nothing.

A demo installation joins the demo trust, which signs its certificates. A production installation gets its keys and one
certificate request each, and serves nothing until real certificates stand beside them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, load_types
from issuer import keys
from issuer.errors import IssuerError
from issuer.keys import Purpose
from issuer.settings import IssuerSettings
from openid4vc.strict_json import JsonValue
from openid4vc.trust import demo, keys_pem
from openid4vc.trust.certificates import Certificate, Role
from openid4vc.trust.demo import DemoOrganisation, DemoTrust
from web_service.settings import Mode, read_mode, write_mode

_ORGANISATIONS: Final = "organisations.json"
_DEFAULT: Final = ("O1", "O3", "O5", "O8")


@dataclass(frozen=True, slots=True)
class Installation:
    """What `init` decided: the mode, and the ids of the organisations that issue here."""

    mode: Mode
    organisations: tuple[str, ...]


def read(settings: IssuerSettings) -> Installation:
    """The installation in the data folder; IssuerError `not_initialised`."""
    mode = read_mode(settings.data_dir)
    path = settings.data_dir / _ORGANISATIONS
    if mode is None or not path.is_file():
        raise IssuerError("not_initialised", folder=str(settings.data_dir))
    return Installation(mode, tuple(json.loads(path.read_text("utf-8"))))


def choose(settings: IssuerSettings, names: str | None) -> list[str]:
    """The organisations named (`O1,O8`); without names those of an earlier init, else the demo's own."""
    if names is not None:
        return [name.strip() for name in names.split(",") if name.strip()]
    path = settings.data_dir / _ORGANISATIONS
    return list(json.loads(path.read_text("utf-8"))) if path.exists() else list(_DEFAULT)


def initialise(
    settings: IssuerSettings,
    chosen: Sequence[str],
    everybody: Mapping[str, Organisation],
    types: Mapping[str, CredentialType],
    *,
    mode: Mode,
    now: int,
) -> list[str]:
    """Makes what is missing; the names of what it made, none when all was there.

    `chosen` are organisation ids, added to those of an earlier init. IssuerError `organisation_unknown`.
    """
    unknown = [name for name in chosen if name not in everybody]
    if unknown:
        raise IssuerError("organisation_unknown", organisation=unknown[0])
    # Only what makes a database needs Alembic; reading an installation does not.
    from web_service import migrations

    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.keys_dir.mkdir(exist_ok=True, mode=0o700)
    made = _write_choice(settings, chosen, mode)
    if not settings.passphrase.exists():
        keys.write_passphrase(settings.passphrase)
        made.append("passphrase")
    passphrase = keys.read_passphrase(settings.passphrase)
    organisations = [everybody[name] for name in read(settings).organisations]
    trust = _join(settings, organisations, everybody, types, now) if mode == "demo" else None
    for organisation in organisations:
        made += _make_keys(settings, organisation, trust, passphrase, now)
    if trust is not None and trust.install(settings.trust, (Role.WALLET_PROVIDER,)):
        made.append("trust")
    if migrations.upgrade(settings.database, "issuer"):
        made.append("database")
    return made


def types_of(organisation: Organisation, types: Mapping[str, CredentialType]) -> dict[str, CredentialType]:
    """What an organisation issues of the types that are loaded, in its own order.

    Types from ISSUER_TYPES_DIR name no organisation: everybody who installs them here may issue them.
    """
    packaged = _packaged()
    own = {name: types[name] for name in organisation.may_issue if name in types}
    return own | {name: found for name, found in types.items() if name not in packaged}


@cache
def _packaged() -> frozenset[str]:
    """The names of the types that come with the package."""
    return frozenset(load_types())


def _write_choice(settings: IssuerSettings, chosen: Sequence[str], mode: Mode) -> list[str]:
    path = settings.data_dir / _ORGANISATIONS
    before: list[str] = json.loads(path.read_text("utf-8")) if path.exists() else []
    wanted = [*before, *(name for name in chosen if name not in before)]
    made = [] if read_mode(settings.data_dir) == mode else ["mode"]
    write_mode(settings.data_dir, mode)
    if wanted != before:
        keys_pem.write_atomically(path, json.dumps(wanted).encode(), mode=0o644)
        made.append("organisations")
    return made


def _join(
    settings: IssuerSettings,
    organisations: Sequence[Organisation],
    everybody: Mapping[str, Organisation],
    types: Mapping[str, CredentialType],
    now: int,
) -> DemoTrust:
    """The demo's trust with every organisation in it, so that who joins later finds those that come later still."""
    issued = {
        organisation.id: types_of(organisation, types)
        if organisation in organisations
        else {name: types[name] for name in organisation.may_issue if name in types}
        for organisation in everybody.values()
    }
    known = [
        DemoOrganisation(
            everybody[name].name, everybody[name].organization_identifier, tuple(found.vct for found in own.values())
        )
        for name, own in issued.items()
        if own
    ]
    prefixes = dict(filter(None, (_place(found) for own in issued.values() for found in own.values())))
    return demo.join(settings.demo_trust, organisations=known, type_prefixes=prefixes, now=now)


def _place(credential_type: CredentialType) -> tuple[str, JsonValue] | None:
    """Where `types.json` sends readers of a `vct`: to /types/<name>/<version> of the issuer; None when it cannot."""
    path = f"{credential_type.name}/{credential_type.version}"
    if credential_type.vct.endswith(f"/{path}"):
        return credential_type.vct.removesuffix(path), "issuer"
    if credential_type.vct.endswith(credential_type.version):
        prefix = credential_type.vct.removesuffix(credential_type.version)
        return prefix, {"issuer": f"{credential_type.name}/"}
    return None


def _make_keys(
    settings: IssuerSettings, organisation: Organisation, trust: DemoTrust | None, passphrase: bytes, now: int
) -> list[str]:
    folder = settings.keys_dir / organisation.slug
    folder.mkdir(exist_ok=True, mode=0o700)
    made = []
    for purpose in Purpose:
        path = keys.key_path(folder, purpose)
        if not path.exists():
            keys_pem.write_key(path, generate_private_key(SECP256R1()), passphrase)
            made.append(f"{organisation.slug}/{path.name}")
        key = keys_pem.read_key(path, passphrase)
        certificate = keys.certificate_path(folder, purpose)
        if certificate.exists():
            continue
        if trust is not None:
            keys.write_chain(certificate, _demo_chain(trust, organisation, purpose, key, now))
            made.append(f"{organisation.slug}/{certificate.name}")
        elif not certificate.with_suffix(".csr").exists():
            _write_request(certificate.with_suffix(".csr"), organisation, purpose, key)
            made.append(f"{organisation.slug}/{purpose}.csr")
    if not keys.data_key_path(folder).exists():
        keys.write_data_key(keys.data_key_path(folder))
        made.append(f"{organisation.slug}/data.key")
    return made


def _demo_chain(
    trust: DemoTrust, organisation: Organisation, purpose: Purpose, key: EllipticCurvePrivateKey, now: int
) -> list[Certificate]:
    return trust.issue_leaf(
        purpose.role,
        organization=organisation.name,
        organization_identifier=organisation.organization_identifier,
        common_name=f"{organisation.name} {purpose}"[:64],
        public_key=key.public_key(),
        # No host: another public URL must never need another certificate.
        dns_names=(),
        now=now,
    )


def _write_request(path: Path, organisation: Organisation, purpose: Purpose, key: EllipticCurvePrivateKey) -> None:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, organisation.country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation.name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organisation.organization_identifier),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation.name} {purpose}"[:64]),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())
    keys_pem.write_atomically(path, request.public_bytes(Encoding.PEM), mode=0o644)
