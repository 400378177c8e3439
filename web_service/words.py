"""The sentences for people: gettext catalogues with symbolic ids, in Finnish, Swedish and English, always all three.

Every package keeps `locales/<language>/LC_MESSAGES/<package>.po`; `hatch_build.py` compiles it. `Words` looks an id up
in several packages' catalogues in their order. A placeholder is `{name}`; a count chooses the plural form.
"""

import gettext
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from web_service.errors import WebError

LANGUAGES: Final = ("fi", "sv", "en")
# Each language by its own name, which is the same in every language.
LANGUAGE_NAMES: Final = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


class Words:
    """The catalogues of `directories` (a package's `locales`) in one language. Raises WebError("catalogue_missing")."""

    def __init__(self, directories: Sequence[Path], language: str) -> None:
        self.language = language
        self._catalogues = tuple(_catalogue(directory, language) for directory in directories)

    def text(self, id: str, /, **facts: object) -> str:
        """The sentence of `id`. Raises LookupError for an unknown id or a fact too few."""
        for catalogue in self._catalogues:
            found = catalogue.gettext(id)
            if found != id:
                return found.format_map(facts) if "{" in found else found
        raise LookupError(f"no sentence {id} in {self.language}")

    def has(self, id: str) -> bool:
        """Whether there is such a sentence; for ids made of codes that come from outside."""
        return any(catalogue.gettext(id) != id for catalogue in self._catalogues)

    def count(self, id: str, n: int, /, **facts: object) -> str:
        """The sentence of `id` in the form for `n` things."""
        for catalogue in self._catalogues:
            found = catalogue.ngettext(id, id, n)
            if found != id:
                return found.format_map({"n": n, **facts})
        raise LookupError(f"no sentence {id} in {self.language}")


@lru_cache(maxsize=64)
def _catalogue(directory: Path, language: str) -> gettext.NullTranslations:
    domain = directory.parent.name
    try:
        return gettext.translation(domain, directory, [language])
    except OSError:
        raise WebError("catalogue_missing", name=f"{domain}/{language}") from None


def locales_of(*packages: str) -> tuple[Path, ...]:
    """The catalogue folders of packages."""
    return tuple(Path(str(files(package))) / "locales" for package in packages)


def choose_language(asked: Iterable[str | None], accept_language: str) -> str:
    """The first of `asked` that we speak (query, cookie), else what the browser prefers, else Finnish."""
    for language in asked:
        if language in LANGUAGES:
            return language
    preferred: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language[:500].split(",")):
        tag, _, weight = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        quality = weight.strip().removeprefix("q=")
        try:
            q = float(quality) if quality else 1.0
        except ValueError:
            q = 0.0
        if language in LANGUAGES and q > 0:
            preferred.append((-q, position, language))
    return min(preferred)[2] if preferred else "fi"
