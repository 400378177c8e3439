import hashlib
import hmac
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from openid4vc import base64url
from openid4vc.errors import FormatError, JoseError, ProtocolError
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from tests.openid4vc.forging import forge, new_key, part, public_jwk, with_header

KEY = new_key()
SIGNER = KeySigner(KEY)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
GOOD = jws.create({"typ": "thing+jwt"}, {"sub": "a", "n": 1}, SIGNER)


def verify(text: str, typ: str | None = "thing+jwt") -> Mapping[str, object]:
    return jws.read_claims(jws.verify(jws.parse(text, typ=typ), KEY.public_key()))


def refused(text: str, code: str | None = None, typ: str | None = "thing+jwt") -> None:
    with pytest.raises(ProtocolError) as caught:
        verify(text, typ)
    if code is not None:
        assert caught.value.code == code


def test_what_is_created_is_verified() -> None:
    assert verify(jws.create({"typ": "thing+jwt"}, {"sub": "b"}, SIGNER)) == {"sub": "b"}
    assert verify(GOOD) == {"sub": "a", "n": 1}
    assert jws.parse(GOOD, typ=None).header == {"typ": "thing+jwt", "alg": "ES256"}


def test_every_part_is_kept_as_it_was_received() -> None:
    parsed = jws.parse(GOOD, typ="thing+jwt")
    protected, payload, signature = GOOD.split(".")
    assert (parsed.text, parsed.protected, parsed.signing_input) == (GOOD, protected, f"{protected}.{payload}".encode())
    assert (parsed.payload, parsed.signature) == (base64url.decode(payload), base64url.decode(signature))


def test_the_header_cannot_choose_another_algorithm_when_creating() -> None:
    assert jws.parse(jws.create({"alg": "none"}, {}, SIGNER), typ=None).header == {"alg": "ES256"}


@pytest.mark.parametrize("kid", ["a", "a" * 1000])
def test_a_header_is_read_once_as_long_as_it_is_short(kid: str) -> None:
    first, second = (jws.create({"kid": kid, "n": ["x" * 60] * 45}, {"sub": sub}, SIGNER) for sub in ("a", "b"))
    headers = [jws.parse(text, typ=None).header for text in (first, second)]
    assert headers[0] == headers[1] == {"kid": kid, "n": ["x" * 60] * 45, "alg": "ES256"}
    # One of a large chain is read each time, so that few octets can be kept by strangers.
    assert (headers[0] is headers[1]) is (len(first.split(".")[0]) <= 4096)
    assert [jws.parse(text, typ=None).payload for text in (first, second)] == [b'{"sub":"a"}', b'{"sub":"b"}']


def test_another_implementation_reads_what_is_created_and_is_read() -> None:
    other = JWS()
    other.deserialize(GOOD, JWK.from_pyca(KEY.public_key()))
    assert json.loads(other.payload) == {"sub": "a", "n": 1}
    made = JWS(b'{"sub":"b"}')
    made.add_signature(JWK.from_pyca(KEY), None, json.dumps({"alg": "ES256", "typ": "thing+jwt"}))
    assert verify(made.serialize(compact=True)) == {"sub": "b"}


@pytest.mark.case("J-01")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
def test_an_unsigned_token_is_refused_with_and_without_the_old_signature(alg: str) -> None:
    unsigned = with_header(GOOD, {"alg": alg})
    refused(unsigned, "alg_not_allowed")
    refused(unsigned.rpartition(".")[0] + ".", "alg_not_allowed")


@pytest.mark.case("J-02")
@pytest.mark.parametrize("secret", ["pem", "der", "jwk", "point"])
def test_a_mac_with_the_public_key_as_its_secret_is_refused(secret: str) -> None:
    public = KEY.public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    octets = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(public_jwk(KEY)).encode(),
        "point": point[1:],
    }[secret]
    signing_input = f"{part({'alg': 'HS256', 'typ': 'thing+jwt'})}.{GOOD.split('.')[1]}"
    mac = hmac.new(octets, signing_input.encode(), hashlib.sha256).digest()
    refused(f"{signing_input}.{base64url.encode(mac)}", "alg_not_allowed")


@pytest.mark.case("J-03")
@pytest.mark.parametrize(
    "alg", ["RS256", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "es256", "unknown", "", None, 256, ["ES256"]]
)
def test_any_other_algorithm_is_refused_alike(alg: object) -> None:
    refused(forge({"alg": alg, "typ": "thing+jwt"}, {}, KEY), "alg_not_allowed")
    refused(forge({"typ": "thing+jwt"}, {}, KEY), "alg_not_allowed")


