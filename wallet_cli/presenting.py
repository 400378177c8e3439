"""Presenting: from a link to a request that was understood, and from a decision to an answer (OpenID4VP 1.0).

The steps of the protocol without a word to the person. For an invalid request nothing is ever posted; a refusal and an
unanswerable query are the same `access_denied`.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from openid4vc import receipt as receipts
from openid4vc import sd_jwt, uri
from openid4vc.errors import PresentationError, ProtocolError, RegistrationError, RetrievalError
from openid4vc.http_retrieval import Response
from openid4vc.receipt import Receipt
from openid4vc.relying_party import registration_certificate
from openid4vc.relying_party.registration_certificate import RegistrationCertificate
from openid4vc.sd_jwt import Bind, VerifiedSdJwt
from openid4vc.trust.certificates import Role
from openid4vc.trust.folder import TrustFolder
from openid4vc.vp import invocation as vp_invocation
from openid4vc.vp import request as vp_request
from openid4vc.vp import request_uri, response
from openid4vc.vp.dcql import Choice
from openid4vc.vp.invocation import Invocation as Link
from openid4vc.vp.request import AuthorizationRequest
from wallet_cli import holder
from wallet_cli.contents import HeldCredential
from wallet_cli.errors import WalletError
from wallet_cli.inputs import Code
from wallet_cli.network import Network, check_reachable, wire_error

_JSON: Final = "application/json"
_REQUEST_ENDS: Final = frozenset({"request_expired", "request_gone"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that holds. `registration` is None when it came without any registration certificate."""

    request: AuthorizationRequest
    registration: RegistrationCertificate | None

    @property
    def party(self) -> str:
        """Who asks: the registered name, else what the access certificate certifies."""
        if self.registration is not None:
            return self.registration.name
        certificate = self.request.certificate
        return certificate.organization or certificate.common_name or self.request.client_id.value

    @property
    def party_id(self) -> str | None:
        return self.request.certificate.organization_identifier


@dataclass(frozen=True, slots=True)
class Handed:
    """What the verifier answered: a receipt that holds, why one did not, and where a browser might go on."""

    receipt: Receipt | None
    receipt_invalid: bool
    redirect_uri: str | None


class Presenting:
    """One request: `understand`, then `answer` or `refuse`."""

    def __init__(self, network: Network, trust: TrustFolder, clock: Callable[[], int]) -> None:
        self._network = network
        self._trust = trust
        self._clock = clock

    def understand(self, code: Code) -> Asked:
        """Fetch and verify the request and its registration.

        PresentationError, RetrievalError; RegistrationError `registration_untrusted` for a certificate that is not
        trusted, not valid now or somebody else's. Nothing is posted but the request for the request.
        """
        link = self._link(code)
        wallet_nonce = secrets.token_urlsafe(24) if link.request_uri_method == "post" else None
        if wallet_nonce is None:
            fetched = self._network.get(link.request_uri, accept=vp_request.MEDIA_TYPE)
        else:
            form = request_uri.create_form(wallet_nonce)
            fetched = self._network.post_form(link.request_uri, form, accept=vp_request.MEDIA_TYPE)
        if fetched.status != 200:
            _raise_request_end(fetched)
        try:
            text = fetched.body.decode("ascii")
        except UnicodeDecodeError:
            raise PresentationError("request_invalid", "not ASCII", error="invalid_request") from None
        request = vp_request.verify(
            text,
            invocation=link,
            anchors=self._trust.anchors[Role.ACCESS],
            wallet_nonce=wallet_nonce,
            allow_loopback_http=self._network.demo,
            now=self._clock(),
        )
        return Asked(request, self._registration(request))

    def answer(self, asked: Asked, presentations: Mapping[str, str]) -> Handed:
        """Post the encrypted answer: WalletError `answer_refused`, PresentationError `request_*`, RetrievalError."""
        form = response.encrypt({query_id: [text] for query_id, text in presentations.items()}, asked.request)
        answered = self._network.post_form(asked.request.response_uri, form, accept=_JSON)
        if answered.status != 200:
            check_reachable(answered)
            error, _ = wire_error(answered)
            if answered.status in (404, 410) or error in _REQUEST_ENDS:
                _raise_request_end(answered)
            raise WalletError("answer_refused")
        given = response.parse_answer(answered.body)
        receipt, invalid = None, False
        if given.receipt is not None:
            try:
                receipt = receipts.verify(given.receipt, access_certificate=asked.request.certificate)
            except PresentationError:
                invalid = True
        return Handed(receipt, invalid, self._redirect(given.redirect_uri))

    def refuse(self, asked: Asked) -> None:
        """Tell the verifier that no data comes, and not why. That it could not be told changes nothing."""
        form = response.access_denied(asked.request)
        try:
            self._network.post_form(asked.request.response_uri, form, accept=_JSON)
        except RetrievalError:
            return

    def _link(self, code: Code) -> Link:
        """The invocation; a typed short link is followed once, and to our own scheme alone."""
        text = code.text
        if code.kind == "request_link":
            text = self._network.see_other(text)
            if uri.scheme_of(text) not in vp_invocation.SCHEMES:
                raise WalletError("link_answer")
        return vp_invocation.parse_uri(text, allow_loopback_http=self._network.demo)

    def _registration(self, request: AuthorizationRequest) -> RegistrationCertificate | None:
        for info in request.verifier_info:
            if info.format != registration_certificate.VERIFIER_INFO_FORMAT or not isinstance(info.data, str):
                continue
            try:
                return registration_certificate.verify(
                    info.data,
                    anchors=self._trust.anchors[Role.REGISTRAR],
                    access_certificate=request.certificate,
                    now=self._clock(),
                )
            except RegistrationError as error:
                # What is no certificate at all says nothing, as if it were not there; one that lies is a stop.
                if error.code != "registration_invalid":
                    raise
        return None

    def _redirect(self, target: str | None) -> str | None:
        """§8.2: shown to the person, never opened; only where the wallet itself would connect to."""
        if target is None:
            return None
        try:
            return uri.check_browser_url(target, allow_loopback_http=self._network.demo)
        except ProtocolError:
            return None


def presentations_of(
    choice: Choice,
    held: Mapping[int, HeldCredential],
    opened: Mapping[int, VerifiedSdJwt],
    asked: Asked,
    now: int,
) -> dict[str, str]:
    """The chosen parts of the chosen credentials, each signed with its own key for this very request."""
    texts = {}
    for query_id, answer in choice.answers.items():
        number = int(answer.candidate.id)
        binding = Bind(holder.signer(held[number].key), asked.request.nonce, asked.request.client_id.text)
        texts[query_id] = sd_jwt.present(opened[number], answer.paths, binding=binding, now=now)
    return texts


def _raise_request_end(answered: Response) -> None:
    check_reachable(answered)
    error, _ = wire_error(answered)
    if error == "request_expired":
        raise PresentationError("request_expired")
    if answered.status in (404, 410) or error == "request_gone":
        raise PresentationError("request_gone")
    answered.checked()
    raise PresentationError("request_gone")
