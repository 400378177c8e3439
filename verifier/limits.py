"""Junk at a response endpoint costs little and locks nobody out.

The first REJECTED_LIMIT refused answers of a request are looked at, counted and answered with 400. After that its
answers are looked at one at a time: what comes meanwhile, and what was refused before, gets 429 before any work; of the
rest, what is not encrypted to this request's key is turned away before any cryptography. So the honest wallet's answer
is still taken, whatever was posted before it, and nothing that anybody posts ends the request.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from verifier.errors import VerifierError
from verifier.store.statements import REJECTED_LIMIT

_REQUESTS: Final = 1000
_BODIES: Final = 256


class ResponseLimits:
    """The memory of one process; a second process has its own, which only makes the limit a little softer."""

    def __init__(self) -> None:
        self._busy: set[str] = set()
        self._refused: OrderedDict[str, OrderedDict[bytes, None]] = OrderedDict()

    @contextmanager
    def turn(self, request_id: str, rejected: int, body: bytes) -> Iterator[None]:
        """Hold the request's turn while its answer is looked at; VerifierError `too_many_responses`."""
        if rejected < REJECTED_LIMIT:
            yield
            return
        if request_id in self._busy or hashlib.sha256(body).digest() in self._refused.get(request_id, ()):
            raise VerifierError("too_many_responses")
        self._busy.add(request_id)
        try:
            yield
        finally:
            self._busy.discard(request_id)

    def remember(self, request_id: str, body: bytes) -> None:
        """This very body was refused; the same again needs no work."""
        bodies = self._refused.setdefault(request_id, OrderedDict())
        bodies[hashlib.sha256(body).digest()] = None
        self._refused.move_to_end(request_id)
        if len(bodies) > _BODIES:
            bodies.popitem(last=False)
        if len(self._refused) > _REQUESTS:
            self._refused.popitem(last=False)
