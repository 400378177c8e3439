"""The screen that asks for approval: what it says, as a value, and how it is drawn.

`screen_for` is pure: a request and a way to answer it become everything that the person sees, so that nothing can be
handed over that was not on the screen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from openid4vc.relying_party import disclosure_policy
from openid4vc.relying_party.registration_certificate import RegistrationCertificate
from openid4vc.sd_jwt import ClaimPath, VerifiedSdJwt
from openid4vc.strict_json import JsonValue
from openid4vc.vp.dcql import Answer, Choice
from wallet_cli import holder, labels
from wallet_cli.contents import HeldCredential
from wallet_cli.presenting import Asked
from wallet_cli.terminal import Screen, shown
from wallet_cli.words import Words


@dataclass(frozen=True, slots=True)
class Row:
    """A claim that is shown: label, value in words, and the numbers of other credentials that show the same."""

    label: str
    value: str
    also: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What is shown of one credential. `always` are claims that this credential can only show."""

    number: int
    title: str
    rows: tuple[Row, ...]
    always: tuple[str, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Optional:
    """A claim that the person may add. `name` is `query.claim`, as DCQL's evaluation takes it."""

    position: int
    name: str
    path: ClaimPath
    credential: int
    label: str
    value: str
    added: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """Everything on the screen, already in the person's language."""

    party: str
    registered: bool
    purpose: str
    retention: str
    privacy: str
    groups: tuple[Group, ...]
    optional: tuple[Optional, ...]
    other: tuple[str, int] | None
    basis: str
    exp: int | None


def screen_for(
    asked: Asked,
    choice: Choice,
    other: Choice | None,
    held: Mapping[int, HeldCredential],
    opened: Mapping[int, VerifiedSdJwt],
    options: Sequence[Optional],
    words: Words,
) -> Consent:
    """The screen for one way to answer; `other` is the next way, if there is one."""
    registration = asked.registration
    return Consent(
        party=shown(asked.party),
        registered=registration is not None,
        purpose=_purpose(registration, words) or words.text("consent.not_stated"),
        retention=_retention(registration, words),
        privacy=shown(registration.privacy_policy)
        if registration and registration.privacy_policy
        else (words.text("consent.not_stated")),
        groups=_groups(choice, held, opened, words),
        optional=tuple(options),
        other=_other(choice, other, held, words),
        basis=_basis(asked, words),
        exp=asked.request.exp,
    )


def options_of(
    choice: Choice, held: Mapping[int, HeldCredential], added: Collection[str], words: Words
) -> list[Optional]:
    """The claims that may be added to `choice`, which was made with nothing added; numbered in the query's order."""
    options: list[Optional] = []
    for query_id, answer in choice.answers.items():
        credential = held[int(answer.candidate.id)]
        for claim in answer.addable:
            name = f"{query_id}.{claim.id}"
            for path in claim.matches(answer.candidate.claims, {})[:1]:
                value = value_at(answer.candidate.claims, path)
                options.append(
                    Optional(
                        position=len(options) + 1,
                        name=name,
                        path=path,
                        credential=credential.number,
                        label=labels.claim_label(credential.words, path, words),
                        value=labels.claim_value(credential.words, path, value, words),
                        added=name in added,
                    )
                )
    return options


def named_option(options: Sequence[Optional], named: str) -> Optional | None:
    """The option that the person means: its number, its claim's id, its path or its label."""
    wanted = named.strip().casefold()
    for option in options:
        path = ".".join(str(part) for part in option.path)
        names = (str(option.position), option.name, option.name.partition(".")[2], path, option.label)
        if wanted in (name.casefold() for name in names):
            return option
    return None


def policy_violations(
    choice: Choice, held: Mapping[int, HeldCredential], party_id: str | None
) -> list[tuple[HeldCredential, tuple[str, ...]]]:
    """What an issuer's disclosure policy does not let this asker see, by credential."""
    found = []
    for answer in choice.answers.values():
        credential = held[int(answer.candidate.id)]
        if credential.disclosure_policy is None:
            continue
        policy = disclosure_policy.parse(credential.disclosure_policy)
        forbidden = disclosure_policy.forbidden(policy, party_id, answer.paths)
        if forbidden:
            found.append((credential, tuple(".".join(str(part) for part in path) for path in forbidden)))
    return found


def draw(consent: Consent, screen: Screen, words: Words, now: int) -> None:
    """The screen of pages §4.2."""
    screen.title(words.text("consent.title"), _time_left(consent, words, now))
    screen.row(words.text("consent.asker"), consent.party)
    if consent.registered:
        screen.row("", screen.sign("ok", words.text("consent.asker_ok")))
    else:
        screen.row("", screen.sign("note", words.text("consent.asker_unregistered")))
    screen.row(words.text("consent.purpose"), consent.purpose)
    screen.row(words.text("consent.retention"), consent.retention)
    screen.row(words.text("consent.privacy"), consent.privacy)
    screen.line()
    screen.paragraph(words.text("consent.required"))
    for group in consent.groups:
        screen.paragraph(f"{group.title} ({group.number})", 1)
        for row in group.rows:
            also = f" ({words.text('consent.also', numbers=_numbers(row.also))})" if row.also else ""
            screen.row(row.label, row.value + also)
        if group.always:
            screen.row(words.text("consent.always"), ", ".join(group.always))
    if consent.optional:
        screen.line()
        none_yet = "" if any(option.added for option in consent.optional) else f" ({words.text('consent.none_added')})"
        screen.paragraph(words.text("consent.optional") + none_yet)
        for option in consent.optional:
            value = option.value + (f" ({words.text('consent.added')})" if option.added else "")
            screen.row(f"{option.position}  {option.label}", value)
    screen.line()
    screen.paragraph(hidden_sentence(consent, words))
    if consent.other is not None:
        doc, number = consent.other
        fits = words.text("consent.other_fits", doc=doc, n=number)
        screen.paragraph(f"{fits} {words.text('consent.switch')}")
    screen.line()
    screen.paragraph(f"{consent.basis} {words.text('consent.silent')}")


def hidden_sentence(consent: Consent, words: Words) -> str:
    """How much stays hidden: items of the credentials that are shown, and all other credentials."""
    counts = [(group.hidden, group.number) for group in consent.groups if group.hidden]
    if not counts:
        return words.text("consent.hidden.none")
    parts = ", ".join(words.count("consent.hidden.part", n, m=number) for n, number in counts)
    return words.text("consent.hidden", parts=parts)


def value_at(claims: Mapping[str, JsonValue], path: ClaimPath) -> JsonValue:
    """The value at a path that a query selected in these very claims."""
    value: JsonValue = claims
    for part in path:
        value = value[part]
    return value


def _groups(
    choice: Choice, held: Mapping[int, HeldCredential], opened: Mapping[int, VerifiedSdJwt], words: Words
) -> tuple[Group, ...]:
    """One group a credential; a claim that two of them show with the same value is one row, at the first."""
    rows: dict[tuple[ClaimPath, str], Row] = {}
    order: list[tuple[HeldCredential, list[tuple[ClaimPath, str]], Answer]] = []
    for answer in choice.answers.values():
        credential = held[int(answer.candidate.id)]
        own: list[tuple[ClaimPath, str]] = []
        for path in answer.paths:
            value = labels.claim_value(credential.words, path, value_at(answer.candidate.claims, path), words)
            key = (path, value)
            if key in rows:
                first = rows[key]
                rows[key] = Row(first.label, first.value, (*first.also, credential.number))
            else:
                rows[key] = Row(labels.claim_label(credential.words, path, words), value, ())
                own.append(key)
        order.append((credential, own, answer))
    return tuple(
        _group(credential, tuple(rows[key] for key in own), answer, opened[credential.number], words)
        for credential, own, answer in order
    )


def _group(
    credential: HeldCredential, rows: tuple[Row, ...], answer: Answer, opened: VerifiedSdJwt, words: Words
) -> Group:
    asked = {path[0] for path in answer.paths}
    others = [path for path in holder.claim_paths(opened) if path[0] not in asked]
    # What was signed in clear goes along whatever is asked.
    clear = [path for path in others if path not in opened.disclosed and not _has_disclosures(opened, path)]
    return Group(
        number=credential.number,
        title=labels.type_name(credential, words),
        rows=rows,
        always=tuple(labels.claim_label(credential.words, path, words) for path in clear),
        hidden=len(others) - len(clear),
    )


def _has_disclosures(opened: VerifiedSdJwt, path: ClaimPath) -> bool:
    return any(disclosed[: len(path)] == path for disclosed in opened.disclosed)


def _other(
    choice: Choice, other: Choice | None, held: Mapping[int, HeldCredential], words: Words
) -> tuple[str, int] | None:
    """The credential by which the other way differs."""
    if other is None:
        return None
    ours = {answer.candidate.id for answer in choice.answers.values()}
    for answer in other.answers.values():
        if answer.candidate.id not in ours:
            credential = held[int(answer.candidate.id)]
            return labels.type_name(credential, words), credential.number
    return None


def _purpose(registration: RegistrationCertificate | None, words: Words) -> str | None:
    if registration is None:
        return None
    return labels.own_words({text.lang: text.value for text in registration.purpose}, words, "")


def _retention(registration: RegistrationCertificate | None, words: Words) -> str:
    if registration is None or registration.retention is None:
        return words.text("consent.not_stated")
    return words.text("consent.at_most", duration=shown(words.duration(registration.retention)))


def _basis(asked: Asked, words: Words) -> str:
    """The sentence for the basis that was registered; approving is consent only where consent is the basis."""
    basis = asked.registration.lawful_basis if asked.registration is not None else None
    if basis is None:
        return words.text("basis.unknown")
    if basis.startswith("law:"):
        return words.text("basis.law", law=shown(basis.removeprefix("law:")))
    return words.text(f"basis.{basis}", party=shown(asked.party))


def _time_left(consent: Consent, words: Words, now: int) -> str:
    if consent.exp is None:
        return ""
    minutes, seconds = divmod(max(0, consent.exp - now), 60)
    return words.text("consent.time_left", minutes=minutes, seconds=seconds)


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)
