"""Making JOSE objects that no honest signer would make: any header, any payload, any signature."""

import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key

from openid4vc import base64url
from openid4vc.jose import jwk
from openid4vc.jose.jws import KeySigner


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def public_jwk(key: EllipticCurvePrivateKey) -> dict[str, str]:
    return jwk.from_public_key(key.public_key())


def part(content: object) -> str:
    """One part of a compact object: bytes and text as they are, anything else as JSON."""
    if isinstance(content, str):
        content = content.encode()
    return base64url.encode(content if isinstance(content, bytes) else json.dumps(content).encode())


def forge(header: object, payload: object, key: EllipticCurvePrivateKey) -> str:
    """A compact JWS with a good ES256 signature over whatever is given."""
    signing_input = f"{part(header)}.{part(payload)}"
    return f"{signing_input}.{base64url.encode(KeySigner(key).sign(signing_input.encode()))}"


def with_header(text: str, changes: Mapping[str, object], *, remove: tuple[str, ...] = ()) -> str:
    """The same payload and signature under a changed header."""
    header, payload, signature = text.split(".")
    members = {**json.loads(base64url.decode(header)), **changes}
    return ".".join((part({name: members[name] for name in members if name not in remove}), payload, signature))
