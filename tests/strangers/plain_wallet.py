"""A second stranger: a wallet of the standard library and `cryptography`, written from the specifications alone.

OpenID4VCI 1.0 (offer, pre-authorized code, nonce, `jwt` proof), RFC 9901, OpenID4VP 1.0 (signed request, DCQL,
`direct_post.jwt`). It checks what a careful reader would, and raises ValueError when something does not hold.
"""

import base64
import hashlib
import json
import os
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from tests.strangers.certification import encode

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
ES256 = ec.ECDSA(SHA256())


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def part(jws: str, index: int) -> dict[str, Any]:
    return dict(json.loads(decode(jws.split(".")[index])))


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (encode(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def sign(header: dict[str, object], payload: dict[str, object], key: ec.EllipticCurvePrivateKey) -> str:
    text = ".".join(encode(json.dumps(value).encode()) for value in ({"alg": "ES256", **header}, payload))
    r, s = decode_dss_signature(key.sign(text.encode(), ES256))
    return f"{text}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def verify(jws: str, anchor: str, typ: str) -> tuple[dict[str, Any], bytes]:
    """The claims, and the leaf of the one-certificate `x5c` that leads to the anchor."""
    header = part(jws, 0)
    (der,) = (base64.b64decode(one) for one in header["x5c"])
    leaf, root = x509.load_der_x509_certificate(der), x509.load_pem_x509_certificate(anchor.encode())
    leaf.verify_directly_issued_by(root)
    text, _, signature = jws.rpartition(".")
    r, s = (int.from_bytes(half, "big") for half in (decode(signature)[:32], decode(signature)[32:]))
    key = leaf.public_key()
    if header["typ"] != typ or header["alg"] != "ES256" or not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("header")
    key.verify(encode_dss_signature(r, s), text.encode(), ES256)
    return part(jws, 1), der


def fetch(url: str, body: bytes | None = None, **headers: str) -> tuple[str, bytes]:
    """Media type and body of a 2xx answer; HTTPError for every other."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, body, named)) as answer:
        return answer.headers.get_content_type(), answer.read()


def fetch_json(url: str, body: bytes | None = None, **headers: str) -> dict[str, Any]:
    media_type, raw = fetch(url, body, Accept="application/json", **headers)
    if media_type != "application/json":
        raise ValueError(f"{url} answered {media_type}")
    return dict(json.loads(raw))


def well_known(identifier: str, name: str) -> str:
    url = urllib.parse.urlsplit(identifier)
    return f"{url.scheme}://{url.netloc}/.well-known/{name}{url.path}"


@dataclass
class Held:
    """A credential: the issuer's JWT, the disclosures by claim name, and the key that it is bound to."""

    jwt: str
    disclosures: dict[str, str]
    key: ec.EllipticCurvePrivateKey
    vct: str = field(init=False)

    def __post_init__(self) -> None:
        self.vct = part(self.jwt, 1)["vct"]

    def present(self, names: list[str], *, nonce: str, audience: str) -> str:
        shown = "".join(f"{self.disclosures[name]}~" for name in names if name in self.disclosures)
        text = f"{self.jwt}~{shown}"
        digest = encode(hashlib.sha256(text.encode()).digest())
        claims: dict[str, object] = {"iat": int(time.time()), "aud": audience, "nonce": nonce, "sd_hash": digest}
        return text + sign({"typ": "kb+jwt"}, claims, self.key)


def receive(link: str, tx_code: str | None, anchor: str) -> Held:
    """An offer by reference to a credential whose issuer, digests and key are right."""
    (url,) = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["credential_offer_uri"]
    offer = fetch_json(url)
    issuer = offer["credential_issuer"]
    metadata = fetch_json(well_known(issuer, "openid-credential-issuer"))
    (server,) = metadata.get("authorization_servers", [issuer])
    endpoints = fetch_json(well_known(server, "oauth-authorization-server"))
    if (metadata["credential_issuer"], endpoints["issuer"]) != (issuer, server):
        raise ValueError("metadata of somebody else")
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": offer["grants"][PRE_AUTHORIZED]["pre-authorized_code"]}
    if "tx_code" in offer["grants"][PRE_AUTHORIZED]:
        form["tx_code"] = tx_code or ""
    token = fetch_json(endpoints["token_endpoint"], urllib.parse.urlencode(form).encode())
    authorization = f"{token['token_type']} {token['access_token']}"
    key = ec.generate_private_key(ec.SECP256R1())
    claims = {"aud": issuer, "iat": int(time.time()), "nonce": fetch_json(metadata["nonce_endpoint"], b"")["c_nonce"]}
    proof = sign({"typ": "openid4vci-proof+jwt", "jwk": public_jwk(key)}, claims, key)
    asked = {"credential_configuration_id": offer["credential_configuration_ids"][0], "proofs": {"jwt": [proof]}}
    answer = fetch_json(
        metadata["credential_endpoint"],
        json.dumps(asked).encode(),
        Content_Type="application/json",
        Authorization=authorization,
    )
    jwt, *disclosures, last = answer["credentials"][0]["credential"].split("~")
    payload, _ = verify(jwt, anchor, "dc+sd-jwt")
    digests = {encode(hashlib.sha256(text.encode()).digest()) for text in disclosures}
    if last or not digests <= set(payload["_sd"]) or payload["cnf"]["jwk"] != public_jwk(key):
        raise ValueError("credential")
    return Held(jwt, {json.loads(decode(text))[1]: text for text in disclosures}, key)


def present(link: str, held: list[Held], anchor: str) -> dict[str, Any]:
    """A request by reference, answered with the first way that the query allows; the verifier's JSON."""
    named = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
    media_type, raw = fetch(named["request_uri"])
    if media_type != "application/oauth-authz-req+jwt":
        raise ValueError(media_type)
    request, leaf = verify(raw.decode(), anchor, "oauth-authz-req+jwt")
    prefix, _, value = named["client_id"].partition(":")
    if request["client_id"] != named["client_id"] or prefix != "x509_hash":
        raise ValueError("client_id")
    if value != encode(hashlib.sha256(leaf).digest()):
        raise ValueError("x509_hash")
    query = {credential["id"]: credential for credential in request["dcql_query"]["credentials"]}
    token = {}
    for query_id in request["dcql_query"]["credential_sets"][0]["options"][0]:
        asked = query[query_id]
        credential = next(one for one in held if one.vct in asked["meta"]["vct_values"])
        names = {claim.get("id", claim["path"][0]): claim["path"][0] for claim in asked["claims"]}
        available = credential.disclosures | part(credential.jwt, 1)
        ways = asked.get("claim_sets", [list(names)])
        way = next(one for one in ways if all(names[claim] in available for claim in one))
        shown = [names[claim] for claim in way]
        token[query_id] = [credential.present(shown, nonce=request["nonce"], audience=request["client_id"])]
    metadata = request["client_metadata"]
    jwk = next(key for key in metadata["jwks"]["keys"] if key["alg"] == "ECDH-ES" and key["crv"] == "P-256")
    if "A256GCM" not in metadata["encrypted_response_enc_values_supported"]:
        raise ValueError("enc")
    text = encrypt(json.dumps({"vp_token": token, "state": request["state"]}).encode(), jwk)
    return fetch_json(request["response_uri"], urllib.parse.urlencode({"response": text}).encode())


def encrypt(plaintext: bytes, jwk: dict[str, str]) -> str:
    """RFC 7518 §4.6: ECDH-ES directly, A256GCM."""
    numbers = ec.EllipticCurvePublicNumbers(
        *(int.from_bytes(decode(jwk[name]), "big") for name in ("x", "y")), ec.SECP256R1()
    )
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": jwk["kid"], "epk": public_jwk(ephemeral)}
    protected = encode(json.dumps(header).encode())
    info = b"".join(len(octets).to_bytes(4, "big") + octets for octets in (b"A256GCM", b"", b""))
    shared = ephemeral.exchange(ec.ECDH(), numbers.public_key())
    key = ConcatKDFHash(SHA256(), 32, info + (256).to_bytes(4, "big")).derive(shared)
    iv = os.urandom(12)
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode())
    return ".".join((protected, "", encode(iv), encode(sealed[:-16]), encode(sealed[-16:])))
