"""What a serving process holds besides its verifier: trust in force, status lists, and who is being answered."""

from dataclasses import dataclass, field

from verifier.answering import Answers
from verifier.limits import ResponseLimits
from verifier.service import Verifier
from verifier.status import StatusLists
from verifier.trust import Trust


@dataclass(frozen=True, slots=True)
class Server:
    """One per process; several may share the database and the public address."""

    verifier: Verifier
    public_url: str
    trust: Trust
    statuses: StatusLists
    limits: ResponseLimits = field(default_factory=ResponseLimits)

    @property
    def answers(self) -> Answers:
        return Answers(self.verifier, self.trust, self.statuses)
