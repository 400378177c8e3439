import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from openid4vc import base64url
from openid4vc.errors import PresentationError, ProtocolError, RetrievalError
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.making import make_root
from openid4vc.vp import request
from tests.openid4vc.access import DAY, NOW, ROOT, AccessHolder
from tests.openid4vc.forging import forge, part, public_jwk, with_header
from tests.openid4vc.vp.queries import credential
from tests.openid4vc.vp.requests import (
    ENCRYPTION_JWK,
    QUERY,
    REQUEST_URI,
    RESPONSE_URI,
    VERIFIER,
    parameters,
    signed,
    verify,
)

DNS_ID = "x509_san_dns:verifier.example"


def refused(text: str, code: str, error: str | None = "invalid_request", **how: Any) -> None:
    with pytest.raises(PresentationError) as caught:
        verify(text, **how)
    assert (caught.value.code, caught.value.error) == (code, error)


def test_a_good_request_is_verified() -> None:
    verified = verify(signed())
    assert verified.client_id.text == VERIFIER.client_id
    assert verified.certificate.organization_identifier == "NTRFI-9900102-1"
    assert (verified.nonce, verified.state, verified.response_uri) == ("n-0S6_WzA2Mj~.", "s-1", RESPONSE_URI)
    assert verified.dcql_query == QUERY and verified.dcql.credentials[0].id == "card"
    assert (verified.encryption.kid, verified.encryption.enc, verified.exp) == ("k1", "A256GCM", NOW + 600)


def test_iss_and_unknown_parameters_are_ignored() -> None:
    assert verify(signed(iss="https://other.example", x=1, client_name="x")) == verify(signed())


def unsigned() -> str:
    header, payload, _ = signed().split(".")
    return ".".join((part({**json.loads(base64url.decode(header)), "alg": "none"}), payload, ""))


def forged(header: dict[str, Any]) -> str:
    claims = {"response_type": "vp_token", "response_mode": "direct_post.jwt", **parameters()}
    return forge(header, claims, VERIFIER.key)


def expired_certificate() -> str:
    return signed(AccessHolder(now=NOW - 400 * DAY))


UNTRUSTED = {
    "unsigned": unsigned,
    "no typ": lambda: forged({"alg": "ES256", "x5c": VERIFIER.x5c}),
    "another typ": lambda: forged({"alg": "ES256", "x5c": VERIFIER.x5c, "typ": "JWT"}),
    "typ in capitals": lambda: forged({"alg": "ES256", "x5c": VERIFIER.x5c, "typ": "OAUTH-AUTHZ-REQ+JWT"}),
    "no x5c": lambda: forged({"alg": "ES256", "typ": request.TYP}),
    "a key in the header": lambda: forged({"alg": "ES256", "typ": request.TYP, "jwk": public_jwk(VERIFIER.key)}),
    "x5c of somebody else": lambda: forged({"alg": "ES256", "typ": request.TYP, "x5c": AccessHolder().x5c}),
    "the anchor in x5c": lambda: forged(
        {"alg": "ES256", "typ": request.TYP, "x5c": x5c([VERIFIER.certificate, ROOT.certificate])}
    ),
    "a self-signed leaf": lambda: request.create(
        parameters(), signer=KeySigner(ROOT.private_key), x5c=x5c([ROOT.certificate])
    ),
    "an unknown root": lambda: signed(AccessHolder(make_root(Role.ACCESS, now=NOW))),
    "an expired certificate": expired_certificate,
    "a changed signature": lambda: signed()[:-6] + "AAAAAA",
    "a changed header": lambda: with_header(signed(), {"kid": "x"}),
    "not a JWS": lambda: "x",
    "a page": lambda: "<html>",
    "far too long": lambda: signed(state="s" * 300_000),
}


@pytest.mark.case("W-16")
@pytest.mark.parametrize("make", UNTRUSTED.values(), ids=UNTRUSTED)
def test_a_request_whose_signer_is_not_proven_is_untrusted(make: Any) -> None:
    refused(make(), "request_untrusted")


