"""The vault: what it refuses, what it never leaves lying about, and that two writers lose nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wallet_cli.running import CHEAP, PASSPHRASE, ROOT, Wallet
from wallet_cli import vault, vault_file
from wallet_cli.contents import Contents, HistoryEntry, Settings
from wallet_cli.errors import WalletError
from wallet_cli.vault import Vault
from wallet_cli.vault_file import Cost

FULL = bool(os.environ.get("TODISTE_FULL_COUNTS"))
CANARY = "Kanarialintu-4711"


def add_entry(contents: Contents, party: str = CANARY) -> None:
    contents.add_history(HistoryEntry(0, 0, "received", party, None, None, [], [], [], [], None, None))


def opened(wallet: Wallet) -> Vault:
    return Vault.open(wallet.home, PASSPHRASE)


def test_what_is_written_is_read_again(wallet: Wallet) -> None:
    opened(wallet).change(add_entry)
    assert [entry.party for entry in wallet.contents().history] == [CANARY]


def test_a_failed_edit_writes_nothing(wallet: Wallet) -> None:
    before = wallet.file.read_bytes()

    def edit(contents: Contents) -> None:
        add_entry(contents)
        raise WalletError("declined")

    with pytest.raises(WalletError):
        opened(wallet).change(edit)
    assert wallet.file.read_bytes() == before


@pytest.mark.case("W-30")
def test_a_wrong_passphrase_has_its_own_exit_code_and_one_message_and_changes_nothing(wallet: Wallet) -> None:
    before = wallet.file.read_bytes()
    answers = [wallet.run("list", WALLET_PASSPHRASE=wrong) for wrong in ("x", PASSPHRASE + " ", PASSPHRASE.upper())]
    assert {answer.code for answer in answers} == {3}
    assert {answer.err for answer in answers} == {answers[0].err}
    assert "vault_passphrase" in answers[0].err
    assert wallet.file.read_bytes() == before


def test_a_passphrase_is_the_same_however_its_letters_are_put_together_and_may_be_no_utf_8() -> None:
    def keys(passphrase: bytes) -> vault_file.Keys:
        return vault_file.derive(os.fsdecode(passphrase), CHEAP, b"\0" * 16)

    assert keys("pöytä".encode()) == keys(b"po\xcc\x88yta\xcc\x88") != keys(b"poyta")
    assert keys("pöytä".encode("latin-1")) == keys(b"p\xf6yt\xe4") != keys("pöytä".encode())


def test_init_raises_the_cost_until_one_try_takes_long_enough() -> None:
    keys = vault_file.new_keys(PASSPHRASE, CHEAP, enough_seconds=0.005)
    assert keys.cost.passes > CHEAP.passes
    assert Cost() == Cost(memory_kib=128 * 1024, passes=3, lanes=4)


@pytest.mark.case("W-31")
def test_every_changed_byte_is_found_and_the_file_is_left_alone(wallet: Wallet) -> None:
    opened(wallet).change(add_entry)
    data = wallet.file.read_bytes()
    keys = vault_file.derive(PASSPHRASE, CHEAP, vault_file.read_header(data).salt)
    for position in range(len(data)):
        spoilt = bytearray(data)
        spoilt[position] ^= 1
        with pytest.raises(WalletError) as refused:
            vault_file.read_header(bytes(spoilt))
            vault_file.open_sealed(bytes(spoilt), keys)
        assert refused.value.code == "vault_damaged", position
    start = vault_file.HEADER_BYTES
    swapped = data[:start] + data[start + 16 : start + 32] + data[start : start + 16] + data[start + 32 :]
    for other in (data + b"\0", data[:-1], data[: start - 1], b"", swapped):
        with pytest.raises(WalletError, match="vault_damaged"):
            vault_file.read_header(other)
            vault_file.open_sealed(other, keys)
    step = max(1, len(data) // (50 if FULL else 5))
    for position in range(0, len(data), step):
        spoilt = bytearray(data)
        spoilt[position] ^= 0x80
        wallet.file.write_bytes(spoilt)
        answer = wallet.run("list", "--json")
        assert (answer.code, answer.json["error"]["code"]) == (3, "vault_damaged")
        assert wallet.file.read_bytes() == spoilt


def test_a_planted_cost_is_refused_before_any_work(wallet: Wallet) -> None:
    for cost in (Cost(1 << 31, 3, 4), Cost(64, 1000, 1), Cost(64, 0, 1), Cost(64, 1, 0), Cost(8, 1, 4)):
        planted = vault_file.seal(b"{}", vault_file.Keys(cost, b"s" * 16, b"k" * 32, b"c" * 32))
        with pytest.raises(WalletError, match="vault_damaged"):
            vault_file.read_header(planted)


def test_a_later_version_is_told_from_damage(wallet: Wallet) -> None:
    import hashlib

    data = wallet.file.read_bytes()
    fields = bytearray(data[: vault_file.HEADER_BYTES - 32])
    fields[16:18] = b"\x00\x02"
    with pytest.raises(WalletError) as refused:
        vault_file.read_header(bytes(fields) + hashlib.sha256(fields).digest() + data[vault_file.HEADER_BYTES :])
    assert (refused.value.code, refused.value.facts["version"]) == ("vault_version", 2)


@pytest.mark.case("W-32")
def test_permissions_do_not_depend_on_the_umask_and_no_planted_name_is_followed(tmp_path: Path) -> None:
    home = tmp_path / "wallet"
    before = os.umask(0)
    try:
        wallet = Wallet.new(home)
        opened(wallet).change(add_entry)
    finally:
        os.umask(before)
    assert (home.stat().st_mode & 0o777, wallet.file.stat().st_mode & 0o777) == (0o700, 0o600)

    # Every name that the next write could use or clean away is a trap: a link to somebody's file.
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (home / ".vault.new.0011223344556677").symlink_to(victim)
    os.link(victim, home / ".vault.new.8899aabbccddeeff")
    opened(wallet).change(add_entry)
    assert victim.read_text() == "untouched"
    assert sorted(path.name for path in home.iterdir()) == ["vault"]

    for make in (lambda path: path.mkdir(), os.mkfifo, lambda path: path.symlink_to(victim)):
        wallet.file.unlink() if not wallet.file.is_dir() else wallet.file.rmdir()
        make(wallet.file)
        for command in ("list", "init"):
            answer = wallet.run(command, "--json")
            assert (answer.code, answer.json["error"]["code"]) == (1, "vault_path")


_WRITER = """
import sys
from pathlib import Path
from tests.wallet_cli.running import PASSPHRASE
from tests.wallet_cli.test_vault import add_entry
from wallet_cli.vault import Vault
vault = Vault.open(Path(sys.argv[1]), PASSPHRASE)
for number in range(int(sys.argv[3])):
    vault.change(lambda contents: add_entry(contents, f"{sys.argv[2]}-{number}"))
