"""Disclosures and digests that do not fit: RFC 9901 §7.1 steps 3, 4 and 5, with §4.1 and §4.2."""

import json
from collections.abc import Iterator
from hashlib import sha256

from tests.vectors.rfc9901.parts import (
    ELEMENT,
    GOOD,
    HIDDEN,
    HOME,
    NAME,
    NAME_2,
    RECURSIVE,
    SALT,
    SALT_2,
    Case,
    decode,
    disclosure,
    encode,
    hashed,
    part,
    refused,
    sd_jwt,
)

QUOTED = b'"' + SALT.encode() + b'"'


def cases() -> Iterator[Case]:
    yield from _contents()
    yield from _names()
    yield from _digests()
    yield from _places()
    yield from _repeated()
    yield from _unreferenced()


def referenced(*disclosures: str) -> str:
    """An SD-JWT with a digest at the top for each of these, whatever they are."""
    return sd_jwt({"_sd": [hashed(each) for each in disclosures]}, *disclosures)


def _contents() -> Iterator[Case]:
    contents: dict[str, object] = {
        "array-empty": [],
        "salt-alone": [SALT],
        "four": [SALT, "name", "Aino", 1],
        "object": {"salt": SALT},
        "text": "x",
        "null": None,
        "salt-number": [5, "name", "x"],
        "salt-null": [None, "name", "x"],
        "name-number": [SALT, 5, "x"],
        "name-null": [SALT, None, "x"],
        "name-array": [SALT, ["name"], "x"],
        "not-json": b"[1",
        "trailing": b"[" + QUOTED + b',"name",1] x',
        "utf-8": b"[" + QUOTED + b',"name","\xff"]',
        "infinite": b"[" + QUOTED + b',"name",1e999]',
        "duplicate-name": b"[" + QUOTED + b',"name",{"a":1,"a":2}]',
    }
    texts = {f"disclosure-{name}": referenced(part(content)) for name, content in contents.items()}
    yield from refused("disclosure_malformed", "7.1 step 3.3.2.1", "[salt, name, value] as JSON", texts)
    bad = disclosure(5, "x")
    texts = {"element-salt-number": sd_jwt({"n": [{"...": hashed(bad)}]}, bad)}
    yield from refused("disclosure_malformed", "7.1 step 3.3.3.1", "[salt, value] as JSON", texts)
    written = {
        "padded": NAME + "=",
        "extra-character": NAME + "A",
        "plus": NAME[:-1] + "+",
        "space": " " + NAME,
        "line-end": NAME + "\n",
        "last-bits": ELEMENT[:-1] + "R",
    }
    texts = {f"disclosure-{name}": referenced(text) for name, text in written.items()}
    rule = "base64url, canonical and without padding"
    yield from refused("disclosure_malformed", "4.2.1, RFC 7515 section 2", rule, texts)
    texts = {"element-for-claim": referenced(ELEMENT)}
    yield from refused("disclosure_malformed", "7.1 step 3.3.2.1", "three elements under _sd", texts)
    texts = {"claim-for-element": sd_jwt({"n": [{"...": hashed(NAME)}]}, NAME)}
    yield from refused("disclosure_malformed", "7.1 step 3.3.3.1", "two elements in an array", texts)


def _names() -> Iterator[Case]:
    texts = {f"name-{name}": referenced(disclosure(SALT, name, [])) for name in ("_sd", "...")}
    yield from refused("disclosure_name", "7.1 step 3.3.2.2", "no claim has a reserved name", texts)
    texts = {"name-_sd_alg": referenced(disclosure(SALT, "_sd_alg", "sha-256"))}
    yield from refused("disclosure_name", "4.1.1", "_sd_alg stands at the top level, in clear", texts)
    outer = disclosure(SALT_2, "a", {"name": 1, **HIDDEN})
    texts = {
        "collision-clear": sd_jwt({"name": "Eino", **HIDDEN}, NAME),
        "collision-two": referenced(NAME, NAME_2),
        "collision-nested": sd_jwt({"a": {"name": 1, **HIDDEN}}, NAME),
        "collision-recursive": sd_jwt({"_sd": [hashed(outer)]}, outer, NAME),
    }
    yield from refused("disclosure_collision", "7.1 step 3.3.2.3", "the name is not there already", texts)


