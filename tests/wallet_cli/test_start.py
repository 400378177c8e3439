"""How the wallet starts: what it imports, what it says about itself, and how it is made."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from openid4vc.trust.demo import DemoOrganisation, DemoTrust, join
from tests.wallet_cli.running import PASSPHRASE, ROOT, Wallet
from wallet_cli import vault, vault_file
from wallet_cli.command_line import COMMANDS

# Each costs more than everything that `list` needs (components: start-up); x509 comes with trust.
HEAVY = {"pydantic", "httpx", "httpcore", "sqlalchemy", "fastapi", "rich", "PIL", "asyncio"}
X509 = "cryptography.x509"


def imported(wallet: Wallet, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "wallet_cli", *arguments],
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "WALLET_HOME": str(wallet.home),
            "WALLET_PASSPHRASE": PASSPHRASE,
        },
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "--json"], ["history"], ["receipts"]])
def test_looking_at_the_wallet_imports_nothing_heavy(holding: Wallet, arguments: list[str]) -> None:
    names = imported(holding, *arguments)
    assert {name.split(".")[0] for name in names} & HEAVY == set()
    assert X509 not in names


def test_help_imports_no_command_and_ends_with_an_example(wallet: Wallet) -> None:
    assert not [name for name in imported(wallet, "--help") if name.startswith("wallet_cli.commands.")]
    for command in ([], *([name] for name in COMMANDS)):
        for language, heading in (("fi", "Esimerkki:"), ("sv", "Exempel:"), ("en", "Example:")):
            shown = wallet.run(*command, "--help", WALLET_LANG=language)
            assert shown.code == 0
            *_, title, example = [line for line in shown.out.splitlines() if line]
            assert (title, example.strip().startswith("wallet ")) == (heading, True)


def test_crash_points_are_listed_by_help(wallet: Wallet) -> None:
    assert "vault.being_written" in wallet.run("--help").out


@pytest.mark.parametrize(
    ("environment", "flag", "expected"),
    [
        ({"WALLET_LANG": "", "LANG": "fi_FI.UTF-8"}, [], "Lompakossa ei ole todisteita."),
        ({"WALLET_LANG": "sv", "LANG": "fi_FI.UTF-8"}, [], "Det finns inga intyg i plånboken."),
        ({"WALLET_LANG": "sv"}, ["--lang", "fi"], "Lompakossa ei ole todisteita."),
        ({"WALLET_LANG": "", "LANG": "C.UTF-8"}, [], "There are no credentials in the wallet."),
    ],
)
def test_the_language_is_the_persons(
    wallet: Wallet, environment: dict[str, str], flag: list[str], expected: str
) -> None:
    assert expected in wallet.run("list", *flag, **environment).out


def test_wrong_usage_is_answered_in_the_shape_of_every_error(wallet: Wallet) -> None:
    for arguments in (["fly"], ["list", "--wings"], ["show"], ["show", "x"], ["init", "--lang", "de"]):
        lines = wallet.run(*arguments).err.splitlines()
        assert [line.split()[0] for line in lines] == ["error", "reason", "hint", "code"]
        # The help of the command that was meant, as it can be pasted.
        meant = "wallet" if arguments == ["fly"] else f"wallet {arguments[0]}"
        assert lines[2] == f"hint     {meant} --help"
        done = wallet.run(*arguments, "--json")
        assert (done.code, done.json["error"]["code"]) == (2, "usage")
    assert wallet.run().code == 2


def test_whoever_reads_only_the_start_of_the_output_gets_no_traceback(wallet: Wallet) -> None:
    script = f"{sys.executable} -m wallet_cli list --plain | true"
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "WALLET_HOME": str(wallet.home), "WALLET_PASSPHRASE": PASSPHRASE},
    )
    assert "Traceback" not in done.stderr


def test_the_shell_completes_commands_and_options(wallet: Wallet) -> None:
    done = wallet.run(_WALLET_COMPLETE="bash_complete", COMP_WORDS="wallet re", COMP_CWORD="1")
    assert {line.partition(",")[2] for line in done.out.splitlines()} == {"receive", "receipts"}


def test_an_egress_map_that_leads_elsewhere_is_refused(trusting: Wallet, tmp_path: Path) -> None:
    path = tmp_path / "egress.json"
    offer = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2Fo"
    for text in ('{"a.example": "10.0.0.1:80"}', "[]", "{"):
        path.write_text(text)
        done = trusting.run("receive", offer, "--yes", "--json", "--test-mode", WALLET_EGRESS_MAP=str(path))
        assert (done.code, done.json["error"]["code"]) == (2, "test_setting")


# wallet init


def test_init_makes_a_costly_vault_and_a_second_time_changes_nothing(tmp_path: Path, demo_trust: DemoTrust) -> None:
    wallet = Wallet(tmp_path / "home" / "wallet")
    made = wallet.run("init", "--demo", "--demo-trust", str(demo_trust.directory), "--json")
    assert (made.code, made.json) == (0, {"vault": str(wallet.file), "created": True})
    before = wallet.file.read_bytes()
    cost = vault_file.read_header(before).cost
    assert (cost.memory_kib, cost.lanes, cost.passes >= 3) == (128 * 1024, 4, True)
    again = wallet.run("init", "--demo", "--demo-trust", str(tmp_path / "nowhere"), "--json", WALLET_PASSPHRASE="")
    assert (again.code, again.json["created"], wallet.file.read_bytes()) == (0, False, before)
    settings = wallet.contents().settings
    assert (settings.demo, settings.unregistered_verifiers) == (True, "allow")
    trust = wallet.home / "trust"
    assert {path.name for path in trust.iterdir()} >= {"issuers", "status", "access", "registrars", "types.json"}
    assert not list(trust.rglob("*.key.pem"))


def test_a_second_init_of_a_demo_wallet_brings_what_the_demo_trust_has_gained(
    tmp_path: Path, demo_trust: DemoTrust
) -> None:
    source = tmp_path / "source"
    shutil.copytree(demo_trust.directory, source)
    wallet = Wallet(tmp_path / "home" / "wallet")
    command = ("init", "--demo", "--demo-trust", str(source), "--lang", "en")
    assert wallet.run(*command).code == 0
    late = DemoOrganisation("Late Ltd", "NTRFI-9900199-9", ("urn:late:1",))
    join(source, organisations=[late], type_prefixes={"urn:late:": "issuer"}, now=int(time.time()))
    renewed, again = wallet.run(*command), wallet.run(*command)
    assert "brought up to date" in renewed.out
    assert "Nothing was changed" in again.out
    assert b"NTRFI-9900199-9" in (wallet.home / "trust" / "issuers" / "demo.lote.json").read_bytes()


def test_init_without_demo_trusts_nobody(tmp_path: Path) -> None:
    wallet = Wallet(tmp_path / "wallet")
    assert wallet.run("init").code == 0
    settings = wallet.contents().settings
    assert (settings.demo, settings.unregistered_verifiers) == (False, "ask")
    assert not list((wallet.home / "trust").rglob("*.pem"))
    done = wallet.run(
        "receive", "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2Fo", "--yes", "--json"
    )
    assert done.json["error"]["code"] == "trust_anchors_missing"
    loopback = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2F127.0.0.1%3A1%2Fo"
    assert wallet.run("receive", loopback, "--yes", "--json").json["error"]["code"] == "net_forbidden"


def test_a_demo_without_its_trust_makes_no_wallet(tmp_path: Path) -> None:
    wallet = Wallet(tmp_path / "wallet")
    for folder in ("nowhere", "."):
        path = tmp_path / folder
        assert wallet.run("init", "--demo", TODISTE_DEMO_TRUST=str(path)).code == 1
        assert not vault.exists(wallet.home)


def test_a_new_passphrase_is_asked_twice_and_not_echoed(tmp_path: Path) -> None:
    wallet = Wallet(tmp_path / "wallet")
    terminal = wallet.at_terminal("init", WALLET_PASSPHRASE="")
    for answer in ("first secret", "second secret"):
        terminal.expect(r"passphrase:|again:")
        terminal.sendline(answer)
    terminal.expect_exact("passphrase_mismatch")
    assert "secret" not in str(terminal.before)
    terminal.expect(pexpect.EOF)
    assert not vault.exists(wallet.home)


def test_without_terminal_or_passphrase_nothing_is_asked(wallet: Wallet) -> None:
    done = wallet.run("list", "--json", WALLET_PASSPHRASE="")
    assert (done.code, done.json["error"]["code"]) == (2, "passphrase_needed")
    missing = Wallet(wallet.home.parent / "other").run("list", "--json", WALLET_PASSPHRASE="")
    assert (missing.code, missing.json["error"]["code"]) == (2, "vault_missing")


# Pictures

PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def png_header(width: int, height: int) -> bytes:
    import struct
    import zlib

    fields = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + fields + struct.pack(">I", zlib.crc32(fields))


FILES = {
    "bomb.png": (png_header(50_000, 50_000) + PNG_END, "scan_too_large"),
    "cut.png": (png_header(100, 100)[:30], "scan_file"),
    "cut.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "scan_file"),
    "moving.gif": (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "scan_file"),
    "picture.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "scan_file"),
    "picture.tiff": (b"II*\x00\x08\x00\x00\x00", "scan_file"),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj\n<<", "scan_file"),
    "empty": (b"", "scan_file"),
}

_LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
sys.argv = ["wallet", "receive", sys.argv[1], "--yes", "--json"]
try:
    runpy.run_module("wallet_cli", run_name="__main__")
finally:
    # Of this program alone: ru_maxrss still counts what the process was before it became this one.
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    print(peak.split()[1], file=sys.stderr)
"""


