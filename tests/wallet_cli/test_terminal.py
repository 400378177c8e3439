"""How the screens are laid out: at terminals of any width, in colour or plain, and where nobody looks."""

import re
from pathlib import Path

import pexpect
import pytest

from tests.simulators.issuer_world import IssuerWorld
from tests.simulators.verifier_world import VerifierWorld
from tests.wallet_cli.running import Wallet

COLOUR = re.compile("\x1b\\[[0-9;]*m")
LANGUAGES = ("fi", "sv", "en")
SCREENS = (["list"], ["show", "1"], ["history"], ["receipts"], ["receipts", "2"], ["check"])


@pytest.fixture
def sharing(holding: Wallet, verifier: VerifierWorld) -> Wallet:
    """A wallet that holds a permit and has shown some of it."""
    assert holding.run("present", verifier.request(), "--yes").code == 0
    return holding


def seen(terminal: "pexpect.spawn[str]") -> list[str]:
    """Every line until the end, without colours."""
    terminal.expect(pexpect.EOF)
    return COLOUR.sub("", str(terminal.before)).splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [40, 80])
def test_plain_at_a_terminal_says_the_same_in_lines_that_fit(
    sharing: Wallet, issuer: IssuerWorld, language: str, columns: int
) -> None:
    for command in SCREENS:
        lines = seen(sharing.at_terminal(*command, columns=columns, WALLET_LANG=language, NO_COLOR="1"))
        assert [line for line in lines if len(line) > columns] == []
        elsewhere = sharing.run(*command, WALLET_LANG=language)
        # The same words in the same order, and none of them broken; only the rule is as long as the screen is wide.
        words, same = ([word for word in text.split() if word.strip("-")] for text in ("\n".join(lines), elsewhere.err))
        assert words == [*same, *(word for word in elsewhere.out.split() if word.strip("-"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_colour_lines_fit_too_and_no_word_is_broken(sharing: Wallet, issuer: IssuerWorld, language: str) -> None:
    for command in SCREENS:
        words = []
        for columns in (40, 80):
            lines = seen(sharing.at_terminal(*command, columns=columns, WALLET_LANG=language))
            assert [line for line in lines if len(line) > columns] == []
            words.append(sorted(word for line in lines for word in line.split() if word.strip("─")))
        assert words[0] == words[1]


def test_where_no_terminal_is_a_record_is_a_line(sharing: Wallet, verifier: VerifierWorld) -> None:
    assert sharing.run("present", verifier.request(), "--yes").code == 0
    for language in LANGUAGES:
        for command, records in (("list", 1), ("history", 3), ("receipts", 2)):
            # A width is of no concern to what reads a file.
            out = sharing.run(command, WALLET_LANG=language, COLUMNS="40").out
            assert len(out.splitlines()) == records, out
    claims = next(line for line in sharing.run("receipts", "2").out.splitlines() if "Items shared" in line)
    assert claims == "  Items shared: Name, Waters"


def test_a_narrow_terminal_has_values_below_their_labels(sharing: Wallet) -> None:
    assert "  Name                      Kalle Kalastaja" in seen(sharing.at_terminal("show", "1"))
    narrow = seen(sharing.at_terminal("show", "1", columns=40))
    at = narrow.index("  Name")
    assert narrow[at + 1] == "    Kalle Kalastaja"


def test_columns_says_how_wide_a_terminal_is(sharing: Wallet) -> None:
    assert "─" * 50 in seen(sharing.at_terminal("show", "1", COLUMNS="50"))
    for unheard in ("0", "wide", "500"):
        assert "─" * 80 in seen(sharing.at_terminal("show", "1", columns=200, COLUMNS=unheard))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_there_to_be_pasted_is_never_wrapped(wallet: Wallet, language: str) -> None:
    lines = seen(wallet.at_terminal("present", "--help", columns=40, WALLET_LANG=language))
    assert "  wallet present openid4vp://... --dry-run" in lines
    assert [line for line in lines if len(line) > 40 and "--dry-run" not in line] == []
    lines = seen(wallet.at_terminal("list", columns=40, WALLET_LANG=language))
    assert len([line for line in lines if line.startswith("  wallet receive ")]) == 1
    assert [line for line in lines if len(line) > 40] == []


@pytest.mark.parametrize("simple", [{}, {"NO_COLOR": "1"}], ids=["colour", "plain"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_ends_in_one_way(
    holding: Wallet, issuer: IssuerWorld, verifier: VerifierWorld, language: str, simple: dict[str, str]
) -> None:
    honest, narrow = verifier.registration(), verifier.registration("holder_name")
    yes = {"fi": "k", "sv": "j", "en": "y"}[language]
    for registered, command, answers in (
        (narrow, ("present", verifier.request()), [""]),
        (honest, ("present", verifier.request()), [""]),
        (honest, ("receive", issuer.offer()), [yes, "123456", ""]),
    ):
        verifier.registered = registered
        terminal = holding.at_terminal(*command, WALLET_LANG=language, **simple)
        for answer in answers:
            terminal.expect(r"[^\r\n]*[\]:] $")
            # One colon or one bracket, then a blank: what is typed stands off from it.
            assert re.search(r"[^\]:][\]:] $", str(terminal.after)), terminal.after
            terminal.sendline(answer)
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_passphrase_is_asked_for_in_the_same_way(tmp_path: Path, language: str) -> None:
    terminal = Wallet(tmp_path / "wallet").at_terminal("init", WALLET_LANG=language, WALLET_PASSPHRASE="")
    for typed in ("one", "another"):
        terminal.expect(r"[^\r\n]*: $")
        assert re.search(r"[^:]: $", str(terminal.after)), terminal.after
        terminal.sendline(typed)
    assert "passphrase_mismatch" in seen(terminal)[-1]


def test_ctrl_c_at_a_secret_takes_one_line(wallet: Wallet) -> None:
    terminal = wallet.at_terminal("list", WALLET_PASSPHRASE="")
    terminal.expect_exact("Passphrase: ")
    terminal.sendintr()
    assert seen(terminal) == ["", "Interrupted."]


def test_a_long_link_is_handed_on_whole(wallet: Wallet) -> None:
    link = "openid4vp://?client_id=x509_hash%3A" + "a" * 43 + "&request_uri=https%3A%2F%2Franta.example%2F" + "b" * 300
    assert wallet.run("scan", link).out.splitlines()[-1] == f"  wallet present '{link}'"
