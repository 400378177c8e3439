"""The registry of algorithms and the policies made from it: each ties a name to a kind of key, a hash and a length."""

import json
from collections.abc import Callable
from hashlib import sha256, sha384, sha512

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from openid4vc import base64url
from openid4vc.errors import JoseError
from openid4vc.jose import algorithms, jwk, jws, weak_keys
from openid4vc.jose.algorithms import ES256_ONLY, Ecdsa, Ed25519, PublicKey, Rsa, SignatureAlgorithm
from tests.openid4vc.forging import forge, new_key, part

NAMES = ("ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
EVERYTHING = algorithms.policy(*NAMES, "Ed25519")
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
RSA_KEY = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, PrivateKey] = {
    "ES256": new_key(),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    **{f"{kind}{size}": RSA_KEY for kind in ("PS", "RS") for size in (256, 384, 512)},
}


def token(alg: str, key: PrivateKey) -> str:
    """A token that another implementation signed."""
    made = JWS(b'{"a":1}')
    made.add_signature(JWK.from_pyca(key), None, json.dumps({"alg": alg}))
    text: str = made.serialize(compact=True)
    return text


TOKENS = {alg: token(alg, key) for alg, key in KEYS.items()}


def public_jwk(alg: str) -> dict[str, object]:
    exported: dict[str, object] = JWK.from_pyca(KEYS[alg].public_key()).export_public(as_dict=True)
    return {name: exported[name] for name in exported if name != "kid"}


def verify(text: str, key: PublicKey, *allowed: str) -> object:
    policy = algorithms.policy(*allowed)
    return jws.read_claims(jws.verify(jws.parse(text, typ=None, algorithms=policy), key, algorithms=policy))


def refused(call: Callable[[], object], code: str) -> None:
    with pytest.raises(JoseError) as caught:
        call()
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["none", "None", "", "HS256", "HS384", "HS512", "ES256K", "Ed448", "es256", "RSA1_5"])
def test_no_policy_can_allow_what_is_not_in_the_registry(name: str) -> None:
    with pytest.raises(ValueError, match="registry"):
        algorithms.policy("ES256", name)


@pytest.mark.parametrize(
    ("alg", "make", "kty", "crv"),
    [
        ("ES256", lambda: Ecdsa("ES256", "P-256", ec.SECP256R1(), SHA256(), sha256), "EC", "P-256"),
        ("ES384", lambda: Ecdsa("ES384", "P-384", ec.SECP384R1(), SHA384(), sha384), "EC", "P-384"),
        ("ES512", lambda: Ecdsa("ES512", "P-521", ec.SECP521R1(), SHA512(), sha512), "EC", "P-521"),
        ("EdDSA", lambda: Ed25519("EdDSA"), "OKP", "Ed25519"),
        ("PS384", lambda: Rsa("PS384", SHA384(), pss=True), "RSA", None),
        ("RS384", lambda: Rsa("RS384", SHA384(), pss=False), "RSA", None),
    ],
)
def test_an_algorithm_checks_by_what_it_is_made_of(
    alg: str, make: Callable[[], SignatureAlgorithm], kty: str, crv: str | None
) -> None:
    """RFC 7518 §3.4: r and s as long as the order of the curve, 66 octets each on P-521."""
    made = make()
    assert (made.name, made.kty, made.crv) == (alg, kty, crv)
    signing_input, _, signature = TOKENS[alg].rpartition(".")
    key = jwk.parse_verification_key(public_jwk(alg), algorithm=made)
    assert made.takes(key)
    made.check(key, base64url.decode(signature), signing_input.encode())
    refused(lambda: made.check(key, base64url.decode(signature), b"x" + signing_input.encode()), "bad_signature")


class Watched:
    """A key that keeps the signature it is asked about."""

    def __init__(self, curve: ec.EllipticCurve) -> None:
        self.curve = curve

    def verify(self, signature: bytes, _data: bytes, _scheme: object) -> None:
        self.signature = signature


