import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto.jwk import JWK

from openid4vc import base64url
from openid4vc.errors import JoseError
from openid4vc.jose import jwk
from tests.openid4vc.forging import new_key, public_jwk

KEY = new_key()
GOOD = public_jwk(KEY)
P = 2**256 - 2**224 + 2**192 + 2**96 - 1


def coordinate(value: int, size: int = 32) -> str:
    return base64url.encode(value.to_bytes(size, "big"))


def refused(value: object, use: jwk.Use = "sig") -> JoseError:
    with pytest.raises(JoseError) as caught:
        jwk.parse_public_key(value, use=use)
    assert caught.value.code == "jwk_invalid"
    return caught.value


def test_a_key_survives_the_way_through_its_jwk() -> None:
    parsed = jwk.parse_public_key(GOOD, use="sig")
    encoded = (Encoding.X962, PublicFormat.UncompressedPoint)
    assert parsed.public_bytes(*encoded) == KEY.public_key().public_bytes(*encoded)


def test_the_thumbprint_is_the_one_that_another_implementation_finds() -> None:
    assert jwk.thumbprint(GOOD) == JWK(**GOOD).thumbprint()


@pytest.mark.case("J-37")
def test_order_and_further_members_do_not_change_which_key_it_is() -> None:
    dressed = {"kid": "a", "y": GOOD["y"], "alg": "ES256", "use": "sig", "x": GOOD["x"], "crv": "P-256", "kty": "EC"}
    assert jwk.thumbprint(dressed) == jwk.thumbprint(GOOD)
    assert jwk.parse_public_key(dressed, use="sig") == jwk.parse_public_key(GOOD, use="sig")


@pytest.mark.parametrize("use", ["sig", "enc"])
@pytest.mark.parametrize(
    "members",
    [
        {"use": "other"},
        {"use": None},
        {"alg": "ES384"},
        {"alg": "none"},
        {"key_ops": ["encrypt"]},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"key_ops": [1]},
        {"key_ops": ["verify", "deriveKey", 1]},
        {"key_ops": {"verify": 1, "deriveKey": 1}},
    ],
)
def test_a_key_made_for_something_else_is_refused(use: jwk.Use, members: dict[str, object]) -> None:
    refused({**GOOD, **members}, use)


def test_a_key_for_encryption_does_not_verify_and_one_for_signatures_does_not_encrypt() -> None:
    for members in ({"use": "enc"}, {"alg": "ECDH-ES"}, {"key_ops": ["deriveKey"]}, {"key_ops": []}):
        refused({**GOOD, **members}, "sig")
        jwk.parse_public_key({**GOOD, **members}, use="enc")
    for members in ({"use": "sig"}, {"alg": "ES256"}, {"key_ops": ["verify"]}):
        refused({**GOOD, **members}, "enc")
        jwk.parse_public_key({**GOOD, **members}, use="sig")


@pytest.mark.case("J-19")
@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_key_with_private_members_is_refused_and_its_secret_is_in_no_message(member: str) -> None:
    secret = coordinate(KEY.private_numbers().private_value)
    error = refused({**GOOD, member: secret})
    assert secret not in f"{error} {error!r} {error.facts}"


@pytest.mark.case("J-20")
@pytest.mark.parametrize(
    "members",
    [
        {"x": coordinate(1), "y": coordinate(1)},
        {"x": coordinate(0), "y": coordinate(0)},
        {"x": coordinate(P)},
        {"y": coordinate(P + 1)},
        {"x": coordinate(2**256 - 1)},
        {"x": base64url.encode(base64url.decode(GOOD["x"])[1:])},
        {"x": base64url.encode(b"\x00" + base64url.decode(GOOD["x"]))},
        {"y": None},
        {"y": ""},
        {"y": 5},
        {"y": GOOD["y"] + "="},
        {"crv": "P-384"},
        {"x": "+/" + GOOD["x"][2:]},
        {"x": GOOD["x"][:-1] + chr(ord(GOOD["x"][-1]) + 1)},
    ],
)
def test_what_is_no_point_in_canonical_coordinates_is_refused(members: dict[str, object]) -> None:
    refused({**GOOD, **members})


def test_a_key_without_a_coordinate_is_refused() -> None:
    for missing in ("kty", "crv", "x", "y"):
        without = {name: value for name, value in GOOD.items() if name != missing}
        refused(without)
        with pytest.raises(JoseError, match="jwk_invalid"):
            jwk.thumbprint(without)


@pytest.mark.case("J-21")
@pytest.mark.parametrize(
    "key",
    [
        JWK.generate(kty="oct", size=256).export(as_dict=True),
        {"kty": "RSA", "n": base64url.encode(b"\xc1" * 64), "e": "AQAB"},
        JWK.generate(kty="OKP", crv="X25519").export_public(as_dict=True),
        JWK.generate(kty="OKP", crv="Ed448").export_public(as_dict=True),
        JWK.generate(kty="EC", crv="P-384").export_public(as_dict=True),
        JWK.generate(kty="EC", crv="secp256k1").export_public(as_dict=True),
        {},
        [],
        None,
        "key",
    ],
)
def test_any_other_kind_of_key_is_refused(key: object) -> None:
    refused(key)


def test_a_key_on_another_curve_has_no_jwk_here() -> None:
    with pytest.raises(JoseError, match="jwk_invalid"):
        jwk.from_public_key(ec.generate_private_key(ec.SECP384R1()).public_key())
