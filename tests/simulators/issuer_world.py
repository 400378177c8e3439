"""An issuer that follows OpenID4VCI 1.0 with the pre-authorized code, and can be told to lie at every step.

It issues one type, a fishing permit: the wallet must cope with paper that it has never seen before.
"""

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from openid4vc import base64url, sd_jwt
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Disclosable
from openid4vc.sd_jwt_vc import credential as sd_jwt_vc
from openid4vc.sd_jwt_vc import integrity
from openid4vc.status_list import VALID
from openid4vc.status_list import token as status_token
from openid4vc.status_list.keeping import KeptStatusList
from openid4vc.strict_json import JsonObject, write
from openid4vc.trust import demo
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.demo import DemoOrganisation, DemoTrust
from openid4vc.vci import credential as vci_credential
from openid4vc.vci import credential_offer, key_proof, metadata, nonce, token
from openid4vc.vci.credential_offer import TxCode
from tests.simulators.http_world import HttpWorld, Reply, Request

VCT = "urn:example:fishing-permit"
NAME = "Kuvitteellinen kalastusvirasto"
ORGANIZATION = "NTRFI-9900999-0"
CONFIGURATION = "fishing_permit"
CLAIMS: JsonObject = {
    "holder_name": "Kalle Kalastaja",
    "waters": ["lake", "river"],
    "born_on": "1974-03-12",
    "permit": {"number": "K-17", "days": 30},
    "guide": True,
}
_LABELS = {
    "holder_name": {"fi": "Nimi", "sv": "Namn", "en": "Name"},
    "waters": {"fi": "Vedet", "sv": "Vatten", "en": "Waters"},
    "born_on": {"fi": "Syntymäpäivä", "sv": "Födelsedag", "en": "Day of birth"},
    "permit": {"fi": "Lupa", "sv": "Tillstånd", "en": "Permit"},
    "guide": {"fi": "Opas", "sv": "Guide", "en": "Guide"},
}
_WATERS = {"lake": {"fi": "Järvi", "sv": "Sjö", "en": "Lake"}, "river": {"fi": "Joki", "sv": "Å", "en": "River"}}


def _display(texts: dict[str, str]) -> list[JsonObject]:
    return [{"name": text, "locale": language} for language, text in texts.items()]


def make_trust(directory: Path) -> DemoTrust:
    """The demo trust of these worlds, with the one organisation that may issue permits."""
    return demo.join(
        directory,
        organisations=[DemoOrganisation(NAME, ORGANIZATION, (VCT,))],
        type_prefixes={"urn:example:": "issuer"},
        now=int(time.time()),
    )


