import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from openid4vc import base64url, strict_json
from openid4vc.errors import FormatError, JoseError
from openid4vc.jose import jwe, jwk
from tests.openid4vc.forging import new_key, part, public_jwk

KEY = new_key()
RECIPIENT = public_jwk(KEY)
BOTH = ("A128GCM", "A256GCM")
GOOD = jwe.encrypt(b'{"a":1}', RECIPIENT, enc="A256GCM", kid="k1")


def decrypt(text: str) -> bytes:
    return jwe.decrypt(text, KEY, kid="k1", enc_values=BOTH).plaintext


def refused(text: str) -> None:
    with pytest.raises(JoseError) as caught:
        decrypt(text)
    # One answer for every fault: code, detail and cause say nothing of the step.
    assert (str(caught.value), caught.value.facts, caught.value.__cause__) == ("decryption_failed", {}, None)


def with_header(text: str, **members: object) -> str:
    parts = text.split(".")
    header = {**json.loads(base64url.decode(parts[0])), **members}
    return ".".join((part({name: value for name, value in header.items() if value is not None}), *parts[1:]))


def with_part(text: str, index: int, content: bytes) -> str:
    parts = text.split(".")
    return ".".join((*parts[:index], base64url.encode(content), *parts[index + 1 :]))


@given(
    st.binary(max_size=500),
    st.sampled_from(BOTH),
    st.none() | st.binary(max_size=20),
    st.none() | st.binary(max_size=20),
)
def test_what_is_encrypted_is_decrypted(plaintext: bytes, enc: str, apu: bytes | None, apv: bytes | None) -> None:
    text = jwe.encrypt(plaintext, RECIPIENT, enc=enc, kid="k1", apu=apu, apv=apv)
    assert decrypt(text) == plaintext
    assert jwe.key_id(text) == "k1"


@pytest.mark.parametrize("enc", BOTH)
def test_another_implementation_reads_it_and_is_read(enc: str) -> None:
    other = JWE()
    other.deserialize(jwe.encrypt(b"hello", RECIPIENT, enc=enc, kid="k1", apu=b"me", apv=b"you"), JWK.from_pyca(KEY))
    assert other.payload == b"hello"
    header = {"alg": "ECDH-ES", "enc": enc, "kid": "k1", "apv": base64url.encode(b"nonce")}
    made = JWE(b"hello", json.dumps(header), recipient=JWK.from_pyca(KEY.public_key()))
    assert decrypt(made.serialize(compact=True)) == b"hello"


@pytest.mark.vectors
def test_the_example_of_openid4vp_is_decrypted(vectors: Path) -> None:
    example = json.loads((vectors / "openid4vp" / "extracted-vectors.json").read_text("utf-8"))["encrypted_response"]
    key = JWK(**example["private_jwk"])
    private = key.get_op_key("unwrapKey")
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    decrypted = jwe.decrypt(example["jwe"], private, kid=jwe.key_id(example["jwe"]), enc_values=BOTH)
    assert "vp_token" in strict_json.parse_object(decrypted.plaintext)


def test_a_fixed_ephemeral_key_gives_the_same_agreement() -> None:
    ephemeral = new_key()
    texts = [jwe.encrypt(b"x", RECIPIENT, enc="A128GCM", kid="k1", ephemeral=ephemeral) for _ in range(2)]
    assert texts[0].split(".")[0] == texts[1].split(".")[0]
    assert texts[0] != texts[1]


def test_a_recipient_or_encryption_that_is_not_offered_is_refused() -> None:
    for recipient in ({**RECIPIENT, "use": "sig"}, {**RECIPIENT, "alg": "RSA-OAEP"}, {**RECIPIENT, "crv": "P-384"}):
        with pytest.raises(JoseError, match="jwk_invalid"):
            jwe.encrypt(b"x", recipient, enc="A128GCM", kid=None)
    with pytest.raises(JoseError, match="alg_not_allowed"):
        jwe.encrypt(b"x", RECIPIENT, enc="A128CBC-HS256", kid=None)


def off_curve() -> dict[str, str]:
    return {**RECIPIENT, "y": RECIPIENT["x"]}