# The second octet decides about a zero where the first is none of the number.
FORMS = (b"\0\0", b"\0\x7f", b"\0\x80", b"\1\0", b"\x7f\xff", b"\x80\0", b"\xff\xff")


@pytest.mark.parametrize(
    ("crv", "curve", "octets"),
    [("P-256", ec.SECP256R1(), 32), ("P-384", ec.SECP384R1(), 48), ("P-521", ec.SECP521R1(), 66)],
)
@pytest.mark.parametrize("r", FORMS)
@pytest.mark.parametrize("s", FORMS)
def test_the_numbers_of_a_signature_are_checked_as_they_were_sent(
    crv: str, curve: ec.EllipticCurve, octets: int, r: bytes, s: bytes
) -> None:
    """RFC 3279 §2.2.3, in DER, from two numbers of one length (RFC 7518 §3.4)."""
    key = Watched(curve)
    signature = r.ljust(octets, b"\0") + s.ljust(octets, b"\0")
    Ecdsa("any", crv, curve, SHA256(), sha256).check(key, signature, b"data")
    assert key.signature == encode_dss_signature(*(int.from_bytes(n.ljust(octets, b"\0")) for n in (r, s)))


@pytest.mark.parametrize("alg", NAMES)
def test_what_another_implementation_signed_holds_by_a_policy_and_not_without(alg: str) -> None:
    key = KEYS[alg].public_key()
    assert verify(TOKENS[alg], key, alg) == {"a": 1}
    assert verify(TOKENS[alg], jwk.parse_verification_key(public_jwk(alg), algorithm=EVERYTHING[alg]), alg) == {"a": 1}
    if alg != "ES256":
        refused(lambda: jws.parse(TOKENS[alg], typ=None), "alg_not_allowed")
        # Read under a wide policy it still needs one where it is checked.
        parsed = jws.parse(TOKENS[alg], typ=None, algorithms=EVERYTHING)
        refused(lambda: jws.verify(parsed, key), "alg_not_allowed")


def test_the_default_policy_is_es256_alone_and_cannot_be_changed() -> None:
    assert list(ES256_ONLY) == ["ES256"]
    with pytest.raises(TypeError):
        ES256_ONLY["none"] = EVERYTHING["ES384"]


def test_a_policy_without_es256_refuses_es256() -> None:
    refused(lambda: verify(TOKENS["ES256"], KEYS["ES256"].public_key(), "ES384"), "alg_not_allowed")


def test_a_token_that_names_another_algorithm_than_it_was_signed_by_is_refused() -> None:
    """Under the default policy too, whose only key and signature these would be."""
    key = new_key()
    parsed = jws.parse(forge({"alg": "ES384"}, {"a": 1}, key), typ=None, algorithms=EVERYTHING)
    refused(lambda: jws.verify(parsed, key.public_key()), "alg_not_allowed")


def test_a_header_that_was_read_before_is_still_held_to_the_policy() -> None:
    for _ in range(2):
        parsed = jws.parse(TOKENS["ES384"], typ=None, algorithms=EVERYTHING)
        refused(lambda: jws.parse(TOKENS["ES384"], typ=None), "alg_not_allowed")
        refused(lambda parsed=parsed: jws.verify(parsed, KEYS["ES384"].public_key()), "alg_not_allowed")
        refused(lambda: jws.parse(TOKENS["ES256"], typ=None, algorithms=algorithms.policy("ES384")), "alg_not_allowed")
        assert jws.parse(TOKENS["ES256"], typ=None).header == {"alg": "ES256"}


@pytest.mark.parametrize(
    ("alg", "other"),
    [(alg, other) for alg in NAMES for other in NAMES if alg[:2] != other[:2] and {alg[:2], other[:2]} != {"PS", "RS"}]
    + [(alg, other) for alg in NAMES[:3] for other in NAMES[:3] if alg != other],
)
def test_a_key_of_another_kind_verifies_nothing(alg: str, other: str) -> None:
    refused(lambda: verify(TOKENS[alg], KEYS[other].public_key(), *NAMES), "alg_not_allowed")
    refused(lambda: jwk.parse_verification_key(public_jwk(other), algorithm=EVERYTHING[alg]), "jwk_invalid")