@pytest.mark.case("J-04")
@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        rsa.generate_private_key(65537, 2048).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
        b"0" * 32,
    ],
    ids=["P-384", "secp256k1", "RSA", "OKP", "oct"],
)
def test_a_key_that_is_not_for_es256_verifies_nothing(key: ec.EllipticCurvePublicKey) -> None:
    with pytest.raises(JoseError, match="alg_not_allowed"):
        jws.verify(jws.parse(GOOD, typ=None), key)


def test_a_key_that_is_not_for_es256_signs_nothing() -> None:
    with pytest.raises(JoseError, match="alg_not_allowed"):
        KeySigner(ec.generate_private_key(ec.SECP384R1()))


@pytest.mark.case("J-05")
def test_a_key_embedded_in_the_header_is_never_used() -> None:
    attacker = new_key()
    refused(forge({"alg": "ES256", "typ": "thing+jwt", "jwk": public_jwk(attacker)}, {}, attacker), "bad_signature")


@pytest.mark.case("J-06")
@pytest.mark.parametrize("member", ["jku", "x5u"])
@pytest.mark.parametrize("url", ["https://canary.example/jwks", "http://169.254.169.254/", 5])
def test_a_key_that_would_have_to_be_fetched_is_refused(member: str, url: object) -> None:
    refused(forge({"alg": "ES256", "typ": "thing+jwt", member: url}, {}, KEY), "jose_header")


@pytest.mark.case("J-07")
@pytest.mark.parametrize("kid", ["k" * 10_000, "k" * 1025, 5, {"kid": "a"}, None, ["a"], True])
def test_a_kid_that_is_no_short_string_is_refused(kid: object) -> None:
    refused(forge({"alg": "ES256", "typ": "thing+jwt", "kid": kid}, {}, KEY), "jose_header")


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "' OR 1=1--", "https://canary.example/key", "did:example:1", "k" * 1024]
)
def test_a_kid_of_any_text_chooses_no_key(kid: str) -> None:
    refused(forge({"alg": "ES256", "typ": "thing+jwt", "kid": kid}, {}, new_key()), "bad_signature")


@pytest.mark.case("J-08")
def test_a_thousand_fresh_kids_are_a_thousand_refusals_under_the_one_key_that_was_given() -> None:
    stranger = new_key()
    for number in range(1000):
        refused(forge({"alg": "ES256", "typ": "thing+jwt", "kid": f"fresh-{number}"}, {}, stranger), "bad_signature")
    assert verify(GOOD)


@pytest.mark.case("J-10")
def test_a_critical_extension_is_refused_whether_or_not_it_is_there() -> None:
    for header in ({"crit": ["x-unknown"], "x-unknown": 1}, {"crit": ["x-unknown"]}, {"crit": []}, {"crit": None}):
        refused(forge({"alg": "ES256", "typ": "thing+jwt", **header}, {}, KEY), "jose_header")


@pytest.mark.case("J-11")
@pytest.mark.parametrize("header", [{"b64": False, "crit": ["b64"]}, {"b64": False}, {"b64": True}])
def test_an_unencoded_payload_is_refused_with_and_without_crit(header: dict[str, object]) -> None:
    refused(forge({"alg": "ES256", "typ": "thing+jwt", **header}, {}, KEY), "jose_header")


@pytest.mark.case("J-12")
def test_a_detached_or_empty_payload_is_refused() -> None:
    header, _, signature = GOOD.split(".")
    refused(f"{header}..{signature}", "jose_malformed")
    refused(forge({"alg": "ES256", "typ": "thing+jwt"}, b"", KEY), "jose_malformed")