@pytest.mark.case("J-22")
@pytest.mark.parametrize(
    "epk",
    [
        off_curve(),
        {"kty": "EC", "crv": "P-256", "x": base64url.encode(bytes(32)), "y": base64url.encode(bytes(32))},
        JWK.generate(kty="EC", crv="P-384").export_public(as_dict=True),
        # On the twist: x of no point of the curve, so that no y fits.
        {**RECIPIENT, "x": base64url.encode(bytes(31) + b"\x02"), "y": base64url.encode(bytes(31) + b"\x01")},
        {**RECIPIENT, "d": base64url.encode(b"\x01" * 32)},
        {},
        None,
        "epk",
    ],
)  # fmt: skip
def test_an_invalid_ephemeral_key_looks_like_any_other_failure(epk: object) -> None:
    refused(with_header(GOOD, epk=epk))


def test_an_invalid_ephemeral_key_does_not_open_what_the_recipient_encrypted_to_itself() -> None:
    # The stand-in of a faulty epk is the recipient's own key; a message really agreed with that must not pass either.
    header = part({"alg": "ECDH-ES", "enc": "A128GCM", "kid": "k1", "epk": off_curve()})
    text = jwe.encrypt(b"x", RECIPIENT, enc="A128GCM", kid="k1", ephemeral=KEY)
    refused(".".join((header, *text.split(".")[1:])))
    key = jwe._agreed_key(KEY, KEY.public_key(), "A128GCM", b"", b"")
    sealed = jwe.AESGCM(key).encrypt(bytes(12), b"x", header.encode())
    refused(
        ".".join(
            (header, "", base64url.encode(bytes(12)), base64url.encode(sealed[:-16]), base64url.encode(sealed[-16:]))
        )
    )


@pytest.mark.parametrize(("use", "opens"), [("enc", True), ("ENC", False), ("sig", False)])
def test_an_ephemeral_key_that_says_what_it_is_for_is_for_encryption(use: str, opens: bool) -> None:
    ephemeral = new_key()
    epk = {**public_jwk(ephemeral), "use": use}
    header = part({"alg": "ECDH-ES", "enc": "A128GCM", "kid": "k1", "epk": epk})
    key = jwe._agreed_key(KEY, ephemeral.public_key(), "A128GCM", b"", b"")
    sealed = jwe.AESGCM(key).encrypt(bytes(12), b"x", header.encode())
    text = ".".join((header, "", *map(base64url.encode, (bytes(12), sealed[:-16], sealed[-16:]))))
    if opens:
        assert decrypt(text) == b"x"
    else:
        refused(text)


@pytest.mark.case("J-23")
def test_a_compressed_plaintext_is_refused_and_never_inflated() -> None:
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(bytes(50_000_000)) + compressor.flush()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": "k1", "zip": "DEF"}
    honest = JWE(b"x" * 1000, json.dumps(header), recipient=JWK.from_pyca(KEY.public_key())).serialize(compact=True)
    refused(honest)
    refused(with_part(with_header(GOOD, zip="DEF"), 3, bomb))


@pytest.mark.case("J-24")
def test_a_password_based_key_is_refused_before_any_derivation() -> None:
    refused(with_header(GOOD, alg="PBES2-HS256+A128KW", p2c=10**9, p2s=base64url.encode(b"salt" * 4)))


@pytest.mark.case("J-25")
@pytest.mark.parametrize("alg", ["dir", "RSA1_5", "RSA-OAEP", "A128KW", "ECDH-ES+A128KW", "ecdh-es", "", None, 1])
def test_any_other_key_management_is_refused(alg: object) -> None:
    refused(with_header(GOOD, alg=alg))
    recipient = JWK.from_pyca(KEY.public_key())
    wrapped = JWE(b"x", '{"alg":"ECDH-ES+A128KW","enc":"A128GCM","kid":"k1"}', recipient=recipient)
    refused(wrapped.serialize(compact=True))


