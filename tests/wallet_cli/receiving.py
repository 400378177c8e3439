"""Receiving as the tests do it: from a simulated issuer, without questions."""

from tests.simulators.issuer_world import IssuerWorld
from tests.wallet_cli.running import Result, Wallet

# Where the simulated issuer is asked.
METADATA = ("GET", "/.well-known/openid-credential-issuer/office")
CREDENTIAL = ("POST", "/office/credential")


def code_file(wallet: Wallet, code: str = "123456") -> str:
    path = wallet.home.parent / "code"
    path.write_text(code + "\n")
    return str(path)


def receive(wallet: Wallet, issuer: IssuerWorld, *, tx_code: str | None = None, **environment: str) -> Result:
    arguments = ["receive", issuer.offer(tx_code=tx_code), "--yes", "--json"]
    if tx_code is not None:
        arguments += ["--tx-code-file", code_file(wallet, tx_code)]
    return wallet.run(*arguments, **environment)


def refused(wallet: Wallet, issuer: IssuerWorld, code: str, exit_code: int = 1) -> Result:
    """One attempt that must fail with this code and leave no credential and no key behind."""
    done = receive(wallet, issuer)
    assert (done.json["error"]["code"], done.code) == (code, exit_code), done.out
    assert len([line for line in done.out.splitlines() if line]) == 1
    contents = wallet.contents()
    assert (contents.credentials, contents.pending) == ([], [])
    return done
