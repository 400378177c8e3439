"""One check for every package's catalogues: three languages with the same ids, nothing empty, missing or stale.

    def test_the_catalogues_are_complete() -> None:
        assert problems_of("issuer", dynamic=("error.", "state."), also=("web_service",)) == []

An id is used when it stands as a literal in the package's Python or templates, or begins with one of `dynamic`: the
beginnings of ids that code makes (`words.text(f"state.{state}.tag")`). `also` names packages whose ids may be used too.
"""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("fi", "sv", "en")
_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)+")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_TEMPLATE_CALL = re.compile(r"""\btn?\(\s*(["'])([^"']+)\1\s*(~)?""")
_QUOTED = re.compile(r"""(["'])([^"'\s]+)\1""")
_LOOKUPS = {"text", "count", "t", "tn"}


def read_catalogue(package: str, language: str) -> dict[str, tuple[str, ...]]:
    """Ids with their texts (two, where there is a plural); `package` may be a part of one: `issuer.pages`."""
    folder = ROOT / package.replace(".", "/")
    path = folder / "locales" / language / "LC_MESSAGES" / f"{folder.name}.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            found[ids[0]] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def problems_of(
    package: str, *, dynamic: Collection[str], also: Collection[str] = (), parts: Collection[str] = ()
) -> list[str]:
    """What is wrong with the catalogues of `package`, one line each; empty when all is well.

    `parts` are its folders with catalogues of their own (`issuer.pages`).
    """
    texts = {
        language: {id: text for name in (package, *parts) for id, text in read_catalogue(name, language).items()}
        for language in LANGUAGES
    }
    known = set(texts["fi"])
    problems: list[str] = []
    for language, catalogue in texts.items():
        problems += [f"{language}: {id} is missing" for id in sorted(known - catalogue.keys())]
        problems += [f"{language}: {id} is only here" for id in sorted(catalogue.keys() - known)]
        problems += [f"{language}: {id} is empty" for id, forms in catalogue.items() if not all(forms)]
        problems += [
            f"{language}: {id} has other placeholders"
            for id in known & catalogue.keys()
            if _placeholders(catalogue[id]) != _placeholders(texts["fi"][id])
        ]
    foreign = {id for other in also for id in read_catalogue(other, "fi")}
    literals: set[str] = set()
    for path, asked, made, strings in _sources(package):
        literals |= strings
        problems += [f"{path}: {id} is in no catalogue" for id in sorted(asked - known - foreign)]
        problems += [
            f"{path}: {start}… is not declared dynamic" for start in sorted(made) if not _begins(start, dynamic)
        ]
    problems += [f"{id} is used nowhere" for id in sorted(known - literals) if not _begins(id, dynamic)]
    return problems


def _placeholders(forms: tuple[str, ...]) -> set[str]:
    # A singular may say "one" in words.
    return set(_PLACEHOLDER.findall(forms[-1]))


def _begins(text: str, beginnings: Collection[str]) -> bool:
    return any(text.startswith(beginning) for beginning in beginnings)


def _sources(package: str) -> Iterator[tuple[str, set[str], set[str], set[str]]]:
    """Of each file: ids that it looks up, beginnings of ids that it makes, every literal that looks like an id."""
    for path in sorted((ROOT / package).rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), *_in_python(path.read_text("utf-8"))
    for path in sorted((ROOT / package).rglob("*.html")):
        text = path.read_text("utf-8")
        calls = _TEMPLATE_CALL.findall(text)
        asked = {id for _, id, joined in calls if not joined}
        made = {id for _, id, joined in calls if joined}
        yield (
            path.relative_to(ROOT).as_posix(),
            asked,
            made,
            {id for _, id in _QUOTED.findall(text) if _ID.fullmatch(id)},
        )


def _in_python(source: str) -> tuple[set[str], set[str], set[str]]:
    asked: set[str] = set()
    made: set[str] = set()
    literals: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ID.fullmatch(node.value):
            literals.add(node.value)
        if isinstance(node, ast.Call) and node.args and _name(node.func) in _LOOKUPS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and _ID.fullmatch(first.value):
                asked.add(first.value)
            elif isinstance(first, ast.JoinedStr):
                start = first.values[0]
                made.add(str(start.value) if isinstance(start, ast.Constant) else "")
    return asked, made, literals


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
