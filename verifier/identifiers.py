"""Random names of things: from the system's own randomness, at least 128 bits where a name guards something."""

import secrets

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
ALIAS_LENGTH = 12


def unguessable() -> str:
    """256 bits as 43 URL-safe characters: nonces, states, ids of requests and results, key ids."""
    return secrets.token_urlsafe(32)


def typed() -> str:
    """160 bits as 40 hexadecimal digits: what an operator gives to a command never looks like an option."""
    return secrets.token_hex(20)


def alias() -> str:
    """12 Crockford characters (60 bits) to type by hand: lives as long as the request, behind a rate limit (§6)."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(ALIAS_LENGTH))


def read_alias(text: str) -> str | None:
    """What a person typed to the one spelling (any case, hyphens, I and L for 1, O for 0), None if it is none."""
    plain = text.replace("-", "").replace(" ", "").lower().translate(str.maketrans("ilo", "110"))
    return plain if len(plain) == ALIAS_LENGTH and all(sign in _CROCKFORD for sign in plain) else None
