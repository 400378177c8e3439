"""Sentences by symbolic ids, in three languages, always all of them."""

from pathlib import Path

import pytest

from tests.web_service.catalogues import LANGUAGES, problems_of, read_catalogue
from web_service.errors import CODES, WebError
from web_service.words import Words, choose_language, locales_of


def test_the_catalogues_are_complete_and_nothing_in_them_is_stale() -> None:
    assert problems_of("web_service", dynamic=("error.", "status.", "cli.")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_code_has_what_why_and_what_to_do_and_no_other_has(language: str) -> None:
    ids = {id for id in read_catalogue("web_service", language) if id.startswith("error.")}
    assert ids == {f"error.{code}.{part}" for code in CODES for part in ("what", "why", "do")}


@pytest.mark.parametrize(("language", "one", "many"), [("fi", "yksi kohta", "3 kohtaa"), ("en", "one item", "3 items")])
def test_a_count_chooses_the_form(language: str, one: str, many: str) -> None:
    words = Words(locales_of("web_service"), language)
    assert one in words.count("ui.error_summary", 1)
    assert many in words.count("ui.error_summary", 3)


def test_an_unknown_id_and_a_missing_fact_are_errors_of_ours() -> None:
    words = Words(locales_of("web_service"), "sv")
    assert not words.has("ui.unheard_of")
    with pytest.raises(LookupError):
        words.text("ui.unheard_of")
    with pytest.raises(LookupError):
        words.count("ui.unheard_of", 2)
    with pytest.raises(LookupError):
        words.text("error.port_taken.what")
    assert words.text("error.port_taken.what", port=8001) == "Porten 8001 används redan"


def test_a_catalogue_that_was_not_compiled_is_named(tmp_path: Path) -> None:
    with pytest.raises(WebError) as caught:
        Words([tmp_path / "nothing" / "locales"], "fi")
    assert (caught.value.code, caught.value.facts) == ("catalogue_missing", {"name": "nothing/fi"})


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        (("sv", "en"), "fi", "sv"),
        ((None, "en"), "fi", "en"),
        (("xx", None), "en-GB,en;q=0.9,fi;q=0.8", "en"),
        ((), "de, sv;q=0.5, en;q=0.4", "sv"),
        ((), "en;q=0, sv;q=0.1", "sv"),
        ((), "en;q=high, de", "fi"),
        ((), "", "fi"),
        ((), "x" * 100_000, "fi"),
    ],
)
def test_the_language_is_what_was_asked_then_what_the_browser_prefers(
    asked: tuple[str | None, ...], accepted: str, chosen: str
) -> None:
    assert choose_language(asked, accepted) == chosen