@pytest.mark.case("W-39")
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_picture_ends_soon_and_small(wallet: Wallet, tmp_path: Path, name: str) -> None:
    data, code = FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "WALLET_HOME": str(wallet.home), "WALLET_PASSPHRASE": PASSPHRASE},
        timeout=30,
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, code)
    assert int(done.stderr.split()[-1]) < 512 << 10


def test_many_codes_and_none_are_told_apart(wallet: Wallet, tmp_path: Path) -> None:
    import io

    import segno
    from PIL import Image

    def code(text: str) -> Image.Image:
        out = io.BytesIO()
        segno.make(text, micro=False).save(out, kind="png", scale=4, border=4)
        return Image.open(out)

    offers = [code(f"openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2F{n}") for n in (1, 2)]
    page = Image.new("L", (900, 400), 255)
    for position, picture in enumerate(offers):
        page.paste(picture.convert("L"), (position * 450, 0))
    page.save(tmp_path / "two.png")
    Image.new("L", (300, 300), 255).save(tmp_path / "none.png")
    for name, expected in (("two.png", "several_codes"), ("none.png", "scan_none")):
        done = wallet.run("receive", str(tmp_path / name), "--yes", "--json")
        assert (done.code, done.json["error"]["code"]) == (1, expected)


# Words


