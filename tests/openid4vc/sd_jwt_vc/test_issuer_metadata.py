"""JWT VC Issuer Metadata: where it is, what it must be, and which of its keys a credential means."""

import json
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import RetrievalError, TrustError
from openid4vc.jose import jwk
from openid4vc.sd_jwt_vc import issuer_metadata
from openid4vc.sd_jwt_vc.issuer_metadata import MAX_BYTES, MAX_KEYS, IssuerMetadata, PublishedKey, PublishedKeys
from tests.openid4vc.credentials import NOW
from tests.openid4vc.forging import new_key, public_jwk

ISS = "https://issuer.example"
FIRST, SECOND = new_key(), new_key()
KEYS = [{**public_jwk(FIRST), "kid": "1"}, {**public_jwk(SECOND), "kid": "2"}]


def parse(document: object, iss: str = ISS) -> IssuerMetadata:
    return issuer_metadata.parse(json.dumps(document).encode(), iss=iss, allow_loopback_http=False)


def document(*keys: object, **members: object) -> dict[str, object]:
    return {"issuer": ISS, "jwks": {"keys": list(keys)}, **members}


def names(keys: tuple[PublishedKey, ...] | None) -> list[tuple[str | None, dict[str, str]]]:
    return [(key.kid, jwk.from_public_key(key.public_key)) for key in keys or ()]


@pytest.mark.parametrize(
    ("iss", "url"),
    [
        ("https://example.com", "https://example.com/.well-known/jwt-vc-issuer"),
        ("https://example.com/", "https://example.com/.well-known/jwt-vc-issuer"),
        ("https://example.com/tenant/1234", "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"),
        ("https://example.com/tenant/1234/", "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"),
        ("https://example.com/X/", "https://example.com/.well-known/jwt-vc-issuer/X"),
        ("https://example.com:8443/a", "https://example.com:8443/.well-known/jwt-vc-issuer/a"),
    ],
)
def test_the_well_known_path_stands_between_host_and_path(iss: str, url: str) -> None:
    assert issuer_metadata.metadata_url(iss, allow_loopback_http=False) == url


@pytest.mark.parametrize(
    "iss",
    ["http://example.com", "example.com", "https://", "did:web:example.com", "https://example.com#a", "https://a@b.example",
     "http://127.0.0.1:8001/a", "https://127.0.0.1/a", ""],
)  # fmt: skip
def test_an_issuer_that_is_no_web_address_has_none(iss: str) -> None:
    with pytest.raises(RetrievalError, match="net_forbidden"):
        issuer_metadata.metadata_url(iss, allow_loopback_http=False)


def test_a_query_is_no_part_of_an_issuer_and_loopback_is_one_in_a_demo_alone() -> None:
    for iss in ("https://example.com/a?b=c", "https://example.com?"):
        with pytest.raises(TrustError, match="issuer_metadata_invalid"):
            issuer_metadata.metadata_url(iss, allow_loopback_http=False)
    url = issuer_metadata.metadata_url("http://127.0.0.1:8001/a", allow_loopback_http=True)
    assert url == "http://127.0.0.1:8001/.well-known/jwt-vc-issuer/a"


def test_keys_stand_in_the_document_or_where_it_says() -> None:
    metadata = parse(document(*KEYS, display="ignored"))
    assert (metadata.issuer, metadata.jwks_uri) == (ISS, None)
    assert names(metadata.keys) == [("1", public_jwk(FIRST)), ("2", public_jwk(SECOND))]
    elsewhere = parse({"issuer": ISS, "jwks_uri": "https://keys.example/jwks"})
    assert elsewhere == IssuerMetadata(ISS, None, "https://keys.example/jwks")
    assert names(issuer_metadata.parse_jwks(json.dumps({"keys": KEYS}).encode())) == names(metadata.keys)


def test_an_issuer_has_as_many_keys_as_the_limit_says() -> None:
    keys = parse(document(*({**KEYS[0], "kid": str(number)} for number in range(MAX_KEYS)))).keys or ()
    assert [key.kid for key in keys] == [str(number) for number in range(MAX_KEYS)]


RSA = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "1"}


