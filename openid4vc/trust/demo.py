"""The trust of a demonstration: made by whoever comes first, joined by the others.

The folder is itself a trust folder (`DIR/<role>/root.pem`, `DIR/issuers/demo.lote.json`, `DIR/types.json`); the private
keys of its roots and the registrar's certificate stand apart in `DIR/private/`, mode 0700, so that copying a role never
copies a key. The keys have no passphrase: whoever needs more than a demonstration needs other certificates.
"""

import fcntl
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding

from openid4vc import strict_json
from openid4vc.errors import TrustError
from openid4vc.jose.jws import KeySigner
from openid4vc.strict_json import JsonValue
from openid4vc.trust import making, trusted_list
from openid4vc.trust.certificates import Certificate, Role, from_x509
from openid4vc.trust.keys_pem import read_key, write_atomically, write_key
from openid4vc.trust.trusted_list import TrustedEntity

_LIST: Final = Path(Role.ISSUER) / "demo.lote.json"
_PRIVATE: Final = Path("private")
_REGISTRAR: Final = _PRIVATE / "registrar"
_TYPES: Final = Path("types.json")


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """An organisation of the demonstration and the types that it may issue."""

    name: str
    organization_identifier: str
    vct: tuple[str, ...]


DEMO_REGISTRAR: Final = DemoOrganisation("Todiste demo registrar", "NTRFI-9900110-9", ())


@dataclass(frozen=True, slots=True)
class DemoTrust:
    """An existing folder."""

    directory: Path

    @classmethod
    def open(cls, directory: Path) -> "DemoTrust":
        """A folder that somebody has made; TrustError `trust_anchors_missing` where nobody has."""
        # types.json is written last: a folder with it is whole.
        if not (directory / _TYPES).is_file():
            raise TrustError("trust_anchors_missing", "no demo trust here", file=str(directory), role="demo")
        return cls(directory)

    def root(self, role: Role) -> making.Root:
        """The root of a role with its key; TrustError `trust_list_invalid` or `key_unreadable`."""
        certificate = _read_certificate(_root_path(self.directory, role))
        return making.Root(role, certificate, read_key(_root_key_path(self.directory, role), None))

    def issue_leaf(
        self,
        role: Role,
        *,
        organization: str,
        organization_identifier: str | None,
        common_name: str,
        public_key: EllipticCurvePublicKey,
        dns_names: Iterable[str],
        now: int,
    ) -> list[Certificate]:
        """A leaf of this role as the chain that goes into `x5c` (the root stays out of it)."""
        leaf = making.make_leaf(
            role,
            self.root(role),
            organization=organization,
            organization_identifier=organization_identifier,
            common_name=common_name,
            dns_names=dns_names,
            public_key=public_key,
            now=now,
            life_days=making.LEAF_LIFE_DAYS[role],
        )
        return [leaf]

    def registrar_signer(self) -> tuple[KeySigner, list[Certificate]]:
        """Who signs registration certificates in the demonstration, and its chain."""
        path = self.directory / _REGISTRAR
        return KeySigner(read_key(path.with_suffix(".key.pem"), None)), [_read_certificate(path.with_suffix(".pem"))]

    def install(self, target: Path, roles: Collection[Role]) -> tuple[Path, ...]:
        """Copies what these roles need into a trust folder of a service or wallet; the files that it changed.

        Everything it writes is called `demo.*`; other files there are not touched, and `types.json` only gets the
        prefixes that it lacks.
        """
        changed = []
        for role in roles:
            source = self.directory / _LIST if role is Role.ISSUER else _root_path(self.directory, role)
            name = source.name if role is Role.ISSUER else "demo.pem"
            (target / role).mkdir(parents=True, exist_ok=True)
            if _write_if_other(target / role / name, source.read_bytes()):
                changed.append(target / role / name)
        target.mkdir(parents=True, exist_ok=True)
        places = strict_json.parse_object((self.directory / _TYPES).read_bytes())
        if _add_types(target / _TYPES, places):
            changed.append(target / _TYPES)
        return tuple(changed)