def es256(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@pytest.mark.parametrize("numbers", [(1, 2**255), (2**255, 1), (2**247, 2**248 - 1), (ORDER - 1, 2**256 - 2**248)])
def test_numbers_of_any_length_are_signed_in_their_64_octets(numbers: tuple[int, int]) -> None:
    key = SimpleNamespace(curve=ec.SECP256R1(), sign=lambda data, scheme: encode_dss_signature(*numbers))
    assert KeySigner(cast(ec.EllipticCurvePrivateKey, key)).sign(b"") == es256(*numbers)


def der_signature() -> bytes:
    return KEY.sign(GOOD.rpartition(".")[0].encode(), ec.ECDSA(SHA256()))


@pytest.mark.case("J-13")
@pytest.mark.parametrize(
    "signature",
    [
        *(b"\x01" * size for size in (0, 1, 63, 65, 10_000, 700_000)),
        es256(0, 0), es256(0, 1), es256(1, 0), es256(ORDER, 1), es256(1, ORDER), es256(2**256 - 1, 2**256 - 1),
        der_signature(),
    ],
    ids=["0", "1", "63", "65", "10 kB", "700 kB", "zero", "r=0", "s=0", "r=n", "s=n", "all ones", "DER"],
)  # fmt: skip
def test_a_signature_that_is_no_pair_of_numbers_in_range_is_refused(signature: bytes) -> None:
    refused(f"{GOOD.rpartition('.')[0]}.{base64url.encode(signature)}", "bad_signature")


@pytest.mark.case("J-14")
def test_no_flipped_bit_anywhere_is_accepted() -> None:
    raw = GOOD.encode()
    positions = [(index, bit) for index in range(len(raw)) for bit in range(7)]
    assert len(positions) >= 600
    for index, bit in positions:
        refused(bytes([*raw[:index], raw[index] ^ (1 << bit), *raw[index + 1 :]]).decode("ascii"))


@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x2FF))
def test_no_changed_character_is_accepted(index: int, character: str) -> None:
    if GOOD[index] != character:
        refused(GOOD[:index] + character + GOOD[index + 1 :])


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(TEXT, st.one_of(TEXT, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none())))
def test_claims_survive_the_round_trip(claims: dict[str, object]) -> None:
    assert verify(forge({"alg": "ES256", "typ": "thing+jwt"}, claims, KEY)) == claims


@pytest.mark.case("J-15")
def test_header_and_signature_of_one_token_do_not_fit_the_payload_of_another() -> None:
    header, _, signature = GOOD.split(".")
    other = jws.create({"typ": "thing+jwt"}, {"sub": "b"}, SIGNER).split(".")[1]
    refused(f"{header}.{other}.{signature}", "bad_signature")


@pytest.mark.case("J-16")
def test_the_json_serializations_are_refused() -> None:
    header, payload, signature = GOOD.split(".")
    flattened = {"payload": payload, "protected": header, "signature": signature}
    good = {"protected": header, "signature": signature}
    bad = {"protected": header, "signature": base64url.encode(b"\x01" * 64)}
    for document in (
        flattened,
        {"payload": payload, "signatures": [good]},
        {"payload": payload, "signatures": [bad, good]},
    ):
        refused(json.dumps(document))
        refused(json.dumps({"jws": GOOD, **document}))


@pytest.mark.case("J-18")
@pytest.mark.parametrize(
    "typ", ["JWT", "other+jwt", "thing+jwt ", "Thing+jwt", "application/thing+jwt", 1, None, ["thing+jwt"], ""]
)
def test_a_type_that_is_not_exactly_the_one_expected_is_refused(typ: object) -> None:
    refused(forge({"alg": "ES256", "typ": typ}, {}, KEY), "typ_wrong")
    refused(forge({"alg": "ES256"}, {}, KEY), "typ_wrong")


@pytest.mark.case("J-29")
@pytest.mark.parametrize("place", ["header", "payload"])
@pytest.mark.parametrize(
    "json_text",
    [
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        "{" + ",".join(f'"{n}":1' for n in range(100_000)) + "}",
        '{"a":"' + "x" * 1_000_000 + '"}',
    ],
    ids=["deep", "wide", "long"],
)
def test_huge_json_is_refused_or_read_and_never_breaks_anything(place: str, json_text: str) -> None:
    good_header = {"alg": "ES256", "typ": "thing+jwt"}
    text = forge(json_text, {}, KEY) if place == "header" else forge(good_header, json_text, KEY)
    # Wide JSON within the size limit is a legal payload; everything else here is refused.
    if place == "payload" and json_text.startswith('{"0"') and len(text) <= jws.MAX_BYTES:
        assert len(verify(text)) == 100_000
    else:
        refused(text)