@pytest.mark.case("J-26")
def test_an_encryption_a_tag_or_a_header_that_is_not_the_senders_is_refused() -> None:
    parts = GOOD.split(".")
    iv, tag = base64url.decode(parts[2]), base64url.decode(parts[4])
    for enc in ("A128CBC-HS256", "A192GCM", "A128GCM", "a256gcm", "", None):
        refused(with_header(GOOD, enc=enc))
    with pytest.raises(JoseError, match="decryption_failed"):
        jwe.decrypt(GOOD, KEY, kid="k1", enc_values=["A128GCM"])
    for short in (tag[:8], b"", tag + b"\x00"):
        refused(with_part(GOOD, 4, short))
    for wrong in (iv[:8], iv + bytes(4), b""):
        refused(with_part(GOOD, 2, wrong))
    refused(with_header(GOOD, extra="x"))
    for index in range(16):
        refused(with_part(GOOD, 4, bytes([*tag[:index], tag[index] ^ 1, *tag[index + 1 :]])))
    refused(with_part(GOOD, 1, b"key"))


@pytest.mark.parametrize("octets", [1, 7, -1, -8])
def test_the_border_between_ciphertext_and_tag_cannot_be_moved(octets: int) -> None:
    """One text for one message: the cipher sees both in one piece, and would not notice."""
    parts = GOOD.split(".")
    ciphertext, tag = (base64url.decode(parts[index]) for index in (3, 4))
    sealed = ciphertext + tag
    border = len(ciphertext) - octets
    moved = with_part(with_part(GOOD, 3, sealed[:border]), 4, sealed[border:])
    assert len(moved.split(".")[4]) != len(parts[4])
    refused(moved)


@pytest.mark.case("J-27")
def test_the_json_serialization_and_unprotected_headers_are_refused() -> None:
    header, _, iv, ciphertext, tag = GOOD.split(".")
    body = {"protected": header, "iv": iv, "ciphertext": ciphertext, "tag": tag}
    for document in (
        {**body, "recipients": [{"header": {"kid": "k1"}}, {"header": {"kid": "k2"}}]},
        {**body, "unprotected": {"alg": "ECDH-ES"}},
        body,
    ):
        refused(json.dumps(document))


def test_a_message_is_as_large_as_the_limit_and_no_larger() -> None:
    room = jwe.MAX_BYTES - len(jwe.encrypt(b"", RECIPIENT, enc="A256GCM", kid="k1"))
    octets = room * 3 // 4
    texts = [jwe.encrypt(bytes(size), RECIPIENT, enc="A256GCM", kid="k1") for size in (octets, octets + 1)]
    assert len(texts[0]) == jwe.MAX_BYTES < len(texts[1])
    assert decrypt(texts[0]) == bytes(octets)
    refused(texts[1])


def test_a_header_is_as_long_as_the_limit_and_no_longer() -> None:
    room = jwe.MAX_HEADER_CHARACTERS * 3 // 4 - len(base64url.decode(GOOD.split(".")[0])) + len("k1")
    longest, longer = (jwe.encrypt(b"x", RECIPIENT, enc="A256GCM", kid="k" * size) for size in (room, room + 1))
    assert len(longest.split(".")[0]) == jwe.MAX_HEADER_CHARACTERS
    assert jwe.key_id(longest) == "k" * room
    with pytest.raises(JoseError, match="decryption_failed"):
        jwe.key_id(longer)


@pytest.mark.case("J-28")
def test_a_jwe_inside_a_jwe_is_no_answer() -> None:
    text = GOOD
    for _ in range(50):
        if len(text) > 500_000:
            break
        text = jwe.encrypt(text.encode(), RECIPIENT, enc="A128GCM", kid="k1")
    # One level is opened; what is inside is then no JSON object, and nothing opens it further.
    with pytest.raises(FormatError):
        strict_json.parse_object(decrypt(text))


@pytest.mark.parametrize("kid", [None, "k2", "K1", "k1 ", 1, ["k1"], ""])
def test_a_message_for_another_key_is_refused(kid: object) -> None:
    refused(with_header(GOOD, kid=kid))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text + ".",
        lambda text: text.rpartition(".")[0],
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text + "=",
        lambda _: "",
        lambda _: "....",
        lambda text: text + "A" * (1 << 20),
        lambda text: with_header(text, pad="x" * 10_000),
        lambda text: with_header(text, crit=["exp"], exp=1),
        lambda text: with_header(text, apu="="),
        lambda text: with_header(text, apv=1),
    ],
)
def test_anything_but_five_clean_parts_is_refused(spoil: Callable[[str], str]) -> None:
    refused(spoil(GOOD))


