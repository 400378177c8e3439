"""A sheet's file: whole or not at all, readable by its owner alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from issuer import whole_file


def nothing() -> None:
    """No crash point."""


@pytest.mark.parametrize("before", [None, b"an older and much longer sheet than the new one"])
def test_the_file_is_replaced_by_all_of_the_data_for_its_owner_alone(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "sheet.pdf"
    if before is not None:
        path.write_bytes(before)
    whole_file.write(path, b"all of it", halfway=nothing)
    assert path.read_bytes() == b"all of it"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"old")

    def fault() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        whole_file.write(path, b"new", halfway=fault)
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(path, b"old")]


def test_a_kill_in_the_middle_leaves_no_half_file_under_any_name(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys; from issuer import whole_file; "
        "whole_file.write(pathlib.Path(sys.argv[1]), b'x' * 100, halfway=lambda: os.kill(os.getpid(), signal.SIGKILL))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "sheet.pdf")], check=False)
    assert done.returncode == -9
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        whole_file.write(tmp_path / "missing" / "sheet.pdf", b"x", halfway=nothing)
    assert os.listdir(tmp_path) == []
