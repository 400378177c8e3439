"""Integrity metadata: the digest by which a fetched document proves to be the one that was meant.

SD-JWT VC, "Integrity of Referenced Documents"; the syntax is that of W3C Subresource Integrity §3.
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final, TypeGuard

from openid4vc.errors import CredentialError

_ALGORITHMS: Final = ("sha256", "sha384", "sha512")
_EXPRESSION: Final = re.compile(r"[a-z0-9]+-[A-Za-z0-9+/_-]+={0,2}(?:\?[!-~]*)?")


def of(raw: bytes) -> str:
    """The integrity metadata of these very octets: `sha256-` and base64."""
    return "sha256-" + base64.b64encode(hashlib.sha256(raw).digest()).decode()


def is_metadata(value: object) -> TypeGuard[str]:
    """Whether this is integrity metadata at all (SRI §3.5), whatever it is the digest of; unknown algorithms are."""
    return isinstance(value, str) and bool(value.split()) and all(map(_EXPRESSION.fullmatch, value.split()))


def verify(raw: bytes, value: object) -> None:
    """That `raw` is what `value` names, by the strongest algorithm in it; CredentialError `type_metadata_integrity`."""
    if not isinstance(value, str):
        raise CredentialError("type_metadata_integrity", "not a string")
    digests: dict[str, list[bytes]] = {}
    for expression in value.split():
        algorithm, _, rest = expression.partition("-")
        # SRI §3.5: options after a question mark are reserved and ignored, and so are unknown algorithms.
        digest = _base64(rest.partition("?")[0])
        if algorithm in _ALGORITHMS and digest is not None:
            digests.setdefault(algorithm, []).append(digest)
    if not digests:
        raise CredentialError("type_metadata_integrity", "no supported algorithm")
    # Of these three the longer digest is the stronger one, and the last by name.
    strongest = max(digests)
    computed = hashlib.new(strongest, raw).digest()
    if not any(hmac.compare_digest(computed, digest) for digest in digests[strongest]):
        raise CredentialError("type_metadata_integrity")


def _base64(text: str) -> bytes | None:
    try:
        # SRI takes the grammar of CSP, which has both alphabets.
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None