def test_a_certificate_of_another_role_signs_no_request() -> None:
    issuer = AccessHolder(make_root(Role.ISSUER, now=NOW))
    refused(signed(issuer, asker=issuer.client_id), "request_untrusted", asker=issuer.client_id)


def test_without_anchors_nobody_is_trusted() -> None:
    refused(signed(), "request_untrusted", anchors=[])


@pytest.mark.case("W-17")
def test_a_request_of_another_client_than_the_link_named_is_refused() -> None:
    other = AccessHolder()
    # The whole request of another verifier under the link of this one.
    refused(signed(other, asker=other.client_id), "client_id_mismatch")
    # The right name inside, signed by another.
    refused(signed(other, asker=VERIFIER.client_id), "client_id_mismatch")
    for asker in ("", VERIFIER.client_id.removeprefix("x509_hash:"), VERIFIER.client_id.upper(), DNS_ID):
        refused(signed(asker=asker), "client_id_mismatch")
    claims = {name: value for name, value in parameters().items() if name != "client_id"}
    refused(request.create(claims, signer=VERIFIER.signer, x5c=VERIFIER.x5c), "client_id_mismatch")


@pytest.mark.case("W-19")
@pytest.mark.parametrize(
    ("asker", "changes", "code"),
    [
        (DNS_ID, {"response_uri": "https://evil.example/response"}, "client_id_mismatch"),
        (DNS_ID, {"response_uri": "https://sub.verifier.example/response"}, "client_id_mismatch"),
        ("x509_san_dns:evil.example", {}, "client_id_mismatch"),
        ("x509_san_dns:sub.verifier.example", {}, "client_id_mismatch"),
        (VERIFIER.client_id, {"response_uri": "http://verifier.example/response"}, "net_forbidden"),
        (VERIFIER.client_id, {"response_uri": "http://127.0.0.1:8002/response"}, "net_forbidden"),
        (VERIFIER.client_id, {"response_uri": "https://localhost/response"}, "net_forbidden"),
        (VERIFIER.client_id, {"response_uri": "javascript:alert(1)"}, "net_forbidden"),
        (VERIFIER.client_id, {"response_uri": "https://good.example@10.0.0.1/"}, "net_forbidden"),
        (VERIFIER.client_id, {"response_uri": None}, "request_invalid"),
        (VERIFIER.client_id, {"response_uri": 1}, "request_invalid"),
        (VERIFIER.client_id, {"redirect_uri": "https://verifier.example/cb"}, "request_invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) and ":" not in value else "case",
)
def test_an_answer_goes_only_where_the_client_may_receive_it(asker: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        verify(signed(asker=asker, **changes), asker=asker)
    assert caught.value.code == code


@pytest.mark.spec("OpenID4VP 1.0 §8.2")
def test_a_redirect_uri_beside_the_response_uri_is_an_invalid_request() -> None:
    refused(signed(redirect_uri=RESPONSE_URI), "request_invalid")
    refused(signed(redirect_uri=RESPONSE_URI, response_uri=None), "request_invalid")


def test_a_dns_name_of_the_certificate_identifies_its_client() -> None:
    assert verify(signed(asker=DNS_ID), asker=DNS_ID).client_id.value == "verifier.example"


def test_loopback_http_is_for_the_demo_alone() -> None:
    text = signed(response_uri="http://127.0.0.1:8002/response")
    assert verify(text, allow_loopback_http=True).response_uri == "http://127.0.0.1:8002/response"
    with pytest.raises(RetrievalError):
        verify(signed(response_uri="http://10.0.0.1/response"), allow_loopback_http=True)


def metadata(**changes: Any) -> dict[str, Any]:
    return {**request.client_metadata(ENCRYPTION_JWK, "k1"), **changes}


def keys(*keys: object) -> dict[str, Any]:
    return metadata(jwks={"keys": list(keys)})


USABLE = {**ENCRYPTION_JWK, "kid": "k1", "alg": "ECDH-ES", "use": "enc"}
OTHERS = [
    {
        "kty": "OKP",
        "kid": "jc",
        "use": "enc",
        "crv": "X25519",
        "alg": "ECDH-ES",
        "x": "WPX7wnwq10hFNK9aDSyG1QlLswE_CJY14LdhcFUIVVc",
    },
    {"kty": "AKP", "kid": "pq", "alg": "ML-KEM-768", "pub": "AAAA"},
    {**USABLE, "kid": "no-alg", "alg": None},
    {**USABLE, "kid": "other-alg", "alg": "ECDH-ES+A256KW"},
    {**USABLE, "kid": "sig", "use": "sig"},
    {**USABLE, "kid": "bad", "x": USABLE["y"]},
    {**USABLE, "kid": "private", "d": "AAAA"},
    {name: value for name, value in USABLE.items() if name != "kid"},
    "text",
    None,
]


@pytest.mark.case("W-20")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": None}, "request_invalid"),
        ({"nonce": ""}, "request_invalid"),
        ({"nonce": "a b"}, "request_invalid"),
        ({"nonce": "a\n"}, "request_invalid"),
        ({"nonce": "ä"}, "request_invalid"),
        ({"nonce": 1}, "request_invalid"),
        ({"state": "a b"}, "request_invalid"),
        ({"response_type": "code"}, "request_invalid"),
        ({"response_type": "vp_token id_token"}, "request_invalid"),
        ({"response_mode": "direct_post"}, "request_invalid"),
        ({"response_mode": "fragment"}, "request_invalid"),
        ({"aud": "https://other.example"}, "request_invalid"),
        ({"aud": ["https://self-issued.me/v2", "https://other.example"]}, "request_invalid"),
        ({"aud": []}, "request_invalid"),
        ({"aud": {}}, "request_invalid"),
        ({"scope": "com.example.card"}, "request_invalid"),
        ({"request_uri": "https://verifier.example/2"}, "request_invalid"),
        ({"request": "eyJ"}, "request_invalid"),
        ({"dcql_query": None}, "request_invalid"),
        ({"dcql_query": json.dumps(QUERY)}, "request_invalid"),
        ({"dcql_query": {}}, "dcql_invalid"),
        ({"client_metadata": None}, "request_invalid"),
        ({"client_metadata": metadata(jwks=None)}, "no_usable_encryption_key"),
        ({"client_metadata": keys()}, "no_usable_encryption_key"),
        ({"client_metadata": keys(*OTHERS)}, "no_usable_encryption_key"),
        ({"client_metadata": keys(*[USABLE] * 40)}, "no_usable_encryption_key"),
        ({"client_metadata": keys(USABLE, USABLE)}, "request_invalid"),
        (
            {"client_metadata": metadata(encrypted_response_enc_values_supported=["A128CBC-HS256"])},
            "no_usable_encryption_key",
        ),
        ({"client_metadata": metadata(encrypted_response_enc_values_supported="A256GCM")}, "no_usable_encryption_key"),
        ({"client_metadata": metadata(vp_formats_supported={"mso_mdoc": {}})}, "not_supported"),
        (
            {"client_metadata": metadata(vp_formats_supported={"dc+sd-jwt": {"kb-jwt_alg_values": ["ES384"]}})},
            "not_supported",
        ),
        ({"exp": NOW - 120}, "request_expired"),
        ({"exp": "never"}, "request_invalid"),
        ({"iat": NOW + 3600}, "request_invalid"),
        ({"nbf": NOW + 3600}, "request_invalid"),
        (
            {"state": None, "dcql_query": {"credentials": [credential(require_cryptographic_holder_binding=False)]}},
            "request_invalid",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and ":" not in value else "case",
)
def test_a_parameter_that_is_missing_or_wrong_makes_the_request_invalid(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(PresentationError) as caught:
        verify(signed(**changes))
    assert caught.value.code == code


@pytest.mark.case("W-21")
def test_keys_that_cannot_be_used_are_passed_over_for_one_that_can() -> None:
    encryption = verify(signed(client_metadata=keys(*OTHERS, USABLE))).encryption
    assert (encryption.kid, encryption.jwk) == ("k1", USABLE)


def test_the_stronger_encryption_is_preferred_and_the_default_is_used_when_nothing_is_said() -> None:
    for offered, chosen in ((["A128GCM", "A256GCM"], "A256GCM"), (["A128CBC-HS256", "A128GCM"], "A128GCM")):
        text = signed(client_metadata=metadata(encrypted_response_enc_values_supported=offered))
        assert verify(text).encryption.enc == chosen
    silent = metadata()
    del silent["encrypted_response_enc_values_supported"]
    assert verify(signed(client_metadata=silent)).encryption.enc == "A128GCM"


def test_the_audience_is_every_wallet_or_the_place_that_this_was_fetched_from() -> None:
    for audience in ("https://self-issued.me/v2", ["https://self-issued.me/v2"], REQUEST_URI, None):
        assert verify(signed(aud=audience)) == verify(signed())


def test_a_verifier_that_names_no_formats_reads_those_that_it_asks_for() -> None:
    silent = metadata()
    del silent["vp_formats_supported"]
    assert verify(signed(client_metadata=silent)) == verify(signed())


@pytest.mark.case("W-25")
def test_transaction_data_is_refused_and_garbage_in_verifier_info_ignored() -> None:
    data = base64url.encode(b'{"type":"payment","credential_ids":["card"]}')
    refused(signed(transaction_data=[data]), "transaction_data_unsupported", "invalid_transaction_data")
    refused(signed(transaction_data=[]), "transaction_data_unsupported", "invalid_transaction_data")
    for garbage in ("x", {}, [], [1, None, "x", {"format": 1, "data": "x"}, {"format": "x"}]):
        assert verify(signed(verifier_info=garbage)).verifier_info == ()
    good = {"format": "registration_cert", "data": "eyJ"}
    narrowed = {**good, "credential_ids": ["card"]}
    wrong = [{**good, "credential_ids": ids} for ids in (1, [], [1], "card")]
    info = verify(signed(verifier_info=[1, good, narrowed, *wrong])).verifier_info
    assert [(entry.format, entry.data, entry.credential_ids) for entry in info] == [
        ("registration_cert", "eyJ", None),
        ("registration_cert", "eyJ", ("card",)),
    ]


@pytest.mark.case("W-26")
@pytest.mark.parametrize("returned", [None, "", "other", 1, ["mine"], "MINE"], ids=str)
def test_the_nonce_of_the_wallet_must_come_back(returned: object) -> None:
    refused(signed(wallet_nonce=returned), "wallet_nonce_mismatch", wallet_nonce="mine")


def test_the_nonce_of_the_wallet_comes_back() -> None:
    assert verify(signed(wallet_nonce="mine"), wallet_nonce="mine").state == "s-1"
    # Nothing was posted, so nothing is compared.
    assert verify(signed(wallet_nonce="other")).state == "s-1"


def test_a_request_without_state_or_exp_is_taken_when_keys_are_bound() -> None:
    verified = verify(signed(state=None, exp=None))
    assert (verified.state, verified.exp) == (None, None)


def test_the_emitted_form_names_what_haip_pins() -> None:
    text = signed()
    header = json.loads(base64url.decode(text.split(".")[0]))
    claims = jws.read_claims(jws.parse(text, typ=request.TYP).payload)
    assert set(header) == {"alg", "typ", "x5c"}
    assert (claims["aud"], claims["response_type"], claims["response_mode"]) == (
        "https://self-issued.me/v2",
        "vp_token",
        "direct_post.jwt",
    )
    assert claims["client_metadata"] == {
        "jwks": {"keys": [{**ENCRYPTION_JWK, "kid": "k1", "use": "enc", "alg": "ECDH-ES"}]},
        "encrypted_response_enc_values_supported": ["A256GCM", "A128GCM"],
        "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}},
    }


def test_a_key_of_another_curve_is_not_usable() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    size = 48
    key = {
        "kty": "EC",
        "crv": "P-384",
        "kid": "lc",
        "alg": "ECDH-ES",
        "x": base64url.encode(other.x.to_bytes(size, "big")),
        "y": base64url.encode(other.y.to_bytes(size, "big")),
    }
    refused(signed(client_metadata=keys(key)), "no_usable_encryption_key")
