from urllib.parse import quote

import pytest

from openid4vc.errors import PresentationError, ProtocolError, RetrievalError
from openid4vc.vp import client_id, invocation
from openid4vc.vp.client_id import ClientId
from openid4vc.vp.invocation import Invocation

HASH = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
URL = "https://verifier.example/r/1"


def link(asker: str = HASH, url: str = URL, more: str = "", scheme: str = "openid4vp") -> str:
    return f"{scheme}://?client_id={quote(asker, safe='')}&request_uri={quote(url, safe='')}{more}"


def parse(text: str) -> Invocation:
    return invocation.parse_uri(text, allow_loopback_http=False)


def test_a_link_that_is_made_is_parsed_again() -> None:
    made = Invocation(client_id.parse(HASH), URL, "post")
    assert parse(invocation.create(made)) == made


def test_get_is_the_method_when_none_is_said_and_unknown_parameters_are_ignored() -> None:
    parsed = parse(link(more="&nonce=x&response_uri=https%3A%2F%2Fevil.example", scheme="HAIP-VP"))
    assert parsed == Invocation(client_id.parse(HASH), URL, "get")


@pytest.mark.case("W-18")
@pytest.mark.parametrize(
    "asker",
    [
        "verifier.example",
        "x509_hash",
        "x509_hash:",
        ":x",
        "origin:https://verifier.example",
        "redirect_uri:https://verifier.example/post",
        "openid_federation:https://verifier.example",
        "decentralized_identifier:did:example:1",
        "verifier_attestation:verifier.example",
        "X509_HASH:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk",
        "x509_san_uri:https://verifier.example",
        "x509_hash:" + "a" * 600,
    ],
)
def test_another_prefix_than_the_two_with_a_certificate_is_refused(asker: str) -> None:
    with pytest.raises(PresentationError) as caught:
        parse(link(asker))
    assert (caught.value.code, caught.value.error) == ("client_id_prefix", "invalid_request")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"openid4vp://?client_id={HASH}", "request_invalid"),
        (f"openid4vp://?request_uri={URL}", "request_invalid"),
        (f"openid4vp://?client_id={HASH}&request=eyJ", "not_supported"),
        (link(more="&request=eyJ"), "request_invalid"),
        (link(more="&request_uri=x"), "request_invalid"),
        (link(more="&request_uri_method=POST"), "request_invalid"),
        (link(more="&x=%zz"), "request_invalid"),
        (link(more="&x=%ff"), "request_invalid"),
        (link(scheme="https"), "request_invalid"),
        ("openid4vp://?client_id=" + "a" * 100_000, "request_invalid"),
        ("openid4vp://\u202e?client_id=x", "request_invalid"),
        ("", "request_invalid"),
    ],
)
def test_a_link_that_is_not_one_is_refused(text: str, code: str) -> None:
    with pytest.raises(PresentationError) as caught:
        parse(text)
    assert caught.value.code == code


def test_a_request_uri_that_may_not_be_fetched_is_refused() -> None:
    for url in ("http://verifier.example/r", "http://127.0.0.1:8002/r", "https://u@verifier.example/", "file:///etc/x"):
        with pytest.raises(RetrievalError, match="net_forbidden"):
            parse(link(url=url))
    demo = invocation.parse_uri(link(url="http://127.0.0.1:8002/r"), allow_loopback_http=True)
    assert demo.request_uri == "http://127.0.0.1:8002/r"


def test_the_text_of_a_client_identifier_is_kept_whole() -> None:
    assert client_id.parse("x509_san_dns:verifier.example") == ClientId("x509_san_dns", "verifier.example")
    assert client_id.parse(HASH).text == HASH
    with pytest.raises(ProtocolError):
        client_id.parse("")
