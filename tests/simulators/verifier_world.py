"""A verifier that follows OpenID4VP 1.0 with signed requests and encrypted answers, and can be told to lie."""

import secrets
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from openid4vc import receipt
from openid4vc.jose import jwk
from openid4vc.jose.jws import KeySigner
from openid4vc.relying_party import registration_certificate
from openid4vc.strict_json import JsonObject
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.demo import DemoTrust
from openid4vc.vp import client_id, invocation, response
from openid4vc.vp import request as vp_request
from openid4vc.vp.client_id import ClientId
from openid4vc.vp.invocation import Invocation
from openid4vc.vp.response import ErrorResponse, ResponseParameters
from tests.simulators.http_world import HttpWorld, Reply, Request
from tests.simulators.issuer_world import VCT

NAME = "Keksitty rantavalvonta"
ORGANIZATION = "NTRFI-9900998-1"
PURPOSE = {"fi": "Kalastusluvan tarkastus", "sv": "Kontroll av fisketillstånd", "en": "Checking the fishing permit"}


def query(*claims: str, optional: tuple[str, ...] = (), vct: str = VCT, query_id: str = "permit") -> JsonObject:
    """A credential query for these claims; with optional ones, every combination by falling size."""
    described = [{"id": claim, "path": [claim]} for claim in (*claims, *optional)]
    asked: JsonObject = {"id": query_id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}}
    if claims or optional:
        asked["claims"] = described
    if optional:
        masks = sorted(range(1 << len(optional)), key=lambda mask: -mask.bit_count())
        asked["claim_sets"] = [
            [*claims, *(name for bit, name in enumerate(optional) if mask >> bit & 1)] for mask in masks
        ]
    return asked


class VerifierWorld(HttpWorld):
    """Attributes are lies: each is a function over what the honest verifier would say."""

    def __init__(self, trust: DemoTrust, *, organization: str = ORGANIZATION) -> None:
        super().__init__()
        self.trust = trust
        self.organization = organization
        key = generate_private_key(SECP256R1())
        (self.certificate,) = trust.issue_leaf(
            Role.ACCESS,
            organization=NAME,
            organization_identifier=organization,
            common_name=NAME,
            public_key=key.public_key(),
            dns_names=(),
            now=int(time.time()),
        )
        self.signer, self.chain = KeySigner(key), x5c([self.certificate])
        self.encryption_key = generate_private_key(SECP256R1())
        self.client_id: ClientId = client_id.of_certificate(self.certificate)
        self.dcql: JsonObject = {"credentials": [query("holder_name", "waters", optional=("guide", "born_on"))]}
        self.registered: JsonObject | None = self.registration()
        self.life = 600
        self.gives_receipt = True
        self.redirect_uri: str | None = None
        self.answer_status = 200

        self.lie_parameters: Callable[[JsonObject], JsonObject] = lambda value: value
        self.lie_receipt: Callable[[str], str] = lambda text: text
        self.got: list[ResponseParameters | ErrorResponse] = []
        self.nonce = ""
        self.route("POST", "/answer", self._answer)

    def registration(self, *claims: str, **changes: Any) -> JsonObject:
        """What this verifier registered: these claims of a permit (by default all that it asks)."""
        now = int(time.time())
        names = claims or ("holder_name", "waters", "guide", "born_on")
        value = {
            "sub": self.organization,
            "name": NAME,
            "country": "FI",
            "purpose": [{"lang": tag, "value": text} for tag, text in PURPOSE.items()],
            "credentials": [
                {
                    "format": "dc+sd-jwt",
                    "meta": {"vct_values": [VCT]},
                    "claims": [{"path": [name]} for name in names],
                }
            ],
            "intended_use_id": "shore",
            "privacy_policy": "https://ranta.example/privacy",
            "retention": "P12M",
            "lawful_basis": "law:380/2023",
            "iat": now - 3600,
            "exp": now + 86400,
        }
        return {**value, **changes}

    def request(self, *, method: str = "post") -> str:
        """A new request's link."""
        name = secrets.token_hex(8)
        self.nonce = secrets.token_urlsafe(24)
        self.route("POST", f"/request/{name}", self._request)
        self.route("GET", f"/request/{name}", self._request)
        post = "post" if method == "post" else "get"
        return invocation.create(Invocation(self.client_id, f"{self.url}/request/{name}", post))

    def short_link(self, code: str = "7K3QX9MZ2P4T", **request: str) -> str:
        """A link for typing that leads to a new request."""
        target = self.request(**request)
        self.route("GET", f"/p/{code}", lambda _: Reply(303, body=b"", headers={"Location": target}))
        return f"{self.url}/p/{code}"

    @property
    def posted(self) -> int:
        """How many answers of any kind came."""
        return self.seen("POST").count("/answer")

    def _request(self, request: Request) -> Reply:
        parameters: JsonObject = {
            "client_id": self.client_id.text,
            "response_uri": f"{self.url}/answer",
            "nonce": self.nonce,
            "state": "state-1",
            "dcql_query": self.dcql,
            "client_metadata": vp_request.client_metadata(
                jwk.from_public_key(self.encryption_key.public_key()), "enc-1"
            ),
            "iat": int(time.time()),
            "exp": int(time.time()) + self.life,
        }
        if "wallet_nonce" in request.form:
            parameters["wallet_nonce"] = request.form["wallet_nonce"]
        if self.registered is not None:
            signer, chain = self.trust.registrar_signer()
            text = registration_certificate.create(self.registered, signer=signer, x5c=x5c(chain))
            parameters["verifier_info"] = [{"format": "registration_cert", "data": text}]
        signed = vp_request.create(self.lie_parameters(parameters), signer=self.signer, x5c=self.chain)
        return Reply.text(signed, vp_request.MEDIA_TYPE)

    def _answer(self, request: Request) -> Reply:
        parsed = response.parse_form(request.form)
        if not isinstance(parsed, ErrorResponse):
            parsed_response = response.decrypt(parsed, self.encryption_key)
            self.got.append(parsed_response)
        else:
            self.got.append(parsed)
        if self.answer_status != 200:
            return Reply.of_json({"error": "invalid_request"}, self.answer_status)
        signed = self.lie_receipt(self._receipt()) if self.gives_receipt else None
        return Reply.of_json(response.create_answer(redirect_uri=self.redirect_uri, receipt=signed))

    def _receipt(self) -> str:
        claims = {
            "schema_version": "receipt/1 (ISO/IEC TS 27560:2023 profile)",
            "receipt_id": "rc_1",
            "record_id": "cr_1",
            "pii_principal_id": "pw:1",
            "language": "fi",
            "jurisdiction": "FI",
            "purpose": "shore",
            "lawful_basis": "law:380/2023",
            "user_approval": True,
            "retention_period": "P12M",
            "privacy_notice": "https://ranta.example/privacy",
            "withdrawal_method": "https://ranta.example/erase",
            "pii_information": [{"pii_type": "permit", "pii_attribute_id": ["holder_name"], "pii_optional": False}],
            "pii_controllers": ["p1"],
            "recipient_third_parties": [],
            "storage_locations": ["FI"],
            "parties": [{"party_id": "p1", "party_name": NAME, "party_address": "Ranta 1", "party_role": "controller"}],
            "events": [{"event_type": "given", "event_time": "2026-11-24T09:12:04Z"}],
        }
        return receipt.create(claims, signer=self.signer, x5c=self.chain)
