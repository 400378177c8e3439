"""`verifier result`: how a request stands, for people in plain language and for programs as JSON."""

import asyncio

import click

from credential_schemas.purposes import Purpose
from verifier import results, waiting
from verifier.commands.group import with_settings
from verifier.errors import VerifierError
from verifier.outcome import EXPIRED, PENDING, VERIFIED
from verifier.results import Standing
from verifier.service import Verifier
from verifier.settings import Settings
from verifier.store import statements
from verifier.verdict import FAMILIES, Family, Row, Speaker
from web_service import cli
from web_service.words import LANGUAGES, Words

_MARKS: dict[Family, str] = {"ok": "✓", "note": "!", "stop": "✗", "none": "–"}
# 0 done, 1 refused or failed with a reason, 5 the request has ended by itself.
_ENDED = 5


@click.command("result")
@click.argument("request_id", metavar="ID")
@click.option("--wait", "seconds", type=click.IntRange(0, 3600), default=0, help="Wait so many seconds for the end.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="Language of the verdict.")
@with_settings()
@cli.json_option
def command(request_id: str, seconds: int, language: str | None, settings: Settings, as_json: bool) -> int:
    """Say how a request stands, or wait for its end.

    Example:  verifier result ID --wait 60
    """
    verifier = Verifier.open(settings)
    standing = asyncio.run(_read(verifier, request_id, seconds))
    words = cli.words("verifier", "credential_schemas", language=language)
    lines = _lines(verifier, standing, verifier.purpose(standing.row["purpose"]), words)
    cli.output(standing.to_json(), as_json, lines)
    if standing.state in (PENDING, VERIFIED):
        return cli.DONE
    return _ENDED if standing.state == EXPIRED else cli.FAILED


async def _read(verifier: Verifier, request_id: str, seconds: int) -> Standing:
    try:
        row = await verifier.database.one(statements.request_by_id, p_id=request_id[:100])
        if row is None:
            raise VerifierError("request_not_found")
        row = await waiting.until_ended(verifier, row, seconds=seconds)
        return await results.read(verifier, row, actor=cli.operator())
    finally:
        await verifier.database.close()


def _lines(verifier: Verifier, standing: Standing, purpose: Purpose, words: Words) -> list[str]:
    if standing.outcome is None:
        lines = [words.text("result.pending")]
        if standing.row["last_reason"] is not None:
            headline = Speaker(verifier.types, words).rejected_headline(standing.row["last_reason"])
            lines.append(words.text("request.rejected", headline=headline))
        return lines
    verdict = Speaker(verifier.types, words).verdict(standing, purpose, trust_loaded_at=verifier.clock.now())
    lines = [f"{_MARKS[FAMILIES.get(verdict.outcome, 'stop')]} {verdict.headline}", verdict.cause, verdict.when]
    for heading, rows in (
        ("heading.person", verdict.person),
        ("heading.data", verdict.data),
        ("heading.document", verdict.card),
    ):
        if rows:
            lines += ["", words.text(heading), *(_row(row) for row in rows)]
    if verdict.checks:
        lines += ["", words.text("heading.checks")]
        lines += [f"  {_MARKS[check.family]} {check.label}: {check.word}" for check in verdict.checks]
    if verdict.unchecked is not None:
        lines.append(f"  {verdict.unchecked}")
    return [*lines, "", verdict.next]


def _row(row: Row) -> str:
    mark = f"{_MARKS[row.mark]} " if row.mark else ""
    return f"  {row.term}: {mark}{row.value}"
