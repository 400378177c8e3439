"""Receiving: from an offer to credentials that were checked and may be stored (OpenID4VCI 1.0).

The steps of the protocol without a word to the person; `wallet_cli.commands.receive` asks and stores in between.
Order matters: who the issuer is comes before any code, key or proof leaves the wallet, and the key of an issuance is in
the vault before its proof is sent.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from openid4vc import base64url
from openid4vc.errors import CredentialError, IssuanceError, RetrievalError, StatusError, TrustError
from openid4vc.http_retrieval import Response
from openid4vc.jose import jwk
from openid4vc.relying_party import disclosure_policy
from openid4vc.sd_jwt import ClaimPath, KeyBinding
from openid4vc.sd_jwt_vc import credential as sd_jwt_vc
from openid4vc.sd_jwt_vc import type_extension, type_metadata
from openid4vc.sd_jwt_vc.credential import VerifiedCredential
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.sd_jwt_vc.type_metadata import TypeMetadata
from openid4vc.trust.certificates import Certificate, Role
from openid4vc.trust.folder import TrustFolder
from openid4vc.trust.issuers import TrustedIssuer
from openid4vc.vci import credential as vci_credential
from openid4vc.vci import credential_offer, key_proof, metadata, nonce, notification, token
from openid4vc.vci.credential_offer import CredentialOffer, OfferByReference, OfferByValue
from openid4vc.vci.metadata import CredentialConfiguration, IssuerMetadata
from openid4vc.vci.notification import Event
from openid4vc.vci.token import TokenResponse
from wallet_cli import holder
from wallet_cli.contents import CachedStatusList, ClaimWords, PendingIssuance, TypeWords
from wallet_cli.errors import WalletError
from wallet_cli.network import Network, check_reachable, host_of, wire_error
from wallet_cli.statuses import Statuses

_SIGNED: Final = "application/jwt"
_JSON: Final = "application/json"
_DEFAULT_TOKEN_LIFE: Final = 300
# How far an issuer's clock may be from this one, in seconds.
_CLOCK_SKEW: Final = 60
# RFC 6749 §2.2: a public client's name, no secret and the same for every holder.
_CLIENT_ID: Final = "todiste-wallet"
# What an issuer may say of an offer that it no longer honours; the names are those of the error catalogue.
_OFFER_ENDS: Final = frozenset({"offer_used", "offer_expired", "offer_locked", "offer_not_found"})


@dataclass(frozen=True, slots=True)
class KnownIssuer:
    """An issuer whose organisation the trust folder knows for one of the offered types, before anything is sent."""

    metadata: IssuerMetadata
    trusted: TrustedIssuer
    configurations: tuple[CredentialConfiguration, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """A credential that passed every check, with what is needed to store it."""

    verified: VerifiedCredential
    pending: PendingIssuance
    words: TypeWords
    configuration: CredentialConfiguration
    state: str
    state_time: int | None
    type_checked: bool
    claims: tuple[ClaimPath, ...]
    unannounced: tuple[str, ...]
    status_lists: Mapping[str, CachedStatusList]


def offer_fingerprint(offered: OfferByValue | OfferByReference) -> str:
    """By what a wallet knows the same offer again, without keeping its code or address."""
    if isinstance(offered, OfferByReference):
        named = "\n".join(("reference", offered.url))
    else:
        named = "\n".join(("value", offered.offer.credential_issuer, offered.offer.pre_authorized_code))
    return base64url.encode(hashlib.sha256(named.encode("utf-8")).digest())


class Receiving:
    """One offer. `fetch_offer`, `know_issuer`, `redeem`, then `request` for each configuration."""

    def __init__(self, network: Network, trust: TrustFolder, clock: Callable[[], int]) -> None:
        self._network = network
        self._trust = trust
        self._clock = clock

    def fetch_offer(self, offered: OfferByValue | OfferByReference) -> CredentialOffer:
        """§4.1.3: the offer itself; RetrievalError, IssuanceError `offer_*`."""
        if isinstance(offered, OfferByValue):
            return offered.offer
        response = self._network.get(offered.url, accept=_JSON)
        if response.status != 200:
            _raise_offer_end(response)
        return credential_offer.parse(response.body, allow_loopback_http=self._network.demo)

    def know_issuer(self, credential_issuer: str, configuration_ids: Sequence[str]) -> KnownIssuer:
        """The issuer's metadata and its place in the trust folder.

        JoseError, TrustError, IssuanceError `metadata_*`; `metadata_unsigned` for an unsigned answer of an issuer that
        no `NAME.json` names; WalletError `issuer_untrusted`, with the host, for an organisation that nobody listed.
        """
        url = metadata.issuer_metadata_url(credential_issuer)
        response = self._network.get(url, accept=f"{_SIGNED}, {_JSON};q=0.1")
        check_reachable(response)
        response.checked()
        host = host_of(credential_issuer)
        organization: str | None = None
        signed = response.content_type == _SIGNED
        if signed:
            issuer, certificate = self._verify_signed(response.body, credential_issuer, host)
            organization = certificate.organization_identifier
        else:
            issuer = metadata.parse_issuer_metadata(
                response.body, identifier=credential_issuer, allow_loopback_http=self._network.demo
            )
        configurations = tuple(issuer.configuration(name) for name in configuration_ids)
        trusted = []
        for configuration in configurations:
            if configuration.disclosure_policy is not None:
                # Half a policy protects nobody: better no credential than one whose terms cannot be kept.
                disclosure_policy.parse(configuration.disclosure_policy)
            entry = self._trusted(organization, credential_issuer, configuration.vct)
            if entry is None and signed:
                raise WalletError("issuer_untrusted", host=host)
            if entry is None:
                raise IssuanceError("metadata_unsigned", host=host)
            trusted.append(entry)
        return KnownIssuer(issuer, trusted[0], configurations)

    def redeem(self, offer: CredentialOffer, issuer: IssuerMetadata, tx_code: str | None) -> TokenResponse:
        """§6.1: the code, and what the person was told, for a token."""
        server = issuer.authorization_server(offer.authorization_server)
        answer = self._network.get(metadata.authorization_server_metadata_url(server), accept=_JSON)
        check_reachable(answer)
        endpoints = metadata.parse_authorization_server_metadata(
            answer.checked().body, issuer=server, allow_loopback_http=self._network.demo
        )
        # §12.3: a server that does not say that it takes anonymous requests wants a name (§6.3).
        client_id = None if endpoints.anonymous_access else _CLIENT_ID
        form = token.create_request(pre_authorized_code=offer.pre_authorized_code, tx_code=tx_code, client_id=client_id)
        response = self._network.post_form(endpoints.token_endpoint, form, accept=_JSON)
        if response.status != 200:
            _raise_token_error(response, asked_for_code=offer.tx_code is not None)
        return token.parse_response(response.body)

    def begin(
        self, offer_id: str, issuer: IssuerMetadata, configuration: CredentialConfiguration, granted: TokenResponse
    ) -> PendingIssuance:
        """A fresh key for one credential, to be stored before `request` sends a proof of it."""
        identifiers = granted.credential_identifiers.get(configuration.id, ())
        life = _DEFAULT_TOKEN_LIFE if granted.expires_in is None else granted.expires_in
        return PendingIssuance(
            offer=offer_id,
            credential_issuer=issuer.credential_issuer,
            configuration_id=configuration.id,
            identifier=identifiers[0] if identifiers else None,
            key=holder.new_key(),
            token=granted.access_token,
            token_until=self._clock() + life,
            started=self._clock(),
        )

    def request(self, issuer: IssuerMetadata, pending: PendingIssuance) -> vci_credential.CredentialResponse:
        """§8.2: the credential, for a proof of the kept key; one more try where the nonce was no longer good."""
        for last in (False, True):
            response = self._request_once(issuer, pending)
            if response.status == 200:
                return vci_credential.parse_response(response.body)
            error, _ = wire_error(response)
            if error != "invalid_nonce" or last:
                _raise_credential_error(response)
        raise IssuanceError("nonce_invalid")

    def check(
        self,
        issuer: KnownIssuer,
        configuration: CredentialConfiguration,
        pending: PendingIssuance,
        response: vci_credential.CredentialResponse,
        lists: Mapping[str, CachedStatusList],
    ) -> Received:
        """Everything that must hold before a credential is stored (§8.3, RFC 9901 §7.2, SD-JWT VC)."""
        now = self._clock()
        if len(response.credentials) != 1:
            raise WalletError("credential_count", n=len(response.credentials))
        verified = sd_jwt_vc.verify(
            response.credentials[0],
            issuers=self._trust.issuer_chains,
            key_binding=KeyBinding.forbidden(),
            types=TypeMatching.exact([configuration.vct]),
            now=now,
            skew=_CLOCK_SKEW,
        )
        own = jwk.thumbprint(jwk.from_public_key(holder.signer(pending.key).public_key))
        if verified.holder_thumbprint != own:
            raise IssuanceError("holder_key_mismatch")
        described = self._type_metadata(verified, issuer.metadata.credential_issuer)
        statuses = Statuses(self._network, self._trust, lists)
        state, state_time = _state_at_issuance(statuses, verified, now)
        words = _words(configuration, described)
        return Received(
            verified=verified,
            pending=pending,
            words=words,
            configuration=configuration,
            state=state,
            state_time=state_time,
            type_checked=described is not None,
            claims=tuple(holder.claim_paths(verified.sd_jwt)),
            unannounced=_unannounced(words, verified),
            status_lists=statuses.lists,
        )

    def notify(
        self, issuer: IssuerMetadata, pending: PendingIssuance, notification_id: str | None, event: Event
    ) -> None:
        """§11: what became of it. The credential's fate is decided already, so a failure to tell changes nothing."""
        if issuer.notification_endpoint is None or notification_id is None:
            return
        request = notification.create_request(notification_id, event)
        try:
            self._network.post_json(issuer.notification_endpoint, request, accept=_JSON, token=pending.token)
        except RetrievalError:
            return

    def _verify_signed(self, body: bytes, credential_issuer: str, host: str) -> tuple[IssuerMetadata, Certificate]:
        try:
            text = body.decode("ascii")
        except UnicodeDecodeError:
            raise IssuanceError("metadata_invalid", "not ASCII") from None
        try:
            return metadata.verify_signed(
                text,
                identifier=credential_issuer,
                anchors=self._trust.anchors[Role.ACCESS],
                allow_loopback_http=self._network.demo,
                now=self._clock(),
            )
        except TrustError as error:
            raise IssuanceError("metadata_untrusted", error.code, host=host) from error

    def _trusted(self, organization: str | None, credential_issuer: str, vct: str) -> TrustedIssuer | None:
        issuers = self._trust.issuers
        by_organization = issuers.for_organization_and_vct(organization, vct) if organization is not None else None
        return by_organization or issuers.for_credential_issuer(credential_issuer, vct)

    def _request_once(self, issuer: IssuerMetadata, pending: PendingIssuance) -> Response:
        # §12.2.4: without the endpoint, the issuer wants no nonce.
        c_nonce = None
        if issuer.nonce_endpoint is not None:
            answer = self._network.post_form(issuer.nonce_endpoint, {}, accept=_JSON)
            check_reachable(answer)
            c_nonce = nonce.parse_response(answer.checked().body)
        proof = key_proof.create(
            audience=issuer.credential_issuer, nonce=c_nonce, iat=self._clock(), signer=holder.signer(pending.key)
        )
        request = vci_credential.create_request(
            configuration_id=pending.configuration_id if pending.identifier is None else None,
            identifier=pending.identifier,
            proofs=[proof],
        )
        return self._network.post_json(issuer.credential_endpoint, request, accept=_JSON, token=pending.token)

    def _type_metadata(self, verified: VerifiedCredential, credential_issuer: str) -> TypeMetadata | None:
        """The type's description with those of all types it extends, where `types.json` says where each of them is.

        None where it does not, for one of them or all: half a description is not used.
        """
        resolution = type_extension.begin(type_extension.reference(verified.all_claims))
        while resolution.needed is not None:
            url = self._trust.types.locate(resolution.needed.vct, credential_issuer)
            if url is None:
                return None
            try:
                answer = self._network.get(url, accept=_JSON).checked()
            except RetrievalError as error:
                raise CredentialError("type_metadata_unavailable", error.code, host=host_of(url)) from error
            resolution = resolution.add(answer.body)
        described = resolution.metadata()
        type_metadata.check(described, verified.sd_jwt, holder=True)
        return described


