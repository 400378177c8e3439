"""Project Wycheproof, encryption: whole messages, the points of an agreement and the cipher inside."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from openid4vc import base64url
from openid4vc.errors import JoseError
from openid4vc.jose import jwe, jwk
from tests.openid4vc.forging import new_key
from tests.openid4vc.jose.wycheproof import Stricter, cases, compact, expected

pytestmark = pytest.mark.vectors

STRICTER: Mapping[str, Stricter] = {
    "json_web_encryption": {
        "a key that both sides would have to share beforehand (A*KW, A*GCMKW, dir)": frozenset(
            {1, 23, *range(28, 33), *range(69, 76), *range(132, 136)}
        ),
        "a wrapped key: one message has one reader, so that the agreed key is the key (ECDH-ES alone)": frozenset(
            {*range(33, 36), *range(52, 63), *range(66, 69), 130}
        ),
        "RSA, of which OpenID4VP and HAIP need nothing": frozenset(
            {*range(82, 94), *range(100, 106), 112, 121, 128, 129}
        ),
        "AES-CBC with HMAC and AES-192: HAIP asks for A128GCM and A256GCM": frozenset({77, 79, 80, 81, 131}),
    },
    "json_web_crypto": {"a shared key, and a wrapped one": frozenset({50, 67})},
}

AES_GCM_STRICTER = "an IV that is not 96 bits long (RFC 7518 §5.3)"


def private_key(group: Mapping[str, Any]) -> ec.EllipticCurvePrivateKey:
    """The recipient's key; another one where the group's is of a kind that no recipient here can have."""
    private = group["private"]
    if private.get("crv") != "P-256":
        return new_key()
    point = jwk.parse_public_key({name: private[name] for name in ("kty", "crv", "x", "y")}, use="enc")
    secret = int.from_bytes(base64url.decode(private["d"]), "big")
    return ec.EllipticCurvePrivateNumbers(secret, point.public_numbers()).private_key()


@pytest.mark.parametrize(("name", "total"), [("json_web_encryption", 139), ("json_web_crypto", 34)])
def test_messages_open_where_wycheproof_says_so(vectors: Path, name: str, total: int) -> None:
    seen = opened = 0
    for group, case in cases(vectors, name):
        if "jwe" not in case:
            continue
        seen += 1
        text = compact(case["jwe"])
        try:
            decrypted = jwe.decrypt(text, private_key(group), kid=jwe.key_id(text), enc_values=("A128GCM", "A256GCM"))
        except JoseError:
            assert not expected(case, STRICTER[name]), case["tcId"]
            continue
        assert expected(case, STRICTER[name]), case["tcId"]
        assert decrypted.plaintext == bytes.fromhex(case["pt"])
        opened += 1
    assert (seen, opened) == (total, 2 if name == "json_web_encryption" else 0)


def test_agreements_give_the_shared_secret_and_bad_points_are_no_keys(vectors: Path) -> None:
    seen = 0
    for _, case in cases(vectors, "ecdh_secp256r1_ecpoint"):
        seen += 1
        point = bytes.fromhex(case["public"])
        # A JWK holds both coordinates: a compressed or empty point has no form in it, valid or not.
        if len(point) != 65:
            assert case["result"] in ("invalid", "acceptable"), case["tcId"]
            continue
        members = {"kty": "EC", "crv": "P-256", "x": base64url.encode(point[1:33]), "y": base64url.encode(point[33:])}
        if case["result"] == "invalid":
            with pytest.raises(JoseError, match="jwk_invalid"):
                jwk.parse_public_key(members, use="enc")
            continue
        secret = ec.derive_private_key(int(case["private"], 16), ec.SECP256R1())
        agreed = secret.exchange(ec.ECDH(), jwk.parse_public_key(members, use="enc"))
        assert agreed == bytes.fromhex(case["shared"]), case["tcId"]
    assert seen == 355


def test_the_cipher_opens_where_wycheproof_says_so_and_the_iv_has_96_bits(vectors: Path) -> None:
    opened = 0
    for group, case in cases(vectors, "aes_gcm"):
        key, iv, ciphertext, tag, aad, plaintext = (
            bytes.fromhex(case[name]) for name in ("key", "iv", "ct", "tag", "aad", "msg")
        )
        ours = group["ivSize"] == 96
        try:
            found = jwe._open(key, iv, ciphertext, tag, aad)
        except (jwe._Undecryptable, InvalidTag):
            assert case["result"] == "invalid" or not ours, (case["tcId"], AES_GCM_STRICTER)
            continue
        assert (case["result"], ours, found) == ("valid", True, plaintext), case["tcId"]
        opened += 1
    assert opened == 116
