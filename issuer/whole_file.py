"""A file that is there whole or not at all: a kill in the middle leaves no half of a document in anybody's folder.

On Linux the file has no name until all of it is on the disk, so there is nothing to clean up after a power cut. Where
the file system cannot do that, it is written beside its place under a hidden name.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write(path: Path, data: bytes, *, halfway: Callable[[], None]) -> None:
    """Put `data` into `path`, for its owner alone, instead of what was there; OSError.

    `halfway` is called when half is written: the named crash point of the caller.
    """
    folder = path.absolute().parent
    beside = folder / f".{secrets.token_hex(8)}.part"
    descriptor, named = _open(folder, beside)
    try:
        with os.fdopen(descriptor, "wb") as file:
            half = len(data) // 2
            file.write(data[:half])
            file.flush()
            halfway()
            file.write(data[half:])
            file.flush()
            os.fsync(file.fileno())
            if not named:
                # The descriptor for a directory is not used for an absolute path; it makes Python follow the link.
                os.link(f"/proc/self/fd/{file.fileno()}", beside, src_dir_fd=file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise


def _open(folder: Path, beside: Path) -> tuple[int, bool]:
    """A descriptor for writing, and whether the file has a name already."""
    unnamed = getattr(os, "O_TMPFILE", None)
    if unnamed is not None and Path("/proc/self/fd").is_dir():
        # A file system without such files, or a folder that takes none: the other way says so better.
        with suppress(OSError):
            return os.open(folder, unnamed | os.O_WRONLY, 0o600), False
    return os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), True
