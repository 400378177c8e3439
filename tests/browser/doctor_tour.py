"""Every page of the issuer's staff, in the order in which a day of work meets them."""

from collections.abc import Iterator

from tests.browser import doctor
from tests.browser.doctor import FEEDBACK, STATEMENT
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor


def writing(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """From an empty list to a document that is given."""
    page = visitor.page
    visitor.go("/new")
    yield "choose-type"
    visitor.press("#continue")
    yield "choose-type-error"
    page.check("#type-lausuntopalaute")
    visitor.press("#continue")
    yield "person"
    page.fill("#personal_administrative_number", "120374-901B")
    visitor.press("#find")
    yield "person-error"
    page.fill("#personal_administrative_number", doctor.CLIENT)
    visitor.press("#find")
    yield "person-found"
    visitor.press("#continue")
    yield "form"
    visitor.press("#continue")
    yield "form-errors"
    doctor.fill(visitor, {**FEEDBACK, "message_to_authority": "Hoitona migreeni ja sen lääkitys."})
    visitor.press("#continue")
    yield "form-health-term"
    doctor.fill(visitor, {"work_ability": ("full",), "health_effect_on_employment": ("prevents_now",)})
    page.fill("#message_to_authority", "Työn aloitus asteittain.")
    visitor.press("#continue")
    yield "form-asked-again"
    doctor.fill(visitor, FEEDBACK)
    visitor.press("#continue")
    yield "check"
    visitor.press("#issue")
    yield "check-error"
    document = doctor.give(visitor)
    yield "done"
    page.click("#on-screen summary")
    yield "done-code-on-screen"
    visitor.go(f"{document.path}/done")
    yield "done-opened-again"
    visitor.go(document.path)
    yield "document"


def statement(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """The other type that a physician gives: long, with a diagnosis."""
    doctor.begin(visitor, "laakarinlausunto-b")
    yield "form"
    visitor.press("#continue")
    yield "form-errors"
    doctor.fill(visitor, STATEMENT)
    visitor.press("#continue")
    yield "check"
    doctor.give(visitor, "paper")
    yield "done"


def drafting(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """A draft that is kept, found and deleted."""
    doctor.begin(visitor)
    visitor.press("#save-draft")
    yield "documents-draft-saved"
    visitor.page.fill("#q", "Nobody Ingen Kukaan")
    visitor.press("#search")
    yield "documents-none-found"
    visitor.go("/documents")
    visitor.press("#all a[href^='/drafts/']")
    visitor.press("#cancel")
    yield "draft-delete"
    visitor.press("#delete-draft")
    yield "documents-draft-deleted"


def caring(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """What can be done to a document that was given."""
    document = doctor.write(visitor)
    for act in ("reprint", "new-code"):
        visitor.go(f"{document.path}/{act}")
        yield f"{act}-asked"
        visitor.press(f"#confirm-{act}")
        yield f"{act}-done"
    doctor.lock(stage, doctor.given(visitor))
    visitor.go(document.path)
    yield "document-locked"
    visitor.go("/documents")
    yield "documents"
    visitor.go(f"{document.path}/unlock")
    yield "unlock-asked"
    visitor.press("#confirm-unlock")
    yield "unlock-done"
    visitor.go(f"{document.path}/cancel-code")
    yield "cancel-code-asked"
    visitor.press("#confirm-cancel-code")
    yield "document-code-cancelled"


def ending(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """Suspended, valid again, corrected, revoked."""
    page = visitor.page
    document = doctor.write(visitor)
    visitor.go(f"{document.path}/suspend")
    yield "suspend-reason"
    visitor.press("#continue")
    yield "suspend-reason-error"
    page.check("input[name=reason] >> nth=0")
    visitor.press("#continue")
    yield "suspend-asked"
    visitor.press("#confirm-suspend")
    yield "document-suspended"
    visitor.go(f"{document.path}/resume")
    yield "resume"
    visitor.press("#continue")
    yield "resume-asked"
    visitor.press("#confirm-resume")
    yield "document-valid-again"
    visitor.press("#correct")
    yield "form-correcting"
    doctor.fill(visitor, {"client_agreed_content": ("yes",)})
    visitor.press("#continue")
    newer = doctor.give(visitor)
    visitor.go(document.path)
    yield "document-replaced"
    with stage.later("issuer", 11 * 60):
        visitor.go(f"{newer.path}/revoke")
        yield "revoke-reason-with-password"
    visitor.go(f"{newer.path}/revoke")
    page.check("#reason-wrong_content")
    visitor.press("#continue")
    yield "revoke-asked"
    visitor.press("#confirm-revoke")
    yield "document-revoked"


def footer(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """What stands under every page."""
    for name in ("help", "privacy", "accessibility", "feedback"):
        visitor.go(f"/{name}")
        yield name


def coming_back(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """A session that ended while somebody typed: nothing is lost."""
    visitor.go("/documents")
    yield "documents-empty"
    doctor.begin(visitor)
    doctor.fill(visitor, FEEDBACK)
    with stage.later("issuer", 16 * 60):
        visitor.press("#continue")
        yield "session-ended"
        visitor.page.fill("#username", "otto.ortopedi")
        visitor.page.fill("#password", stage.passwords["otto.ortopedi"])
        visitor.press("#signin-button")
        yield "resume-sending"
        visitor.press("#resume-button")
        assert visitor.path.endswith("/check")
        visitor.go("/confirm")
        yield "password-again"
        draft = visitor
        draft.go("/documents")
        draft.press("#all a[href^='/drafts/']")
        draft.press("#cancel")
        draft.press("#delete-draft")
