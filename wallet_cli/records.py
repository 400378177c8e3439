"""What is kept of a hand-over: lines of history and receipts. Names of claims, never their values."""

from collections.abc import Mapping
from dataclasses import dataclass

from openid4vc.vp.dcql import Choice
from wallet_cli import labels
from wallet_cli.contents import HeldCredential, HistoryEntry, StoredReceipt
from wallet_cli.presenting import Asked
from wallet_cli.words import Words


@dataclass(frozen=True, slots=True)
class Record:
    """Makes the entries about one request, in the person's language."""

    asked: Asked
    words: Words

    @property
    def purpose(self) -> str | None:
        """The registered purpose."""
        registration = self.asked.registration
        if registration is None:
            return None
        return labels.own_words({text.lang: text.value for text in registration.purpose}, self.words, "")

    def entry(
        self, event: str, reason: str | None, choice: Choice | None, held: Mapping[int, HeldCredential], now: int
    ) -> HistoryEntry:
        """A line of history, not numbered yet; without a choice nothing was or will be shared."""
        answers = [] if choice is None else list(choice.answers.values())
        credentials = [held[int(answer.candidate.id)] for answer in answers]
        told = dict.fromkeys(
            labels.claim_label(credential.words, path, self.words)
            for credential, answer in zip(credentials, answers, strict=True)
            for path in answer.paths
        )
        return HistoryEntry(
            number=0,
            time=now,
            event=event,
            party=self.asked.party,
            party_id=self.asked.party_id,
            purpose=self.purpose,
            credentials=[credential.number for credential in credentials],
            types=[labels.type_name(credential, self.words) for credential in credentials],
            claims=claim_names(choice),
            labels=list(told),
            reason=reason,
            receipt=None,
        )

    def receipt(self, number: int, state: str, text: str | None, claims: list[str], now: int) -> StoredReceipt:
        """A receipt: signed, unsigned, invalid, or the note that a request was stopped."""
        registration = self.asked.registration
        return StoredReceipt(
            number=number,
            time=now,
            party=self.asked.party,
            party_id=self.asked.party_id,
            purpose=self.purpose,
            state=state,
            text=text,
            claims=claims,
            privacy=registration.privacy_policy if registration is not None else None,
        )

    def as_json(self, choice: Choice) -> dict[str, object]:
        """Who asked for what and which claims of which credential that means, for machines."""
        return {
            "party": self.asked.party,
            "party_id": self.asked.party_id,
            "registered": self.asked.registration is not None,
            "purpose": self.purpose,
            "credentials": [
                {
                    "query": query_id,
                    "number": int(answer.candidate.id),
                    "vct": answer.candidate.vct,
                    "claims": [_name(path) for path in answer.paths],
                }
                for query_id, answer in choice.answers.items()
            ],
        }


def claim_names(choice: Choice | None) -> list[str]:
    """The claims of an answer by their paths, each once."""
    if choice is None:
        return []
    return list(dict.fromkeys(_name(path) for answer in choice.answers.values() for path in answer.paths))


def _name(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)
