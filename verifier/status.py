"""Status lists: fetched when an answer needs them, kept no longer than list and purpose allow, failing closed.

Token Status List §8.3, §11.4 (fetching), §13.7 (copies). One download serves everybody who waits for the same list.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from openid4vc.errors import ProtocolError, StatusError
from openid4vc.http_retrieval import Response
from openid4vc.status_list import token
from openid4vc.status_list.reference import StatusReference
from openid4vc.status_list.token import StatusListToken
from openid4vc.trust.certificates import Certificate

# The verifier never uses a copy older than min(ttl, the purpose's limit).
DEFAULT_LIMIT: Final = 60
# Security numbers of §0: from the first octet of the connection to the last of the body.
DEADLINE_SECONDS: Final = 5.0
MAX_TOKEN_BYTES: Final = 4 * 1024 * 1024
_MAX_COPIES: Final = 64

Authorise = Callable[[tuple[Certificate, ...]], Certificate]


class Fetches(Protocol):
    """What is needed of `openid4vc.http_retrieval.Retrieval`."""

    async def get(self, url: str, *, accept: str) -> Response: ...


@dataclass(frozen=True, slots=True)
class _Copy:
    x5c: tuple[Certificate, ...]
    token: StatusListToken
    fetched_at: int


class StatusLists:
    """The copies of one process; nothing of them is shared or kept on disk."""

    def __init__(self, retrieval: Fetches, clock: Callable[[], int]) -> None:
        self._retrieval = retrieval
        self._clock = clock
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._flights: dict[str, asyncio.Task[_Copy]] = {}

    async def fresh(self, uri: str, *, authorise: Authorise, limit: int) -> StatusListToken:
        """The list at `uri`, signed by whom `authorise` accepts for this very credential, and recent enough.

        StatusError `status_unavailable` for whatever goes wrong.
        """
        copy = self._copies.get(uri)
        if copy is None or self._clock() > token.usable_until(copy.token, fetched_at=copy.fetched_at, limit=limit):
            copy = await self._shared_flight(uri, authorise)
        try:
            # Another credential's issuer, or another trust folder, may have vouched when the copy was fetched.
            authorise(copy.x5c)
        except ProtocolError as error:
            raise StatusError("status_unavailable", error.code) from error
        self._copies.move_to_end(uri)
        return copy.token

    def last_known(self, reference: StatusReference) -> tuple[int, int] | None:
        """(time of the list, value) from a copy that is too old to rely on: only ever shown as history."""
        copy = self._copies.get(reference.uri)
        if copy is None:
            return None
        try:
            return copy.token.iat, copy.token.status_list.get(reference.index)
        except StatusError:
            return None

    async def _shared_flight(self, uri: str, authorise: Authorise) -> _Copy:
        """One download at a time and list; those who come meanwhile share its end, good or bad."""
        flight = self._flights.get(uri)
        if flight is None:
            flight = self._flights[uri] = asyncio.create_task(self._fetch(uri, authorise))
            flight.add_done_callback(lambda _: self._flights.pop(uri, None))
        return await asyncio.shield(flight)

    async def _fetch(self, uri: str, authorise: Authorise) -> _Copy:
        seen: list[tuple[Certificate, ...]] = []

        def remembered(x5c: tuple[Certificate, ...]) -> Certificate:
            seen.append(x5c)
            return authorise(x5c)

        try:
            response = await self._retrieval.get(uri, accept=token.MEDIA_TYPE)
            if response.status != 200 or response.content_type != token.MEDIA_TYPE:
                raise StatusError("status_unavailable", "answer")
            text = response.body.decode("ascii")
        except (ProtocolError, UnicodeDecodeError) as error:
            raise StatusError("status_unavailable", "not fetched") from error
        now = self._clock()
        verified = token.verify(text, uri=uri, now=now, authorise=remembered)
        copy = _Copy(seen[0], verified, now)
        self._copies[uri] = copy
        if len(self._copies) > _MAX_COPIES:
            self._copies.popitem(last=False)
        return copy
