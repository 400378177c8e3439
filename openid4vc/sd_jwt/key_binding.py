"""Key binding: what a verifier demands of the Key Binding JWT, decided before anything is parsed.

RFC 9901 §4.3 (format), §7.3 step 1, §9.5 (why it is policy). The checks themselves are in `verifying`.
"""

from dataclasses import dataclass
from typing import Final

TYP: Final = "kb+jwt"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a Key Binding JWT must say: the nonce of the request, the verifier's full client_id, `iat` ± window."""

    nonce: str
    audience: str
    window: int


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """The policy, decided before anything is parsed (§7.3 step 1). There is no third way and no default."""

    expected: Expected | None

    @classmethod
    def required(cls, *, nonce: str, audience: str, window: int) -> "KeyBinding":
        """A verifier's policy. ValueError for an empty nonce or audience: they would bind the proof to nothing."""
        if not nonce or not audience:
            raise ValueError("key binding needs a nonce and an audience")
        return cls(Expected(nonce, audience, window))

    @classmethod
    def forbidden(cls) -> "KeyBinding":
        """A holder's policy: an issuer hands over an SD-JWT and never an SD-JWT+KB (§7.2)."""
        return cls(None)
