"""The screens that come instead of a question: what is wrong, as labelled rows."""

from collections.abc import Iterable, Sequence

from openid4vc.trust.folder import TrustFolder
from openid4vc.vp.claims_path import ClaimsPath
from openid4vc.vp.dcql import DcqlQuery
from wallet_cli import labels
from wallet_cli.candidates import Candidates
from wallet_cli.contents import HeldCredential
from wallet_cli.presenting import Asked
from wallet_cli.terminal import Screen, shown
from wallet_cli.words import Words

Rows = list[tuple[str, str]]


def over_asking(
    asked: Asked, excess: Sequence[tuple[str, ClaimsPath]], held: Iterable[HeldCredential], words: Words
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
        (words.text("consent.asker"), shown(asked.party)),
        (words.text("stop.overask.purpose"), purpose),
        (words.text("stop.overask.claims"), ", ".join(names)),
    ]


def policy(violations: Sequence[tuple[HeldCredential, tuple[str, ...]]], words: Words) -> Rows:
    """What is asked, and whom its issuer lets see it."""
    rows = []
    for credential, paths in violations:
        names = ", ".join(labels.claim_label(credential.words, tuple(path.split(".")), words) for path in paths)
        rows.append((words.text("stop.policy.claims"), f"{labels.type_name(credential, words)}: {names}"))
        authorised = (credential.disclosure_policy or {}).get("authorised", [])
        allowed = ", ".join(shown(member, 60) for member in authorised) or words.text("stop.policy.nobody")
        rows.append((words.text("stop.policy.only"), allowed))
    return rows


def missing(query: DcqlQuery, found: Candidates, trust: TrustFolder, words: Words) -> tuple[str, Rows]:
    """Which types are lacking, as the query's first way needs them, and who issues them."""
    types = {vct for credential in query.credentials for vct in credential.vct_values}
    lacking = sorted(types - {held.vct for held in found.held.values()}) or sorted(types)
    issuers = dict.fromkeys(entry.name for vct in lacking for entry in trust.issuers.for_vct(vct))
    rows = [(words.text("stop.missing.types"), ", ".join(shown(vct) for vct in lacking))]
    if issuers:
        rows.append((words.text("stop.missing.issuers"), ", ".join(shown(name, 60) for name in issuers)))
    return words.text("stop.missing.title"), rows


def unusable(held: HeldCredential, now: int, words: Words, screen: Screen) -> tuple[str, Rows]:
    """A credential that would answer, but does not hold any more."""
    state = labels.state_of(held, now)
    title = words.text("stop.unusable.title")
    what = words.text(f"stop.unusable.{state}", doc=labels.type_name(held, words), n=held.number)
    moment = words.moment(held.state_time, now) if held.state_time is not None else ""
    rows = [(words.text("show.state"), labels.state_text(held, now, words, screen))]
    if held.state == state and moment:
        listed = words.text("show.state.listed", state=words.text(f"state.{state}"), moment=moment)
        rows = [(words.text("show.state"), listed)]
    return f"{title} {what}", rows


def _claim(credential: HeldCredential | None, path: ClaimsPath, words: Words) -> str:
    own = tuple(0 if part is None else part for part in path)
    if credential is not None:
        for length in range(len(own), 0, -1):
            if labels.claim_words(credential.words, own[:length]) is not None:
                return labels.claim_label(credential.words, own[:length], words)
    return shown(".".join("*" if part is None else str(part) for part in path))