def _state_at_issuance(statuses: Statuses, verified: VerifiedCredential, now: int) -> tuple[str, int | None]:
    """What the issuer's list says of a new credential: nothing but "valid" is stored.

    A list that cannot be reached is no reason to lose the document: it is stored as not checked, and says so.
    """
    if verified.status is None:
        return "none", None
    try:
        found = statuses.look(verified.status, verified.certificate, verified.issuer, now)
    except RetrievalError:
        return "unchecked", None
    if found.state != "valid":
        raise StatusError(found.state, time=found.time)
    return "valid", found.time


def _words(configuration: CredentialConfiguration, described: TypeMetadata | None) -> TypeWords:
    """Names and labels of the issuer's metadata; where it has none, those of the type's own description."""
    explained = {}
    for claim in configuration.credential_metadata.get("claims", []):
        if isinstance(claim.get("value_display"), dict):
            explained[tuple(claim["path"])] = _value_words(claim["value_display"])
    if configuration.claims:
        claims = tuple(
            ClaimWords(claim.path, claim.labels, explained.get(claim.path, {})) for claim in configuration.claims
        )
    else:
        claims = tuple(
            ClaimWords(claim.path, {display.locale: display.text for display in claim.display}, {})
            for claim in (described.claims if described is not None else ())
        )
    names = configuration.labels
    if not names and described is not None:
        names = {display.locale: display.text for display in described.display}
    return TypeWords(names, claims)


