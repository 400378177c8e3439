"""The vault on the disk: one file, replaced as a whole, never half written, one writer at a time.

Order of a write: new file in the same folder, fsync, rename over the old one, fsync of the folder. The folder itself
carries the lock, so no second file is needed.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from openid4vc import strict_json
from openid4vc.errors import FormatError
from wallet_cli import vault_file
from wallet_cli.contents import Contents
from wallet_cli.errors import WalletError
from wallet_cli.vault_file import Cost, Keys

NAME: Final = "vault"
_NEW_PREFIX: Final = ".vault.new."
_LOCK_SECONDS: Final = 10.0
_LOCK_STEP: Final = 0.05

T = TypeVar("T")
CrashPoint = Callable[[str], None]


def no_crash_points(name: str) -> None:
    """Outside test mode a named crash point does nothing."""


class Vault:
    """An opened vault: `contents` as last read, `change` to replace them on the disk."""

    def __init__(self, home: Path, keys: Keys, contents: Contents, crash_point: CrashPoint) -> None:
        self._home = home
        self._keys = keys
        self._crash_point = crash_point
        self.contents = contents

    @classmethod
    def create(
        cls,
        home: Path,
        passphrase: str,
        contents: Contents,
        *,
        cost: Cost | None = None,
        enough_seconds: float | None = None,
        before: Callable[[], None] = lambda: None,
        crash_point: CrashPoint = no_crash_points,
    ) -> "Vault":
        """A new vault in `home` (made 0700). WalletError `vault_path` when something else is in the way.

        `before` does what must be there before the vault is; when it fails there is no vault.
        """
        seconds = {} if enough_seconds is None else {"enough_seconds": enough_seconds}
        keys = vault_file.new_keys(passphrase, cost or Cost(), **seconds)
        _make_home(home)
        vault = cls(home, keys, contents, crash_point)
        with _locked(home) as folder:
            if _exists(folder):
                raise WalletError("vault_path", path=str(home / NAME))
            before()
            _replace(folder, vault_file.seal(_write(contents), keys), crash_point)
        return vault

    @classmethod
    def open(cls, home: Path, passphrase: str, *, crash_point: CrashPoint = no_crash_points) -> "Vault":
        """The vault in `home`: WalletError `vault_missing`, `_path`, `_damaged`, `_version`, `_passphrase`."""
        data = read(home)
        header = vault_file.read_header(data)
        keys = vault_file.derive(passphrase, header.cost, header.salt)
        return cls(home, keys, _parse(vault_file.open_sealed(data, keys)), crash_point)

    def change(self, edit: Callable[[Contents], T]) -> T:
        """Read the contents anew under the lock, let `edit` change them, put them on the disk.

        What another process wrote meanwhile is kept. When `edit` raises, nothing is written. WalletError
        `vault_busy` when another writer does not finish, or has changed the passphrase.
        """
        with _locked(self._home) as folder:
            data = read(self._home)
            if vault_file.read_header(data).salt != self._keys.salt:
                raise WalletError("vault_busy")
            contents = _parse(vault_file.open_sealed(data, self._keys))
            result = edit(contents)
            _replace(folder, vault_file.seal(_write(contents), self._keys), self._crash_point)
            self.contents = contents
        return result


def exists(home: Path) -> bool:
    """Whether something of the vault's name is there, whatever it is."""
    return os.path.lexists(home / NAME)


def read(home: Path) -> bytes:
    """The file's octets; a link, folder, pipe or device of that name is refused, not followed."""
    path = home / NAME
    try:
        # Without O_NONBLOCK a planted pipe would hold the wallet for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise WalletError("vault_missing", path=str(path)) from None
    except OSError:
        raise WalletError("vault_path", path=str(path)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise WalletError("vault_path", path=str(path))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(vault_file.MAX_BYTES + 1)
    if len(data) > vault_file.MAX_BYTES:
        raise WalletError("vault_damaged")
    return data


def _parse(data: bytes) -> Contents:
    try:
        return Contents.from_json(strict_json.parse_object(data, max_bytes=vault_file.MAX_BYTES))
    except FormatError:
        # It was authentic, so a wallet wrote it; this one cannot read it.
        raise WalletError("vault_damaged") from None


def _write(contents: Contents) -> bytes:
    return strict_json.write(contents.to_json())


def _make_home(home: Path) -> None:
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            home.mkdir(mode=0o700)
        # The umask may have taken bits and an existing folder may give too many.
        home.chmod(0o700)
    except OSError:
        raise WalletError("vault_path", path=str(home)) from None


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[int]:
    """The folder's descriptor, with the lock that only one process holds."""
    try:
        folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise WalletError("vault_missing", path=str(home / NAME)) from None
    except OSError:
        raise WalletError("vault_path", path=str(home)) from None
    try:
        last_try = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= last_try:
                    raise WalletError("vault_busy") from None
                time.sleep(_LOCK_STEP)
        yield folder
    finally:
        os.close(folder)


def _exists(folder: int) -> bool:
    try:
        os.stat(NAME, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _replace(folder: int, data: bytes, crash_point: CrashPoint) -> None:
    """Put `data` in the vault's place: WalletError `vault_unwritable`, and then the old file is as it was."""
    # A process that died while writing leaves its file; under the lock it can only be a dead one's.
    for name in os.listdir(folder):
        if name.startswith(_NEW_PREFIX):
            os.unlink(name, dir_fd=folder)
    name = _NEW_PREFIX + secrets.token_hex(8)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o600, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                half = len(data) // 2
                file.write(data[:half])
                file.flush()
                crash_point("vault.being_written")
                file.write(data[half:])
                file.flush()
                os.fsync(file.fileno())
            os.rename(name, NAME, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            raise
        os.fsync(folder)
    except OSError as error:
        raise WalletError("vault_unwritable", reason=errno.errorcode.get(error.errno or 0, "EIO")) from None