def join(
    directory: Path,
    *,
    organisations: Iterable[DemoOrganisation],
    type_prefixes: Mapping[str, JsonValue],
    now: int,
    registrar: DemoOrganisation = DEMO_REGISTRAR,
) -> DemoTrust:
    """The demo trust in `directory`, made or completed under a lock.

    `organisations` are added to the trusted list with their types (an organisation already there gets them in
    addition), `type_prefixes` to `types.json`. Nothing that is there is made anew; a second call changes nothing.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _locked(directory):
        (directory / _PRIVATE).mkdir(mode=0o700, exist_ok=True)
        for role in Role:
            _make_root(directory, role, now)
        trust = DemoTrust(directory)
        _make_registrar(trust, registrar, now)
        _add_organisations(trust, organisations, now)
        _add_types(directory / _TYPES, type_prefixes)
    return trust


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One at a time over all processes; the lock dies with the process that holds it."""
    descriptor = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_root(directory: Path, role: Role, now: int) -> None:
    path = _root_path(directory, role)
    if path.exists():
        return
    root = making.make_root(role, now=now)
    path.parent.mkdir(exist_ok=True)
    # The key first: a certificate that is there always has its key.
    write_key(_root_key_path(directory, role), root.private_key, None)
    write_atomically(path, root.certificate.x509.public_bytes(Encoding.PEM), mode=0o644)


def _make_registrar(trust: DemoTrust, registrar: DemoOrganisation, now: int) -> None:
    path = trust.directory / _REGISTRAR
    if path.with_suffix(".pem").exists():
        return
    key = generate_private_key(SECP256R1())
    (leaf,) = trust.issue_leaf(
        Role.REGISTRAR,
        organization=registrar.name,
        organization_identifier=registrar.organization_identifier,
        common_name=registrar.name,
        public_key=key.public_key(),
        dns_names=(),
        now=now,
    )
    write_key(path.with_suffix(".key.pem"), key, None)
    write_atomically(path.with_suffix(".pem"), leaf.x509.public_bytes(Encoding.PEM), mode=0o644)


def _add_organisations(trust: DemoTrust, organisations: Iterable[DemoOrganisation], now: int) -> None:
    """The trusted list with these organisations in it, written only when that says something new."""
    path = trust.directory / _LIST
    root = _read_certificate(_root_path(trust.directory, Role.ISSUER))
    old = trusted_list.parse(path.read_bytes()) if path.exists() else None
    before = {entity.organization_identifier: entity for entity in old.entities} if old else {}
    entities = dict(before)
    for organisation in organisations:
        identifier = organisation.organization_identifier
        vct = frozenset(organisation.vct) | (before[identifier].vct if identifier in before else frozenset())
        # The lists of the demonstration use value 3 for "replaced by a newer one", and here is where that is said.
        entities[identifier] = TrustedEntity(organisation.name, identifier, vct, (root,), status_3_superseded=True)
    if not entities or _described(entities) == _described(before):
        return
    raw = trusted_list.create(
        entities.values(),
        operator=making.DEMO_ORGANIZATION,
        sequence=old.sequence + 1 if old else 1,
        issued=now - making.BACKDATED,
        # A list of the EU is renewed within six months; this one lives as long as its root, for nobody renews it.
        next_update=root.not_after,
    )
    write_atomically(path, raw, mode=0o644)


def _described(entities: Mapping[str, TrustedEntity]) -> dict[str, tuple[str, frozenset[str]]]:
    return {identifier: (entity.name, entity.vct) for identifier, entity in entities.items()}


def _add_types(path: Path, places: Mapping[str, JsonValue]) -> bool:
    """Adds the prefixes that `types.json` lacks; whether that changed it."""
    there = strict_json.parse_object(path.read_bytes()) if path.exists() else None
    merged = {**places, **(there or {})}
    if merged == there:
        return False
    write_atomically(path, strict_json.write(merged), mode=0o644)
    return True


def _write_if_other(path: Path, data: bytes) -> bool:
    if path.exists() and path.read_bytes() == data:
        return False
    write_atomically(path, data, mode=0o644)
    return True


def _read_certificate(path: Path) -> Certificate:
    try:
        return from_x509(x509.load_pem_x509_certificate(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise TrustError("trust_list_invalid", "demo certificate", file=str(path)) from error


def _root_path(directory: Path, role: Role) -> Path:
    return directory / role / "root.pem"


def _root_key_path(directory: Path, role: Role) -> Path:
    return directory / _PRIVATE / f"{role}.key.pem"
