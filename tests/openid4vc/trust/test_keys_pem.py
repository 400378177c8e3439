"""Private keys in files, and files that are there whole or not at all."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from openid4vc.errors import TrustError
from openid4vc.trust.keys_pem import read_key, write_atomically, write_key

KEY = generate_private_key(SECP256R1())


def test_a_key_is_read_back_with_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    write_key(path, KEY, b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path, b"secret").private_numbers() == KEY.private_numbers()
    for passphrase in (None, b"Secret", b""):
        with pytest.raises(TrustError) as caught:
            read_key(path, passphrase)
        assert (caught.value.code, caught.value.facts) == ("key_unreadable", {"file": str(path)})
    path.write_bytes(b"not a key")
    with pytest.raises(TrustError):
        read_key(path, None)
    assert [name.name for name in tmp_path.iterdir()] == ["k.pem"]


def test_a_key_of_another_kind_is_not_read(tmp_path: Path) -> None:
    others = [generate_private_key(SECP384R1()), rsa.generate_private_key(65537, 2048)]
    for number, key in enumerate(others):
        path = tmp_path / f"{number}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with pytest.raises(TrustError) as caught:
            read_key(path, None)
        assert (caught.value.code, caught.value.facts) == ("key_unreadable", {"file": str(path)})


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", b"x", mode=0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_what_is_half_written_is_hidden_beside_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden: a trust folder does not read it. Beside: a rename cannot go from one file system to another."""
    renamed: list[Path] = []
    replace = os.replace

    def watched(source: str, target: Path) -> None:
        renamed.append(Path(source))
        assert Path(source).read_bytes() == b"x"
        assert not target.exists()
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    write_atomically(tmp_path / "k.pem", b"x", mode=0o640)
    (half,) = renamed
    assert half.parent == tmp_path
    assert half.name.startswith(".") and half.suffix == ".new"
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o640


def test_an_interruption_after_the_rename_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def interrupted(source: str, target: Path) -> None:
        replace(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "k.pem", b"x", mode=0o600)
    assert (tmp_path / "k.pem").read_bytes() == b"x"
