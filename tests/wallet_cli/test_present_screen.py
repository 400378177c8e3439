"""What stands on the screen before a person shares something."""

import json
from typing import Any

import pexpect
import pytest

from openid4vc import sd_jwt
from openid4vc.vp.response import ResponseParameters
from tests.simulators.issuer_world import CLAIMS, IssuerWorld
from tests.simulators.verifier_world import NAME, VerifierWorld
from tests.wallet_cli.presenting import present
from tests.wallet_cli.running import Wallet

JsonObject = dict[str, Any]


HOSTILE = {
    "holder_name": "\x1b[2J\x1b]0;title\x07Kalle\x08\x08\rVERIFIED",
    "waters": ["lake\n[OK] VERIFIED by everybody", "\u202eekal", "A" * 5000],
    "born_on": "\x9b31m",
}


def printable(text: str) -> bool:
    """Only text, line ends and the wallet's own colours."""
    for colour in ("\x1b[0m", "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[90m"):
        text = text.replace(colour, "")
    return all(character.isprintable() or character in "\r\n" for character in text) and "\u202e" not in text


@pytest.mark.case("W-29")
def test_hostile_values_are_shown_as_text_and_move_nothing(
    trusting: Wallet, issuer: IssuerWorld, verifier: VerifierWorld
) -> None:
    issuer.claims = {**CLAIMS, **HOSTILE}
    verifier.registered = verifier.registration(name="\x1b[31mEvil\r\nVERIFIED", privacy_policy="https://x\x07\x1b[1A")
    assert trusting.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    for command in (["show", "1"], ["list"], ["present", verifier.request()], ["history"], ["receipts"]):
        terminal = trusting.at_terminal(*command)
        if command[0] == "present":
            terminal.expect_exact("? = help]")
            seen = str(terminal.before)
            terminal.sendline("y")
            terminal.expect(pexpect.EOF)
            seen += str(terminal.before)
        else:
            terminal.expect(pexpect.EOF)
            seen = str(terminal.before)
        assert printable(seen), seen
        assert not [line for line in seen.splitlines() if line.strip().startswith(("VERIFIED", "[OK] VERIFIED"))]
        assert "A" * 250 not in seen.replace("\r\n", "").replace(" ", "")
    assert "\\x1b[2J" in trusting.run("show", "1").out
    raw = trusting.run("show", "1", "--json").out
    assert raw.isascii()
    assert json.loads(raw)["items"][0]["value"] == HOSTILE["holder_name"]


def test_the_screen_of_approval_reads_like_the_design(holding: Wallet, verifier: VerifierWorld) -> None:
    shown = holding.run("present", verifier.request(), "--yes", "--dry-run", "--plain", WALLET_LANG="fi").out
    assert shown.splitlines()[1:] == [
        "PYYNTÖ NÄYTTÄÄ TIETOJASI",
        shown.splitlines()[2],
        "-" * 80,
        f"  Pyytäjä: {NAME}",
        "  [OK] Tunnistettu ja rekisteröity pyytäjä",
        "  Tarkoitus: Kalastusluvan tarkastus",
        "  Säilytys: Enintään 12 kuukautta",
        "  Tietosuoja: https://ranta.example/privacy",
        "",
        "Näytetään nämä, kaikki tai ei mitään",
        " Kalastuslupa (1)",
        "  Nimi: Kalle Kalastaja",
        "  Vedet: Järvi, Joki",
        "",
        "Voit lisätä, jos haluat (ei valittu)",
        "  1  Opas: Kyllä",
        "  2  Syntymäpäivä: 12.3.1974",
        "",
        "Jää piiloon: 3 muuta tietoa numerosta 1 ja kaikki muut todisteesi.",
        "",
        "Hyväksyt, että tiedot näytetään. Käsittely perustuu lakiin (380/2023), ei suostumukseesi. "
        "Voit kieltäytyä. Pyytäjälle ei kerrota, miksi tietoja ei saatu.",
        "[--] Harjoitus: mitään ei lähetetty.",
    ]


@pytest.mark.parametrize(
    ("basis", "sentence"),
    [
        ("public_task", "part of the authority’s statutory task"),
        ("consent", f"You consent to {NAME} processing this data"),
        ("contract", f"the contract you make: {NAME}"),
        ("secrecy_waiver", "The data is confidential."),
        (None, "has not stated a basis"),
    ],
)
def test_the_sentence_above_the_question_follows_the_registered_basis(
    holding: Wallet, verifier: VerifierWorld, basis: str | None, sentence: str
) -> None:
    registered = verifier.registration()
    registered.pop("lawful_basis")
    verifier.registered = registered if basis is None else {**registered, "lawful_basis": basis}
    assert sentence in holding.run("present", verifier.request(), "--yes", "--dry-run", "--plain").out


def test_the_presentation_is_bound_to_this_request(holding: Wallet, verifier: VerifierWorld) -> None:
    assert present(holding, verifier).code == 0
    got = verifier.got[-1]
    assert isinstance(got, ResponseParameters)
    binding = sd_jwt.parse(got.vp_token["permit"][0]).key_binding_jwt
    assert binding is not None
    claims = binding.payload
    assert (claims["aud"], claims["nonce"]) == (verifier.client_id.text, verifier.nonce)
