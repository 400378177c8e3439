import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from openid4vc import base64url
from openid4vc.errors import JoseError, PresentationError, ProtocolError
from openid4vc.jose import jwe
from openid4vc.vp import response
from openid4vc.vp.response import DirectPostAnswer, EncryptedResponse, ErrorResponse, ResponseParameters
from tests.openid4vc.forging import new_key
from tests.openid4vc.vp.requests import ENCRYPTION_JWK, ENCRYPTION_KEY, signed, verify

REQUEST = verify(signed())


def sealed(parameters: object, *, kid: str | None = "k1", enc: str = "A256GCM") -> dict[str, str]:
    plaintext = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
    return {"response": jwe.encrypt(plaintext, ENCRYPTION_JWK, enc=enc, kid=kid)}


def opened(form: dict[str, str]) -> ResponseParameters | ErrorResponse:
    parsed = response.parse_form(form)
    assert isinstance(parsed, EncryptedResponse)
    return response.decrypt(parsed, ENCRYPTION_KEY)


def malformed(form: dict[str, str]) -> None:
    with pytest.raises(PresentationError) as caught:
        opened(form)
    assert (caught.value.code, caught.value.error) == ("response_malformed", "invalid_request")


def test_what_is_encrypted_for_a_request_is_opened_with_its_key() -> None:
    form = response.encrypt({"card": ["a~", "b~"]}, REQUEST)
    assert set(form) == {"response"} and jwe.key_id(form["response"]) == "k1"
    assert opened(form) == ResponseParameters({"card": ("a~", "b~")}, "s-1")
    assert opened(response.encrypt({"card": ["a~"]}, verify(signed(state=None)))) == ResponseParameters(
        {"card": ("a~",)}, None
    )


@pytest.mark.case("V-12")
@pytest.mark.parametrize(
    "vp_token",
    [
        "a~",
        ["a~"],
        1,
        True,
        None,
        {},
        {"card": []},
        {"card": None},
        {"card": "a~"},
        {"card": [1]},
        {"card": [None]},
        {"card": [""]},
        {"card": [["a~"]]},
        {"card": [{"a": "b"}]},
        {"card": {"0": "a~"}},
        {"card": ["a~"], "other": []},
        {"card": ["a~"] * 65},
    ],
    ids=str,
)
def test_a_vp_token_of_another_shape_is_malformed(vp_token: object) -> None:
    malformed(sealed({"vp_token": vp_token, "state": "s-1"}))


@pytest.mark.parametrize(
    "parameters",
    [
        b"",
        b"x",
        b"[]",
        b'{"vp_token":{"card":["a~"]},"vp_token":{"card":["b~"]}}',
        {},
        {"state": "s-1"},
        {"vp_token": {"card": ["a~"]}, "state": 1},
        {"vp_token": {"card": ["a~"]}, "error": "access_denied"},
        {"error": 1},
        {"error": "<script>"},
    ],
    ids=str,
)
def test_other_parameters_of_another_shape_are_malformed(parameters: object) -> None:
    malformed(sealed(parameters))


def test_unknown_parameters_are_ignored() -> None:
    assert opened(sealed({"vp_token": {"card": ["a~"]}, "iss": 1, "x": {}})) == ResponseParameters(
        {"card": ("a~",)}, None
    )


def test_an_encrypted_refusal_is_one() -> None:
    assert opened(sealed({"error": "access_denied", "state": "s-1"})) == ErrorResponse("access_denied", "s-1")


@pytest.mark.spec("OpenID4VP 1.0 §8.5")
@pytest.mark.parametrize(
    "error",
    ["access_denied", "invalid_client", "invalid_request", "invalid_request_uri_method", "invalid_scope",
     "invalid_transaction_data", "vp_formats_not_supported", "wallet_unavailable"],
)  # fmt: skip
def test_every_error_of_the_specification_is_told_apart(error: str) -> None:
    assert opened(sealed({"error": error})) == response.parse_form({"error": error}) == ErrorResponse(error, None)


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_an_answer_in_either_offered_encryption_is_opened_and_in_no_other(enc: str) -> None:
    form = sealed({"vp_token": {"card": ["a~"]}}, enc=enc)
    assert opened(form) == ResponseParameters({"card": ("a~",)}, None)
    other = JWE(b"{}", json.dumps({"alg": "ECDH-ES", "enc": "A192GCM", "kid": "k1"}), recipient=JWK(**ENCRYPTION_JWK))
    with pytest.raises(JoseError, match="decryption_failed"):
        opened({"response": other.serialize(compact=True)})


