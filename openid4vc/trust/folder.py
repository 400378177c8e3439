"""A trust folder: one subfolder per role, read whole or not at all.

`issuers/` holds PEM anchors with a `NAME.json` beside each that says what is believed below it, and trusted lists:
`*.lote.json`, believed because the operator put them there, and `*.lote.jwt`, signed by somebody whose anchor is in
`lists/`; `status/NAME.json` names the issuers that a status signer speaks for; the other roles hold PEM anchors.
A file that is empty, unreadable, half written or not understood stops the load and is named: a subset of what the
operator meant would be trusted silently, and so would be what is missing from it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from openid4vc import strict_json
from openid4vc.errors import FormatError, TrustError
from openid4vc.jose import algorithms
from openid4vc.strict_json import JsonObject
from openid4vc.trust import signed_list, trusted_list, type_locations
from openid4vc.trust.certificates import Certificate, Role, from_x509
from openid4vc.trust.issuer_chains import IssuerChains
from openid4vc.trust.issuers import TrustedIssuer, TrustedIssuers
from openid4vc.trust.signed_list import SignedList
from openid4vc.trust.status_signers import StatusAnchors, StatusSigners
from openid4vc.trust.trusted_list import TrustedList
from openid4vc.trust.type_locations import TypeLocations

LIST_SUFFIX: Final = ".lote.json"
SIGNED_LIST_SUFFIX: Final = ".lote.jwt"
# A list signer is a public authority with hardware of its own, and the larger NIST curves are common there.
LIST_ALGORITHMS: Final = algorithms.policy("ES256", "ES384", "ES512")
_BLOCK: Final = re.compile(rb"-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----")
# More issuers than a country has; a chain is a few kilobytes.
_CHAINS: Final = 1024
_ISSUER_MEMBERS: Final = frozenset({"vct", "credential_issuer", "status", "status_3", "iss"})


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """Everything that a folder says. A reload makes a new one. `lists` are the signed lists by file name."""

    issuers: TrustedIssuers
    issuer_chains: IssuerChains
    status: StatusSigners
    anchors: Mapping[Role, tuple[Certificate, ...]]
    types: TypeLocations
    lists: Mapping[str, SignedList]


def load(directory: Path, *, required: Collection[Role], now: int, previous: TrustFolder | None) -> TrustFolder:
    """The folder as it is now; `previous` is what was read from it before, so that no signed list becomes an older one.

    TrustError with the fact `file`: `trust_list_invalid` for a file that cannot be taken whole; `trust_list_untrusted`,
    `trust_list_outdated` for a signed list (as `signed_list.verify`); `trust_anchors_missing` (also with `role`) where
    a role in `required` has no anchor, or `lists/` has none and there is a signed list.
    """
    anchors: dict[Role, tuple[Certificate, ...]] = {}
    for role in Role:
        if role not in (Role.ISSUER, Role.STATUS):
            anchors[role] = tuple(anchor for path in _files(directory / role, ".pem") for anchor in _pem(path))
        if role is not Role.ISSUER and (lists := _lists(directory / role)):
            # Nobody reads them here, and whoever put them here believes that somebody does.
            raise _invalid(lists[0], "lists are read in issuers/ only")
    seen = previous.lists if previous else {}
    signed = dict(_signed_lists(directory / Role.ISSUER, anchors[Role.LIST], now, seen))
    issuers = TrustedIssuers(_issuers(directory / Role.ISSUER, signed))
    status = StatusSigners(_status(directory / Role.STATUS))
    anchors[Role.ISSUER] = issuers.anchors
    anchors[Role.STATUS] = tuple(anchor for entry in status.entries for anchor in entry.anchors)
    for role in required:
        if not anchors[role]:
            raise TrustError("trust_anchors_missing", role=str(role), file=str(directory / role))
    return TrustFolder(
        issuers=issuers,
        issuer_chains=IssuerChains(issuers, limit=_CHAINS),
        status=status,
        anchors=anchors,
        types=_types(directory / "types.json"),
        lists=signed,
    )


def _lists(directory: Path) -> list[Path]:
    return [*_files(directory, LIST_SUFFIX), *_files(directory, SIGNED_LIST_SUFFIX)]


def _signed_lists(
    directory: Path, anchors: tuple[Certificate, ...], now: int, seen: Mapping[str, SignedList]
) -> Iterator[tuple[str, SignedList]]:
    """Every signed list by the name of its file, none of them twice in two editions."""
    schemes = set()
    for path in _files(directory, SIGNED_LIST_SUFFIX):
        if not anchors:
            raise TrustError("trust_anchors_missing", "of signed lists", role=str(Role.LIST), file=str(path))
        try:
            text = _read(path).decode()
            read = signed_list.verify(
                text, anchors=anchors, algorithms=LIST_ALGORITHMS, now=now, last=seen.get(path.name)
            )
        except UnicodeDecodeError as error:
            raise _invalid(path, "not a compact signature") from error
        except TrustError as error:
            raise TrustError(error.code, error.detail, **{**error.facts, "file": str(path)}) from error
        # An older edition under another name would go on vouching for what the newer one has withdrawn.
        if read.trusted_list.scheme in schemes:
            raise _invalid(path, "another edition of this list is beside it")
        schemes.add(read.trusted_list.scheme)
        yield path.name, read


def _issuers(directory: Path, signed: Mapping[str, SignedList]) -> Iterator[TrustedIssuer]:
    for name, read in signed.items():
        yield from _listed(directory / name, read.trusted_list)
    for path in _files(directory, LIST_SUFFIX):
        try:
            entries = trusted_list.parse(_read(path))
        except TrustError as error:
            raise _invalid(path, error.detail) from error
        yield from _listed(path, entries)
    described = _descriptions(directory)
    for path in _files(directory, ".pem"):
        yield _from_pem(path, described.get(path.stem))


def _listed(path: Path, entries: TrustedList) -> Iterator[TrustedIssuer]:
    for entity in entries.entities:
        yield TrustedIssuer(
            name=entity.name,
            file=path,
            organization_identifier=entity.organization_identifier,
            vct=entity.vct,
            anchors=entity.anchors,
            credential_issuers=frozenset(),
            status_optional=False,
            status_3_superseded=entity.status_3_superseded,
            iss_unchecked=False,
            valid_until=entries.next_update,
            web_iss=None,
        )


def _from_pem(path: Path, described: tuple[Path, JsonObject] | None) -> TrustedIssuer:
    """A PEM anchor with what `NAME.json` says about it; without that file it is trusted for no type."""
    beside, terms = described or (path, {})
    if not _ISSUER_MEMBERS.issuperset(terms):
        # A misspelt member would otherwise be a term that nobody keeps.
        raise _invalid(beside, "unknown member")
    for name, word in (("status", "optional"), ("status_3", "superseded"), ("iss", "unchecked")):
        if terms.get(name, word) != word:
            raise _invalid(beside, f"{name} can only be {word}")
    return TrustedIssuer(
        name=path.stem,
        file=path,
        organization_identifier=None,
        vct=_strings(beside, terms, "vct"),
        anchors=_pem(path),
        credential_issuers=_strings(beside, terms, "credential_issuer"),
        status_optional="status" in terms,
        status_3_superseded="status_3" in terms,
        iss_unchecked="iss" in terms,
        valid_until=None,
        web_iss=None,
    )


def _status(directory: Path) -> Iterator[StatusAnchors]:
    described = _descriptions(directory)
    for path in _files(directory, ".pem"):
        beside, terms = described.get(path.stem, (path, {}))
        if not {"issuers"}.issuperset(terms):
            raise _invalid(beside, "unknown member")
        yield StatusAnchors(path.stem, _pem(path), _strings(beside, terms, "issuers"))


def _descriptions(directory: Path) -> dict[str, tuple[Path, JsonObject]]:
    """Every `NAME.json` that is not a list, by name; one without `NAME.pem` is a mistake of somebody."""
    found: dict[str, tuple[Path, JsonObject]] = {}
    for path in _files(directory, ".json"):
        if path.name.endswith(LIST_SUFFIX):
            continue
        if not path.with_suffix(".pem").exists():
            raise _invalid(path, "no anchor of this name beside it")
        try:
            found[path.stem] = (path, strict_json.parse_object(_read(path)))
        except FormatError as error:
            raise _invalid(path, f"JSON: {error.code}") from error
    return found


def _pem(path: Path) -> tuple[Certificate, ...]:
    """All certificates of a PEM file (RFC 7468 §5), which holds nothing else but comments."""
    data = _read(path)
    blocks = _BLOCK.findall(data)
    # Anything that looks like a boundary and is not part of a whole block: cut off, or a key that must not be here.
    if not blocks or b"--" in _BLOCK.sub(b"", data):
        raise _invalid(path, "not whole PEM certificates")
    try:
        return tuple(trusted_list.check_anchor(from_x509(x509.load_pem_x509_certificate(block))) for block in blocks)
    except ValueError as error:
        raise _invalid(path, "a certificate cannot be read") from error
    except TrustError as error:
        raise _invalid(path, error.detail) from error


def _types(path: Path) -> TypeLocations:
    if not path.exists():
        return TypeLocations({})
    try:
        return type_locations.parse(_read(path))
    except TrustError as error:
        raise _invalid(path, error.detail) from error


def _files(directory: Path, suffix: str) -> list[Path]:
    """The files of a role by name; hidden ones are somebody's half-finished copy, and no anchor has such a name."""
    if not directory.exists():
        return []
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        raise _invalid(directory, "cannot be read") from error
    return [path for path in paths if path.name.endswith(suffix) and not path.name.startswith(".")]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _invalid(path, "cannot be read") from error


def _strings(path: Path, terms: JsonObject, name: str) -> frozenset[str]:
    values = terms.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise _invalid(path, f"{name} must be a list of texts")
    return frozenset(values)


def _invalid(path: Path, detail: str) -> TrustError:
    return TrustError("trust_list_invalid", detail, file=str(path))
