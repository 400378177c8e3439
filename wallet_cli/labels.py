"""What a held credential, its claims and its state are called, in the person's language.

The wallet knows no type and no claim: every name is the issuer's, as kept when the credential was received. A name in
another language is shown with that language noted.
"""

import time
from collections.abc import Mapping

from wallet_cli.contents import ClaimWords, HeldCredential, TypeWords
from wallet_cli.terminal import Screen, shown
from wallet_cli.words import Words, in_language

_STATE_SIGNS = {
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
    """A claim's value in words: codes as the issuer explains them, dates as people write them."""
    claim = claim_words(described, path)
    return _value(claim, value, words)


def _value(claim: ClaimWords | None, value: object, words: Words) -> str:
    if isinstance(value, list):
        return ", ".join(_value(claim, item, words) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{shown(name)}: {_value(None, item, words)}" for name, item in value.items())
    if isinstance(value, bool):
        value_word = "true" if value else "false"
        return (
            own_words(claim.values.get(value_word, {}), words, words.text("value." + value_word))
            if claim
            else (words.text("value." + value_word))
        )
    if value is None:
        return words.text("value.null")
    text = str(value)
    if claim is not None and text in claim.values:
        return own_words(claim.values[text], words, text)
    return words.iso_date(text) or shown(text)


def state_of(held: HeldCredential, now: int) -> str:
    """What is known of the credential now: its dates first, then what its list of status said last."""
    if held.exp is not None and held.exp <= now:
        return "expired"
    if held.nbf is not None and held.nbf > now:
        return "not_yet_valid"
    return held.state


def state_text(held: HeldCredential, now: int, words: Words, screen: Screen) -> str:
    """The state with its sign, as the last column of a list and the right edge of a title have it."""
    state = state_of(held, now)
    if state in ("valid", "none") and held.exp is not None:
        text = words.text("state.valid_until", date=words.last_day(held.exp))
    elif state == "expired" and held.exp is not None:
        text = words.text("state.expired_on", date=words.last_day(held.exp))
    elif state == "not_yet_valid" and held.nbf is not None:
        text = words.text("state.not_yet_valid", date=words.date(held.nbf))
    else:
        text = words.text("state." + ("valid" if state == "none" else state))
    return screen.sign(_STATE_SIGNS[state], text)


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
