"""The parsers of the core, each with an honest input from which dishonest ones are grown.

A parser takes bytes, as they come from outside. What is signed is given as header and payload and signed afresh, so
that what lies behind a good signature is reached too.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc import base64url, receipt, sd_jwt, strict_json
from openid4vc.errors import FormatError
from openid4vc.jose import jwe, jwk, jws
from openid4vc.oauth import error_response
from openid4vc.relying_party import disclosure_policy
from openid4vc.sd_jwt import disclosure
from openid4vc.sd_jwt_vc import integrity, issuer_metadata, type_extension
from openid4vc.sd_jwt_vc.type_extension import Reference
from openid4vc.status_list import aggregation, reference
from openid4vc.status_list.bits import StatusList
from openid4vc.trust import certificates, trusted_list, type_locations
from openid4vc.vci import credential as vci_credential
from openid4vc.vci import credential_offer, metadata, nonce, notification
from openid4vc.vci import token as vci_token
from openid4vc.vp import claims_path, client_id, dcql, invocation, response
from tests.openid4vc import test_receipt
from tests.openid4vc.credentials import PAYLOAD, Issuer, receive
from tests.openid4vc.forging import forge, new_key, public_jwk
from tests.openid4vc.relying_party import test_registration_certificate as registrations
from tests.openid4vc.sd_jwt_vc import test_web_credential as webs
from tests.openid4vc.status_list import test_past as past_lists
from tests.openid4vc.status_list import test_token as status_tokens
from tests.openid4vc.trust.test_trusted_list import RAW as TRUSTED_LIST
from tests.openid4vc.vci import test_credential_offer as offers
from tests.openid4vc.vci import test_key_proof as proofs
from tests.openid4vc.vci import test_metadata as metadatas
from tests.openid4vc.vp import requests
from tests.openid4vc.vp.queries import claims, credential

KEY: Final = new_key()
ISSUER: Final = Issuer()
CARD: Final = ISSUER.card()


@dataclass(frozen=True, slots=True)
class Parser:
    """`take` reads bytes from outside; `seed` is what it takes."""

    name: str
    take: Callable[[bytes], object]
    seed: bytes


@dataclass(frozen=True, slots=True)
class SignedParser:
    """`take` verifies a compact JWS that is signed by `key`, whatever its header and payload say."""

    name: str
    take: Callable[[str], object]
    key: EllipticCurvePrivateKey
    header: Mapping[str, Any]
    payload: Mapping[str, Any]

    def signed(self, header: object, payload: object) -> str:
        return forge(header, payload, self.key)


def _text(take: Callable[[str], object]) -> Callable[[bytes], object]:
    """Any bytes are some text; what is no UTF-8 comes as a command line gives it."""
    return lambda data: take(data.decode("utf-8", "surrogateescape"))


def _disclosure(text: str) -> object:
    content = strict_json.parse(base64url.decode(text))
    return disclosure.parse([text], disclosure.digests([text.encode()]), [content])


def _value(take: Callable[[Any], object]) -> Callable[[bytes], object]:
    """What is read from JSON that has been read before."""
    return lambda data: take(strict_json.parse(data))


def _form(take: Callable[[Mapping[str, str]], object]) -> Callable[[bytes], object]:
    """Form fields: the members of an object that are text."""

    def read(data: bytes) -> object:
        fields = strict_json.parse_object(data)
        return take({name: value for name, value in fields.items() if isinstance(value, str)})

    return read


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


_OFFER: Final = offers.offer()
_DRAWN: Final = {
    "simple": {"logo": {"uri": "https://types.example/1.png"}, "text_color": "#fff"},
    "svg_templates": [{"uri": "data:image/svg+xml,x", "properties": {"contrast": "high"}}],
}
_TYPE: Final = {
    "vct": "https://types.example/card/1",
    "display": [{"locale": "fi", "name": "Kortti", "description": "x", "rendering": _DRAWN}],
    "claims": [{"path": ["a", None, 0], "sd": "always", "mandatory": True, "svg_id": "a", "display": []}],
}
_BASE: Final = "https://types.example/base/1"
_CHILD: Final = {**_TYPE, "extends": _BASE}
_QUERY: Final = {
    "credentials": [
        {
            **credential(claims=claims("a", "b")),
            "claim_sets": [["a"], ["a", "b"]],
            "trusted_authorities": [{"type": "aki", "values": ["AA"]}],
        }
    ],
    "credential_sets": [{"options": [["card"]], "required": False}],
}
_JWE: Final = jwe.encrypt(b'{"vp_token":{}}', public_jwk(KEY), enc="A128GCM", kid="k1")
_LIST: Final = {"bits": 2, "lst": "eNpjYGBgAAAABAAB"}

PARSERS: Final = (
    Parser("base64url", _text(base64url.decode), b"QUJDRA"),
    Parser("strict_json", strict_json.parse, _json({"a": [1, 2.5, "x", None, True]})),
    Parser("jws", _text(lambda text: jws.parse(text, typ=None)), CARD.partition("~")[0].encode()),
    Parser("jwe", _text(lambda text: jwe.decrypt(text, KEY, kid="k1", enc_values=("A128GCM",))), _JWE.encode()),
    Parser("jwe key_id", _text(jwe.key_id), _JWE.encode()),
    Parser("jwk", _value(lambda value: jwk.parse_public_key(value, use="sig")), _json(public_jwk(KEY))),
    Parser(
        "disclosure",
        _text(_disclosure),
        CARD.split("~")[1].encode(),
    ),
    Parser("sd_jwt", _text(sd_jwt.parse), CARD.encode()),
    Parser("sd_jwt held", _text(sd_jwt.reopen), CARD.encode()),
    Parser("sd_jwt_vc", _text(lambda text: receive(text, ISSUER)), CARD.encode()),
    Parser("integrity", lambda data: integrity.verify(b"x", data.decode("latin-1")), integrity.of(b"x").encode()),
    Parser("type_metadata", lambda data: _described({str(_TYPE["vct"]): data}), _json(_TYPE)),
    Parser(
        "extended type_metadata",
        lambda data: _described({str(_TYPE["vct"]): _json(_CHILD), _BASE: data}),
        _json({**_TYPE, "vct": _BASE}),
    ),
    Parser(
        "jwt vc issuer metadata",
        lambda data: issuer_metadata.parse(data, iss="https://issuer.example", allow_loopback_http=False),
        _json({"issuer": "https://issuer.example", "jwks": {"keys": [{**public_jwk(KEY), "kid": "1"}]}}),
    ),
    Parser("x5c", _value(certificates.parse_x5c), _json(ISSUER.x5c)),
    Parser("certificate", certificates.parse_der, ISSUER.certificate.der),
    Parser("trusted_list", trusted_list.parse, TRUSTED_LIST),
    Parser("type_locations", type_locations.parse, _json({"https://types.example/": "issuer", "u": {"issuer": "a/"}})),
    Parser("status reference", _value(reference.parse), _json(PAYLOAD["status"])),
    Parser("status list aggregation", aggregation.parse, _json({"status_lists": [status_tokens.URI]})),
    Parser("status list", _value(StatusList.decode), _json(_LIST)),
    Parser("dcql", _value(dcql.parse), _json(_QUERY)),
    Parser("claims path", _value(lambda value: claims_path.parse(value, fault=_fault)), _json(["a", None, 0])),
    Parser("client_id", _text(client_id.parse), requests.VERIFIER.client_id.encode()),
    Parser(
        "invocation",
        _text(lambda text: invocation.parse_uri(text, allow_loopback_http=False)),
        f"openid4vp://?client_id={requests.VERIFIER.client_id}&request_uri=https%3A%2F%2Fv.example%2F1".encode(),
    ),
    Parser("vp response", _form(response.parse_form), _json({"response": _JWE, "state": "x"})),
    Parser("vp answer", response.parse_answer, _json({"redirect_uri": "https://v.example/", "receipt": "a.b.c"})),
    Parser("offer uri", _text(lambda text: offers.parse_uri(text)), offers.by_value(_OFFER).encode()),
    Parser("offer", lambda data: credential_offer.parse(data, allow_loopback_http=False), _json(_OFFER)),
    Parser(
        "issuer metadata",
        lambda data: metadata.parse_issuer_metadata(data, identifier=metadatas.ISSUER, allow_loopback_http=False),
        _json(metadatas.document()),
    ),
    Parser(
        "credential request",
        lambda data: vci_credential.parse_request(data, max_proofs=1),
        _json({"credential_configuration_id": "card", "proofs": {"jwt": ["a.b.c"]}}),
    ),
    Parser(
        "credential response",
        vci_credential.parse_response,
        _json({"credentials": [{"credential": CARD}], "notification_id": "n"}),
    ),
    Parser("nonce response", nonce.parse_response, _json({"c_nonce": "n"})),
    Parser("notification", notification.parse_request, _json({"notification_id": "n", "event": "credential_accepted"})),
    Parser(
        "token request",
        _form(vci_token.parse_request),
        _json({"grant_type": vci_token.GRANT, "pre-authorized_code": "c", "tx_code": "123456"}),
    ),
    Parser("token response", vci_token.parse_response, _json({"access_token": "t", "token_type": "Bearer"})),
    Parser("error response", error_response.parse, _json({"error": "invalid_grant", "error_description": "x"})),
    Parser("disclosure policy", _value(disclosure_policy.parse), _json(metadatas.POLICY)),
)

SIGNED: Final = (
    SignedParser(
        "sd_jwt_vc",
        lambda text: receive(f"{text}~", ISSUER),
        ISSUER.key,
        {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": ISSUER.x5c},
        json.loads(base64url.decode(CARD.split(".")[1])),
    ),
    SignedParser(
        "web credential",
        lambda text: webs.verify(f"{text}~"),
        webs.WEB.key,
        {"alg": "ES256", **webs.HEADER},
        json.loads(base64url.decode(webs.WEB.forged(webs.CLAIMS, webs.HEADER).split(".")[1])),
    ),
    SignedParser("key proof", proofs.verify, proofs.KEY, proofs.HEADER, proofs.CLAIMS),
    SignedParser(
        "request object",
        requests.verify,
        requests.VERIFIER.key,
        {"alg": "ES256", "typ": "oauth-authz-req+jwt", "x5c": requests.VERIFIER.x5c},
        json.loads(base64url.decode(requests.signed().split(".")[1])),
    ),
    SignedParser(
        "registration certificate",
        registrations.verify,
        registrations.key(registrations.REGISTRAR),
        registrations.HEADER,
        registrations.CLAIMS,
    ),
    SignedParser(
        "status list token",
        status_tokens.verify,
        status_tokens.key(status_tokens.SIGNER),
        status_tokens.HEADER,
        status_tokens.CLAIMS,
    ),
    SignedParser(
        "past status list token",
        lambda text: past_lists.verify_past(text, past_lists.START),
        status_tokens.key(status_tokens.SIGNER),
        status_tokens.HEADER,
        past_lists.THEN,
    ),
    SignedParser(
        "receipt",
        lambda text: receipt.verify(text, access_certificate=test_receipt.OFFICE.certificate),
        test_receipt.key(test_receipt.OFFICE),
        test_receipt.HEADER,
        test_receipt.CLAIMS,
    ),
)


def _described(documents: Mapping[str, bytes]) -> object:
    return type_extension.resolve(Reference(str(_TYPE["vct"]), None), documents)


def _fault(detail: str) -> FormatError:
    return FormatError("json_invalid", detail)
