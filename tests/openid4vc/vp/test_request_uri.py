"""What a wallet posts to fetch a request, and what a verifier makes of it."""

import json
from typing import Any

import pytest

from openid4vc import base64url
from openid4vc.errors import PresentationError
from openid4vc.jose import jwe
from openid4vc.vp import request_uri
from openid4vc.vp.encryption_keys import EncryptionKey
from openid4vc.vp.request_uri import RequestUriPost
from tests.openid4vc.forging import new_key, public_jwk
from tests.openid4vc.vp.requests import signed, verify

KEY = new_key()
WALLET_JWK = {**public_jwk(KEY), "kid": "w", "use": "enc", "alg": "ECDH-ES"}
RSA = {"kty": "RSA", "kid": "r", "alg": "RSA-OAEP-256", "n": "AQAB", "e": "AQAB"}
SIGNING = {**public_jwk(new_key()), "kid": "s", "use": "sig", "alg": "ES256"}


def posted(**metadata: Any) -> RequestUriPost:
    form = {"wallet_nonce": "w-1", "wallet_metadata": json.dumps(metadata)}
    return request_uri.parse_form(form, prefix="x509_hash")


def refused(code: str, **metadata: Any) -> str | None:
    with pytest.raises(PresentationError) as caught:
        posted(**metadata)
    assert caught.value.code == code
    return caught.value.error


def test_the_form_of_a_wallet_is_read_by_a_verifier() -> None:
    form = request_uri.create_form("w-1")
    assert request_uri.parse_form({**form, "x": "1"}, prefix="x509_hash") == RequestUriPost("w-1", None)
    assert request_uri.parse_form({}, prefix="x509_hash") == RequestUriPost(None, None)
    assert posted() == posted(vp_formats_supported={"dc+sd-jwt": {}}, x=1) == RequestUriPost("w-1", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"wallet_nonce": ""},
        {"wallet_nonce": "a b"},
        {"wallet_nonce": "a" * 1025},
        {"wallet_metadata": "x"},
        {"wallet_metadata": "[]"},
        {"wallet_metadata": '{"a":1,"a":2}'},
        {"wallet_metadata": '{"x":"' + "a" * 70_000 + '"}'},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_form_that_cannot_be_read_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(PresentationError, match="request_invalid"):
        request_uri.parse_form({**request_uri.create_form("w-1"), **changes}, prefix="x509_hash")


@pytest.mark.spec("OpenID4VP 1.0 §10.1, Annex B.3.4")
@pytest.mark.parametrize(
    "formats",
    [
        {},
        {"mso_mdoc": {}},
        {"vc+sd-jwt": {}},
        {"dc+sd-jwt": None},
        {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES384"]}},
        {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["EdDSA"]}},
    ],
    ids=str,
)
def test_a_wallet_that_has_not_our_format_and_algorithm_is_sent_no_request(formats: dict[str, object]) -> None:
    assert refused("not_supported", vp_formats_supported=formats) == "vp_formats_not_supported"


@pytest.mark.spec("OpenID4VP 1.0 §5.10, §10.1")
@pytest.mark.parametrize(
    ("name", "other", "ours"),
    [
        ("client_id_prefixes_supported", "redirect_uri", "x509_hash"),
        ("client_id_prefixes_supported", "x509_san_dns", "x509_hash"),
        ("request_object_signing_alg_values_supported", "ES384", "ES256"),
        ("authorization_encryption_alg_values_supported", "RSA-OAEP", "ECDH-ES"),
        ("authorization_encryption_enc_values_supported", "A256CBC-HS512", "A128GCM"),
        ("authorization_encryption_enc_values_supported", "A192GCM", "A256GCM"),
        ("response_types_supported", "vp_token id_token", "vp_token"),
        ("response_modes_supported", "direct_post", "direct_post.jwt"),
    ],
)
def test_a_wallet_that_names_other_ways_alone_is_sent_no_request(name: str, other: str, ours: str) -> None:
    assert refused("not_supported", **{name: [other]}) == "invalid_request"
    assert posted(**{name: [other, ours]}) == RequestUriPost("w-1", None)
    for malformed in ([], ours, None, {}):
        refused("request_invalid", **{name: malformed})


