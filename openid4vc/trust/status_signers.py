"""Who may sign the status list of a credential.

Token Status List §11.3 and HAIP 1.0 §6.1 (the token brings its chain in `x5c`) leave the pairing to policy: the very
leaf that signed the credential, or a signer under `status/` that is the same organisation, or one that the operator
named there for that issuer. A chain to somebody's root proves only that they have one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from openid4vc.errors import TrustError
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role
from openid4vc.trust.issuers import TrustedIssuer


@dataclass(frozen=True, slots=True)
class StatusAnchors:
    """One file of `status/`: anchors, and the issuers (organizationIdentifier or name of an entry) it speaks for."""

    name: str
    anchors: tuple[Certificate, ...]
    issuers: frozenset[str]


class StatusSigners:
    """All entries of the role `status`."""

    def __init__(self, entries: Iterable[StatusAnchors]) -> None:
        self.entries = tuple(entries)

    def check(
        self, x5c: tuple[Certificate, ...], *, certificate: Certificate, issuer: TrustedIssuer, now: int
    ) -> Certificate:
        """The leaf that may sign lists for a credential of `issuer` that `certificate` signed.

        TrustError: `chain_untrusted` where nobody vouches for the signer, or not for this issuer; otherwise the fault
        of the chain as `chain.verify` names it.
        """
        if x5c and x5c[0].der == certificate.der:
            return chain.verify(x5c, role=Role.ISSUER, anchors=issuer.anchors, now=now)
        fault = TrustError("chain_untrusted", "no status signer of this chain")
        for entry in self.entries:
            try:
                leaf = chain.verify(x5c, role=Role.STATUS, anchors=entry.anchors, now=now)
            except TrustError as error:
                if error.code != "chain_untrusted":
                    fault = error
                continue
            if _same_organization(leaf, certificate) or _speaks_for(entry, certificate, issuer):
                return leaf
            fault = TrustError("chain_untrusted", "status signer of somebody else")
        raise fault


def _same_organization(leaf: Certificate, certificate: Certificate) -> bool:
    return leaf.organization_identifier is not None and (
        leaf.organization_identifier == certificate.organization_identifier
    )


def _speaks_for(entry: StatusAnchors, certificate: Certificate, issuer: TrustedIssuer) -> bool:
    return issuer.name in entry.issuers or certificate.organization_identifier in entry.issuers
