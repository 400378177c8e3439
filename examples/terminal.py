"""A terminal for commands that ask: runs one under a pseudo-terminal, shows it, and answers its questions.

The wallet asks nothing without a terminal, so the demonstration gives it one instead of switching its questions off.
"""

import os
import pty
import re
import select
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A question is a last line without a line feed that ends like one.
_QUESTION = re.compile(rb"[\]:?] ?$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended: its exit code, and everything it wrote (without colours)."""

    code: int
    output: str


def run(command: str, *, environment: Mapping[str, str], answers: Sequence[str], shown: bool = True) -> Finished:
    """Run a shell command under a terminal of 80 columns; each question gets the next answer.

    A question beyond the last answer gets an empty line, which is always the safe choice. TimeoutError after 60 s
    without output.
    """
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (40, 80))
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**environment, "COLUMNS": "80"},
        start_new_session=True,
    )
    os.close(follower)
    waiting = list(answers)
    written = bytearray()
    try:
        while True:
            ready, _, _ = select.select([leader], [], [], 60)
            if not ready:
                process.kill()
                raise TimeoutError(command)
            try:
                block = os.read(leader, 4096)
            except OSError:  # Linux answers EIO when the last writer has gone
                break
            if not block:
                break
            written += block
            if shown:
                sys.stdout.write(block.decode("utf-8", "replace"))
                sys.stdout.flush()
            more, _, _ = select.select([leader], [], [], 0.2)  # a block may end in the middle of a line
            if not more and _QUESTION.search(written):
                os.write(leader, (waiting.pop(0) if waiting else "").encode() + b"\n")
    finally:
        os.close(leader)
    text = _COLOUR.sub("", written.decode("utf-8", "replace")).replace("\r\n", "\n")
    return Finished(process.wait(), text)
