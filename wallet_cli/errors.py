"""What the wallet itself refuses or fails at, as a closed set of codes, and the exit code of every error.

A protocol fault keeps its own error (`openid4vc.errors`); people get both from catalogues: `error.<code>.what`, `.why`,
`.do`.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from openid4vc.errors import ProtocolError


class Exit(IntEnum):
    """Exit codes that scripts rely on (docs: the table in README)."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    VAULT = 3
    UNREACHABLE = 4
    ENDED = 5
    INTERRUPTED = 130


_EXITS: Final[Mapping[str, Exit]] = {
    "vault_passphrase": Exit.VAULT,
    "vault_damaged": Exit.VAULT,
    "vault_version": Exit.VAULT,
    "vault_missing": Exit.USAGE,
    "vault_path": Exit.REFUSED,
    "vault_busy": Exit.REFUSED,
    "vault_unwritable": Exit.REFUSED,
    "usage": Exit.USAGE,
    "terminal_needed": Exit.USAGE,
    "passphrase_needed": Exit.USAGE,
    "passphrase_empty": Exit.USAGE,
    "passphrase_mismatch": Exit.USAGE,
    "secret_file": Exit.USAGE,
    "tx_code_needed": Exit.USAGE,
    "tx_code_format": Exit.USAGE,
    "file_unreadable": Exit.USAGE,
    "number_unknown": Exit.USAGE,
    "claim_not_offered": Exit.USAGE,
    "test_mode_not_demo": Exit.USAGE,
    "test_setting": Exit.USAGE,
    "demo_trust_missing": Exit.REFUSED,
    "declined": Exit.REFUSED,
    "input_unknown": Exit.REFUSED,
    "wrong_command_receive": Exit.REFUSED,
    "wrong_command_present": Exit.REFUSED,
    "sealed_code": Exit.REFUSED,
    "several_codes": Exit.REFUSED,
    "claims_unannounced": Exit.REFUSED,
    "issuer_untrusted": Exit.REFUSED,
    "verifier_unregistered": Exit.REFUSED,
    "credential_count": Exit.REFUSED,
    "not_usable": Exit.REFUSED,
    "answer_refused": Exit.REFUSED,
    "link_answer": Exit.REFUSED,
}
# Codes of the protocols that mean something other than "refused, with a reason".
_PROTOCOL_EXITS: Final[Mapping[str, Exit]] = {
    "net_unreachable": Exit.UNREACHABLE,
    "net_timeout": Exit.UNREACHABLE,
    "net_status": Exit.UNREACHABLE,
    "status_unavailable": Exit.UNREACHABLE,
    "type_metadata_unavailable": Exit.UNREACHABLE,
    "offer_used": Exit.ENDED,
    "offer_expired": Exit.ENDED,
    "offer_not_found": Exit.ENDED,
    "request_expired": Exit.ENDED,
    "request_gone": Exit.ENDED,
}

# The closed set of the wallet's own codes.
CODES: Final[frozenset[str]] = frozenset(_EXITS)


class WalletError(Exception):
    """A refusal or failure of the wallet itself. `facts` fill the placeholders of the catalogue's sentences."""

    def __init__(self, code: str, **facts: str | int) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code {code}")
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str | int] = facts


def exit_of(error: WalletError | ProtocolError) -> Exit:
    """The exit code that belongs to an error; what is not listed was refused, with a reason."""
    exits = _EXITS if isinstance(error, WalletError) else _PROTOCOL_EXITS
    return exits.get(error.code, Exit.REFUSED)
