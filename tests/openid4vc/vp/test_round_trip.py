"""One question and its answer, from the signed request to the claims that the verifier keeps."""

from typing import Any

import pytest

from openid4vc import sd_jwt
from openid4vc.errors import PresentationError
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, KeyBinding
from openid4vc.sd_jwt_vc import credential as sd_jwt_vc
from openid4vc.strict_json import JsonObject
from openid4vc.vp import dcql, response
from openid4vc.vp.dcql import Candidate, DcqlQuery, Presented
from openid4vc.vp.response import EncryptedResponse, ResponseParameters
from tests.openid4vc.credentials import HOLDER, NOW, THIS_TYPE, Issuer, receive
from tests.openid4vc.vp.queries import credential
from tests.openid4vc.vp.requests import ENCRYPTION_KEY, signed, verify

ISSUER = Issuer()
HELD = receive(ISSUER.card(), ISSUER)


def answer(query: dict[str, Any], *, add: tuple[str, ...] = ()) -> tuple[dict[str, str], DcqlQuery, str]:
    """What the wallet does with a request: the form that it posts."""
    request = verify(signed(dcql_query=query))
    candidate = Candidate("1", "dc+sd-jwt", HELD.vct, HELD.all_claims)
    choice = dcql.evaluate(request.dcql, [candidate], add=add)[0]
    bind = Bind(KeySigner(HOLDER), request.nonce, request.client_id.text)
    vp_token = {
        query_id: [sd_jwt.present(HELD.sd_jwt, chosen.paths, binding=bind, now=NOW)]
        for query_id, chosen in choice.answers.items()
    }
    return response.encrypt(vp_token, request), request.dcql, request.nonce


def received(form: dict[str, str], query: DcqlQuery, nonce: str) -> tuple[JsonObject, JsonObject]:
    """What the verifier does with the form: everything disclosed, and what of it was asked."""
    parsed = response.parse_form(form)
    assert isinstance(parsed, EncryptedResponse)
    opened = response.decrypt(parsed, ENCRYPTION_KEY)
    assert isinstance(opened, ResponseParameters) and opened.state == "s-1"
    dcql.check_shape(query, opened.vp_token)
    audience = verify(signed()).client_id.text
    binding = KeyBinding.required(nonce=nonce, audience=audience, window=300)
    (text,) = opened.vp_token["card"]
    proven = sd_jwt_vc.verify(text, issuers=ISSUER.issuers, key_binding=binding, types=THIS_TYPE, now=NOW, skew=60)
    presented = Presented(proven.vct, proven.all_claims, proven.sd_jwt.array_gaps)
    (checked,) = dcql.check(query, {"card": [presented]}).credentials["card"]
    return dict(proven.claims), checked.asked


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (["name"], {"name": "Aino"}),
        (["kind"], {"kind": "adult"}),
        (["home", "city"], {"home": {"city": "Oulu"}}),
        (["loans", 0], {"loans": ["A"]}),
        (["loans", 2, "title"], {"loans": [{"title": "C"}]}),
        (["loans"], {"loans": ["A", "B", {"title": "C"}]}),
        (["loans", None], {"loans": ["A", "B", {"title": "C"}]}),
    ],
    ids=str,
)
def test_what_is_asked_arrives_and_nothing_else_that_could_stay_at_home(path: list[Any], asked: JsonObject) -> None:
    disclosed, kept = received(*answer({"credentials": [credential(claims=[{"path": path}])]}))
    assert kept == asked
    if path != ["name"]:
        assert "name" not in disclosed
    assert "birthdate" not in disclosed


def test_an_optional_claim_arrives_when_the_holder_added_it() -> None:
    query = {
        "credentials": [
            credential(
                claims=[{"id": "name", "path": ["name"]}, {"id": "born", "path": ["birthdate"]}],
                claim_sets=[["name", "born"], ["name"]],
            )
        ]
    }
    assert received(*answer(query))[1] == {"name": "Aino"}
    assert received(*answer(query, add=("born",)))[1] == {"name": "Aino", "birthdate": "1990-01-02"}


def test_without_claims_only_what_is_always_disclosed_arrives() -> None:
    disclosed, kept = received(*answer({"credentials": [credential()]}))
    assert kept == {} and "name" not in disclosed and disclosed["kind"] == "adult"


def test_an_answer_to_a_smaller_question_is_no_answer_to_a_bigger_one() -> None:
    form, _, nonce = answer({"credentials": [credential(claims=[{"path": ["name"]}])]})
    bigger = dcql.parse({"credentials": [credential(claims=[{"path": ["name"]}, {"path": ["birthdate"]}])]})
    with pytest.raises(PresentationError, match="claim_missing"):
        received(form, bigger, nonce)
