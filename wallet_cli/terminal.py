"""The terminal: rows and signs on the way out, questions and secrets on the way in.

Whatever came from outside passes `shown` first: a claim value that moves the cursor could rewrite the screen that asks
for approval.
"""

import os
import sys
import termios
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

from wallet_cli.errors import WalletError
from wallet_cli.words import Words

WIDTH: Final = 80
LABEL_COLUMNS: Final = 26
MAX_SHOWN: Final = 200
# Narrower than this no terminal is taken to be; one that leaves values less than _VALUE_COLUMNS has them below labels.
_NARROWEST: Final = 40
_VALUE_COLUMNS: Final = 24
# Where the columns of a list that stand below each other begin, at most.
_STACKED: Final = 5
_GAP: Final = 2
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
    """Lines in the wallet's one layout, for one stream.

    `simple`: no colour and no drawing. A stream that is no terminal is plain in any case, and nothing on it is wrapped:
    there a line is a record, for other programs.
    """

    def __init__(self, stream: TextIO, words: Words, *, simple: bool, columns: str | None) -> None:
        self._stream = stream
        self._words = words
        self._wraps = stream.isatty()
        self.plain = simple or not self._wraps
        self.width = _width(stream, columns) if self._wraps else WIDTH

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
        room = self.width - len(title) - len(_bare(right))
        if right and room >= 2 and not self.plain:
            self.line(self._bold(title) + " " * room + right)
        else:
            for line in self._wrapped(title, 0):
                self.line(self._bold(line))
            if right:
                self.line(right)
        self.line(("-" if self.plain else "─") * self.width)

    def row(self, label: str, value: str, *, sign: str | None = None) -> None:
        """A label and its value, both wrapped at word ends; a sign of its own stands in the two columns before."""
        if self.plain:
            self._hanging(f"{label}: {value}" if label else value, 2, 4)
            return
        if self.width - LABEL_COLUMNS - _GAP < _VALUE_COLUMNS:
            if label:
                self._hanging(label if sign is None else f"{self.sign(sign)} {label}", 2 if sign is None else 0, 4)
            self._hanging(value, 4, 4)
            return
        # One blank at least parts label and value; the second line of a label stands two columns further in.
        first, *others = _wrap(label, LABEL_COLUMNS - 3) if len(label) >= LABEL_COLUMNS else [label]
        labels = [first, *("  " + other for other in others)]
        before = ["  " if sign is None or number else self.sign(sign) + " " for number in range(len(labels))]
        values = self._wrapped(value, LABEL_COLUMNS + 2)
        for start, above in zip(before[:-1], labels[:-1], strict=True):
            self.line(start + above)
        self.line((before[-1] + labels[-1].ljust(LABEL_COLUMNS) + values[0]).rstrip())
        for more in values[1:]:
            self.line(" " * (LABEL_COLUMNS + 2) + more)

    def stopped(self, kind: str, text: str) -> None:
        """The headline of a screen that comes instead of a question: a sign, and what it says in bold."""
        sign = self.sign(kind)
        lines = self._wrapped(text, len(_bare(sign)) + 1)
        self.line(f"{sign} {self._bold(lines[0])}")
        for more in lines[1:]:
            self.line("  " + self._bold(more))

    def paragraph(self, text: str, indent: int = 0) -> None:
        """A sentence or more, wrapped."""
        self._hanging(text, indent, indent)

    def outcome(self, kind: str, text: str) -> None:
        """A sentence behind the sign that belongs to it, wrapped."""
        self._hanging(self.sign(kind, text), 0, 2)

    def labelled(self, label: str, text: str, width: int, kind: str | None = None) -> None:
        """A line of an error: a short label in the colour of `kind`, the text wrapped beside it."""
        first, *others = self._wrapped(text, width)
        head = label.ljust(width)
        self.line((head if kind is None else self.tint(kind, head)) + first)
        for more in others:
            self.line(" " * width + more)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A list: `widths` are those of all columns but the last, wider or narrower where what is in them asks for it.

        Nothing is cut: what does not fit is wrapped at word ends in its own column; where not even words fit beside
        each other, all columns after the second stand below it. Plain parts them with commas.
        """
        if self.plain:
            for cells in rows:
                self._hanging(", ".join(" ".join(cell.split()) for cell in cells if cell.strip()), 0, 4)
            return
        fitted = _fitted(rows, widths, self.width + _GAP)
        first = max(widths[0], *(len(cells[0]) + _GAP for cells in rows))
        for cells in rows:
            if fitted is None:
                start = cells[0].ljust(first)
                below = min(len(start), _STACKED)
                self._hanging(start + cells[1], 0, below)
                for cell in cells[2:]:
                    self._hanging(cell, below, below)
                continue
            columns = [_wrap(cell, width - _GAP) for cell, width in zip(cells, fitted, strict=True)]
            for number in range(max(len(column) for column in columns)):
                parts = [column[number] if number < len(column) else "" for column in columns]
                padded = (part + " " * (size - len(_bare(part))) for part, size in zip(parts, fitted, strict=True))
                self.line("".join(padded).rstrip())

    def next_steps(self, steps: Sequence[tuple[str, str]]) -> None:
        """What to do now: at most three whole commands, each with what it does."""
        self.line(self._words.text("hint.next"))
        for command, what in steps[:3]:
            beside = f"  {command.ljust(LABEL_COLUMNS)}{what}".rstrip()
            if len(command) < LABEL_COLUMNS and len(beside) <= self.width:
                self.line(beside)
            else:
                # Never wrapped: it is there to be pasted.
                self.line(f"  {command}")

    def question(self, text: str) -> str:
        """A question as it may stand before the cursor."""
        return "\n".join(self._wrapped(text, 0)) + " "

    def _bold(self, text: str) -> str:
        return text if self.plain else f"\x1b[1m{text}\x1b[0m"

    def _wrapped(self, text: str, indent: int) -> list[str]:
        return self._lines(text, self.width - indent, self.width - indent)

    def _hanging(self, text: str, indent: int, more: int) -> None:
        """Text that starts at `indent`; its lines after the first start at `more`."""
        first, *others = self._lines(text, self.width - more, self.width - indent)
        self.line(" " * indent + first)
        for line in others:
            self.line(" " * more + line)

    def _lines(self, text: str, width: int, first: int) -> list[str]:
        """The text as lines for this stream: `first` columns wide, then `width`; one where nothing is wrapped."""
        text = text.replace("…", "...") if self.plain else text
        return _wrap(text, width, first) if self._wraps else [text]

    def line(self, text: str = "") -> None:
        """One line as it is; text from outside has passed `shown` before."""
        self._stream.write(text + "\n")
        self._stream.flush()


def _width(stream: TextIO, columns: str | None) -> int:
    """How wide lines may be: as the person says in COLUMNS, else as the terminal says, and never over WIDTH."""
    try:
        given = int(columns) if columns else os.get_terminal_size(stream.fileno()).columns
    except (ValueError, OSError):
        return WIDTH
    # A terminal that does not know its size says 0.
    return max(_NARROWEST, min(WIDTH, given)) if given > 0 else WIDTH


def _fitted(rows: Sequence[Sequence[str]], widths: Sequence[int], room: int) -> list[int] | None:
    """Widths of columns, each with the gap after it, that come to `room` at most; None where words would be broken."""
    columns = [[_bare(row[column]) for row in rows] for column in range(len(widths) + 1)]
    needed = [max(len(cell) for cell in column) + _GAP for column in columns]
    # A number or a date is one word however it is set off.
    least = [max(max(map(len, cell.split(" "))) for cell in column) + _GAP for column in columns]
    least[0] = needed[0]
    fitted = [max(need, width) for need, width in zip(needed, (*widths, 0), strict=True)]
    for column, need in enumerate(needed):
        # Blank room goes first, from the left.
        fitted[column] -= min(fitted[column] - need, max(0, sum(fitted) - room))
    last = len(widths)
    for kind in (range(last), range(last, last + 1)):
        # Then the widest column is wrapped; the last one, which says most, only when no other can be.
        while sum(fitted) > room and (wrapped := [column for column in kind if fitted[column] > least[column]]):
            fitted[max(wrapped, key=fitted.__getitem__)] -= 1
    return fitted if sum(fitted) <= room else None


def _wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """The text in lines of at most `width` columns, broken at word ends; colour codes take no room.

    `first` is the width of the first line, where that is another one.
    """
    room = width if first is None else first
    if len(_bare(text)) <= room:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and len(_bare(line)) + 1 + len(_bare(word)) > room:
            lines.append(line)
            line, room = word, width
        else:
            line = f"{line} {word}" if line else word
        while len(line) > room and "\x1b" not in line:
            # One word alone that is too long: an address, a code.
            lines.append(line[:room])
            line, room = line[room:], width
    return [*lines, line]


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
        columns = environment.get("COLUMNS")
        self.out = Screen(sys.stdout, words, simple=simple, columns=columns)
        self.talk = Screen(sys.stderr, words, simple=simple, columns=columns)

    @property
    def interactive(self) -> bool:
        """Whether a person is there: both what we ask and what they answer go through a terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str) -> str:
        """One line from the person, without blanks around it; the end of input counts as Enter."""
        if not self.interactive:
            raise WalletError("terminal_needed", flag="--yes")
        _write(self.talk.question(question))
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            _write("\n")
        return answer.strip()

    def confirm(self, question_id: str, **facts: str | int) -> bool:
        """A yes-or-no question whose default is no; `?` explains it with `<question_id>.help`."""
        words = self._words
        choices = self.choices() if self.talk.plain else words.text("prompt.choices")
        while True:
            answer = self.ask(f"{words.text(question_id, **facts)} {choices}").lower()
            if answer == "?":
                self.talk.paragraph(words.text(question_id + ".help", **facts))
            elif answer == words.text("prompt.yes"):
                return True
            elif answer in ("", words.text("prompt.no")):
                return False

    def choices(self, more: Sequence[str] = ()) -> str:
        """What may be answered, spelt out: the default in capitals, or said where a voice may be reading."""
        words = self._words
        if self.talk.plain:
            listed = ", ".join([words.text("prompt.yes.plain"), words.text("prompt.no.plain"), *more])
            return words.text("prompt.choices.plain", listed=listed)
        listed = ", ".join([words.text("prompt.yes.long"), words.text("prompt.no.long"), *more])
        return f"[{listed}, {words.text('prompt.help')}]"

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
            _write(self.talk.question(question))
            line = sys.stdin.readline()
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        # The line end that was not echoed; after Ctrl-C it is click that writes one.
        _write("\n")
        return line.rstrip("\r\n")


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
