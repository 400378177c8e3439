"""Good presentations of generated claims, each spoiled in one way; the holder signs again over some of them."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.vectors.rfc9901.parts import bound, decode, disclosure, encode

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FOREIGN = disclosure("c2FsdHNhbHRzYWx0c2FsdA", "foreign", 1)


@dataclass(frozen=True)
class Parts:
    """A presentation taken apart."""

    jwt: str
    disclosures: tuple[str, ...]
    key_binding: str

    def text(self) -> str:
        return "~".join((self.jwt, *self.disclosures, self.key_binding))

    def shown(self, disclosures: Sequence[str]) -> str:
        """Other Disclosures under the same Key Binding JWT."""
        return "~".join((self.jwt, *disclosures, self.key_binding))

    def bound(self, disclosures: Sequence[str]) -> str:
        """Other Disclosures, over which the holder signs."""
        return bound("~".join((self.jwt, *disclosures, "")))


def parts(text: str) -> Parts:
    jwt, *disclosures, key_binding = text.split("~")
    return Parts(jwt, tuple(disclosures), key_binding)


def mutations(text: str, source: random.Random) -> Iterator[tuple[str, str]]:
    """The name of each way, and the text that it makes of a presentation with at least two Disclosures."""
    good = parts(text)
    for name, change in WAYS.items():
        yield name, change(good, source)


def _flip(text: str, at: int, source: random.Random) -> str:
    other = source.choice([character for character in ALPHABET if character != text[at]])
    return text[:at] + other + text[at + 1 :]


def _flip_in(part: Callable[[Parts], str]) -> Callable[[Parts, random.Random], str]:
    """One character of a part becomes another; never the last one, whose last bits are nobody's."""

    def change(good: Parts, source: random.Random) -> str:
        text, found = good.text(), part(good)
        start = text.index(found)
        places = [start + index for index, character in enumerate(found[:-1]) if character in ALPHABET]
        return _flip(text, source.choice(places), source)

    return change


def _last_bits(text: str) -> str:
    """The last character with bits set that belong to no octet: other text for the same octets."""
    return text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ 1]


def _without(items: Sequence[str], index: int) -> list[str]:
    return [item for number, item in enumerate(items) if number != index]


def _changed(text: str) -> str:
    """The same salt and name with a value of one more array around it."""
    content = decode(text)
    return encode(content[:-1] + b" ]")


def _pick(good: Parts, source: random.Random) -> int:
    return source.randrange(len(good.disclosures))


def _twice(good: Parts, source: random.Random) -> list[str]:
    return [*good.disclosures, source.choice(good.disclosures)]


def _one_changed(good: Parts, source: random.Random) -> list[str]:
    index = _pick(good, source)
    return [_changed(item) if number == index else item for number, item in enumerate(good.disclosures)]


WAYS: dict[str, Callable[[Parts, random.Random], str]] = {
    "unchanged": lambda good, _: good.text(),
    "signed-again": lambda good, _: good.bound(good.disclosures),
    "signed-again-reversed": lambda good, _: good.bound(good.disclosures[::-1]),
    "signed-again-with-none": lambda good, _: good.bound(()),
    "signed-again-with-foreign": lambda good, _: good.bound((*good.disclosures, FOREIGN)),
    "signed-again-with-one-twice": lambda good, source: good.bound(_twice(good, source)),
    "signed-again-with-one-changed": lambda good, source: good.bound(_one_changed(good, source)),
    "reversed": lambda good, _: good.shown(good.disclosures[::-1]),
    "one-removed": lambda good, source: good.shown(_without(good.disclosures, _pick(good, source))),
    "one-twice": lambda good, source: good.shown(_twice(good, source)),
    "one-changed": lambda good, source: good.shown(_one_changed(good, source)),
    "foreign-added": lambda good, _: good.shown((*good.disclosures, FOREIGN)),
    "key-binding-removed": lambda good, _: "~".join((good.jwt, *good.disclosures, "")),
    "key-binding-cut": lambda good, _: good.text()[:-1],
    "key-binding-longer": lambda good, _: good.text() + "A",
    "key-binding-padded": lambda good, _: good.text() + "==",
    "key-binding-last-bits": lambda good, _: _last_bits(good.text()),
    "key-binding-line-end": lambda good, _: good.text() + "\n",
    "flip-in-issuer-jwt": _flip_in(lambda good: good.jwt),
    "flip-in-disclosures": _flip_in(lambda good: "~".join(good.disclosures)),
    "flip-in-key-binding": _flip_in(lambda good: good.key_binding),
    "case-of-issuer-jwt": lambda good, _: good.text().replace(good.jwt, good.jwt.swapcase()),
}
