"""Which held credentials could answer a request, and in what state they are as far as the wallet knows.

Nothing is asked of an issuer here: it would learn when its credentials are shown. `wallet check` asks, at another time.
What is known to be revoked, suspended, replaced or expired is never chosen by itself; the person may still name it
(`--use`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from openid4vc.errors import PresentationError
from openid4vc.sd_jwt import VerifiedSdJwt
from openid4vc.vp import dcql
from openid4vc.vp.dcql import Candidate, Choice, DcqlQuery
from openid4vc.vp.dcql.authorities import authority_keys
from wallet_cli import holder, labels
from wallet_cli.contents import HeldCredential


@dataclass(frozen=True, slots=True)
class Candidates:
    """The credentials of the types that are asked, newest first, each opened and with its last known state."""

    held: dict[int, HeldCredential]
    opened: dict[int, VerifiedSdJwt]
    states: dict[int, str]

    def choices(self, query: DcqlQuery, *, use: Collection[int], add: Collection[str]) -> list[Choice]:
        """The ways to answer with what may be chosen; PresentationError `missing_credential` when there is none."""
        numbers = [number for number in self.held if self.states[number] in labels.USABLE or number in use]
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
        bad = [number for number in sorted(_numbers(choices[0])) if self.states[number] not in labels.USABLE]
        return [self.held[number] for number in bad]

    def second_best(self, query: DcqlQuery, choice: Choice) -> tuple[HeldCredential, HeldCredential] | None:
        """What would have come first were it still valid, and what `choice` has in its place."""
        bad = self.unusable(query)
        (first, *_) = dcql.evaluate(query, [self._candidate(number) for number in self.held], add=())
        others = [self.held[number] for number in sorted(_numbers(choice) - _numbers(first), reverse=True)]
        if not bad or not others:
            return None
        return bad[0], next((other for other in others if other.vct == bad[0].vct), others[0])

    def _candidate(self, number: int) -> Candidate:
        verified = self.opened[number]
        return Candidate(
            id=str(number),
            format=dcql.FORMAT,
            vct=self.held[number].vct,
            claims=verified.claims,
            authority_keys=authority_keys(holder.issuer_chain(self.held[number])),
        )


def gather(query: DcqlQuery, credentials: Sequence[HeldCredential], now: int) -> Candidates:
    """Open what is of an asked type."""
    types = {vct for credential in query.credentials for vct in credential.vct_values}
    asked = [credential for credential in credentials if credential.vct in types]
    held = {credential.number: credential for credential in sorted(asked, key=lambda credential: -credential.number)}
    opened = {number: holder.opened(credential, now) for number, credential in held.items()}
    states = {number: labels.state_of(credential, now) for number, credential in held.items()}
    return Candidates(held, opened, states)


def _numbers(choice: Choice) -> set[int]:
    return {int(answer.candidate.id) for answer in choice.answers.values()}