def test_a_faulty_header_has_no_key_id() -> None:
    assert jwe.key_id(jwe.encrypt(b"x", RECIPIENT, enc="A128GCM", kid=None)) is None
    for text in ("", "x", with_header(GOOD, kid=1), with_header(GOOD, alg="dir"), with_header(GOOD, zip="DEF")):
        with pytest.raises(JoseError, match="decryption_failed"):
            jwe.key_id(text)


def test_a_header_says_what_was_asked_for_and_nothing_else() -> None:
    every = jwe.encrypt(b"x", RECIPIENT, enc="A128GCM", kid="k1", cty="JWT", ephemeral=KEY, apu=b"a", apv=b"b")
    assert json.loads(base64url.decode(every.split(".")[0])) == {
        "alg": "ECDH-ES",
        "enc": "A128GCM",
        "epk": RECIPIENT,
        "kid": "k1",
        "cty": "JWT",
        "apu": base64url.encode(b"a"),
        "apv": base64url.encode(b"b"),
    }
    none = jwe.encrypt(b"x", RECIPIENT, enc="A128GCM", kid=None, ephemeral=KEY)
    assert json.loads(base64url.decode(none.split(".")[0])) == {"alg": "ECDH-ES", "enc": "A128GCM", "epk": RECIPIENT}


@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x2FF))
def test_no_changed_character_is_accepted(index: int, character: str) -> None:
    if GOOD[index] != character:
        refused(GOOD[:index] + character + GOOD[index + 1 :])


def test_the_agreement_of_rfc_7518_appendix_c_gives_its_key() -> None:
    """RFC 7518 appendix C: Alice's ephemeral key, Bob's key, their names as apu and apv, A128GCM."""
    alice = jwk.parse_public_key(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        },
        use="enc",
    )
    bob = ec.derive_private_key(
        int.from_bytes(base64url.decode("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"), "big"), ec.SECP256R1()
    )
    assert public_jwk(bob) == {
        "kty": "EC",
        "crv": "P-256",
        "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    }
    key = jwe._agreed_key(bob, alice, "A128GCM", b"Alice", b"Bob")
    assert base64url.encode(key) == "VqqN6vgjbSBcIijNcacQGg"


def test_members_that_are_not_processed_change_nothing_but_are_bound() -> None:
    """RFC 7516 §4: header members that are not understood are ignored, and authenticated with the rest."""
    text = JWE(
        b"x",
        json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "kid": "k1", "typ": "JWT", "cty": "json", "later": [1]}),
        recipient=JWK.from_pyca(KEY.public_key()),
    ).serialize(compact=True)
    opened = jwe.decrypt(text, KEY, kid="k1", enc_values=BOTH)
    assert (opened.plaintext, opened.header["later"]) == (b"x", [1])
    refused(with_header(text, later=[2]))


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"ECDH-ES","alg":"ECDH-ES","enc":"A256GCM","kid":"k1"}',
        '["ECDH-ES"]',
        "null",
        "",
        b"\xff",
    ],
)
def test_a_header_that_is_no_clean_object_is_refused(header: str | bytes) -> None:
    """RFC 7516 §5.2 steps 3 and 4: an I-JSON object, no member twice."""
    refused(".".join((part(header), *GOOD.split(".")[1:])))


def test_the_names_of_the_parties_are_part_of_the_key() -> None:
    """RFC 7518 §4.6.2: PartyUInfo and PartyVInfo."""
    keys = {
        jwe._agreed_key(KEY, KEY.public_key(), enc, apu, apv)
        for enc in BOTH
        for apu in (b"", b"a", b"ab")
        for apv in (b"", b"b", b"ab")
    }
    assert len(keys) == 18


def test_an_ephemeral_key_is_used_once() -> None:
    texts = [jwe.encrypt(b"x", RECIPIENT, enc="A128GCM", kid="k1") for _ in range(20)]
    epks = {json.dumps(json.loads(base64url.decode(text.split(".")[0]))["epk"]) for text in texts}
    assert len(epks) == len({text.split(".")[2] for text in texts}) == 20
