"""Token Status List (draft-ietf-oauth-status-list-20): whether a credential still stands, without saying who asks."""

from typing import Final

# §7.1 status types; 3 is application-specific (§7.1), and means superseded only where the trust folder says so.
VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2
SUPERSEDED: Final = 3
