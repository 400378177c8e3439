"""Other people's software: a wallet, an issuer and a status list, written from the specifications alone.

RFC 7515/7516/7518 (JOSE), RFC 9901 (SD-JWT), SD-JWT VC, OpenID4VP 1.0 with HAIP 1.0, Token Status List. Built on
`cryptography` and the standard library; everything can be told to be wrong.
"""

import base64
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

Json = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_jwk(key: ec.EllipticCurvePrivateKey) -> Json:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }


def sign(header: Json, payload: Json, key: ec.EllipticCurvePrivateKey) -> str:
    """RFC 7515 §7.1 with ES256."""
    signed = f"{b64(compact({'alg': 'ES256', **header}))}.{b64(compact(payload))}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def read_jws(text: str) -> tuple[Json, Json]:
    header, payload, _ = text.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


def signature_holds(text: str, key: ec.EllipticCurvePublicKey) -> None:
    signed, _, signature = text.rpartition(".")
    raw = unb64(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, signed.encode(), ec.ECDSA(SHA256()))


def encrypt(plaintext: bytes, jwk: Json, *, enc: str = "A128GCM", kid: str | None = None, alg: str = "ECDH-ES") -> str:
    """RFC 7516 §7.1 with RFC 7518 §4.6, direct key agreement."""
    length = {"A128GCM": 16, "A256GCM": 32}[enc]
    ephemeral = new_key()
    public = ec.EllipticCurvePublicNumbers(
        int.from_bytes(unb64(jwk["x"]), "big"), int.from_bytes(unb64(jwk["y"]), "big"), ec.SECP256R1()
    ).public_key()
    shared = ephemeral.exchange(ec.ECDH(), public)

    def counted(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    info = counted(enc.encode()) + counted(b"") + counted(b"") + (length * 8).to_bytes(4, "big")
    key = ConcatKDFHash(SHA256(), length, info).derive(shared)
    header = {"alg": alg, "enc": enc, "kid": jwk["kid"] if kid is None else kid, "epk": public_jwk(ephemeral)}
    protected = b64(compact(header))
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, plaintext, protected.encode())
    return f"{protected}..{b64(nonce)}.{b64(sealed[:-16])}.{b64(sealed[-16:])}"