class IssuerWorld(HttpWorld):
    """Attributes are lies: each is a function over what the honest issuer would say."""

    def __init__(self, trust: DemoTrust, *, organization: str = ORGANIZATION) -> None:
        super().__init__()
        self.trust = trust
        self.organization = organization
        self.identifier = f"{self.url}/office"
        self.offers: dict[str, str | None] = {}
        self.redeemed: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.nonces: set[str] = set()
        self.notified: list[tuple[str, str]] = []
        self.claims: JsonObject = dict(CLAIMS)
        self.status = VALID
        self.status_ttl = 60
        self.signed_metadata = True
        self.life = 30 * 86400
        self.notification_id = "notify-1"
        self.access_role = Role.ACCESS

        self.lie_metadata: Callable[[JsonObject], JsonObject] = lambda value: value
        self.lie_signed: Callable[[str], str] = lambda text: text
        self.lie_offer: Callable[[JsonObject], JsonObject] = lambda value: value
        self.lie_token: Callable[[JsonObject], JsonObject] = lambda value: value
        self.lie_credentials: Callable[[list[str]], list[str]] = lambda texts: texts
        self.lie_holder: Callable[[JsonObject], JsonObject] = lambda jwk: jwk
        self.vct = VCT

        self.signer, self.chain = self.leaf(Role.ISSUER)
        self.access_signer, self.access_chain = self.leaf(Role.ACCESS)
        self.status_signer, self.status_chain = self.leaf(Role.STATUS)
        self._add_routes()

    # What a test asks of it

    def offer(self, *, tx_code: str | None = "123456") -> str:
        """A new offer's link."""
        name = secrets.token_hex(13)
        self.offers[name] = tx_code
        self.route("GET", f"/o/{name}", lambda request: self._offer(name))
        return credential_offer.reference_uri(f"{self.url}/o/{name}")

    def with_notification_id(self, name: str) -> Callable[[Request], Reply]:
        """The honest credential endpoint, with this notification id."""
        self.notification_id = name
        return self._credential

    @property
    def events(self) -> list[str]:
        return [event for _, event in self.notified]

    def credential_for(self, holder_jwk: JsonObject, **changes: Any) -> str:
        """A credential as this issuer signs it; `changes` replace arguments of `sd_jwt_vc.create`."""
        now = int(time.time())
        arguments: dict[str, Any] = {
            "vct": self.vct,
            "vct_integrity": integrity.of(self.type_metadata),
            "nbf": now // 3600 * 3600,
            "exp": now + self.life,
            "holder_jwk": holder_jwk,
            "status": {"uri": f"{self.url}/status/1", "idx": 4711},
            "x5c": self.chain,
            "signer": self.signer,
            "salts": sd_jwt.Salts(os.urandom),
            "digests": 8,
        }
        arguments.update(changes)
        claims = arguments.pop("claims", {name: Disclosable(value) for name, value in self.claims.items()})
        return sd_jwt_vc.create(claims, **arguments)

    @property
    def type_metadata(self) -> bytes:
        claims: list[JsonObject] = [
            {"path": [name], "display": [{"locale": tag, "label": text} for tag, text in labels.items()]}
            for name, labels in _LABELS.items()
        ]
        claims[0]["mandatory"] = True
        return write({"vct": VCT, "display": [{"locale": "en", "name": "Fishing permit"}], "claims": claims})

    def leaf(self, role: Role) -> tuple[KeySigner, list[str]]:
        key = generate_private_key(SECP256R1())
        leaf = self.trust.issue_leaf(
            role,
            organization=NAME,
            organization_identifier=self.organization,
            common_name=NAME,
            public_key=key.public_key(),
            dns_names=(),
            now=int(time.time()),
        )
        return KeySigner(key), x5c(leaf)

    # What it answers

    def _add_routes(self) -> None:
        self.route("GET", "/.well-known/openid-credential-issuer/office", self._metadata)
        self.route("GET", "/.well-known/oauth-authorization-server/office", self._server_metadata)
        self.route("POST", "/office/token", self._token)
        self.route("POST", "/office/nonce", self._nonce)
        self.route("POST", "/office/credential", self._credential)
        self.route("POST", "/office/notification", self._notification)
        self.route("GET", "/status/1", self._status_list)
        self.route("GET", "/types/fishing-permit", self._type)

    def _offer(self, name: str) -> Reply:
        tx_code = self.offers[name]
        offer = credential_offer.create(
            credential_issuer=self.identifier,
            credential_configuration_ids=[CONFIGURATION],
            pre_authorized_code=name,
            tx_code=None if tx_code is None else TxCode("numeric", len(tx_code), None),
        )
        return Reply.of_json(self.lie_offer(offer))

    def _metadata(self, request: Request) -> Reply:
        claims = []
        for name, labels in _LABELS.items():
            description: JsonObject = {"path": [name], "display": _display(labels)}
            if name == "waters":
                description["value_display"] = {code: _display(texts) for code, texts in _WATERS.items()}
            claims.append(description)
        configuration = {
            "format": "dc+sd-jwt",
            "vct": self.vct,
            "cryptographic_binding_methods_supported": ["jwk"],
            "credential_signing_alg_values_supported": ["ES256"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
            "credential_metadata": {
                "display": _display({"fi": "Kalastuslupa", "sv": "Fisketillstånd", "en": "Fishing permit"}),
                "claims": claims,
            },
        }
        value = self.lie_metadata(
            {
                "credential_issuer": self.identifier,
                "credential_endpoint": f"{self.identifier}/credential",
                "nonce_endpoint": f"{self.identifier}/nonce",
                "notification_endpoint": f"{self.identifier}/notification",
                "display": _display({"fi": NAME}),
                "credential_configurations_supported": {CONFIGURATION: configuration},
            }
        )
        if not self.signed_metadata:
            return Reply.of_json(value)
        now = int(time.time())
        signed = metadata.create_signed(value, iat=now, signer=self.access_signer, x5c=self.access_chain)
        return Reply.text(self.lie_signed(signed), "application/jwt")

    def _server_metadata(self, request: Request) -> Reply:
        return Reply.of_json(
            {
                "issuer": self.identifier,
                "token_endpoint": f"{self.identifier}/token",
                "grant_types_supported": [token.GRANT],
                "pre-authorized_grant_anonymous_access_supported": True,
            }
        )

    def _token(self, request: Request) -> Reply:
        asked = token.parse_request(request.form)
        if asked.pre_authorized_code not in self.offers:
            return Reply.of_json({"error": "invalid_grant"}, 400)
        if self.offers[asked.pre_authorized_code] != asked.tx_code:
            return Reply.of_json({"error": "invalid_grant", "reason": "tx_code_wrong", "tries_left": 3}, 400)
        access_token = secrets.token_urlsafe(32)
        self.tokens[access_token] = asked.pre_authorized_code
        return Reply.of_json(self.lie_token(token.create_response(access_token=access_token, expires_in=300)))

    def _nonce(self, request: Request) -> Reply:
        c_nonce = secrets.token_urlsafe(32)
        self.nonces.add(c_nonce)
        return Reply.of_json(nonce.create_response(c_nonce))

    def _credential(self, request: Request) -> Reply:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens:
            return Reply.of_json({"error": "invalid_token"}, 401)
        asked = vci_credential.parse_request(request.body, max_proofs=1)
        proof = key_proof.verify(asked.proofs[0], audience=self.identifier, now=int(time.time()), window=300)
        if proof.nonce not in self.nonces:
            return Reply.of_json({"error": "invalid_nonce"}, 400)
        self.nonces.remove(proof.nonce)
        # The same document for the same key, and for no other.
        bound = self.redeemed.setdefault(self.tokens[bearer], proof.thumbprint)
        if bound != proof.thumbprint:
            return Reply.of_json({"error": "credential_request_denied"}, 400)
        texts = self.lie_credentials([self.credential_for(self.lie_holder(dict(proof.jwk)))])
        return Reply.of_json(vci_credential.create_response(texts, self.notification_id))

    def _notification(self, request: Request) -> Reply:
        told = request.json
        self.notified.append((told["notification_id"], told["event"]))
        return Reply(204, "application/json", b"")

    def _status_list(self, request: Request) -> Reply:
        now = int(time.time())
        status_list = KeptStatusList(2, 1 << 13)
        status_list.set(4711, self.status)
        text = status_token.create(
            uri=f"{self.url}/status/1",
            status_list=status_list,
            aggregation_uri=None,
            iat=now,
            exp=now + 86400,
            ttl=self.status_ttl,
            signer=self.status_signer,
            x5c=self.status_chain,
        )
        return Reply.text(text, status_token.MEDIA_TYPE)

    def _type(self, request: Request) -> Reply:
        return Reply(200, "application/json", self.type_metadata)


def another_key() -> JsonObject:
    """A holder key that is nobody's."""
    numbers = generate_private_key(SECP256R1()).public_key().public_numbers()
    x, y = (base64url.encode(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
