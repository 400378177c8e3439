"""The terminal: rows and signs on the way out, questions and secrets on the way in.

Whatever came from outside passes `shown` first: a claim value that moves the cursor could rewrite the screen that asks
for approval.
"""

import os
import shutil
import sys
import termios
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

from wallet_cli.errors import WalletError
from wallet_cli.words import Words

WIDTH: Final = 80
LABEL_COLUMNS: Final = 26
MAX_SHOWN: Final = 200
_COLOURS: Final = {"ok": "32", "note": "33", "no": "31", "none": "90"}
_SIGNS: Final = {"ok": "✓", "note": "!", "no": "✗", "none": "–"}
# Cc: cursor, bell, escape; Cf: bidirectional overrides and zero width; Cs, Co, Cn: nothing a person can read.
# Zl, Zp: a new line in some terminals.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(value: object, limit: int = MAX_SHOWN) -> str:
    """Text from outside as it may stand on a screen: control characters as visible escapes, cut at `limit`."""
    text = (value if isinstance(value, str) else str(value)).replace("\u00ad", "")
    cut = text[:limit] + "…" if len(text) > limit else text
    return "".join(_visible(character) for character in cut)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class Screen:
    """Lines in the wallet's one layout, for one stream; plain where colour and drawing would not help."""

    def __init__(self, stream: TextIO, words: Words, *, plain: bool) -> None:
        self._stream = stream
        self._words = words
        self.plain = plain
        self._width = WIDTH if plain else max(40, min(WIDTH, shutil.get_terminal_size().columns))

    def sign(self, kind: str, text: str = "") -> str:
        """A sign (ok, note, no, none) and the word that belongs to it; colour only here."""
        sign = f"[{self._words.text('sign.' + kind)}]" if self.plain else _SIGNS[kind]
        return self.tint(kind, f"{sign} {text}" if text else sign)

    def tint(self, kind: str, text: str) -> str:
        """The text in the colour of that kind, where there is colour."""
        return text if self.plain else f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m"

    def title(self, text: str, right: str = "") -> None:
        """A title with a rule under it; `right` stands at the right edge where it fits."""
        title = text.upper()
        bold = title if self.plain else f"\x1b[1m{title}\x1b[0m"
        room = self._width - len(title) - len(_bare(right))
        if right and room >= 2 and not self.plain:
            self.line(bold + " " * room + right)
        else:
            self.line(bold)
            if right:
                self.line(right)
        self.line(("-" if self.plain else "─") * self._width)

    def row(self, label: str, value: str) -> None:
        """A label and its value, both wrapped at word ends."""
        if self.plain:
            self.line(f"  {label}: {value}" if label else f"  {value}")
            return
        labels = textwrap.wrap(label, LABEL_COLUMNS - 1, subsequent_indent="  ") or [""]
        start = " " * (LABEL_COLUMNS + 2)
        # `textwrap` counts the colour codes as columns, so a coloured value is not wrapped.
        coloured = "\x1b" in value
        values = [value] if coloured else textwrap.wrap(value, self._width - len(start)) or [""]
        for above in labels[:-1]:
            self.line("  " + above)
        self.line(("  " + labels[-1].ljust(LABEL_COLUMNS) + values[0]).rstrip())
        for more in values[1:]:
            self.line(start + more)

    def paragraph(self, text: str, indent: str = "") -> None:
        """A sentence or more, wrapped."""
        if self.plain:
            self.line(indent + text)
            return
        for line in textwrap.wrap(text, self._width, initial_indent=indent, subsequent_indent=indent) or [""]:
            self.line(line)

    def columns(self, cells: Sequence[tuple[str, int]]) -> None:
        """One line of a list: cells with their width; plain parts them with commas."""
        if self.plain:
            self.line(", ".join(cell.strip() for cell, _ in cells if cell.strip()))
            return
        line = ""
        for cell, width in cells:
            # A width of 0 is "the rest of the line"; otherwise one blank at least stands before the next cell.
            bare = _bare(cell)
            fitted = cell if not width or len(bare) < width else bare[: width - 2] + "…"
            line += fitted + " " * (width - len(_bare(fitted)))
        if "\x1b" not in line and len(line) > self._width:
            line = line[: self._width - 1] + "…"
        self.line(line.rstrip())

    def next_steps(self, steps: Sequence[tuple[str, str]]) -> None:
        """What to do now: at most three whole commands, each with what it does."""
        self.line(self._words.text("hint.next"))
        for command, what in steps[:3]:
            self.line(f"  {command.ljust(LABEL_COLUMNS)}{what}".rstrip())

    def line(self, text: str = "") -> None:
        """One line as it is; text from outside has passed `shown` before."""
        self._stream.write((text.replace("…", "...") if self.plain else text) + "\n")
        self._stream.flush()


def _bare(text: str) -> str:
    """The text without the wallet's own colour codes, for counting columns."""
    while "\x1b[" in text:
        before, _, rest = text.partition("\x1b[")
        text = before + rest.partition("m")[2]
    return text


class Terminal:
    """Both directions: `out` for results, `talk` for conversation, questions only where a person can answer."""

    def __init__(self, words: Words, *, plain: bool, environment: Mapping[str, str]) -> None:
        self._words = words
        simple = plain or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        self.out = Screen(sys.stdout, words, plain=simple or not sys.stdout.isatty())
        self.talk = Screen(sys.stderr, words, plain=simple or not sys.stderr.isatty())

    @property
    def interactive(self) -> bool:
        """Whether a person is there: both what we ask and what they answer go through a terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str) -> str:
        """One line from the person, without blanks around it; the end of input counts as Enter."""
        if not self.interactive:
            raise WalletError("terminal_needed", flag="--yes")
        _write(question + (": " if self.talk.plain else " "))
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            _write("\n")
        return answer.strip()

    def confirm(self, question_id: str, **facts: str | int) -> bool:
        """A yes-or-no question whose default is no; `?` explains it with `<question_id>.help`."""
        words = self._words
        choices = words.text("prompt.choices.plain" if self.talk.plain else "prompt.choices")
        while True:
            answer = self.ask(f"{words.text(question_id, **facts)} {choices}").lower()
            if answer == "?":
                self.talk.paragraph(words.text(question_id + ".help", **facts))
            elif answer == words.text("prompt.yes"):
                return True
            elif answer in ("", words.text("prompt.no")):
                return False

    def secret(self, question: str) -> str:
        """A line that is not echoed. The terminal's echo comes back whatever happens, SIGINT too."""
        if not self.interactive:
            raise WalletError("terminal_needed", flag="--passphrase-file")
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        silent = termios.tcgetattr(descriptor)
        silent[3] &= ~termios.ECHO
        try:
            # TCSADRAIN, not TCSAFLUSH: what was pasted before the question stays.
            termios.tcsetattr(descriptor, termios.TCSADRAIN, silent)
            _write(question + " ")
            return sys.stdin.readline().rstrip("\r\n")
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
            _write("\n")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


class SecretInputs:
    """Secrets from files; those from standard input come one a line, in the order they are needed."""

    def read(self, source: str) -> str:
        """The secret in `source`, `-` for the next line of standard input: WalletError `secret_file`."""
        try:
            if source == "-":
                line = sys.stdin.readline()
            else:
                with open(os.path.expanduser(source), encoding="utf-8") as file:
                    line = file.readline(4097)
        except (OSError, UnicodeDecodeError):
            raise WalletError("secret_file", path=shown(source)) from None
        secret = line.rstrip("\r\n")
        if not secret or len(line) > 4096:
            raise WalletError("secret_file", path=shown(source))
        return secret
