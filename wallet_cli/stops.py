"""The screens that come instead of a question: what is wrong, as labelled rows."""

from collections.abc import Iterable, Sequence

from openid4vc.trust.folder import TrustFolder
from openid4vc.vp.claims_path import ClaimsPath
from openid4vc.vp.dcql import CredentialQuery, DcqlQuery
from wallet_cli import labels
from wallet_cli.candidates import Candidates
from wallet_cli.contents import HeldCredential
from wallet_cli.presenting import Asked
from wallet_cli.terminal import Screen, shown
from wallet_cli.words import Words

Rows = list[tuple[str, str]]


def over_asking(
    asked: Asked,
    excess: Sequence[tuple[str, ClaimsPath]],
    held: Iterable[HeldCredential],
    words: Words,
    screen: Screen,
) -> Rows:
    """Who asks, what they registered for, and each item that does not belong to it."""
    known = {credential.vct: credential for credential in held}
    names = []
    for vct, path in excess:
        credential = known.get(vct)
        kind = labels.type_name(credential, words) if credential is not None else shown(vct)
        names.append(f"{_claim(credential, path, words)} ({kind})" if path else kind)
    purpose = (
        labels.own_words({text.lang: text.value for text in asked.registration.purpose}, words, "")
        if (asked.registration is not None)
        else ""
    )
    return [
        (words.text("consent.asker"), f"{shown(asked.party)}, {screen.sign('ok', words.text('stop.identified'))}"),
        (words.text("stop.overask.purpose"), purpose),
        (words.text("stop.overask.claims"), ", ".join(names)),
    ]


def policy(violations: Sequence[tuple[HeldCredential, tuple[str, ...]]], trust: TrustFolder, words: Words) -> Rows:
    """What is asked, and whom its issuer lets see it: by the name of the trusted list where that knows them."""
    rows = []
    for credential, paths in violations:
        claims = ", ".join(labels.claim_label(credential.words, tuple(path.split(".")), words) for path in paths)
        rows.append((words.text("stop.policy.claims"), f"{labels.type_name(credential, words)}: {claims}"))
        authorised = (credential.disclosure_policy or {}).get("authorised", [])
        names = [_organisation(member, trust) for member in authorised]
        allowed = ", ".join(names) or words.text("stop.policy.nobody")
        rows.append((words.text("stop.policy.only"), allowed))
    return rows


def missing(query: DcqlQuery, found: Candidates, trust: TrustFolder, words: Words) -> tuple[str, Rows]:
    """Which types are lacking, alternatives side by side, and who issues them."""
    have = {held.vct for held in found.held.values()}
    needs = [[_of(query, option) for option in needed.options] for needed in query.sets if needed.required]
    lacking = [[_lacks(option, have) for option in options] for options in needs]
    # A need with an option that is held whole is no want of a credential; when there is no other, its content was.
    wanting = [options for options in lacking if all(options)] or [
        [[credential.vct_values for credential in option] for option in options] for options in needs
    ]
    rows: Rows = []
    types: list[str] = []
    for options in wanting:
        texts = [_both(words, [_either(words, [shown(vct) for vct in vcts]) for vcts in option]) for option in options]
        types += [vct for option in options for vcts in option for vct in vcts]
        rows.append((words.text("stop.missing.types") if not rows else "", _either(words, texts)))
    issuers = dict.fromkeys(entry.name for vct in types for entry in trust.issuers.for_vct(vct))
    if issuers:
        rows.append((words.text("stop.missing.issuers"), ", ".join(shown(name, 60) for name in issuers)))
    return words.text("stop.missing.title"), rows


def _of(query: DcqlQuery, ids: Iterable[str]) -> list[CredentialQuery]:
    return [credential for name in ids if (credential := query.credential(name)) is not None]


def _lacks(option: Iterable[CredentialQuery], have: set[str]) -> list[tuple[str, ...]]:
    """The types, each with its alternatives, of which this option finds none."""
    return [credential.vct_values for credential in option if not have.intersection(credential.vct_values)]


def _either(words: Words, texts: Sequence[str]) -> str:
    return f" {words.text('stop.missing.or')} ".join(dict.fromkeys(texts))


def _both(words: Words, texts: Sequence[str]) -> str:
    return f" {words.text('stop.missing.and')} ".join(dict.fromkeys(texts))


def _organisation(identifier: object, trust: TrustFolder) -> str:
    entry = trust.issuers.for_organization(str(identifier))
    return shown(identifier if entry is None else entry.name, 60)


def unusable(held: HeldCredential, now: int, words: Words) -> tuple[str, Rows]:
    """A credential that would answer, but does not hold any more."""
    state = labels.state_of(held, now)
    title = words.text("stop.unusable.title")
    what = words.text(f"stop.unusable.{state}", doc=labels.type_name(held, words), n=held.number)
    known = labels.state_words(held, now, words)
    if held.state == state and held.state_time is not None:
        moment = words.moment(held.state_time, now)
        known = words.text("show.state.listed", state=words.text(f"state.{state}"), moment=moment)
    return f"{title} {what}", [(words.text("show.state"), known)]


def other(held: HeldCredential, instead: HeldCredential, now: int, words: Words) -> tuple[str, str]:
    """What is in the wallet instead of it, and how long that is valid."""
    newer = instead.vct == held.vct and labels.issued(instead) >= labels.issued(held)
    state = labels.state_words(instead, now, words)
    label = words.text("stop.unusable.newer" if newer else "stop.unusable.other")
    return label, f"{labels.type_name(instead, words)} ({instead.number}), {state[:1].lower()}{state[1:]}"


def _claim(credential: HeldCredential | None, path: ClaimsPath, words: Words) -> str:
    own = tuple(0 if part is None else part for part in path)
    if credential is not None:
        for length in range(len(own), 0, -1):
            if labels.claim_words(credential.words, own[:length]) is not None:
                return labels.claim_label(credential.words, own[:length], words)
    return shown(".".join("*" if part is None else str(part) for part in path))
