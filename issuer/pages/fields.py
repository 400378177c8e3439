"""The form as it is drawn: each question with its answers, its errors, and the questions that an answer opens.

Knows controls, never claims: what is asked stands in the type's form.json (credential_schemas.forms).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from typing import Final

from markupsafe import Markup

from credential_schemas import forms, health_terms
from credential_schemas.errors import ClaimError
from credential_schemas.forms import CHOICE, NONE, OCCUPATION, Field, Option
from credential_schemas.types import CredentialType
from web_service.pages import FieldError
from web_service.words import Words

HEALTH_TERM: Final = "note_health_term"
# Numbers with signs in them (`L-2026-000123`, `120374-901A`) are read as one, so they stand on one line.
_WHOLE: Final = re.compile(r"\S*[0-9]-\S*[0-9]\S*")
# Controls whose answers can open another question by style alone.
_OPENING: Final = frozenset({"radios", "checkboxes", "yes_no"})


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the health check stopped: why, and whether the author has declared it harmless."""

    id: str
    word: str
    value: str
    why: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """Questions right after an option; `shared` when an earlier option opens them too."""

    shared: bool
    questions: list["Question"]


@dataclass(slots=True)
class Question:
    """One field. `id` is where an error's link leads; `opened` by the value of the option that it stands after."""

    field: Field
    id: str
    options: Sequence[Option]
    exclusive: Option | None
    errors: list[str]
    terms: list[Term]
    marked: Markup | None
    note: str
    opens: set[str] = member(default_factory=set)
    opened: dict[str, list[Opened]] = member(default_factory=dict)

    @property
    def hint(self) -> Markup | None:
        """The hint, its numbers unbroken."""
        return None if self.field.hint is None else _unbroken(self.field.hint)

    @property
    def wrong(self) -> str:
        """All its errors as one text: the sentences of the summary."""
        return " ".join(self.errors)


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the form, drawn."""

    id: str
    heading: str | None
    questions: list[Question]


@dataclass(frozen=True, slots=True)
class Faults:
    """What the page says about the answers: errors and notes by claim, and the state of the health check."""

    errors: Sequence[ClaimError] = ()
    notes: Sequence[ClaimError] = ()
    innocent: Iterable[str] = ()
    texts: Mapping[str, str] = member(default_factory=dict)


def sections(
    credential_type: CredentialType,
    sent: Mapping[str, Sequence[str]],
    faults: Faults,
    hidden: frozenset[str],
    words: Words,
) -> tuple[list[Section], list[FieldError]]:
    """The form's groups and, in the order of the page, the errors for its summary. Claims in `hidden` are not asked."""
    form = forms.form(credential_type, words.language)
    numbers = iter(range(1, 1000))
    questions: dict[str, Question] = {}
    drawn: list[Section] = []
    summary: list[FieldError] = []
    for group in form.groups:
        section = Section(group.id, group.heading, [])
        for asked in group.fields:
            if asked.claim in hidden:
                continue
            question, errors = _question(asked, sent, faults, words, numbers)
            summary += errors
            questions[asked.claim] = question
            if not _open_under(asked, question, questions):
                section.questions.append(question)
        drawn.append(section)
    elsewhere = [error for error in faults.errors if error.claim not in questions]
    summary += [
        FieldError("main", _sentence(error, _label(credential_type, error.claim, words), words)) for error in elsewhere
    ]
    return drawn, summary


def drawn_questions(drawn: Iterable[Section]) -> Iterator[Question]:
    """Every question of the page, those that stand under an option too."""

    def within(questions: Iterable[Question]) -> Iterator[Question]:
        for question in questions:
            yield question
            for places in question.opened.values():
                for place in places:
                    yield from within(place.questions)

    for section in drawn:
        yield from within(section.questions)


def _question(
    asked: Field, sent: Mapping[str, Sequence[str]], faults: Faults, words: Words, numbers: Iterator[int]
) -> tuple[Question, list[FieldError]]:
    mine = [error for error in faults.errors if error.claim == asked.claim]
    found: dict[str, FieldError] = {}
    for error in mine:
        text = _sentence(error, _part_label(asked, error), words)
        found.setdefault(text, FieldError(_anchor(asked, sent, error), text))
    options, exclusive = _options(asked, words)
    stopped = [error for error in mine if error.code == HEALTH_TERM]
    question = Question(
        field=asked,
        id=_anchor(asked, sent, None),
        options=options,
        exclusive=exclusive,
        errors=list(found),
        terms=_terms(stopped, faults, words, numbers),
        marked=_marked(faults.texts.get(asked.claim, ""), faults.innocent) if stopped else None,
        note=" ".join(words.text(f"error.{note.code}.what") for note in faults.notes if note.claim == asked.claim),
    )
    if asked.choices:
        question.opens.add(OCCUPATION)
    return question, list(found.values())


