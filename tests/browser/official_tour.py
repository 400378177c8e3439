"""Every page of the verifier's officials, every outcome of a request included."""

from collections.abc import Iterator
from functools import partial

from tests.browser import endings, official, words
from tests.browser.official import CASE
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor
from tests.verifier.foreign import new_key
from verifier.outcome import Outcome


def asking(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """From the question what for to a request that waits, is renewed and cancelled."""
    page = visitor.page
    visitor.go("/requests/new")
    yield "purpose"
    page.fill("#case-ref", "x")
    page.fill("#customer", "120374-901B")
    visitor.press("#continue")
    yield "purpose-errors"
    asked = official.ask(visitor, case=CASE)
    yield "waiting"
    visitor.leave()
    wallet = stage.town.person()
    request = wallet.fetch(asked.uri)
    token = wallet.vp_token(request, "pid", "feedback")
    visitor.go(asked.path)
    yield "waiting-opened"
    visitor.leave()
    wallet.post(request, {**token, "pid": [wallet.presentation(request, "pid", key=new_key())]})
    visitor.go(asked.path)
    yield "waiting-response-rejected"
    with stage.later("verifier", endings.REQUEST_SECONDS - 45):
        visitor.go(asked.path)
        yield "waiting-nearly-over"
    visitor.press("#renew")
    assert visitor.path != asked.path
    visitor.press("#cancel")
    yield "requests-cancelled"


def outcome_page(outcome: Outcome, stage: Stage, visitor: Visitor) -> Iterator[str]:
    """The verdict, and the note about it for the case file."""
    asked = endings.bring_about(stage, visitor, outcome)
    with stage.later("verifier", endings.seconds_until(outcome)):
        visitor.go(asked.path)
        headline = words.pattern("verifier", f"verdict.{outcome}.headline", visitor.language)
        assert headline.fullmatch(visitor.heading), (outcome, visitor.heading)
        yield outcome.replace("_", "-")
        visitor.go(f"{asked.path}/note")
        yield f"{outcome.replace('_', '-')}-note"


def outcomes(stage: Stage, visitor: Visitor, *, of: slice) -> Iterator[str]:
    """Several of them, one after another."""
    for outcome in list(Outcome)[of]:
        yield from outcome_page(outcome, stage, visitor)


def other_purposes(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """The verdict of each further purpose."""
    for purpose in endings.OTHERS:
        asked = endings.answer_other_purpose(stage, visitor, purpose)
        visitor.go(asked.path)
        yield f"verdict-{purpose}"


def filing(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """What is done with an answer: attached, or deleted."""
    page = visitor.page
    asked = endings.bring_about(stage, visitor, Outcome.VALID)
    visitor.go(f"{asked.path}/attach")
    yield "attach"
    page.fill("#case-ref", "")
    visitor.press("#attach")
    yield "attach-errors"
    page.check("[id='field-feedback:work_ability']")
    page.fill("#case-ref", CASE)
    visitor.press("#attach")
    yield "requests-attached"
    visitor.go(asked.path)
    yield "verdict-attached"
    visitor.go(f"{asked.path}/note")
    yield "note-attached"
    asked = endings.bring_about(stage, visitor, Outcome.TOO_OLD_FOR_PURPOSE)
    visitor.go(f"{asked.path}/attach")
    yield "attach-background"
    page.fill("#case-ref", CASE)
    visitor.press("#attach-all")
    visitor.go(f"{asked.path}/note")
    yield "note-background"
    asked = endings.bring_about(stage, visitor, Outcome.VALID)
    visitor.go(f"{asked.path}/delete")
    yield "delete-asked"
    visitor.press("#confirm-delete")
    yield "requests-deleted"
    visitor.go(asked.path)
    yield "verdict-deleted"


def nothing_yet(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """Somebody who has asked nothing, and looks for another's request."""
    visitor.go("/requests")
    yield "requests-none"
    visitor.go("/requests/0000000000000000000000000000000000000000")
    yield "not-found"
    visitor.go("/confirm")
    yield "password-again"


good_outcomes = partial(outcomes, of=slice(0, 7))
bad_outcomes = partial(outcomes, of=slice(7, None))