def _value_words(value_display: dict[str, object]) -> dict[str, dict[str, str]]:
    """Our extension of claims descriptions: code to names by language; what is not of that form explains nothing."""
    words: dict[str, dict[str, str]] = {}
    for code, displays in value_display.items():
        if isinstance(displays, list):
            pairs = ((item.get("locale"), item.get("name")) for item in displays if isinstance(item, dict))
            words[code] = {tag: name for tag, name in pairs if isinstance(tag, str) and isinstance(name, str)}
    return words


def _unannounced(words: TypeWords, verified: VerifiedCredential) -> tuple[str, ...]:
    """Claims that no description mentions, where there is one: somebody put in more than was offered."""
    if not words.claims:
        return ()
    announced = {claim.path[0] for claim in words.claims}
    return tuple(str(path[0]) for path in holder.claim_paths(verified.sd_jwt) if path[0] not in announced)


def _raise_offer_end(response: Response) -> NoReturn:
    check_reachable(response)
    error, members = wire_error(response)
    named = error if error in _OFFER_ENDS else {404: "offer_not_found", 410: "offer_expired"}.get(response.status)
    if named is None:
        response.checked()
    raise _told(IssuanceError(named or "offer_not_found"), members)


def _raise_token_error(response: Response, *, asked_for_code: bool) -> NoReturn:
    check_reachable(response)
    error, members = wire_error(response)
    reason = members.get("reason")
    if reason == "tx_code_wrong" and members.get("tries_left") == 0:
        raise IssuanceError("offer_locked", error=error)
    if isinstance(reason, str) and reason in _OFFER_ENDS | {"tx_code_wrong"}:
        raise _told(IssuanceError(reason, error=error), members)
    if error == "invalid_grant":
        raise _told(IssuanceError("tx_code_wrong" if asked_for_code else "grant_invalid", error=error), members)
    raise IssuanceError("client_invalid" if error == "invalid_client" else "grant_invalid", error=error)


def _raise_credential_error(response: Response) -> NoReturn:
    check_reachable(response)
    error, _ = wire_error(response)
    codes = {"invalid_proof": "proof_invalid", "invalid_nonce": "nonce_invalid", "invalid_token": "token_invalid"}
    code = "token_invalid" if response.status == 401 else codes.get(error or "", "credential_denied")
    raise IssuanceError(code, error=error)


def _told(error: IssuanceError, members: Mapping[str, object]) -> IssuanceError:
    """The error with the numbers that complete its sentence: tries left, time of use, day of expiry."""
    names = {"tries_left": "n", "time": "time", "date": "date"}
    error.facts = {
        fact: value
        for name, fact in names.items()
        if isinstance(value := members.get(name), int) and not isinstance(value, bool) and 0 <= value < 1 << 40
    }
    return error