def test_every_sentence_stands_in_three_languages_with_the_same_placeholders() -> None:
    from babel.messages.pofile import read_po

    catalogues = {}
    for language in ("fi", "sv", "en"):
        path = ROOT / "wallet_cli" / "locales" / language / "LC_MESSAGES" / "wallet_cli.po"
        with path.open("rb") as file:
            catalogues[language] = {message.id: message for message in read_po(file, locale=language) if message.id}
    assert catalogues["fi"].keys() == catalogues["sv"].keys() == catalogues["en"].keys()
    for name, finnish in catalogues["fi"].items():
        facts = {
            language: {frozenset(re.findall(r"\{(\w+)\}", text)) for text in _forms(catalogue[name].string)}
            for language, catalogue in catalogues.items()
        }
        assert all(text for catalogue in catalogues.values() for text in _forms(catalogue[name].string)), name
        assert facts["fi"] == facts["sv"] == facts["en"], (name, finnish)


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else string


def test_no_sentence_is_stale_and_every_code_has_what_why_and_what_to_do() -> None:
    from openid4vc.errors import CODES as PROTOCOL_CODES
    from wallet_cli.errors import CODES
    from wallet_cli.words import LANGUAGES, Words

    for language in LANGUAGES:
        words = Words(language)
        for code in sorted(CODES | PROTOCOL_CODES):
            for part in ("what", "why", "do"):
                assert words.error(code, part, {})
    source = "".join(path.read_text("utf-8") for path in (ROOT / "wallet_cli").rglob("*.py"))
    po = (ROOT / "wallet_cli" / "locales" / "fi" / "LC_MESSAGES" / "wallet_cli.po").read_text("utf-8")
    # Ids that are put together from a prefix and a closed set of names.
    made = r"(error|help|tx_code|history|month|state|stop|basis|sign|scan|receipts|hint|value|present\.receipt)\."
    named = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_0-9]+)*)["']""", source))
    stale = [
        name
        for name in re.findall(r'^msgid "(.+)"$', po, re.MULTILINE)
        if name not in named and not re.match(made, name) and not name.endswith(".help")
    ]
    assert stale == []
    assert not CODES & PROTOCOL_CODES