def test_a_refusal_needs_no_encryption_and_names_nothing_but_the_state() -> None:
    form = response.access_denied(REQUEST)
    assert form == {"error": "access_denied", "state": "s-1"}
    assert response.parse_form({**form, "error_description": "<b>"}) == ErrorResponse("access_denied", "s-1")
    assert response.access_denied(verify(signed(state=None))) == {"error": "access_denied"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"vp_token": '{"card":["a~"]}', "state": "s-1"}, "response_mode_mismatch"),
        ({"vp_token": "{}", "error": "access_denied"}, "response_mode_mismatch"),
        ({"response": "a.b.c.d.e", "error": "access_denied"}, "response_malformed"),
        ({"response": "a.b.c.d.e", "vp_token": "{}"}, "response_malformed"),
        ({}, "response_malformed"),
        ({"state": "s-1"}, "response_malformed"),
        ({"error": ""}, "response_malformed"),
        ({"error": "teapot"}, "response_malformed"),
        ({"response": ""}, "decryption_failed"),
        ({"response": "eyJ.eyJ.sig"}, "decryption_failed"),
    ],
)
def test_a_form_that_is_no_answer_is_refused(form: dict[str, str], code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        response.parse_form(form)
    assert caught.value.code == code


def test_an_answer_that_names_no_key_is_malformed_and_one_for_another_key_is_not_opened() -> None:
    malformed(sealed({"vp_token": {"card": ["a~"]}}, kid=None))
    parsed = response.parse_form(sealed({"vp_token": {"card": ["a~"]}}))
    assert isinstance(parsed, EncryptedResponse)
    with pytest.raises(JoseError, match="decryption_failed"):
        response.decrypt(parsed, new_key())
    with pytest.raises(JoseError, match="decryption_failed"):
        response.decrypt(EncryptedResponse(parsed.jwe, "k2"), ENCRYPTION_KEY)


def test_the_answer_of_the_verifier_is_read_and_what_is_no_text_in_it_ignored() -> None:
    made = response.create_answer(redirect_uri="https://verifier.example/cb#response_code=1", receipt="eyJ")
    assert response.parse_answer(json.dumps(made).encode()) == DirectPostAnswer(
        "https://verifier.example/cb#response_code=1", "eyJ"
    )
    assert response.create_answer(redirect_uri=None, receipt=None) == {}
    assert response.parse_answer(b'{"redirect_uri":1,"receipt":{},"x":1}') == DirectPostAnswer(None, None)
    for body in (b"", b"<html>", b"[]", b'{"x":"' + b"a" * 300_000 + b'"}'):
        with pytest.raises(PresentationError, match="response_malformed"):
            response.parse_answer(body)


@pytest.mark.vectors
def test_the_encrypted_answer_of_the_specification_is_opened(vectors: Path) -> None:
    vector = json.loads((vectors / "openid4vp/extracted-vectors.json").read_text("utf-8"))["encrypted_response"]
    key = vector["private_jwk"]

    def number(name: str) -> int:
        return int.from_bytes(base64url.decode(key[name]), "big")

    public = ec.EllipticCurvePublicNumbers(number("x"), number("y"), ec.SECP256R1())
    private = ec.EllipticCurvePrivateNumbers(number("d"), public).private_key()
    parsed = response.parse_form({"response": vector["jwe"]})
    assert isinstance(parsed, EncryptedResponse) and parsed.kid == "ac"
    assert response.decrypt(parsed, private) == ResponseParameters({"example_credential_id": ("eyJhb...YMetA",)}, None)
