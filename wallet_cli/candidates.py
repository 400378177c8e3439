"""Which held credentials could answer a request, and in what state they are now.

What is revoked, suspended, replaced or expired is never chosen by itself; the person may still name it (`--use`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from openid4vc.errors import PresentationError, RetrievalError, StatusError, TrustError
from openid4vc.sd_jwt import VerifiedSdJwt
from openid4vc.status_list import reference
from openid4vc.trust.folder import TrustFolder
from openid4vc.vp import dcql
from openid4vc.vp.dcql import Candidate, Choice, DcqlQuery
from openid4vc.vp.dcql.authorities import authority_keys
from wallet_cli import holder, labels
from wallet_cli.contents import HeldCredential
from wallet_cli.statuses import Statuses

USABLE: Final = frozenset({"valid", "none", "unchecked"})


@dataclass(frozen=True, slots=True)
class Candidates:
    """The credentials of the types that are asked, newest first, each opened and with its state as of now.

    `unreachable` are those whose list could not be asked; their state is the last known one.
    """

    held: dict[int, HeldCredential]
    opened: dict[int, VerifiedSdJwt]
    states: dict[int, str]
    unreachable: frozenset[int]

    def choices(self, query: DcqlQuery, *, use: Collection[int], add: Collection[str]) -> list[Choice]:
        """The ways to answer with what may be chosen; PresentationError `missing_credential` when there is none."""
        numbers = [number for number in self.held if self.states[number] in USABLE or number in use]
        ordered = sorted(numbers, key=lambda number: (number not in use, -number))
        choices = dcql.evaluate(query, [self._candidate(number) for number in ordered], add=add)
        # A way that has all that the person named comes before one that has less of it.
        return sorted(choices, key=lambda choice: -len(_numbers(choice).intersection(use)))

    def unusable(self, query: DcqlQuery) -> list[HeldCredential]:
        """The credentials that would answer if they were valid; empty when something is missing altogether."""
        try:
            choices = dcql.evaluate(query, [self._candidate(number) for number in self.held], add=())
        except PresentationError:
            return []
        bad = [number for number in sorted(_numbers(choices[0])) if self.states[number] not in USABLE]
        return [self.held[number] for number in bad]

    def _candidate(self, number: int) -> Candidate:
        verified = self.opened[number]
        return Candidate(
            id=str(number),
            format=dcql.FORMAT,
            vct=self.held[number].vct,
            claims=verified.claims,
            authority_keys=authority_keys(holder.issuer_chain(self.held[number])),
        )


def gather(
    query: DcqlQuery,
    credentials: Sequence[HeldCredential],
    trust: TrustFolder,
    statuses: Statuses,
    clock: Callable[[], int],
) -> Candidates:
    """Open what is of an asked type, and ask the lists of status about it (copies serve while they are fresh)."""
    types = {vct for credential in query.credentials for vct in credential.vct_values}
    held: dict[int, HeldCredential] = {}
    opened: dict[int, VerifiedSdJwt] = {}
    unreachable = set()
    for credential in credentials:
        if credential.vct not in types:
            continue
        verified = holder.opened(credential, clock())
        opened[credential.number] = verified
        try:
            held[credential.number] = _looked_up(credential, verified, trust, statuses, clock())
        except (RetrievalError, StatusError, TrustError):
            # The last known state stands; the verifier asks for itself anyhow.
            held[credential.number] = credential
            unreachable.add(credential.number)
    states = {number: labels.state_of(credential, clock()) for number, credential in held.items()}
    return Candidates(held, opened, states, frozenset(unreachable))


def _looked_up(
    credential: HeldCredential, verified: VerifiedSdJwt, trust: TrustFolder, statuses: Statuses, now: int
) -> HeldCredential:
    if "status" not in verified.claims:
        return credential
    chain = holder.issuer_chain(credential)
    issuer, certificate = trust.issuers.for_credential(chain, vct=credential.vct, now=now)
    found = statuses.look(reference.parse(verified.claims["status"]), certificate, issuer, now)
    return replace(credential, state=found.state, state_time=found.time)


def _numbers(choice: Choice) -> set[int]:
    return {int(answer.candidate.id) for answer in choice.answers.values()}