def _digests() -> Iterator[Case]:
    values: dict[str, object] = {"text": hashed(NAME), "object": {}, "null": None, "number": 1, "false": False}
    members: dict[str, object] = {"number": 1, "null": None, "array": [hashed(NAME)], "object": {"...": hashed(NAME)}}
    texts = {f"sd-{name}": sd_jwt({"_sd": value}) for name, value in values.items()}
    texts |= {f"sd-of-{name}": sd_jwt({"_sd": [hashed(NAME), value]}, NAME) for name, value in members.items()}
    outer = disclosure(SALT_2, "a", {"_sd": "x"})
    texts["sd-text-disclosed"] = referenced(outer)
    yield from refused("digest_malformed", "4.2.4.1, 7.1 step 3.2.1", "_sd refers to an array of strings", texts)
    digests = {
        "short": hashed(NAME)[:-1],
        "long": hashed(NAME) + "A",
        "empty": "",
        "hex": sha256(NAME.encode()).hexdigest(),
    }
    texts = {f"digest-{name}": sd_jwt({"_sd": [digest]}) for name, digest in digests.items()}
    yield from refused("digest_malformed", "4.2.3, 4.2.4.1", "each string is a SHA-256 digest in base64url", texts)


def _places() -> Iterator[Case]:
    texts = {
        "dots-beside": sd_jwt({"n": [{"...": hashed(ELEMENT), "a": 1}]}, ELEMENT),
        "dots-number": sd_jwt({"n": [{"...": 1}]}),
        "dots-array": sd_jwt({"n": [{"...": [hashed(ELEMENT)]}]}, ELEMENT),
    }
    rule = "one key, ..., that refers to a string"
    yield from refused("digest_malformed", "4.2.4.2, 7.1 step 3.2.2", rule, texts)
    texts = {
        "dots-as-claim": sd_jwt({"...": hashed(ELEMENT)}),
        "dots-in-object": sd_jwt({"a": {"...": hashed(ELEMENT)}}),
    }
    yield from refused("digest_malformed", "4.1 rule 7", "... conveys digests of array elements alone", texts)
    texts = {
        "sd-alg-nested": sd_jwt({"a": {"_sd_alg": "sha-256"}}),
        "sd-alg-in-array": sd_jwt({"a": [{"_sd_alg": "sha-256"}]}),
        "sd-alg-disclosed": referenced(disclosure(SALT_2, "a", {"_sd_alg": "sha-256"})),
    }
    yield from refused("digest_malformed", "4.1.1", "_sd_alg MUST NOT be used in a nested object", texts)


def _repeated() -> Iterator[Case]:
    digest, element = hashed(NAME), {"...": hashed(NAME)}
    texts = {
        "digest-twice": sd_jwt({"_sd": [digest, digest]}),
        "digest-twice-at-two-levels": sd_jwt({**HIDDEN, "a": HIDDEN}),
        "digest-twice-in-an-array": sd_jwt({"n": [element, element]}),
        "digest-twice-claim-and-element": sd_jwt({**HIDDEN, "n": [element]}),
        "digest-twice-disclosed": sd_jwt({**HIDDEN, "a": HIDDEN}, NAME),
        "digest-twice-recursive": sd_jwt({"_sd": [digest, hashed(HOME)]}, NAME, HOME),
    }
    rule = "no digest more than once, directly or by other Disclosures, disclosed or not"
    yield from refused("digest_duplicate", "7.1 step 4", rule, texts)
    texts = {"disclosure-twice": sd_jwt(HIDDEN, NAME, NAME)}
    yield from refused("disclosure_duplicate", "4", "no Disclosure more than once", texts)


def _unreferenced() -> Iterator[Case]:
    texts = {
        "not-referenced": GOOD + NAME_2 + "~",
        "not-referenced-element": sd_jwt({"n": ["SE"]}, ELEMENT),
        "not-referenced-without-digests": sd_jwt({}, NAME),
        "child-without-parent": sd_jwt(RECURSIVE, NAME),
    }
    yield from refused("disclosure_not_referenced", "7.1 step 5", "a digest references each Disclosure", texts)
    texts = {"encoded-again": sd_jwt(HIDDEN, encode(b"[" + QUOTED + b', "name", "Aino"]'))}
    for index, name in enumerate(("salt", "name", "value")):
        content = json.loads(decode(NAME))
        content[index] += "x"
        texts[f"changed-{name}"] = sd_jwt(HIDDEN, disclosure(*content))
    rule = "the digest is over the very text: a changed Disclosure has another one"
    yield from refused("disclosure_not_referenced", "4.2.3, 9.2", rule, texts)