@pytest.mark.case("J-30")
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value", ['"1"', *"true null NaN Infinity 1e400 -1 253402300800 9223372036854775808 [1] {}".split()]
)
def test_a_time_that_is_no_number_in_range_is_refused_and_never_read_as_no_limit(name: str, value: str) -> None:
    text = forge({"alg": "ES256", "typ": "thing+jwt"}, f'{{"{name}":{value}}}', KEY)
    with pytest.raises(ProtocolError) as caught:
        jws.check_times(verify(text), now=1000, skew=60)
    assert caught.value.code in ("time_claim_invalid", "jose_malformed")


def test_a_time_that_is_not_a_number_is_refused_also_from_claims_that_were_never_json() -> None:
    with pytest.raises(JoseError, match="time_claim_invalid"):
        jws.check_times({"exp": float("nan")}, now=1000, skew=60)


@pytest.mark.case("J-31")
@pytest.mark.parametrize(
    "payload", ["[]", '"text"', "1", "null", "", " ", b"\xff\xfe", '{"a":1,"a":2}', '{"a":1}x', '{"a":"\\ud800"}']
)
def test_a_payload_that_is_no_json_object_is_refused(payload: str | bytes) -> None:
    text = forge({"alg": "ES256", "typ": "thing+jwt"}, payload, KEY)
    refused(text, "jose_malformed")


@pytest.mark.case("J-32")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(".", ""),
        lambda text: text.replace(".", "", 1),
        lambda text: text + ".",
        lambda text: text + "..",
        lambda text: "." + text,
        lambda text: " " + text,
        lambda text: text + " ",
        lambda text: text + "\n",
        lambda text: text[:20] + "\n" + text[20:],
        lambda text: text[:20] + " " + text[20:],
        lambda text: text + "\x00",
        lambda text: text + "=",
        lambda text: text + "ä",
        lambda text: text.replace(".", "．"),
        lambda text: text.replace(".", ".\udc80", 1),  # as Python reads a command line that is no UTF-8
        lambda _: "",
    ],
)
def test_anything_but_three_clean_parts_is_refused(spoil: object) -> None:
    assert callable(spoil)
    refused(spoil(GOOD))


@pytest.mark.case("J-33")
def test_a_header_of_a_megabyte_is_refused_before_it_is_read() -> None:
    header = {"alg": "ES256", "typ": "thing+jwt"}
    for member in ({"x": "x" * 1_000_000}, {"x5c": ["A"] * 100_000}, {"x5c": ["A" * 700_000]}):
        with pytest.raises(ProtocolError) as caught:
            jws.parse(forge({**header, **member}, {}, KEY), typ="thing+jwt")
        assert caught.value.code in ("too_large", "jose_malformed")
    # 65536 characters are read, the next length that there is is not.
    room = 49152 - len(json.dumps({**header, "x": ""}))
    assert jws.parse(forge({**header, "x": "x" * room}, {}, KEY), typ="thing+jwt")
    with pytest.raises(JoseError, match="jose_malformed"):
        jws.parse(forge({**header, "x": "x" * (room + 1)}, {}, KEY), typ="thing+jwt")


def test_a_token_over_its_limit_is_refused() -> None:
    assert jws.parse(GOOD, typ=None, max_bytes=len(GOOD))
    with pytest.raises(FormatError, match="too_large"):
        jws.parse(GOOD, typ=None, max_bytes=len(GOOD) - 1)


NOW = 1_700_000_000


@pytest.mark.case("J-34")
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NOW - 60}, "expired"),
        ({"exp": NOW - 59}, None),
        ({"exp": NOW - 10 * 365 * 86400}, "expired"),
        ({"exp": NOW + 1}, None),
        ({"nbf": NOW + 61}, "not_yet_valid"),
        ({"nbf": NOW + 60}, None),
        ({"nbf": NOW + 0.5}, None),
        ({"iat": NOW + 61}, "not_yet_valid"),
        ({"iat": NOW + 10 * 365 * 86400}, "not_yet_valid"),
        ({"iat": NOW + 60}, None),
        ({"nbf": 0, "iat": 0}, None),
        ({"exp": 253402300799}, None),
        ({}, None),
    ],
)
def test_times_hold_within_the_skew_and_not_a_second_beyond(claims: dict[str, object], code: str | None) -> None:
    if code is None:
        jws.check_times(claims, now=NOW, skew=60)
        return
    with pytest.raises(JoseError) as caught:
        jws.check_times(claims, now=NOW, skew=60)
    assert caught.value.code == code
    assert caught.value.facts["time"] == next(iter(claims.values()))
