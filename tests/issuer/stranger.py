"""A wallet written from the specifications alone: it knows no module of ours, only HTTP, JSON and P-256.

OpenID4VCI 1.0 §4.1, §6, §7, §8, §11, §12 and Annex F; RFC 9901 §4; Token Status List §4, §8. What it cannot do without,
the issuer must offer to everybody.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


class Answer(Protocol):
    status_code: int
    headers: Any
    text: str

    def json(self) -> Any: ...


class Http(Protocol):
    """Anything like httpx.Client."""

    def request(self, method: str, url: str, **options: Any) -> Any: ...


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_jwt(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified."""
    header, claims, _ = text.split(".")
    return json.loads(decode(header)), json.loads(decode(claims))


def signed_by(text: str, certificate: x509.Certificate) -> bool:
    """Whether an ES256 JWT was signed by the key of a certificate."""
    body, _, signature = text.rpartition(".")
    raw = decode(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(der, body.encode(), ec.ECDSA(SHA256()))
    return True


def leaf(text: str) -> x509.Certificate:
    """The first certificate of a JWT's x5c."""
    return x509.load_der_x509_certificate(base64.b64decode(read_jwt(text)[0]["x5c"][0]))


class Key:
    """The wallet's key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self.jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": encode(numbers.x.to_bytes(32, "big")),
            "y": encode(numbers.y.to_bytes(32, "big")),
        }

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        body = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"
        r, s = utils.decode_dss_signature(self._key.sign(body.encode(), ec.ECDSA(SHA256())))
        return f"{body}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass
class Credential:
    """An SD-JWT VC taken apart: the payload as signed, and the claims of the disclosures."""

    text: str
    header: dict[str, Any]
    payload: dict[str, Any]
    disclosed: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> "Credential":
        jwt, *disclosures, last = text.split("~")
        assert last == ""
        header, payload = read_jwt(jwt)
        assert signed_by(jwt, leaf(jwt))
        digests = set(payload["_sd"])
        disclosed = {}
        for disclosure in disclosures:
            assert encode(hashlib.sha256(disclosure.encode()).digest()) in digests
            _, name, value = json.loads(decode(disclosure))
            disclosed[name] = value
        return cls(text, header, payload, disclosed)

    @property
    def index(self) -> int:
        return int(self.payload["status"]["status_list"]["idx"])


@dataclass
class Stranger:
    """The wallet. `now` is its clock; each step can be taken alone."""

    http: Http
    now: Callable[[], int]
    key: Key = field(default_factory=Key)

    def fetch_offer(self, uri: str) -> Any:
        parts = urlsplit(uri)
        assert parts.scheme == "openid-credential-offer"
        (reference,) = parse_qs(parts.query)["credential_offer_uri"]
        return self.http.request("GET", reference)

    def metadata(self, issuer: str, name: str = "openid-credential-issuer", accept: str = "application/json") -> Any:
        parts = urlsplit(issuer)
        url = f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}"
        return self.http.request("GET", url, headers={"Accept": accept})

    def token(self, offer: dict[str, Any], tx_code: str | None, **more: str) -> Any:
        server = self.metadata(offer["credential_issuer"], "oauth-authorization-server").json()
        form = {"grant_type": GRANT, "pre-authorized_code": offer["grants"][GRANT]["pre-authorized_code"], **more}
        if tx_code is not None:
            form["tx_code"] = tx_code
        return self.http.request("POST", server["token_endpoint"], data=form)

    def nonce(self, issuer: str) -> str:
        url = self.metadata(issuer).json()["nonce_endpoint"]
        return str(self.http.request("POST", url).json()["c_nonce"])

    def proof(self, issuer: str, nonce: str | None, *, key: Key | None = None, **claims: Any) -> str:
        signer = key or self.key
        said: dict[str, Any] = {"aud": issuer, "iat": self.now(), **claims}
        if nonce is not None:
            said["nonce"] = nonce
        return signer.sign({"alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": signer.jwk}, said)

    def credential(self, offer: dict[str, Any], token: str, proof: str | None = None) -> Any:
        issuer = offer["credential_issuer"]
        body = {
            "credential_configuration_id": offer["credential_configuration_ids"][0],
            "proofs": {"jwt": [proof or self.proof(issuer, self.nonce(issuer))]},
        }
        return self.post(issuer, "credential_endpoint", token, json=body)

    def post(self, issuer: str, endpoint: str, token: str | None, **options: Any) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers |= options.pop("headers", {})
        return self.http.request("POST", self.metadata(issuer).json()[endpoint], headers=headers, **options)

    def receive(self, uri: str, tx_code: str | None) -> Credential:
        """The whole way, telling the issuer at the end that all went well."""
        fetched = self.fetch_offer(uri)
        assert fetched.status_code == 200, fetched.text
        offer = fetched.json()
        answered = self.token(offer, tx_code)
        assert answered.status_code == 200, answered.text
        token = answered.json()["access_token"]
        given = self.credential(offer, token)
        assert given.status_code == 200, given.text
        told = {"notification_id": given.json()["notification_id"], "event": "credential_accepted"}
        assert self.post(offer["credential_issuer"], "notification_endpoint", token, json=told).status_code == 204
        return Credential.parse(given.json()["credentials"][0]["credential"])

    def status(self, credential: Credential) -> int:
        """What the credential's bit says now."""
        reference = credential.payload["status"]["status_list"]
        answer = self.http.request("GET", reference["uri"], headers={"Accept": "application/statuslist+jwt"})
        assert answer.status_code == 200, answer.text
        assert signed_by(answer.text, leaf(answer.text))
        claims = read_jwt(answer.text)[1]
        assert claims["sub"] == reference["uri"]
        bits = claims["status_list"]["bits"]
        data = zlib.decompress(decode(claims["status_list"]["lst"]))
        at = reference["idx"] * bits
        return data[at // 8] >> at % 8 & (1 << bits) - 1
