"""What must be taken, so that refusing everything is no way to pass."""

from collections.abc import Iterator

from tests.vectors.rfc9901.parts import (
    ELEMENT,
    GOOD,
    HEADER,
    HIDDEN,
    HOME,
    NAME,
    NAME_2,
    NOW,
    RECURSIVE,
    SALT,
    SKEW,
    WINDOW,
    Case,
    bound,
    disclosure,
    encode,
    hashed,
    sd_jwt,
)

AINO = {"name": "Aino"}


def cases() -> Iterator[Case]:
    yield Case("good-nothing-disclosable", "4", "an SD-JWT without digests", sd_jwt({"a": 1}), {"a": 1})
    yield Case("good-claim", "7.1", "a disclosed claim", GOOD, AINO)
    yield Case("good-nothing-disclosed", "7.1 step 3.3.1", "a digest without Disclosure is ignored", sd_jwt(HIDDEN), {})
    yield from _structure()
    yield from _texts()
    times = {"nbf": NOW + SKEW, "iat": NOW + SKEW, "exp": NOW - SKEW + 1}
    yield Case("good-times", "7.1 step 6", "times at the edge of the skew", sd_jwt(times), times)
    more = sd_jwt({}, header={**HEADER, "x": 1, "kid": "k"})
    yield Case("good-header", "4.1", "header members that are not understood", more, {})
    for name, iat in (("past", NOW - WINDOW), ("future", NOW + WINDOW)):
        text = bound(GOOD, iat=iat)
        yield Case(f"good-kb-iat-{name}", "7.3 step 5.5", "iat at the edge of the window", text, AINO, "verifier")
    text = bound(GOOD, jti="x", exp=NOW + 60)
    yield Case("good-kb-more", "4.3", "more claims in the Key Binding JWT", text, AINO, "verifier")


def _structure() -> Iterator[Case]:
    decoys = [hashed(f"decoy {number}") for number in range(3)]
    array = sd_jwt({"n": [{"...": hashed(ELEMENT)}, "SE", {"...": decoys[0]}]}, ELEMENT)
    yield Case("good-element", "7.1 step 3.4", "elements not disclosed go", array, {"n": ["FI", "SE"]})
    nested = sd_jwt({"home": {"_sd": [hashed(NAME)], "zip": "1"}}, NAME)
    yield Case("good-nested", "6.2", "digests deeper down", nested, {"home": {"zip": "1", **AINO}})
    whole = sd_jwt(RECURSIVE, HOME, NAME)
    yield Case("good-recursive", "4.2.6", "both levels", whole, {"home": AINO})
    parent = sd_jwt(RECURSIVE, HOME)
    yield Case("good-recursive-parent", "7.1 step 3.5", "an object left empty is {}", parent, {"home": {}})
    yield Case("good-order", "4", "Disclosures in any order", sd_jwt(RECURSIVE, NAME, HOME), {"home": AINO})
    hidden = sd_jwt({"_sd": decoys, "n": [{"...": hashed("x")}]})
    yield Case("good-decoys", "4.2.5", "decoys leave no trace", hidden, {"n": []})
    yield Case("good-empty-sd", "4.2.4.1", "_sd may be empty", sd_jwt({"_sd": [], "a": {"_sd": []}}), {"a": {}})
    levels = sd_jwt({**HIDDEN, "other": {"_sd": [hashed(NAME_2)]}}, NAME, NAME_2)
    claims = {**AINO, "other": {"name": "Eino"}}
    yield Case("good-same-name", "7.1 step 3.3.2.3", "one name at two levels", levels, claims)
    named = sd_jwt({"_sd_alg": "sha-256", **HIDDEN}, NAME)
    yield Case("good-sd-alg", "4.1.1", "sha-256 by name; the claim goes", named, AINO)


def _texts() -> Iterator[Case]:
    spaced = encode(b'[ "' + SALT.encode() + b'",\n"name" , "A\\u0069no"]')
    yield Case("good-whitespace", "4.2.1", "any JSON text", sd_jwt({"_sd": [hashed(spaced)]}, spaced), AINO)
    null = disclosure(SALT, "none", None)
    yield Case("good-null", "4.2.1", "a value of any type", sd_jwt({"_sd": [hashed(null)]}, null), {"none": None})
    nameless = disclosure(SALT, "", 1)
    text = sd_jwt({"_sd": [hashed(nameless)]}, nameless)
    yield Case("good-empty-name", "4.2.1", "a name is any other string", text, {"": 1})
