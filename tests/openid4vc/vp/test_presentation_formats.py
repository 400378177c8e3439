"""Under the id of an SD-JWT VC query, nothing but an SD-JWT VC with a key binding is a presentation."""

import json
from collections.abc import Callable

import pytest

from openid4vc import base64url
from openid4vc.errors import ProtocolError
from openid4vc.jose import jwe
from openid4vc.sd_jwt_vc import credential
from openid4vc.vp import response
from openid4vc.vp.response import EncryptedResponse, ResponseParameters
from tests.openid4vc import credentials
from tests.openid4vc.credentials import NOW, THIS_TYPE, Issuer, required
from tests.openid4vc.forging import forge
from tests.openid4vc.vp.requests import ENCRYPTION_JWK, ENCRYPTION_KEY

ISSUER = Issuer()
CARD = ISSUER.card()


def jwt_vc_json() -> str:
    claims = {"iss": "https://issuer.example", "nbf": NOW, "vc": {"type": ["VerifiableCredential"]}}
    return forge({"alg": "ES256", "typ": "JWT", "x5c": ISSUER.x5c}, claims, ISSUER.key)


FORMATS: dict[str, Callable[[], object]] = {
    "mso_mdoc": lambda: base64url.encode(bytes.fromhex("a26776657273696f6e63312e3069646f63756d656e747380")),
    "jwt_vc_json": jwt_vc_json,
    "jwt_vc_json with a tilde": lambda: jwt_vc_json() + "~",
    "ldp_vc": lambda: {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"]},
    "the issuer-signed JWT alone": lambda: CARD.partition("~")[0],
    "an SD-JWT VC without key binding": lambda: CARD,
    "JSON serialization": lambda: json.dumps({"payload": "e30", "signatures": []}),
}


def present(presentation: object) -> None:
    """The steps of a verifier: open the answer, then verify what is in it."""
    plaintext = json.dumps({"vp_token": {"card": [presentation]}}).encode()
    form = {"response": jwe.encrypt(plaintext, ENCRYPTION_JWK, enc="A256GCM", kid="k1")}
    parsed = response.parse_form(form)
    assert isinstance(parsed, EncryptedResponse)
    opened = response.decrypt(parsed, ENCRYPTION_KEY)
    assert isinstance(opened, ResponseParameters)
    (text,) = opened.vp_token["card"]
    credential.verify(text, issuers=ISSUER.issuers, key_binding=required(), types=THIS_TYPE, now=NOW, skew=60)


@pytest.mark.case("V-26")
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_a_presentation_in_another_format_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ProtocolError):
        present(make())


def test_an_honest_presentation_passes_the_same_steps() -> None:
    present(credentials.present(CARD, ISSUER, [("name",)]))