@pytest.mark.parametrize("alg", NAMES)
@pytest.mark.parametrize("number", [None, 1, "", "AA", "A", "A==", "!" * 43])
def test_a_key_whose_numbers_are_none_or_of_another_length_is_refused(alg: str, number: object) -> None:
    members = public_jwk(alg)
    for name in set(members) & {"x", "y", "n", "e"}:
        refused(
            lambda name=name: jwk.parse_verification_key({**members, name: number}, algorithm=EVERYTHING[alg]),
            "jwk_invalid",
        )


@pytest.mark.parametrize(("alg", "other"), [(alg, other) for alg in NAMES for other in NAMES if alg != other])
def test_a_signature_by_one_algorithm_does_not_hold_by_another(alg: str, other: str) -> None:
    """RFC 8725 §2.1: the same key and the same signature under a changed header."""
    _, payload, signature = TOKENS[alg].split(".")
    changed = f"{part({'alg': other})}.{payload}.{signature}"
    with pytest.raises(JoseError, match=r"alg_not_allowed|bad_signature"):
        verify(changed, KEYS[alg].public_key(), *NAMES)


@pytest.mark.parametrize("alg", NAMES)
def test_a_signature_of_another_length_or_with_a_flipped_bit_is_refused(alg: str) -> None:
    signing_input, _, text = TOKENS[alg].rpartition(".")
    signature = base64url.decode(text)
    for wrong in (
        b"",
        signature[:-1],
        signature + b"\x00",
        b"\x00" + signature,
        bytes(len(signature)),
        b"\xff" * len(signature),
        bytes([signature[0] ^ 1, *signature[1:]]),
        bytes([*signature[:-1], signature[-1] ^ 1]),
    ):
        changed = f"{signing_input}.{base64url.encode(wrong)}"
        refused(lambda text=changed: verify(text, KEYS[alg].public_key(), alg), "bad_signature")


@pytest.mark.parametrize("member", [{"alg": "RS256"}, {"use": "enc"}, {"key_ops": ["sign"]}, {"d": "AA"}, {"p": "AA"}])
def test_a_jwk_that_says_it_is_for_something_else_is_refused(member: dict[str, object]) -> None:
    for alg in ("ES384", "EdDSA", "PS256"):
        key = {**public_jwk(alg), **member}
        refused(lambda key=key, alg=alg: jwk.parse_verification_key(key, algorithm=EVERYTHING[alg]), "jwk_invalid")
    jwk.parse_verification_key({**public_jwk("PS256"), "alg": "PS256"}, algorithm=EVERYTHING["PS256"])


