"""Whom to believe for which type of credential.

A signature proves an organisation; only the trust folder says what that organisation may attest (EUDI ARF 3.0, topic
12; SD-JWT VC, "Issuer-signed JWT Verification"; HAIP 1.0 §6.1.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openid4vc.errors import TrustError
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One entry of the trust folder: anchors, what is believed below them, and on which terms.

    `name` is the entry's name in its list, or of its PEM file; `file` is where it stands. `organization_identifier`
    None means that any leaf below the anchors is meant. `valid_until` is the NextUpdate of the list. `web_iss` is the
    `iss` of an issuer whose keys are found by its web metadata and by nothing else, whatever the anchors; None where
    they are found by x5c and by nothing else.
    """

    name: str
    file: Path
    organization_identifier: str | None
    vct: frozenset[str]
    anchors: tuple[Certificate, ...]
    credential_issuers: frozenset[str]
    status_optional: bool
    status_3_superseded: bool
    iss_unchecked: bool
    valid_until: int | None
    web_iss: str | None


class TrustedIssuers:
    """All entries of the role `issuers`."""

    def __init__(self, entries: Iterable[TrustedIssuer]) -> None:
        self.entries = tuple(entries)
        web = {entry.web_iss for entry in self.entries if entry.web_iss is not None}
        self._web = {iss: tuple(entry for entry in self.entries if entry.web_iss == iss) for iss in web}

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        """Every anchor of every entry, each once."""
        return tuple({anchor.der: anchor for entry in self.entries for anchor in entry.anchors}.values())

    def for_credential(self, x5c: tuple[Certificate, ...], *, vct: str, now: int) -> tuple[TrustedIssuer, Certificate]:
        """The entry that vouches for this chain and this type, with the leaf.

        TrustError: `cert_*` or `x5c_invalid` as `chain.verify`; `untrusted_issuer` for a chain to nobody, or a leaf of
        an organisation that is not the entry's; `trust_list_invalid` where only a list past its NextUpdate knows it;
        `issuer_not_authorised_for_type` for a known issuer of other types.
        """
        return authorised(self.above(x5c, now=now), vct=vct, now=now), x5c[0]

    def above(self, x5c: tuple[Certificate, ...], *, now: int) -> tuple[TrustedIssuer, ...]:
        """The entries to which this chain leads, at least one; TrustError as `for_credential`, but for the last two."""
        above = tuple(
            entry
            for entry in self.entries
            if entry.web_iss is None and _names(entry, x5c) and _leads_to(entry.anchors, x5c, now)
        )
        if not above:
            self._refuse(x5c, now)
        return above

    def by_web_metadata(self, iss: object) -> tuple[TrustedIssuer, ...]:
        """The entries whose keys are found by the web metadata of this `iss` (exact string); () for every other."""
        return self._web.get(iss, ()) if isinstance(iss, str) else ()

    def for_organization(self, organization_identifier: str) -> TrustedIssuer | None:
        """The first entry that names this organisation."""
        return next((e for e in self.entries if e.organization_identifier == organization_identifier), None)

    def for_organization_and_vct(self, organization_identifier: str, vct: str) -> TrustedIssuer | None:
        """The entry that names this organisation for this type: who signed metadata, before anything is sent there."""
        return next((e for e in self.for_vct(vct) if e.organization_identifier == organization_identifier), None)

    def for_credential_issuer(self, credential_issuer: str, vct: str) -> TrustedIssuer | None:
        """The entry that believes this issuer identifier's unsigned metadata, for this type (exact string)."""
        return next((e for e in self.for_vct(vct) if credential_issuer in e.credential_issuers), None)

    def for_vct(self, vct: str) -> list[TrustedIssuer]:
        """Every entry that may issue this type."""
        return [entry for entry in self.entries if vct in entry.vct]

    def _refuse(self, x5c: tuple[Certificate, ...], now: int) -> None:
        """The most telling reason why no entry vouches for a chain."""
        try:
            chain.verify(x5c, role=Role.ISSUER, anchors=self.anchors, now=now)
        except TrustError as error:
            if error.code != "chain_untrusted":
                raise
        raise TrustError("untrusted_issuer")


def authorised(entries: Sequence[TrustedIssuer], vct: str, now: int) -> TrustedIssuer:
    """The one of the entries above a chain, or of an `iss`, that vouches for this type.

    TrustError `trust_list_invalid` where only a list past its NextUpdate knows them;
    `issuer_not_authorised_for_type` for a known issuer of other types.
    """
    for entry in entries:
        if vct in entry.vct and (entry.valid_until is None or now <= entry.valid_until):
            return entry
    # Not by `any`: a name that a generator closes over costs those more that are authorised.
    for entry in entries:
        if entry.valid_until is None or now <= entry.valid_until:
            raise TrustError("issuer_not_authorised_for_type")
    raise TrustError("trust_list_invalid", "list is past its NextUpdate", file=entries[0].file.name)


def _names(entry: TrustedIssuer, x5c: tuple[Certificate, ...]) -> bool:
    return entry.organization_identifier is None or (
        bool(x5c) and entry.organization_identifier == x5c[0].organization_identifier
    )


def _leads_to(anchors: tuple[Certificate, ...], x5c: tuple[Certificate, ...], now: int) -> bool:
    """Whether the chain holds under these anchors; why not is asked once for all entries together."""
    try:
        chain.verify(x5c, role=Role.ISSUER, anchors=anchors, now=now)
    except TrustError:
        return False
    return True