"""


@pytest.mark.case("W-33")
def test_two_processes_writing_at_once_lose_nothing(wallet: Wallet) -> None:
    rounds = 100 if FULL else 10
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(wallet.home), name, str(rounds)], cwd=ROOT)
        for name in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    entries = wallet.contents().history
    assert sorted(entry.party for entry in entries) == sorted(f"{name}-{n}" for name in "ab" for n in range(rounds))
    assert sorted(entry.number for entry in entries) == list(range(1, 2 * rounds + 1))


@pytest.mark.case("W-34")
def test_nothing_readable_is_left_on_the_disk_not_even_by_a_crash_in_the_middle_of_a_write(wallet: Wallet) -> None:
    secret = "bm90LWEtcmVhbC1rZXktYnV0LWEtY2FuYXJ5LTQ3MTE"
    opened(wallet).change(lambda contents: add_entry(contents, f"{CANARY} {secret}"))
    before = wallet.file.read_bytes()
    code = (
        "import os,signal,sys; from pathlib import Path; from tests.wallet_cli.running import PASSPHRASE\n"
        "from tests.wallet_cli.test_vault import add_entry; from wallet_cli.vault import Vault\n"
        "crash = lambda name: os.kill(os.getpid(), signal.SIGKILL)\n"
        "Vault.open(Path(sys.argv[1]), PASSPHRASE, crash_point=crash).change(add_entry)"
    )
    died = subprocess.run([sys.executable, "-c", code, str(wallet.home)], cwd=ROOT, timeout=60)
    assert died.returncode == -9
    files = [path for path in wallet.home.rglob("*") if path.is_file()]
    assert len(files) == 2, "the half-written file is there to be searched"
    assert not [path for path in files for word in (CANARY, secret) if word.encode() in path.read_bytes()]
    assert wallet.file.read_bytes() == before
    limits = "import resource, sys; from wallet_cli.__main__ import main\nsys.argv = ['wallet', '--help']\n"
    limits += "try: main()\nfinally: assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)"
    subprocess.run([sys.executable, "-c", limits], cwd=ROOT, check=True, capture_output=True, timeout=60)

    # The next writer takes the dead one's place and cleans up behind it.
    opened(wallet).change(add_entry)
    assert [path.name for path in wallet.home.iterdir()] == [vault.NAME]


def test_a_folder_that_cannot_be_written_to_leaves_the_vault_as_it_was(wallet: Wallet) -> None:
    before = wallet.file.read_bytes()
    code = (
        "import resource,sys; from pathlib import Path; from tests.wallet_cli.running import PASSPHRASE\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from tests.wallet_cli.test_vault import add_entry; from wallet_cli.vault import Vault\n"
        "from wallet_cli.errors import WalletError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try: Vault.open(Path(sys.argv[1]), PASSPHRASE).change(add_entry)\n"
        "except WalletError as error: sys.exit(error.code)"
    )
    full = subprocess.run(
        [sys.executable, "-c", code, str(wallet.home)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert full.stderr.strip() == "vault_unwritable"
    assert (wallet.file.read_bytes(), os.listdir(wallet.home)) == (before, [vault.NAME])


def test_contents_of_another_version_are_not_guessed_at() -> None:
    raw = Contents(Settings(True, "ask")).to_json()
    assert Contents.from_json(raw) == Contents(Settings(True, "ask"))
    for name, value in (("version", 2), ("next_number", "1"), ("credentials", {}), ("settings", None)):
        with pytest.raises(Exception, match="json_invalid"):
            Contents.from_json({**raw, name: value})