@pytest.mark.parametrize("formats", [[], None, "dc+sd-jwt"])
def test_formats_that_are_no_object_are_refused(formats: object) -> None:
    refused("request_invalid", vp_formats_supported=formats)


def test_the_prefix_is_that_of_the_request() -> None:
    form = {"wallet_metadata": '{"client_id_prefixes_supported":["x509_san_dns"]}'}
    assert request_uri.parse_form(form, prefix="x509_san_dns").wallet_nonce is None
    with pytest.raises(PresentationError, match="not_supported"):
        request_uri.parse_form(form, prefix="x509_hash")


@pytest.mark.spec("OpenID4VP 1.0 §5.10", "jwks")
def test_a_wallet_that_gives_a_key_gets_the_request_for_itself_alone() -> None:
    metadata = {"jwks": {"keys": [RSA, SIGNING, WALLET_JWK]}}
    assert posted(**metadata).encryption == EncryptionKey(WALLET_JWK, "w", "A128GCM")
    both = {"request_object_encryption_enc_values_supported": ["A128GCM", "A256GCM"]}
    key = posted(**metadata, **both).encryption
    assert key == EncryptionKey(WALLET_JWK, "w", "A256GCM")
    text = request_uri.encrypt(signed(wallet_nonce="w-1"), key)
    opened = jwe.decrypt(text, KEY, kid="w", enc_values=["A256GCM"])
    # RFC 7519 §5.2: a JWT inside says so.
    header = json.loads(base64url.decode(text.split(".")[0]))
    assert {name: header[name] for name in ("alg", "enc", "kid", "cty")} == {
        "alg": "ECDH-ES", "enc": "A256GCM", "kid": "w", "cty": "JWT",
    }  # fmt: skip
    assert verify(opened.plaintext.decode("ascii"), wallet_nonce="w-1").state == "s-1"


def test_the_longest_name_and_the_largest_set_of_keys_are_taken() -> None:
    key = {**WALLET_JWK, "kid": "k" * 256}
    assert posted(jwks={"keys": [*[RSA] * 31, key]}).encryption == EncryptionKey(key, "k" * 256, "A128GCM")


@pytest.mark.parametrize("keys", [[], [SIGNING]])
def test_keys_for_something_else_ask_for_no_encryption(keys: list[object]) -> None:
    assert posted(jwks={"keys": keys}).encryption is None


@pytest.mark.parametrize(
    "metadata",
    [
        {"jwks": {"keys": [RSA]}},
        *({"jwks": {"keys": [{**WALLET_JWK, "kid": kid}]}} for kid in (1, "", "k" * 257, None)),
        {"jwks": {"keys": [{**WALLET_JWK, "x": WALLET_JWK["y"]}]}},
        {"jwks": {"keys": ["text"]}},
        {"jwks": {"keys": [WALLET_JWK]}, "request_object_encryption_enc_values_supported": ["A256CBC-HS512"]},
        {"jwks": {"keys": [WALLET_JWK]}, "request_object_encryption_enc_values_supported": "A256GCM"},
    ],
    ids=lambda metadata: "keys",
)
def test_a_request_is_never_sent_in_clear_to_a_wallet_that_wants_it_encrypted(metadata: dict[str, Any]) -> None:
    assert refused("not_supported", **metadata) == "invalid_request"


def test_a_wallet_that_encrypts_by_other_algorithms_alone_and_key_sets_that_are_none_are_refused() -> None:
    keys = {"keys": [WALLET_JWK]}
    refused("not_supported", jwks=keys, request_object_encryption_alg_values_supported=["RSA-OAEP"])
    for key_set in (None, [], [WALLET_JWK], {}, {"keys": {}}, {"keys": [WALLET_JWK] * 33}):
        refused("request_invalid", jwks=key_set)
