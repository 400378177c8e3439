"""Every code has its sentences, in three languages with the same placeholders, and no sentence is left over."""

import re

import pytest
from babel.messages.pofile import read_po

import credential_schemas.errors
import openid4vc.errors
import web_service.errors
from issuer.document_status import REASONS
from issuer.errors import CODES, HTTP_STATUS, IssuerError
from web_service.words import LANGUAGES, locales_of

STATES = ("offered", "fetched", "redeemed", "received", "locked", "cancelled", "expired")
STATUSES = ("valid", "suspended", "revoked", "superseded")


def catalogue(language: str) -> dict[str, str]:
    (folder,) = locales_of("issuer")
    with (folder / language / "LC_MESSAGES" / "issuer.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_what_the_program_says(language: str) -> None:
    words = catalogue(language)
    needed = {f"error.{code}.{part}" for code in CODES for part in ("what", "why", "do")}
    needed |= {f"state.{state}.{part}" for state in STATES for part in ("tag", "text")}
    needed |= {f"state.{status}.tag" for status in STATUSES} | {f"reason.{reason}" for reason in REASONS}
    assert needed <= set(words)
    assert {name for name in words if name.startswith("error.")} <= needed
    assert all(words.values())


def test_the_three_languages_say_the_same_things() -> None:
    fi, sv, en = (catalogue(language) for language in LANGUAGES)
    assert fi.keys() == sv.keys() == en.keys()
    for name in fi:
        places = {frozenset(re.findall(r"\{(\w+)\}", words[name])) for words in (fi, sv, en)}
        assert len(places) == 1, name


def test_the_codes_are_a_closed_set_of_their_own() -> None:
    others = (openid4vc.errors.CODES, credential_schemas.errors.CODES, web_service.errors.CODES)
    assert all(not CODES & other for other in others)
    assert set(HTTP_STATUS) <= CODES | credential_schemas.errors.CODES
    with pytest.raises(ValueError, match="unknown error code"):
        IssuerError("no_such_code")
