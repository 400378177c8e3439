"""Every way in which a request can end, brought about by wallets and issuers of other people."""

from typing import Any, Final

from tests.browser.official import CASE, Asked, ask
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor
from tests.verifier.foreign import Wallet, new_key
from tests.verifier.town import FEEDBACK, PID, Town
from verifier.outcome import Outcome

REQUEST_SECONDS: Final = 600
STATUS: Final = {Outcome.REVOKED: 1, Outcome.SUSPENDED: 2, Outcome.REPLACED: 3}
# An answer that is turned away leaves the request open until its time is over.
AT_THE_END: Final = frozenset(
    {Outcome.UNTRUSTED_ISSUER, Outcome.HOLDER_NOT_PROVEN, Outcome.ALTERED, Outcome.REQUEST_EXPIRED}
)
# Whose documents answer the other purposes, by the ids of their queries.
OTHERS: Final = {"P4": ("pension", "elakepaatos", "C5", "O3"), "P5": ("self_assessment", "itsearvio", "C1", "O5")}


def seconds_until(outcome: Outcome) -> int:
    """How far ahead the verifier's clock has to be to see this outcome."""
    return REQUEST_SECONDS + 1 if outcome in AT_THE_END else 0


def bring_about(stage: Stage, visitor: Visitor, outcome: Outcome) -> Asked:
    """A request of this official that ends so, at the latest when its time is over."""
    town = stage.town
    asked = ask(visitor, case=CASE)
    visitor.leave()
    wallet = _holding(town, outcome)
    request = wallet.fetch(asked.uri)
    if outcome is Outcome.REQUEST_EXPIRED:
        return asked
    if outcome is Outcome.REFUSED_BY_HOLDER:
        assert wallet.refuse(asked.uri).status_code == 200
        return asked
    token: dict[str, Any] = wallet.vp_token(request, "pid", "feedback")
    if outcome is Outcome.INCOMPLETE:
        few = ["given_name", "family_name", "birthdate", "work_ability"]
        token["feedback"] = [wallet.presentation(request, "feedback", reveal=few)]
    elif outcome is Outcome.HOLDER_NOT_PROVEN:
        token["feedback"] = [wallet.presentation(request, "feedback", key=new_key())]
    elif outcome is Outcome.ALTERED:
        token["feedback"] = [_altered(token["feedback"][0])]
    town.statuses.misbehave = _out_of_order if outcome is Outcome.CANNOT_CHECK_NOW else None
    try:
        answer = wallet.post(request, token)
    finally:
        town.statuses.misbehave = None
    assert answer.status_code == (400 if outcome in AT_THE_END else 200), answer.text
    return asked


def answer_other_purpose(stage: Stage, visitor: Visitor, purpose: str) -> Asked:
    """A request for that purpose, answered in full."""
    query, type_name, case, issuer = OTHERS[purpose]
    asked = ask(visitor, purpose)
    visitor.leave()
    wallet = stage.town.person(case)
    wallet.held[query] = stage.town.credential(type_name, case, issuer=stage.town.issuer(issuer))
    answer = wallet.answer(asked.uri, "pid", query)
    assert answer.status_code == 200, answer.text
    return asked


def _holding(town: Town, outcome: Outcome) -> Wallet:
    """A wallet with the documents that lead there."""
    hour = town.now() // 3600 * 3600
    wallet = town.person()
    if outcome in STATUS or outcome is Outcome.CANNOT_CHECK_NOW:
        # A list of its own, which nobody has fetched yet: no copy that somebody remembers can stand in for it.
        issuer = town.new_issuer("Esimerkkilän hyvinvointialue", "NTRFI-9900101-0", town.trust)
        wallet.held["feedback"] = town.credential(FEEDBACK, issuer=issuer)
        issuer.set_status(wallet.held["feedback"], STATUS.get(outcome, 0))
    elif outcome is Outcome.EXPIRED:
        wallet.held["feedback"] = town.credential(FEEDBACK, jwt={"nbf": hour - 86400, "exp": hour - 3600})
    elif outcome is Outcome.VALID_EXPIRES_SOON:
        wallet.held["feedback"] = town.credential(FEEDBACK, jwt={"exp": hour + 9 * 86400 + 7200})
    elif outcome is Outcome.TOO_OLD_FOR_PURPOSE:
        wallet.held["feedback"] = town.credential(FEEDBACK, assessed_on="2025-01-31")
    elif outcome is Outcome.UNTRUSTED_ISSUER:
        wallet.held["feedback"] = town.credential(FEEDBACK, issuer=town.issuer("O3"))
    elif outcome is Outcome.OTHER_PERSON:
        wallet.held["pid"] = town.credential(PID, "C3")
    return wallet


def _altered(presentation: str) -> str:
    """One bit of what the issuer signed is another."""
    head, _, rest = presentation.partition(".")
    payload, _, tail = rest.partition(".")
    changed = payload[:-2] + ("A" if payload[-2] != "A" else "B") + payload[-1]
    return f"{head}.{changed}.{tail}"


def _out_of_order(handler: Any) -> None:
    handler.answer(503, "text/plain", b"")
