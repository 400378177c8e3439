"""What the documentation tells a newcomer to type works as it stands, in the order in which it stands there.

Commands are code blocks and code spans that begin with one of our programs. `make` targets are looked up in `make help`
(each is a test run of its own); all other commands are run, the wallet's at a terminal, where a person answers.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest

from examples import serve
from tests.conftest import ROOT
from tests.journey.installation import BIN, PASSPHRASE, Installation
from tests.journey.library_card import write_purpose, write_type
from tests.journey.reading import read

PROGRAMS = ("make", "issuer", "verifier", "wallet", "python")
# Printed by a program, and not for newcomers.
NOT_READ = {"docs/errors.md"}
_FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def documents() -> list[Path]:
    """README first, as a newcomer reads."""
    rest = [ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [ROOT / "README.md", *(path for path in rest if path.relative_to(ROOT).as_posix() not in NOT_READ)]


def commands(text: str) -> Iterator[list[str]]:
    """Every command of a document, as words, in order."""
    found = [
        (block.start() + offset, line)
        for block in _FENCED.finditer(text)
        for offset, line in enumerate(block[1].splitlines())
    ]
    found += [(span.start(), span[1]) for span in _SPAN.finditer(_FENCED.sub(lambda block: " " * len(block[0]), text))]
    for _, line in sorted(found):
        if re.match(rf"({'|'.join(PROGRAMS)}) \S", line):
            yield shlex.split(line, comments=True)


ALL = [command for path in documents() for command in commands(path.read_text("utf-8"))]


def test_commands_are_found_in_blocks_and_in_sentences_in_their_order() -> None:
    text = (
        "Run `wallet init`:\n```\nmake demo   # all of it\nwallet show 1\n```\nthen `wallet present 'A B'`; `issuer`."
    )
    found = [["wallet", "init"], ["make", "demo"], ["wallet", "show", "1"], ["wallet", "present", "A B"]]
    assert list(commands(text)) == found
    assert {command[0] for command in ALL} == set(PROGRAMS)


def test_every_make_target_that_is_told_of_is_in_make_help() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    helped = set(re.findall(r"^\s+make (\S+)", done.stdout, re.MULTILINE))
    assert {target for program, target, *_ in ALL if program == "make"} - helped == set()


@dataclass
class Person:
    """Somebody who types what the documents say, at a terminal with the lines that `make serve` prints."""

    folder: Path
    environment: dict[str, str]
    seen: list[str] = field(default_factory=list)

    def type(self, words: list[str]) -> None:
        """Run one command; it has to succeed."""
        filled = [self._fill(words, word) for word in words]
        said, code = self._at_terminal(filled) if words[0] == "wallet" else self._plainly(filled)
        self.seen.append(said)
        assert code == 0, f"{' '.join(words)}: {said}"

    def _plainly(self, words: list[str]) -> tuple[str, int]:
        program = Path(BIN, words[0])
        where = ROOT if words[0] == "python" else self.folder
        done = subprocess.run(
            [program, *words[1:]], cwd=where, env=self.environment, capture_output=True, text=True, timeout=60
        )
        return done.stdout + done.stderr, done.returncode

    def _at_terminal(self, words: list[str]) -> tuple[str, int]:
        terminal = pexpect.spawn(
            str(BIN / words[0]),
            words[1:],
            cwd=str(self.folder),
            env=self.environment,
            encoding="utf-8",
            dimensions=(60, 100),
            timeout=60,
        )
        said = ""
        # Questions to which this person says yes; the code of the other sheet; the passphrase; and the end.
        questions = [r"\[y[^\]]*\]", r"sheet\):", r"(?:assphrase|same again)[^:\n]*:", pexpect.EOF]
        while (asked := terminal.expect(questions)) != len(questions) - 1:
            said += str(terminal.before)
            terminal.sendline(["y", self._last(r"\b(\d{3} \d{3})\b"), PASSPHRASE][asked])
        terminal.close()
        return said + str(terminal.before), terminal.exitstatus or 0

    def _fill(self, words: list[str], word: str) -> str:
        """What stands for something that another command printed."""
        if word == "LINK":
            return self._last(r"(openid4vp://\S+)" if "present" in words else r"(openid-credential-offer://\S+)")
        return self._last(r"\b([0-9a-f]{40})\b") if word == "ID" else word

    def _last(self, pattern: str) -> str:
        for text in reversed(self.seen):
            if found := re.findall(pattern, text):
                return str(found[-1])
        raise AssertionError(f"no command has printed {pattern}")


def told_by_make_serve(installation: Installation, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The variables of the line `export …` that a newcomer copies, and the accounts are there to sign in with."""
    serve.introduce(list(installation.running.values()), installation.environment)
    printed = capsys.readouterr().out
    for service in installation.running.values():
        assert service.url in printed
    assert re.search(r"^  O1 +physician +\S+ +\S{12,}$", printed, re.MULTILINE)
    assert re.search(r"^  O2 +official +\S+ +\S{12,}$", printed, re.MULTILINE)
    (line,) = re.findall(r"^ +export (.*)$", printed, re.MULTILINE)
    variables = dict(word.split("=", 1) for word in shlex.split(line))
    assert variables.pop("PATH") == ".venv/bin:$PATH"
    return {name: str((ROOT / place).resolve()) for name, place in variables.items()}


@pytest.mark.slow
def test_every_command_that_a_newcomer_is_told_to_type_does_its_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installation = Installation(tmp_path)
    installation.must("issuer", "init", "--organisation", serve.ORGANISATIONS["issuer"])
    installation.must("verifier", "init", "--organisation", serve.ORGANISATIONS["verifier"])
    installation.start()
    try:
        environment = {
            **told_by_make_serve(installation, capsys),
            # `make serve` listens on the default ports, which may be taken here.
            **{name: installation.environment[name] for name in ("ISSUER_PUBLIC_URL", "VERIFIER_PUBLIC_URL")},
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(tmp_path / "home"),
            "WALLET_LANG": "en",
            "TERM": "xterm",
        }
        person = Person(tmp_path, environment)
        # What docs/adding-a-type.md has its reader write.
        environment["ISSUER_TYPES_DIR"] = environment["VERIFIER_TYPES_DIR"] = str(write_type(tmp_path / "types"))
        write_purpose(tmp_path / "purpose.json")
        for command in ALL:
            if command[0] != "make":
                person.type(command)
        # The last of them was the official's: the verdict on what the person handed over.
        (answered,) = read(installation, "verifier", "SELECT state FROM presentation_request")
        assert answered["state"] == "verified"
    finally:
        assert installation.stop() == {"issuer": 0, "verifier": 0}
