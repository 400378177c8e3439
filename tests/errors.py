"""Every error code with its sentences in three languages, from the closed sets and catalogues of all packages.

`python -m tests.errors` writes docs/errors.md (`make errors`); tests/test_errors.py holds that it is up to date.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

import credential_schemas.errors
import issuer.errors
import openid4vc.errors
import verifier.errors
import wallet_cli.errors
import web_service.errors

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "errors.md"
LANGUAGES: Final = ("fi", "sv", "en")
PARTS: Final = ("what", "why", "do")
SETS: Final[Mapping[str, Collection[str]]] = {
    "openid4vc": openid4vc.errors.CODES,
    "credential_schemas": credential_schemas.errors.CODES,
    "web_service": web_service.errors.CODES,
    "issuer": issuer.errors.CODES,
    "verifier": verifier.errors.CODES,
    "wallet_cli": wallet_cli.errors.CODES,
}
_ABOUT: Final[Mapping[str, str]] = {
    "openid4vc": "The protocols: what another side sent, or a document says. Wallet, issuer and verifier meet them.",
    "credential_schemas": "What a document or a purpose may say.",
    "web_service": "What both services share: pages, sign-in, database, settings.",
    "issuer": "Giving documents.",
    "verifier": "Asking for documents.",
    "wallet_cli": "The wallet itself.",
}
_HEAD: Final = """\
# Error codes

Every error has a code (lower case, from one closed set a package, none in two) and three sentences: what happened, why,
and the next step. Commands show them in this order and give the code last; with `--json` they print
`{"error": {"code", "message", "hint", "spec_error"}}`. A word in braces is filled in when the error is shown.

This page is printed from the catalogues by `make errors`. Do not edit it.
"""


def sentences(package: str, language: str) -> dict[str, str]:
    """The catalogue of a package in one language, without its plural forms."""
    path = ROOT / package / "locales" / language / "LC_MESSAGES" / f"{package}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and isinstance(entry.string, str)}


def page() -> str:
    return "\n".join([_HEAD, *(line for package in SETS for line in _section(package))])


def _section(package: str) -> Iterator[str]:
    known = {language: sentences(package, language) for language in LANGUAGES}
    yield f"## {package}\n"
    yield f"{_ABOUT[package]}\n"
    for code in sorted(SETS[package]):
        yield f"### `{code}`\n"
        yield "| | what | why | next step |"
        yield "|---|---|---|---|"
        for language in LANGUAGES:
            cells = (known[language][f"error.{code}.{part}"].replace("|", "\\|") for part in PARTS)
            yield f"| {language} | {' | '.join(cells)} |"
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
