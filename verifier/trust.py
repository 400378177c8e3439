"""Whom this verifier believes right now: the trust folder, read again on SIGHUP and at least every minute."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from openid4vc.errors import TrustError
from openid4vc.trust import folder, making
from openid4vc.trust.certificates import Role
from openid4vc.trust.folder import TrustFolder
from verifier.errors import VerifierError

# Without an issuer to believe nothing can ever be verified. `status/` may be empty: a list may be signed by the very
# leaf that signed the credential.
REQUIRED: Final = (Role.ISSUER,)
RELOAD_SECONDS: Final = 30

_log = logging.getLogger(__name__)


class Trust:
    """The folder in force. A reload that fails keeps what was in force and says so in the log."""

    def __init__(self, directory: Path, *, demo: bool, clock: Callable[[], int]) -> None:
        """TrustError where the folder cannot be taken whole; VerifierError `demo_anchor_in_production`."""
        self._directory = directory
        self._demo = demo
        self._clock = clock
        self.current: TrustFolder
        self.loaded_at: int
        self._load(previous=None)

    def reload(self) -> bool:
        """Read the folder again; False where it could not be taken and the old one stays in force."""
        try:
            self._load(previous=self.current)
        except (TrustError, VerifierError) as error:
            _log.error("trust_reload_failed", extra={"reason": error.code})
            return False
        return True

    def _load(self, previous: TrustFolder | None) -> None:
        loaded = folder.load(self._directory, required=REQUIRED, now=self._clock(), previous=previous)
        if not self._demo and any(making.is_demo(anchor) for anchors in loaded.anchors.values() for anchor in anchors):
            raise VerifierError("demo_anchor_in_production", directory=str(self._directory))
        self.current, self.loaded_at = loaded, self._clock()
