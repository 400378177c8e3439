"""Parts of an SD-JWT that cannot be decoded or read: which of them is at fault, and when that is said."""

import pytest

from openid4vc import base64url, sd_jwt
from openid4vc.errors import JoseError, ProtocolError
from openid4vc.sd_jwt_vc import credential
from tests.openid4vc.credentials import (
    AUDIENCE,
    HOLDER,
    NONCE,
    NOW,
    Issuer,
    bound,
    check,
    refused_by_wallet_and_verifier,
)
from tests.openid4vc.forging import forge, part

ISSUER = Issuer()
CARD = ISSUER.card()
PRESENTED = bound(CARD)
NO_OBJECTS = ["[]", '"text"', "1", "null", " ", b"\xff", "{", '{"a":1,"a":2}', '{"a":1}x', '{"a":1e999}', "[" * 70]


def refused(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(text, ISSUER)
    assert caught.value.code == code


@pytest.mark.parametrize("payload", NO_OBJECTS)
def test_a_payload_that_is_no_json_object_is_refused_after_its_signature(payload: str | bytes) -> None:
    header, _, other_signature = CARD.split("~", 1)[0].split(".")
    signed = forge({"alg": "ES256", "typ": credential.TYP, "x5c": ISSUER.x5c}, payload, ISSUER.key)
    rest = CARD.partition("~")[1:]
    refused_by_wallet_and_verifier("".join((signed, *rest)), ISSUER, "jose_malformed")
    changed = f"{header}.{part(payload)}.{other_signature}"
    refused_by_wallet_and_verifier("".join((changed, *rest)), ISSUER, "bad_signature")
    # Also for who has to look into it before there is a key, and for a holder who keeps it.
    with pytest.raises(JoseError, match="jose_malformed"):
        _ = sd_jwt.parse(f"{signed}~").unverified_claims
    with pytest.raises(JoseError, match="jose_malformed"):
        sd_jwt.reopen(f"{signed}~")


@pytest.mark.parametrize("payload", [*NO_OBJECTS, "", "{}"])
def test_a_key_binding_over_no_claims_is_no_key_binding(payload: str | bytes) -> None:
    signed = forge({"alg": "ES256", "typ": "kb+jwt"}, payload, HOLDER)
    refused(CARD + signed, "kb_iat" if payload == "{}" else "kb_signature")


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((0, 1), "jose_malformed"),
        ((0, 2), "jose_malformed"),
        ((1, 0), "disclosure_malformed"),
        ((-2, 0), "disclosure_malformed"),
        ((-1, 1), "kb_signature"),
        ((-1, 2), "kb_signature"),
    ],
)
@pytest.mark.parametrize("spoiled", ["!", "=", "+", "A", "AAAAB", "é", "\udc80"])
def test_a_part_that_is_not_base64url_is_named(place: tuple[int, int], code: str, spoiled: str) -> None:
    parts = [text.split(".") for text in PRESENTED.split("~")]
    parts[place[0]][place[1]] = spoiled
    refused("~".join(map(".".join, parts)), code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "sd_jwt_malformed") for text in ("", "~", "~~", "a", ".", "a.b.c", "~a~", "~a.b.c", "~~a.b.c")),
        ("a~", "jose_malformed"),
    ],
)
def test_what_does_not_begin_with_something_before_a_tilde_is_no_sd_jwt(text: str, code: str) -> None:
    refused(text, code)


def test_of_several_faults_that_of_the_issuer_is_told_first_and_then_that_of_the_holder() -> None:
    (header, payload, signature), *disclosures, (kb_header, kb_payload, kb_signature) = (
        text.split(".") for text in PRESENTED.split("~")
    )
    disclosed = ["!" for _ in disclosures]
    for issuer_part, holder_part, code in (("!", "!", "jose_malformed"), (payload, "!", "kb_signature")):
        issuer_jwt, key_binding = f"{header}.{issuer_part}.{signature}", f"{kb_header}.{holder_part}.{kb_signature}"
        refused("~".join((issuer_jwt, *disclosed, key_binding)), code)
    refused("~".join((f"{header}.{payload}.{signature}", *disclosed, f"{kb_header}.{kb_payload}.{kb_signature}")),
            "disclosure_malformed")  # fmt: skip


def test_nothing_is_no_payload_and_no_signature_a_bad_one() -> None:
    header, payload, _ = CARD.split("~", 1)[0].split(".")
    rest = CARD.partition("~")[2]
    refused_by_wallet_and_verifier(f"{header}..{rest}~{rest}".replace(f"..{rest}", "..AAAA"), ISSUER, "jose_malformed")
    refused_by_wallet_and_verifier(f"{header}.{payload}.~{rest}", ISSUER, "bad_signature")


def test_what_was_written_with_spaces_is_read_as_it_is_beside_what_was_not() -> None:
    claims = f'{{"iat": {NOW} , "aud": "{AUDIENCE}", "nonce": "{NONCE}", "sd_hash": '
    digest = base64url.decode(bound(CARD).rpartition("~")[2].split(".")[1]).decode().rpartition(': "')[2]
    spaced = forge({"alg": "ES256", "typ": "kb+jwt"}, f'{claims} "{digest}', HOLDER)
    assert check(CARD + spaced, ISSUER).claims == check(PRESENTED, ISSUER).claims
