"""Project Wycheproof, held against what is accepted here: ES256, ECDH-ES with AES-GCM, P-256."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from openid4vc import base64url
from openid4vc.errors import JoseError, ProtocolError
from openid4vc.jose import jwe, jwk, jws
from openid4vc.jose.jws import Jws

pytestmark = pytest.mark.vectors


def cases(vectors: Path, name: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    document = json.loads((vectors / "wycheproof" / f"{name}_test.json").read_text("utf-8"))
    for group in document["testGroups"]:
        for case in group["tests"]:
            yield group, case


def accepts_jws(group: Mapping[str, Any], text: str) -> bool:
    """Whether the token holds under the group's public key; only a refusal of ours may come instead."""
    try:
        key = jwk.parse_public_key(group.get("public"), use="sig")
        jws.check_signature(jws.parse(text, typ=None), key)
    except ProtocolError:
        return False
    return True


def supported(key: Mapping[str, Any] | None, alg: str) -> bool:
    return key is not None and key.get("crv") == "P-256" and key.get("alg") == alg


@pytest.mark.case("J-38")
@pytest.mark.parametrize("name", ["json_web_signature", "json_web_key", "json_web_crypto"])
def test_signatures_hold_where_wycheproof_says_so_and_the_algorithm_is_ours(vectors: Path, name: str) -> None:
    seen = 0
    for group, case in cases(vectors, name):
        if "jws" not in case:
            continue
        seen += 1
        text = case["jws"] if isinstance(case["jws"], str) else json.dumps(case["jws"])
        expected = case["result"] == "valid" and supported(group.get("public"), "ES256")
        assert accepts_jws(group, text) is expected, case["tcId"]
    assert seen > 20


@pytest.mark.parametrize("name", ["json_web_encryption", "json_web_crypto"])
def test_encryptions_open_where_wycheproof_says_so_and_the_algorithm_is_ours(vectors: Path, name: str) -> None:
    opened = 0
    for group, case in cases(vectors, name):
        private = group["private"]
        if "jwe" not in case or not isinstance(case["jwe"], str) or private.get("crv") != "P-256":
            continue
        point = jwk.parse_public_key({name: private[name] for name in ("kty", "crv", "x", "y")}, use="enc")
        numbers = ec.EllipticCurvePrivateNumbers(
            int.from_bytes(base64url.decode(private["d"]), "big"), point.public_numbers()
        )
        expected = (
            case["result"] == "valid" and private["alg"] == "ECDH-ES" and case.get("enc") in ("A128GCM", "A256GCM")
        )
        try:
            kid = jwe.key_id(case["jwe"])
            decrypted = jwe.decrypt(case["jwe"], numbers.private_key(), kid=kid, enc_values=("A128GCM", "A256GCM"))
        except JoseError:
            assert not expected, case["tcId"]
            continue
        assert expected, case["tcId"]
        assert decrypted.plaintext == bytes.fromhex(case["pt"])
        opened += 1
    assert opened == (2 if name == "json_web_encryption" else 0)


def test_es256_signatures_of_raw_numbers_hold_exactly_where_wycheproof_says_so(vectors: Path) -> None:
    for group, case in cases(vectors, "ecdsa_secp256r1_sha256_p1363"):
        key = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), bytes.fromhex(group["publicKey"]["uncompressed"])
        )
        signed = Jws("", "", {}, b"", bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
        try:
            jws.check_signature(signed, key)
        except JoseError:
            assert case["result"] == "invalid", case["tcId"]
        else:
            assert case["result"] == "valid", case["tcId"]


def test_points_that_wycheproof_calls_invalid_are_no_keys(vectors: Path) -> None:
    seen = 0
    for _, case in cases(vectors, "ecdh_secp256r1_ecpoint"):
        point = bytes.fromhex(case["public"])
        if len(point) != 65 or point[0] != 4:
            continue
        members = {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url.encode(point[1:33]),
            "y": base64url.encode(point[33:]),
        }
        if case["result"] == "valid":
            jwk.parse_public_key(members, use="enc")
        else:
            seen += 1
            with pytest.raises(JoseError, match="jwk_invalid"):
                jwk.parse_public_key(members, use="enc")
    assert seen > 5
