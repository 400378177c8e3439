"""Error codes: one closed set a package, none in two, each with three sentences in three languages, all on one page."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests import errors

BY_SET_AND_LANGUAGE = [(package, language) for package in errors.SETS for language in errors.LANGUAGES]
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def test_no_code_stands_in_two_sets_and_all_are_lower_snake() -> None:
    counted = Counter(code for codes in errors.SETS.values() for code in codes)
    assert [code for code, times in counted.items() if times > 1] == []
    assert [code for code in counted if not _CODE.fullmatch(code)] == []


@pytest.mark.parametrize(("package", "language"), BY_SET_AND_LANGUAGE)
def test_every_code_has_its_three_sentences_and_no_sentence_lacks_its_code(package: str, language: str) -> None:
    said = {
        name.removesuffix(".told"): text
        for name, text in errors.sentences(package, language).items()
        if name.startswith("error.") and not name.startswith("error.label.")
    }
    everywhere = {code for codes in errors.SETS.values() for code in codes}
    expected = {f"error.{code}.{part}" for code in errors.SETS[package] for part in errors.PARTS}
    assert expected - set(said) == set()
    assert [name for name, text in said.items() if not text.strip()] == []
    # A package may say an error of another one in its own words, but no error that does not exist.
    assert {name.split(".")[1] for name in said} - everywhere == set()


@pytest.mark.parametrize("package", errors.SETS)
def test_the_three_languages_fill_in_the_same_facts(package: str) -> None:
    known = [errors.sentences(package, language) for language in errors.LANGUAGES]
    names = {f"error.{code}.{part}" for code in errors.SETS[package] for part in errors.PARTS}
    differing = [name for name in names if len({frozenset(re.findall(r"\{\w+\}", said[name])) for said in known}) > 1]
    assert differing == []


def test_the_page_is_what_the_catalogues_say() -> None:
    assert errors.PAGE.read_text("utf-8") == errors.page(), "make errors"


def uses(tree: ast.Module, *, whole: bool) -> Iterator[str]:
    """Words that code uses; of the module that declares a set only what its functions and classes use."""
    places = tree.body if whole else [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    for place in places:
        for node in ast.walk(place):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_code_is_used_somewhere_in_the_packages() -> None:
    """A code that nothing raises is a sentence that nobody reads: it goes, or what should raise it is missing."""
    used: set[str] = set()
    for package in errors.SETS:
        for path in (errors.ROOT / package).rglob("*.py"):
            whole = path != errors.ROOT / package / "errors.py"
            used.update(uses(ast.parse(path.read_text("utf-8")), whole=whole))
        for path in (errors.ROOT / package).rglob("*.json"):
            used.update(re.findall(r'"([a-z0-9_]+)"', path.read_text("utf-8")))
    assert {code for codes in errors.SETS.values() for code in codes} - used == set()