def rsa_jwk(modulus: int, exponent: int, *, pad: bytes = b"") -> dict[str, object]:
    def number(value: int) -> str:
        return base64url.encode(pad + value.to_bytes((value.bit_length() + 7) // 8, "big"))

    return {"kty": "RSA", "n": number(modulus), "e": number(exponent)}


N = RSA_KEY.public_key().public_numbers().n


@pytest.mark.parametrize(
    "key",
    [
        rsa_jwk(rsa.generate_private_key(65537, 1024).public_key().public_numbers().n, 65537),
        rsa_jwk(N, 1),
        rsa_jwk(N, 2),
        rsa_jwk(N, 65536),
        rsa_jwk(N, 2**32 + 1),
        rsa_jwk(1 << 8200 | 1, 65537),
        rsa_jwk(N, 65537, pad=b"\x00"),
        {"kty": "RSA", "n": "", "e": "AQAB"},
        {"kty": "RSA", "e": "AQAB"},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": "RSA", "n": "AQAB="},
        {**public_jwk("EdDSA"), "kty": "RSA"},
        [],
        None,
    ],
    ids=["1024", "e=1", "e=2", "e even", "e large", "8201", "padded", "n empty", "n missing", "n number", "n base64",
         "OKP members", "array", "null"],
)  # fmt: skip
def test_an_rsa_key_that_is_weak_or_not_canonical_is_refused(key: object) -> None:
    refused(lambda: jwk.parse_verification_key(key, algorithm=EVERYTHING["PS256"]), "jwk_invalid")


def test_the_largest_exponent_is_the_last_odd_number_of_32_bits() -> None:
    key = jwk.parse_verification_key(rsa_jwk(N, 2**32 - 1), algorithm=EVERYTHING["PS256"])
    assert isinstance(key, rsa.RSAPublicKey)
    assert (key.public_numbers().e, key.public_numbers().n) == (2**32 - 1, N)


def test_the_mark_of_the_broken_generator_is_a_power_of_65537_modulo_each_small_prime() -> None:
    assert weak_keys._powers(7) == {1, 2, 3, 4, 5, 6}
    assert weak_keys._powers(13) == {1, 3, 4, 9, 10, 12}


def test_a_modulus_of_the_broken_generator_is_recognised() -> None:
    product = 1
    for prime in weak_keys._PRIMES:
        product *= prime
    marked = pow(65537, 12345, product) + product * (2**810 + 7)
    modulus = marked * (pow(65537, 54321, product) + product * (2**811 + 8))
    assert weak_keys.is_roca(modulus)
    assert not weak_keys.is_roca(N)
    refused(lambda: jwk.parse_verification_key(rsa_jwk(modulus, 65537), algorithm=EVERYTHING["PS256"]), "jwk_invalid")


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "OKP", "crv": "Ed448", "x": base64url.encode(b"\x01" * 57)},
        {"kty": "OKP", "crv": "X25519", "x": base64url.encode(b"\x01" * 32)},
        {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(b"\x01" * 31)},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": "EC", "crv": "Ed25519", "x": base64url.encode(b"\x01" * 32)},
    ],
)
def test_an_edwards_key_of_another_curve_or_length_is_refused(key: object) -> None:
    for alg in ("EdDSA", "Ed25519"):
        refused(lambda alg=alg: jwk.parse_verification_key(key, algorithm=EVERYTHING[alg]), "jwk_invalid")


def test_both_names_of_ed25519_verify_and_ed448_does_not() -> None:
    key = KEYS["EdDSA"]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    signing_input = f"{part({'alg': 'Ed25519'})}.{part({'a': 1})}"
    text = f"{signing_input}.{base64url.encode(key.sign(signing_input.encode()))}"
    assert verify(text, key.public_key(), "Ed25519") == {"a": 1}
    refused(lambda: verify(text, key.public_key(), "EdDSA"), "alg_not_allowed")
    assert not EVERYTHING["EdDSA"].takes(ed448.Ed448PrivateKey.generate().public_key())


def test_the_salt_of_pss_is_as_long_as_the_hash_and_made_by_the_same_one() -> None:
    """RFC 7518 §3.5."""
    signing_input = f"{part({'alg': 'PS256'})}.{part({'a': 1})}"
    for scheme, digest in (
        (padding.PSS(padding.MGF1(SHA256()), 20), SHA256()),
        (padding.PSS(padding.MGF1(SHA384()), 32), SHA256()),
        (padding.PSS(padding.MGF1(SHA256()), 32), SHA384()),
    ):
        signature = RSA_KEY.sign(signing_input.encode(), scheme, digest)
        text = f"{signing_input}.{base64url.encode(signature)}"
        refused(lambda text=text: verify(text, RSA_KEY.public_key(), "PS256"), "bad_signature")


def test_a_point_that_is_not_on_its_curve_is_no_key() -> None:
    for alg in ("ES384", "ES512"):
        key = public_jwk(alg)
        refused(
            lambda key=key, alg=alg: jwk.parse_verification_key({**key, "y": key["x"]}, algorithm=EVERYTHING[alg]),
            "jwk_invalid",
        )
