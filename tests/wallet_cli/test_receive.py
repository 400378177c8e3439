"""Receiving, against a real issuer on loopback that can be told to lie."""

from tests.simulators.issuer_world import NAME, VCT, IssuerWorld
from tests.wallet_cli.running import Result, Wallet


def code_file(wallet: Wallet, code: str = "123456") -> str:
    path = wallet.home.parent / "code"
    path.write_text(code + "\n")
    return str(path)


def receive(wallet: Wallet, issuer: IssuerWorld, *more: str) -> Result:
    return wallet.run("receive", issuer.offer(), "--tx-code-file", code_file(wallet), "--yes", "--json", *more)


def test_a_credential_is_received_stored_and_its_issuer_told(trusting: Wallet, issuer: IssuerWorld) -> None:
    done = receive(trusting, issuer)
    assert (done.code, done.err) == (0, done.err)
    (credential,) = done.json["credentials"]
    assert (credential["number"], credential["vct"], credential["issuer"], credential["state"]) == (
        1,
        VCT,
        NAME,
        "valid",
    )
    assert issuer.events == ["credential_accepted"]
    (held,) = trusting.contents().credentials
    assert (held.claim_count, trusting.contents().pending) == (5, [])
    assert trusting.run("list", "--json").json["credentials"] == [credential]
    shown = trusting.run("show", "1", "--plain")
    assert "Waters: Lake, River" in shown.out
    assert "Day of birth: 12 March 1974" in shown.out
    assert "Permit: number: K-17, days: 30" in shown.out
