"""A JSON Web Encryption: an answer that only one key can read, ECDH-ES with AES-GCM in compact form.

RFC 7516 §3.1, §7.1 (compact serialization), RFC 7518 §4.6 (ECDH-ES, direct key agreement), §5.3 (AES-GCM).
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from openid4vc import base64url, strict_json
from openid4vc.errors import FormatError, JoseError
from openid4vc.jose import jwk
from openid4vc.strict_json import JsonObject

MAX_BYTES: Final = 1 << 20
MAX_HEADER_CHARACTERS: Final = 1 << 13
_KEY_BITS: Final[Mapping[str, int]] = {"A128GCM": 128, "A256GCM": 256}
# zip: text that inflates is a way to fill memory, and no extension is understood here (crit).
_FORBIDDEN_MEMBERS: Final = frozenset({"zip", "crit", "jku", "x5u", "b64"})
_IV_OCTETS: Final = 12
_TAG_OCTETS: Final = 16


@dataclass(frozen=True, slots=True)
class DecryptedJwe:
    """What was inside, and the header it was bound to. Nothing says who sent it."""

    header: JsonObject
    plaintext: bytes


def encrypt(
    plaintext: bytes,
    recipient: Mapping[str, object],
    *,
    enc: str,
    kid: str | None,
    cty: str | None = None,
    ephemeral: EllipticCurvePrivateKey | None = None,
    apu: bytes | None = None,
    apv: bytes | None = None,
) -> str:
    """`plaintext` for the holder of the JWK `recipient`, as compact text.

    `cty` is the kind of the plaintext where that is a JWT itself (RFC 7519 §5.2). `ephemeral` is for test vectors
    alone; a fresh key is made otherwise. JoseError `jwk_invalid`, `alg_not_allowed`.
    """
    if enc not in _KEY_BITS:
        raise JoseError("alg_not_allowed", "enc")
    recipient_key = jwk.parse_public_key(recipient, use="enc")
    ephemeral_key = ephemeral or generate_private_key(SECP256R1())
    header: JsonObject = {"alg": "ECDH-ES", "enc": enc, "epk": jwk.from_public_key(ephemeral_key.public_key())}
    if kid is not None:
        header["kid"] = kid
    if cty is not None:
        header["cty"] = cty
    if apu is not None:
        header["apu"] = base64url.encode(apu)
    if apv is not None:
        header["apv"] = base64url.encode(apv)
    protected = base64url.encode(strict_json.write(header))
    key = _agreed_key(ephemeral_key, recipient_key, enc, apu or b"", apv or b"")
    iv = os.urandom(_IV_OCTETS)
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode())
    ciphertext, tag = sealed[:-_TAG_OCTETS], sealed[-_TAG_OCTETS:]
    # RFC 7518 §4.6: with direct key agreement the encrypted key is the empty octet sequence.
    return ".".join((protected, "", base64url.encode(iv), base64url.encode(ciphertext), base64url.encode(tag)))


def key_id(text: str) -> str | None:
    """The `kid` of the header, so that the private key can be looked up; JoseError `decryption_failed` on any fault."""
    try:
        kid: str | None = _header(text.partition(".")[0]).get("kid")
    except _Undecryptable:
        raise JoseError("decryption_failed") from None
    return kid


def decrypt(
    text: str, private_key: EllipticCurvePrivateKey, *, kid: str | None, enc_values: Collection[str]
) -> DecryptedJwe:
    """A compact JWE for `private_key`, advertised under `kid` (None: without one), in one of the `enc_values`.

    Every fault is the same JoseError `decryption_failed`: which step failed stays inside (RFC 7516 §11.5).
    """
    try:
        return _decrypt(text, private_key, kid, enc_values)
    except (_Undecryptable, InvalidTag):
        raise JoseError("decryption_failed") from None


class _Undecryptable(Exception):
    """A fault somewhere in a JWE; never leaves this module."""


def _decrypt(
    text: str, private_key: EllipticCurvePrivateKey, kid: str | None, enc_values: Collection[str]
) -> DecryptedJwe:
    # RFC 7516 §5.2 steps 1–5: compact form, header, only what is understood.
    parts = text.split(".") if len(text) <= MAX_BYTES else []
    if len(parts) != 5:
        raise _Undecryptable
    header = _header(parts[0])
    enc: str = header["enc"]
    if header.get("kid") != kid or enc not in enc_values or enc not in _KEY_BITS:
        raise _Undecryptable
    apu, apv = _octets(header.get("apu", "")), _octets(header.get("apv", ""))
    # RFC 7516 §5.2 step 10: with direct key agreement there is no encrypted key.
    if parts[1]:
        raise _Undecryptable
    iv, ciphertext, tag = (_octets(part) for part in parts[2:])
    try:
        sender, epk_holds = jwk.parse_public_key(header.get("epk"), use="enc"), True
    except JoseError:
        # An invalid-curve probe must not see from the time it takes that its point was looked at: go on with a key
        # that can only fail.
        sender, epk_holds = private_key.public_key(), False
    key = _agreed_key(private_key, sender, enc, apu, apv)
    plaintext = _open(key, iv, ciphertext, tag, parts[0].encode())
    if not epk_holds:
        raise _Undecryptable
    return DecryptedJwe(header, plaintext)


def _open(key: bytes, iv: bytes, ciphertext: bytes, tag: bytes, protected: bytes) -> bytes:
    """RFC 7518 §5.3: AES-GCM with an IV of 96 bits and a tag of 128, whatever else the library would take."""
    if len(iv) != _IV_OCTETS or len(tag) != _TAG_OCTETS:
        raise _Undecryptable
    return AESGCM(key).decrypt(iv, ciphertext + tag, protected)


def _header(text: str) -> JsonObject:
    """The protected header: ECDH-ES, nothing that is not processed here, `kid` a string where present."""
    if len(text) > MAX_HEADER_CHARACTERS:
        raise _Undecryptable
    try:
        header = strict_json.parse_object(base64url.decode(text))
    except FormatError:
        raise _Undecryptable from None
    if header.get("alg") != "ECDH-ES" or not _FORBIDDEN_MEMBERS.isdisjoint(header):
        raise _Undecryptable
    if not isinstance(header.get("kid", ""), str) or not isinstance(header.get("enc"), str):
        raise _Undecryptable
    return header


def _octets(value: object) -> bytes:
    if not isinstance(value, str):
        raise _Undecryptable
    try:
        return base64url.decode(value)
    except FormatError:
        raise _Undecryptable from None


def _agreed_key(
    private_key: EllipticCurvePrivateKey, public_key: EllipticCurvePublicKey, enc: str, apu: bytes, apv: bytes
) -> bytes:
    """RFC 7518 §4.6.2: Concat KDF over AlgorithmID, PartyUInfo, PartyVInfo and SuppPubInfo."""
    bits = _KEY_BITS[enc]
    other_info = b"".join((*(len(part).to_bytes(4) + part for part in (enc.encode(), apu, apv)), bits.to_bytes(4)))
    return ConcatKDFHash(SHA256(), bits // 8, other_info).derive(private_key.exchange(ECDH(), public_key))
