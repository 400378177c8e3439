"""Status lists: fetched once, kept in the vault for as long as the list itself allows, verified at each use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import RetrievalError, StatusError
from openid4vc.status_list import checking, token
from openid4vc.status_list.reference import StatusReference
from openid4vc.status_list.token import StatusListToken
from openid4vc.trust.certificates import Certificate
from openid4vc.trust.folder import TrustFolder
from openid4vc.trust.issuers import TrustedIssuer
from wallet_cli.contents import CachedStatusList
from wallet_cli.network import Network, check_reachable

# A wallet relies on a copy for at most a day, whatever its `ttl` (revocation is seen within a day everywhere).
MAX_AGE: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class State:
    """What a list says of one credential, the time of that list, and when it was fetched."""

    state: str
    time: int
    fetched: int


class Statuses:
    """The lists of this run: `lists` starts as the vault's copies, and is what should be kept afterwards."""

    def __init__(self, network: Network, trust: TrustFolder, kept: Mapping[str, CachedStatusList]) -> None:
        self._network = network
        self._trust = trust
        self._failed: dict[str, RetrievalError | StatusError] = {}
        self.lists = dict(kept)

    def look(self, reference: StatusReference, certificate: Certificate, issuer: TrustedIssuer, now: int) -> State:
        """The state by the list. RetrievalError; StatusError `status_unavailable`, `status_unknown`."""
        verified = self._list(reference.uri, certificate, issuer, now)
        fetched = self.lists[reference.uri].fetched
        try:
            checking.check(reference, verified, superseded_means_3=issuer.status_3_superseded)
        except StatusError as error:
            if error.code not in ("revoked", "suspended", "superseded"):
                raise
            return State(error.code, verified.iat, fetched)
        return State("valid", verified.iat, fetched)

    def _list(self, uri: str, certificate: Certificate, issuer: TrustedIssuer, now: int) -> StatusListToken:
        def authorise(chain: tuple[Certificate, ...]) -> Certificate:
            return self._trust.status.check(chain, certificate=certificate, issuer=issuer, now=now)

        kept = self.lists.get(uri)
        if kept is not None:
            try:
                copy = token.verify(kept.text, uri=uri, now=now, authorise=authorise)
                if kept.fetched <= now <= token.usable_until(copy, fetched_at=kept.fetched, limit=MAX_AGE):
                    return copy
            except StatusError:
                # Expired, or trust has changed since: a new one decides.
                del self.lists[uri]
        if uri in self._failed:
            raise self._failed[uri]
        try:
            text = self._fetch(uri)
            fetched = token.verify(text, uri=uri, now=now, authorise=authorise)
        except (RetrievalError, StatusError) as error:
            # Many credentials share a list; who waits for one that does not answer waits once.
            self._failed[uri] = error
            raise
        self.lists[uri] = CachedStatusList(text, now)
        return fetched

    def _fetch(self, uri: str) -> str:
        response = self._network.get(uri, accept=token.MEDIA_TYPE)
        check_reachable(response)
        try:
            return response.checked().body.decode("ascii")
        except UnicodeDecodeError:
            raise StatusError("status_unavailable", "not ASCII") from None