@dataclass
class StatusList:
    """A status list of one issuer: 2 bits an entry, least significant first (Token Status List §4)."""

    uri: str
    key: ec.EllipticCurvePrivateKey
    x5c: list[str]
    clock: Callable[[], int]
    ttl: int = 60
    size: int = 4096
    values: dict[int, int] = field(default_factory=dict)

    def token(self, **changed: Any) -> str:
        data = bytearray(self.size // 4)
        for index, value in self.values.items():
            data[index // 4] |= value << (index % 4 * 2)
        now = self.clock()
        payload = {
            "sub": self.uri,
            "iat": now,
            "exp": now + 3600,
            "ttl": self.ttl,
            "status_list": {"bits": 2, "lst": b64(zlib.compress(bytes(data)))},
            **changed,
        }
        return sign({"typ": "statuslist+jwt", "x5c": self.x5c}, payload, self.key)


@dataclass
class Issued:
    """A credential in a wallet: the issuer's JWT, its disclosures by claim name, the holder's key."""

    jwt: str
    disclosures: dict[str, str]
    key: ec.EllipticCurvePrivateKey


@dataclass
class Issuer:
    """Issues SD-JWT VCs by hand (RFC 9901 §4, SD-JWT VC)."""

    key: ec.EllipticCurvePrivateKey
    x5c: list[str]
    status: StatusList
    clock: Callable[[], int]
    next_index: int = 0

    def issue(
        self, vct: str, hidden: Mapping[str, Any], clear: Mapping[str, Any], *, holder: Any = None, **changed: Any
    ) -> Issued:
        holder = holder or new_key()
        disclosures = {
            name: b64(compact([b64(secrets.token_bytes(16)), name, value])) for name, value in hidden.items()
        }
        now = self.clock() // 3600 * 3600
        index, self.next_index = self.next_index, self.next_index + 1
        payload = {
            "vct": vct,
            "nbf": now,
            "exp": now + 180 * 86400,
            "cnf": {"jwk": public_jwk(holder)},
            "status": {"status_list": {"uri": self.status.uri, "idx": index}},
            "_sd_alg": "sha-256",
            "_sd": sorted(b64(hashlib.sha256(text.encode()).digest()) for text in disclosures.values()),
            **clear,
            **changed,
        }
        payload = {name: value for name, value in payload.items() if value is not None}
        return Issued(sign({"typ": "dc+sd-jwt", "x5c": self.x5c}, payload, self.key), disclosures, holder)

    def set_status(self, issued: Issued, value: int) -> None:
        self.status.values[read_jws(issued.jwt)[1]["status"]["status_list"]["idx"]] = value


@dataclass
class Request:
    """A request object that this wallet has fetched and believes."""

    claims: Json
    header: Json
    text: str

    @property
    def key(self) -> Json:
        (key,) = self.claims["client_metadata"]["jwks"]["keys"]
        return dict(key)


class Wallet:
    """A wallet of somebody else (OpenID4VP §5.10, §6, §8; HAIP §5)."""

    def __init__(self, http: Any, access_root: x509.Certificate, clock: Callable[[], int]) -> None:
        self.http = http
        self.access_root = access_root
        self.clock = clock
        self.held: dict[str, Issued] = {}

    def fetch(self, invocation: str, *, method: str = "post", wallet_nonce: str | None = None) -> Request:
        """Fetch and check the request object before anything of it is used."""
        parts = urlsplit(invocation)
        assert (parts.scheme, parts.netloc) == ("openid4vp", "")
        query = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
        accept = {"Accept": "application/oauth-authz-req+jwt"}
        if method == "post":
            assert query["request_uri_method"] == "post"
            metadata = {"vp_formats_supported": {"dc+sd-jwt": {}}}
            nonce = wallet_nonce or b64(os.urandom(16))
            form = {"wallet_nonce": nonce, "wallet_metadata": json.dumps(metadata)}
            answer = self.http.post(query["request_uri"], data=form, headers=accept)
        else:
            nonce = None
            answer = self.http.get(query["request_uri"], headers=accept)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
        header, claims = read_jws(answer.text)
        assert header["typ"] == "oauth-authz-req+jwt" and header["alg"] == "ES256"
        leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
        leaf.verify_directly_issued_by(self.access_root)
        signature_holds(answer.text, leaf.public_key())
        digest = b64(hashlib.sha256(base64.b64decode(header["x5c"][0])).digest())
        assert claims["client_id"] == query["client_id"] == f"x509_hash:{digest}"
        assert claims["response_type"] == "vp_token" and claims["response_mode"] == "direct_post.jwt"
        assert claims["aud"] == "https://self-issued.me/v2" and "redirect_uri" not in claims
        assert nonce is None or claims["wallet_nonce"] == nonce
        assert claims["iat"] - 60 <= self.clock() < claims["exp"]
        return Request(claims, header, answer.text)

    def presentation(
        self,
        request: Request,
        query_id: str,
        *,
        reveal: Iterable[str] | None = None,
        issued: Issued | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
        **changed: Any,
    ) -> str:
        """RFC 9901 §4.3: disclosures and a Key Binding JWT over them, for this verifier and this request."""
        held = issued or self.held[query_id]
        names = self.asked(request, query_id) if reveal is None else reveal
        text = "~".join([held.jwt, *(held.disclosures[name] for name in names if name in held.disclosures), ""])
        payload = {
            "iat": self.clock(),
            "aud": request.claims["client_id"],
            "nonce": request.claims["nonce"],
            "sd_hash": b64(hashlib.sha256(text.encode()).digest()),
            **changed,
        }
        return text + sign({"typ": "kb+jwt"}, payload, key or held.key)

    def asked(self, request: Request, query_id: str) -> list[str]:
        """The first option that this wallet can answer (OpenID4VP §6.4.1)."""
        (query,) = (each for each in request.claims["dcql_query"]["credentials"] if each["id"] == query_id)
        names = {claim.get("id", claim["path"][0]): claim["path"][0] for claim in query["claims"]}
        held = self.held[query_id].disclosures
        for option in query.get("claim_sets", [list(names)]):
            if all(names[name] in held for name in option):
                return [names[name] for name in option]
        return list(names.values())

    def vp_token(self, request: Request, *query_ids: str) -> dict[str, list[str]]:
        return {query_id: [self.presentation(request, query_id)] for query_id in query_ids}

    def post(self, request: Request, vp_token: Any, **changed: Any) -> Any:
        """OpenID4VP §8.3.1: encrypted to the key of the request, posted to its response_uri."""
        parameters = {"vp_token": vp_token, "state": request.claims["state"], **changed.pop("parameters", {})}
        plaintext = changed.pop("plaintext", None) or compact(
            {name: value for name, value in parameters.items() if value is not None}
        )
        jwe = encrypt(plaintext, changed.pop("jwk", request.key), **changed)
        return self.http.post(request.claims["response_uri"], data={"response": jwe})

    def answer(self, invocation: str, *query_ids: str) -> Any:
        """The whole of it: fetch, check, present what is held, post."""
        request = self.fetch(invocation)
        return self.post(request, self.vp_token(request, *query_ids))

    def refuse(self, invocation: str) -> Any:
        request = self.fetch(invocation)
        form = {"error": "access_denied", "state": request.claims["state"]}
        return self.http.post(request.claims["response_uri"], data=form)


def x5c_of(certificates: Sequence[x509.Certificate]) -> list[str]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode() for certificate in certificates]
