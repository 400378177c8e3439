"""What a held credential, its claims and its state are called, in the person's language.

The wallet knows no type and no claim: every name is the issuer's, as kept when the credential was received. A name in
another language is shown with that language noted.
"""

import time
from collections.abc import Mapping
from typing import Final

from wallet_cli.contents import ClaimWords, HeldCredential, TypeWords
from wallet_cli.terminal import Screen, shown
from wallet_cli.words import Words, in_language

# The states in which a credential may be shown without a second thought.
USABLE: Final = frozenset({"valid", "none", "unchecked"})
STATE_SIGNS: Final = {
    "valid": "ok",
    "none": "ok",
    "unchecked": "note",
    "suspended": "note",
    "revoked": "no",
    "superseded": "no",
    "expired": "none",
    "not_yet_valid": "none",
}


def own_words(texts: Mapping[str, str], words: Words, otherwise: str) -> str:
    """The text in the person's language, else as it stands with its language noted, else `otherwise`."""
    found = in_language(texts, words.language)
    if found is None:
        return shown(otherwise)
    text, tag = found
    return shown(text) if tag is None else f"{shown(text)} ({shown(tag, 8)})"


def type_name(held: HeldCredential, words: Words) -> str:
    """The credential's type as its issuer calls it."""
    return own_words(held.words.name, words, held.vct)


def claim_words(described: TypeWords, path: tuple[str | int, ...]) -> ClaimWords | None:
    """The issuer's description of the claim at a concrete path; positions in lists match a null in it."""
    for claim in described.claims:
        if len(claim.path) == len(path) and all(
            part == own or (part is None and isinstance(own, int)) for part, own in zip(claim.path, path, strict=True)
        ):
            return claim
    return None


def claim_label(described: TypeWords, path: tuple[str | int, ...], words: Words) -> str:
    """What a claim is called; a claim that its issuer never described stands under its own path."""
    claim = claim_words(described, path)
    name = ".".join(str(part) for part in path)
    return own_words(claim.label, words, name) if claim is not None else shown(name)


def claim_value(described: TypeWords, path: tuple[str | int, ...], value: object, words: Words) -> str:
    """A claim's value in words: codes as the issuer explains them, dates as people write them, records by label."""
    if isinstance(value, list):
        between = "; " if any(isinstance(item, dict) for item in value) else ", "
        items = enumerate(value)
        return shown(between.join(claim_value(described, (*path, n), item, words) for n, item in items))
    if isinstance(value, dict):
        parts = []
        for name, item in value.items():
            part = (*path, name)
            # A part of a record that nobody described stands under its own name.
            label = claim_label(described, part, words) if claim_words(described, part) else shown(name)
            parts.append(f"{label}: {claim_value(described, part, item, words)}")
        return shown(", ".join(parts))
    explained = _explained(described, path)
    if value is None:
        return words.text("value.null")
    code = str(value).lower() if isinstance(value, bool) else str(value)
    if code in explained:
        return own_words(explained[code], words, code)
    if isinstance(value, bool):
        return words.text("value." + code)
    return words.iso_date(code) or shown(code)


def _explained(described: TypeWords, path: tuple[str | int, ...]) -> Mapping[str, Mapping[str, str]]:
    """The words for a claim's codes; those of a list stand at the list itself."""
    claim = claim_words(described, path)
    if claim is None and isinstance(path[-1], int):
        claim = claim_words(described, path[:-1])
    return claim.values if claim is not None else {}


def state_of(held: HeldCredential, now: int) -> str:
    """What is known of the credential now: its dates first, then what its list of status said last."""
    if held.exp is not None and held.exp <= now:
        return "expired"
    if held.nbf is not None and held.nbf > now:
        return "not_yet_valid"
    return held.state


def issued(held: HeldCredential) -> int:
    """From when a credential is, as far as it says."""
    return held.received if held.nbf is None else held.nbf


def state_words(held: HeldCredential, now: int, words: Words, valid_until: str = "state.valid_until") -> str:
    """The state in words, with the day that belongs to it; `valid_until` is the sentence for a good credential."""
    state = state_of(held, now)
    if state in ("valid", "none") and held.exp is not None:
        return words.text(valid_until, date=words.last_day(held.exp))
    if state == "expired" and held.exp is not None:
        return words.text("state.expired_on", date=words.last_day(held.exp))
    if state == "not_yet_valid" and held.nbf is not None:
        return words.text("state.not_yet_valid", date=words.date(held.nbf))
    return words.text("state." + ("valid" if state == "none" else state))


def state_text(
    held: HeldCredential, now: int, words: Words, screen: Screen, valid_until: str = "state.valid_until"
) -> str:
    """The state with its sign, as the last column of a list and the right edge of a title have it."""
    return screen.sign(STATE_SIGNS[state_of(held, now)], state_words(held, now, words, valid_until))


def utc(moment: int | None) -> str | None:
    """A time for machines: RFC 3339 in UTC."""
    return None if moment is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def in_order(described: TypeWords, paths: list[tuple[str | int, ...]]) -> list[tuple[str | int, ...]]:
    """Claims in the order of the issuer's description; what it never described comes last."""
    order = {id(claim): position for position, claim in enumerate(described.claims)}

    def place(path: tuple[str | int, ...]) -> int:
        claim = claim_words(described, path)
        return order[id(claim)] if claim is not None else len(order)

    return sorted(paths, key=place)