@pytest.mark.parametrize(
    "other",
    [RSA, {**KEYS[1], "use": "enc"}, {**KEYS[1], "alg": "ES384"}, {**KEYS[1], "d": "AAAA"}, {**KEYS[1], "crv": "P-384"},
     {"kty": "oct", "k": "AAAA"}, {**KEYS[1], "y": KEYS[1]["x"]}, {}, 5],
)  # fmt: skip
def test_keys_of_other_kinds_are_left_aside(other: object) -> None:
    assert names(parse(document(other, KEYS[0])).keys) == [("1", public_jwk(FIRST))]
    with pytest.raises(TrustError, match="issuer_metadata_invalid"):
        parse(document(other))


@pytest.mark.parametrize(
    "value",
    [
        [], "x", {"jwks": {"keys": KEYS}},
        *(document(*KEYS, issuer=issuer) for issuer in (ISS + "/", ISS.upper(), "https://o.example", None, 5, [ISS])),
        {"issuer": ISS}, document(*KEYS, jwks_uri="https://keys.example/jwks"),
        *({"issuer": ISS, "jwks": jwks} for jwks in (None, [], KEYS, {}, {"keys": {}}, {"keys": None}, {"keys": []})),
        *({"issuer": ISS, "jwks_uri": uri} for uri in (None, 5, [])),
        document(KEYS[0], {**KEYS[1], "kid": "1"}), document({**KEYS[0], "kid": 5}), document({**KEYS[0], "kid": None}),
        document(*({**KEYS[0], "kid": str(number)} for number in range(MAX_KEYS + 1))),
        document(*KEYS, x="x" * MAX_BYTES),
    ],
)  # fmt: skip
def test_a_document_that_is_malformed_or_somebody_elses_is_not_used(value: Any) -> None:
    with pytest.raises(TrustError, match="issuer_metadata_invalid"):
        parse(value)


@pytest.mark.parametrize("url", ["http://keys.example/jwks", "https://127.0.0.1/jwks", "file:///etc/passwd", ""])
def test_keys_are_never_fetched_from_where_policy_forbids(url: str) -> None:
    with pytest.raises(RetrievalError, match="net_forbidden"):
        parse({"issuer": ISS, "jwks_uri": url})


def test_in_a_demo_keys_are_fetched_from_the_same_machine() -> None:
    raw = json.dumps({"issuer": ISS, "jwks_uri": "http://127.0.0.1:8001/jwks"}).encode()
    metadata = issuer_metadata.parse(raw, iss=ISS, allow_loopback_http=True)
    assert metadata.jwks_uri == "http://127.0.0.1:8001/jwks"


def test_a_key_is_chosen_by_name_or_is_the_only_one() -> None:
    keys = parse(document(*KEYS)).keys or ()
    published = PublishedKeys(ISS, keys, fetched=NOW - 10, until=NOW + 10)
    assert public_jwk(SECOND) == jwk.from_public_key(published.key("2", now=NOW))
    for kid in ("3", "", None):
        with pytest.raises(TrustError, match="issuer_keys_unavailable"):
            published.key(kid, now=NOW)
    alone = PublishedKeys(ISS, keys[:1], fetched=NOW - 10, until=NOW + 10)
    assert public_jwk(FIRST) == jwk.from_public_key(alone.key(None, now=NOW))
    with pytest.raises(TrustError, match="issuer_keys_unavailable"):
        alone.key("2", now=NOW)


def test_keys_are_good_for_their_time_alone() -> None:
    published = PublishedKeys(ISS, parse(document(*KEYS)).keys or (), fetched=NOW, until=NOW + 10)
    for now in (NOW, NOW + 9):
        assert published.key("1", now=now)
    for now in (NOW - 1, NOW + 10):
        with pytest.raises(TrustError, match="issuer_keys_unavailable"):
            published.key("1", now=now)


@pytest.mark.vectors
def test_the_drafts_document_is_read(vectors: Path) -> None:
    """Figure "Example Metadata with a JSON Web Key Set URI"."""
    path = vectors / "sd-jwt-vc" / "type-metadata" / "example-metadata-jwks-uri.json"
    figure = json.loads(path.read_text("utf-8"))["json"]
    assert parse(figure, "https://example.com").jwks_uri == "https://jwt-vc-issuer.example.com/my_public_keys.jwks"
