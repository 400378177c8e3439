"""Presenting: a held SD-JWT to one that carries only the chosen Disclosures, signed over by the holder.

RFC 9901 §7.2 (steps for presentation), §4.3 (Key Binding JWT).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import KeyBindingError, SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.sd_jwt.disclosure import digest
from openid4vc.sd_jwt.key_binding import TYP
from openid4vc.sd_jwt.verifying import ClaimPath, ProcessedSdJwt

_PROTECTED: Final = jws.protected({"typ": TYP})


@dataclass(frozen=True, slots=True)
class Bind:
    """Key binding: the holder's key, the nonce of the request and the verifier's full client_id."""

    holder: Signer
    nonce: str
    audience: str


@dataclass(frozen=True, slots=True)
class NoBinding:
    """No key binding, for an SD-JWT that names no holder key."""


def present(held: ProcessedSdJwt, reveal: Iterable[ClaimPath], *, binding: Bind | NoBinding, now: int) -> str:
    """The chosen part of `held`; what is signed in clear is always shown and needs no choosing.

    A revealed path brings its parents (a child without the parent that carries its digest is refused everywhere) and
    everything below it. SdJwtError `claim_missing` for a path at which `held` has nothing; KeyBindingError
    `kb_missing` for NoBinding where the SD-JWT names a holder key (§7.2 step 5).
    """
    issuer_jwt = held.sd_jwt.issuer_jwt.text
    presentation = "~".join((issuer_jwt, *_chosen(held, reveal), ""))
    if isinstance(binding, NoBinding):
        if held.holder_jwk is not None:
            raise KeyBindingError("kb_missing")
        return presentation
    claims = {"iat": now, "aud": binding.audience, "nonce": binding.nonce, "sd_hash": digest(presentation)}
    return presentation + jws.sign(_PROTECTED, claims, binding.holder).decode()


def _chosen(held: ProcessedSdJwt, reveal: Iterable[ClaimPath]) -> list[str]:
    """§7.2 step 2: the texts of the chosen Disclosures, with all above and all below them."""
    revealed = set(reveal)
    leading = revealed.copy()
    for path in revealed:
        if path not in held.disclosed:
            _check_exists(held, path)
        if len(path) > 1:
            leading.update(path[:length] for length in range(1, len(path)))
    return [
        disclosure.text
        for path, disclosure in held.disclosed.items()
        # Most claims stand at the top, where nothing is above them.
        if path in leading or (len(path) > 1 and any(path[:length] in revealed for length in range(1, len(path))))
    ]


def _check_exists(held: ProcessedSdJwt, path: ClaimPath) -> None:
    # The empty path would be "everything"; that is never asked for by one path.
    try:
        if not path:
            raise KeyError(path)
        held.value_at(path)
    except KeyError:
        raise SdJwtError("claim_missing") from None