def _open_under(asked: Field, question: Question, questions: Mapping[str, Question]) -> bool:
    """Places a conditional question after the last option that opens it; False when it stands for itself."""
    if asked.when is None or len(asked.when) != 1:
        return False
    ((claim, values),) = asked.when.items()
    above = questions.get(claim)
    if above is None or above.field.control not in _OPENING:
        return False
    opening = [option.value for option in above.options if _answer(above.field, option.value) in values]
    if not opening:
        return False
    above.opens.update(opening)
    shared = len(opening) > 1
    places = above.opened.setdefault(opening[-1], [])
    if places and places[-1].shared == shared:
        places[-1].questions.append(question)
    else:
        places.append(Opened(shared, [question]))
    return True


def _answer(asked: Field, value: str) -> str | bool:
    return value == "yes" if asked.control == "yes_no" else value


def _options(asked: Field, words: Words) -> tuple[Sequence[Option], Option | None]:
    """The options in their order, and the one that stands alone, last, after the word "or"."""
    if asked.control == "yes_no":
        return [Option(value, words.text(f"ui.{value}"), None) for value in ("yes", "no")], None
    if asked.none_label is not None:
        return asked.options, Option(NONE, asked.none_label, None)
    alone = [option for option in asked.options if option.value == asked.exclusive]
    return [option for option in asked.options if option.value != asked.exclusive], alone[0] if alone else None


def _anchor(asked: Field, sent: Mapping[str, Sequence[str]], error: ClaimError | None) -> str:
    """The id of the input that a link in the summary leads to: of a group, its first."""
    name, facts = asked.claim, error.facts if error else {}
    match asked.control:
        case "radios" | "checkboxes" if asked.options:
            first = next((option for option in asked.options if option.value != asked.exclusive), asked.options[0])
            return f"{name}-{first.value}"
        case "yes_no" | "confirm":
            return f"{name}-yes"
        case "occupation" if asked.choices and list(sent.get(f"{name}-{CHOICE}", ())) != [OCCUPATION]:
            return f"{name}-{CHOICE}-{asked.choices[0].value}"
        case "parts":
            return f"{name}-{facts.get('member', asked.parts[0].name)}"
        case "records":
            return f"{name}-{int(facts.get('item', 1)) - 1}-{facts.get('member', asked.parts[0].name)}"
    return name


def _part_label(asked: Field, error: ClaimError) -> str:
    member = error.facts.get("member")
    return next((part.label for part in asked.parts if part.name == member), asked.label)


def _label(credential_type: CredentialType, claim: str, words: Words) -> str:
    return credential_type.claim(claim).label(words.language) if credential_type.has(claim) else claim


def _sentence(error: ClaimError, label: str, words: Words) -> str:
    return words.text(f"error.{error.code}.what", **{"claim": error.claim, "label": label, **error.facts})


def _terms(stopped: Sequence[ClaimError], faults: Faults, words: Words, numbers: Iterator[int]) -> list[Term]:
    innocent = set(faults.innocent)
    terms: dict[str, Term] = {}
    for error in stopped:
        word = str(error.facts["word"])
        if word.casefold() in terms:
            continue
        number = next(numbers)
        terms[word.casefold()] = Term(
            id="term-ok" if number == 1 else f"term-ok-{number}",
            word=word,
            value=word.casefold(),
            why=words.text(f"health.{error.facts['kind']}", word=word),
            checked=word.casefold() in innocent,
        )
    return list(terms.values())


def _marked(text: str, innocent: Iterable[str]) -> Markup:
    """The text with the telling words marked; everything else is escaped as ever."""
    harmless = set(innocent)
    out, place = Markup(""), 0
    for term in health_terms.find(text):
        if term.word.casefold() in harmless:
            continue
        out += Markup("{}<mark>{}</mark>").format(text[place : term.start], term.word)
        place = term.end
    return out + text[place:]


def _unbroken(text: str) -> Markup:
    out, place = Markup(""), 0
    for match in _WHOLE.finditer(text):
        out += Markup('{}<span class="nb">{}</span>').format(text[place : match.start()], match[0])
        place = match.end()
    return out + text[place:]
