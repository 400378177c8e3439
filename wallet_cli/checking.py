"""What has become of the credentials that are held: one question to each list of status, at a time of the wallet's own.

A list is fetched whole, so its keeper learns neither which credential is meant nor that it is shown to anybody.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from openid4vc.errors import ProtocolError, RetrievalError, StatusError, TrustError
from openid4vc.sd_jwt import VerifiedSdJwt
from openid4vc.status_list import reference
from openid4vc.trust.folder import TrustFolder
from wallet_cli import holder, labels
from wallet_cli.contents import Contents, HeldCredential
from wallet_cli.statuses import State, Statuses

SOON: Final = 30 * 86400
# What a person should do something about; `untrusted` and `unknown` are what every asker would refuse too.
ATTENTION: Final = frozenset({"revoked", "suspended", "superseded", "expired", "untrusted", "unknown", "expires_soon"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One credential with its state as of now.

    `what` is a state of `labels.state_of`, or `expires_soon`, `untrusted` (the issuer, now) or `unknown` (its list does
    not tell). `fetched` is when the list came that answered; `fault` is why none did.
    """

    held: HeldCredential
    what: str
    fetched: int | None
    fault: ProtocolError | None

    @property
    def attention(self) -> bool:
        return self.what in ATTENTION

    @property
    def unreachable(self) -> bool:
        """Whether the list should have answered and did not: the state is the last known one."""
        return self.fault is not None and self.what not in ("untrusted", "unknown")


def look(
    credentials: Sequence[HeldCredential], trust: TrustFolder, statuses: Statuses, clock: Callable[[], int]
) -> list[Finding]:
    """Ask about each credential, in their order; copies of lists serve while they are fresh."""
    return [_look(held, trust, statuses, clock()) for held in credentials]


def keep(contents: Contents, findings: Collection[Finding], statuses: Statuses) -> None:
    """The states that lists gave, and the lists themselves, into the vault's contents."""
    seen: Mapping[int, Finding] = {finding.held.number: finding for finding in findings}
    for held in contents.credentials:
        if held.number in seen and seen[held.number].fetched is not None:
            held.state, held.state_time = seen[held.number].held.state, seen[held.number].held.state_time
    contents.status_lists.update(statuses.lists)


def newer(held: HeldCredential, credentials: Sequence[HeldCredential], now: int) -> HeldCredential | None:
    """The latest credential of the same type from the same issuer that is good and not older, if there is one."""
    same = [
        other
        for other in credentials
        if (other.vct, other.issuer, other.organization_identifier)
        == (held.vct, held.issuer, held.organization_identifier)
        and other.number != held.number
        and labels.state_of(other, now) in labels.USABLE
        and labels.issued(other) >= labels.issued(held)
    ]
    return max(same, key=lambda other: (labels.issued(other), other.number), default=None)


def _look(held: HeldCredential, trust: TrustFolder, statuses: Statuses, now: int) -> Finding:
    if labels.state_of(held, now) == "expired":
        return Finding(held, "expired", None, None)
    verified = holder.opened(held, now)
    if "status" not in verified.claims:
        return Finding(held, _dated(held, now), None, None)
    try:
        found = _ask(held, verified, trust, statuses, now)
    except TrustError as error:
        return Finding(held, "untrusted", None, error)
    except (RetrievalError, StatusError) as error:
        return Finding(held, "unknown" if error.code == "status_unknown" else _dated(held, now), None, error)
    seen = replace(held, state=found.state, state_time=found.time)
    return Finding(seen, _dated(seen, now), found.fetched, None)


def _ask(held: HeldCredential, verified: VerifiedSdJwt, trust: TrustFolder, statuses: Statuses, now: int) -> State:
    """A credential whose issuer is not trusted for its type any more is not asked about."""
    issuer, certificate = trust.issuers.for_credential(holder.issuer_chain(held), vct=held.vct, now=now)
    return statuses.look(reference.parse(verified.claims["status"]), certificate, issuer, now)


def _dated(held: HeldCredential, now: int) -> str:
    """The state, or that a good credential has not long to go."""
    state = labels.state_of(held, now)
    soon = state in labels.USABLE and held.exp is not None and held.exp - now <= SOON
    return "expires_soon" if soon else state
