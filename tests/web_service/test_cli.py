"""Operator commands: one JSON object or four lines, and exit codes that mean something."""

import json
from pathlib import Path

import click
import pytest

from web_service import cli
from web_service.errors import CODES, DatabaseUnavailable, WebError
from web_service.words import Words, locales_of


@click.group()
def group() -> None:
    pass


@group.command()
@cli.json_option
def show(as_json: bool) -> None:
    cli.output({"state": "offered", "name": "ä"}, as_json, ["Tarjottu: ä"])


@group.command()
@cli.json_option
@click.option("--how", type=click.Choice(["port", "database", "bug", "exit"]))
def fail(as_json: bool, how: str) -> None:
    if how == "port":
        raise WebError("port_taken", host="127.0.0.1", port=8001)
    if how == "database":
        raise DatabaseUnavailable
    if how == "exit":
        raise click.exceptions.Exit(5)
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def finnish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODISTE_LANG", "fi")


def test_a_result_is_lines_or_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(group, arguments=["show"]) == 0
    assert capsys.readouterr().out == "Tarjottu: ä\n"
    assert cli.run(group, arguments=["show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"state": "offered", "name": "ä"}


def test_an_error_is_four_lines_on_stderr_in_the_operators_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(group, arguments=["fail", "--how", "port"]) == cli.FAILED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "virhe    Portti 8001 on jo käytössä",
        "syy      Toinen ohjelma kuuntelee osoitetta 127.0.0.1:8001.",
        "ohje     Pysäytä se tai valitse toinen portti (--port).",
        "koodi    port_taken",
    ]


def test_an_error_as_json_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(group, arguments=["fail", "--how", "database", "--json"]) == cli.UNREACHABLE
    captured = capsys.readouterr()
    assert captured.err == ""
    assert json.loads(captured.out) == {
        "error": {
            "code": "database_unavailable",
            "message": "Tietokanta ei vastaa",
            "hint": "Yritä hetken kuluttua uudelleen. Mitään ei kadonnut.",
            "spec_error": None,
        }
    }


def test_wrong_usage_is_2_and_a_bug_shows_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(group, arguments=["show", "--unheard-of"]) == cli.WRONG_USAGE
    assert capsys.readouterr().err.endswith("koodi    wrong_usage\n")
    assert cli.run(group, arguments=["fail", "--how", "exit"]) == 5
    assert cli.run(group, arguments=["--help"]) == 0
    with pytest.raises(ZeroDivisionError):
        cli.run(group, arguments=["fail", "--how", "bug"])


def test_an_argument_that_is_no_utf_8_never_reaches_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(group, arguments=["show", "ä\udcff", "--json"]) == cli.WRONG_USAGE
    said = json.loads(capsys.readouterr().out)["error"]
    assert (said["code"], said["message"]) == ("wrong_usage", r"Komento ei kelpaa: '\xe4\udcff' is not UTF-8")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_code_can_be_told_with_its_facts(language: str) -> None:
    words = Words(locales_of("web_service"), language)
    facts = {"name": "x", "port": 1, "host": "h", "batch": 1}
    for code in CODES:
        lines = cli.error_lines(words, code, facts)
        assert len(lines) == 4
        assert lines[3].endswith(code)


def test_the_actor_of_a_command_fits_an_audit_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUDO_USER", "lea (doctor)\n")
    assert cli.operator() == "cli:leadoctor"
