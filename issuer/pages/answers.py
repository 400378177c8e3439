"""From what stands in a draft's fields to the claims of a document, and everything that is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from credential_schemas import forms, health_terms
from credential_schemas.errors import ClaimError, ClaimErrors
from credential_schemas.forms import CHOICE, OCCUPATION, Submitted
from credential_schemas.minimisation import check_protected_person
from credential_schemas.schema import holds
from credential_schemas.types import CredentialType
from credential_schemas.validation import notes, validate
from issuer.pages.drafts import Content, Draft
from issuer.pages.fields import HEALTH_TERM, Faults
from issuer.pages.staff import Staff
from web_service.forms import Form

# The one claim that a correction adds by itself, where the type has it.
_REPLACES: Final = "replaces_document_id"


@dataclass(frozen=True, slots=True)
class Answers:
    """The claims, what is wrong, what is unlikely, and the claims whose answers were dropped, as nobody asked."""

    claims: Mapping[str, Any]
    errors: tuple[ClaimError, ...]
    notes: tuple[ClaimError, ...]
    dropped: tuple[str, ...]


def hidden_claims(credential_type: CredentialType, content: Content) -> frozenset[str]:
    """What is never asked about this person: where they can be found, under non-disclosure for safety (MIN-7)."""
    protected = content.subject is not None and content.subject.non_disclosure
    return credential_type.marked("locating") if protected else frozenset()


def sent_fields(credential_type: CredentialType, form: Form) -> dict[str, list[str]]:
    """Of a posted form the fields that the type's form has; buttons and tokens stay behind."""
    claims = [field["claim"] for group in credential_type.form["groups"] for field in group["fields"]]
    return {name: list(form.all(name)) for name in form if any(_belongs(name, claim) for claim in claims)}


def read(staff: Staff, draft: Draft) -> Answers:
    """The draft's answers as claims. MinimisationError when they would tell where a protected person is."""
    credential_type, content = staff.type(draft.type_name), draft.content
    hidden = hidden_claims(credential_type, content)
    sent = {
        name: values
        for name, values in (content.fields or {}).items()
        if not any(_belongs(name, claim) for claim in hidden)
    }
    read_claims, form_errors = forms.read(credential_type, sent)
    claims = {
        **_subject_claims(credential_type, content),
        **forms.account_claims(credential_type, staff.account),
        **read_claims,
    }
    if draft.replaces is not None and credential_type.has(_REPLACES):
        claims[_REPLACES] = draft.replaces
    if content.subject is not None and content.subject.non_disclosure:
        check_protected_person(credential_type, claims)
    today = staff.service.clock.today()
    try:
        validate(credential_type, claims, today=today, innocent_terms=content.innocent)
        found: tuple[ClaimError, ...] = ()
    except ClaimErrors as error:
        found = error.errors
    wrong = {error.claim for error in found}
    errors = (*found, *(error for error in form_errors if error.claim not in wrong))
    later = _asked_later(credential_type, claims, {error.claim for error in errors})
    errors = tuple(error for error in errors if error.claim not in later)
    dropped = tuple(_dropped(credential_type, sent, read_claims))
    return Answers(claims, errors, () if errors else notes(credential_type, claims), dropped)


def faults(draft: Draft, answers: Answers) -> Faults:
    """What the form says about these answers; texts are there for the words that the health check marks."""
    texts = {name: value for name, value in answers.claims.items() if isinstance(value, str)}
    return Faults(answers.errors, answers.notes, draft.content.innocent, texts)


def stopped_words(errors: tuple[ClaimError, ...]) -> tuple[str, ...]:
    """The words that the health check stopped, as they are compared."""
    return tuple(sorted({str(error.facts["word"]).casefold() for error in errors if error.code == HEALTH_TERM}))


def kinds_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """What kind each of these words is of, for the audit record, which holds no words."""
    return tuple(
        term.kind for word in words for term in (*health_terms.find(word), *health_terms.find(word.upper()))[:1]
    )


def _subject_claims(credential_type: CredentialType, content: Content) -> dict[str, str]:
    if content.subject is None:
        return {}
    known = content.subject.claims
    return {name: known[name] for name in credential_type.form.get("person", ()) if name in known}


def _belongs(name: str, claim: str) -> bool:
    """Whether a field's name is a claim's: its own, or of one of its parts."""
    return name == claim or name.startswith(f"{claim}-")


def _asked_later(credential_type: CredentialType, claims: Mapping[str, Any], wrong: set[str]) -> set[str]:
    """Questions that a wrong answer has yet to open: an error there would lead to a field that nobody sees."""
    fields = [field for group in credential_type.form["groups"] for field in group["fields"]]
    closed = [field for field in fields if not holds(field.get("when", {}), claims)]
    return {field["claim"] for field in closed if wrong & set(field["when"])}


def _dropped(credential_type: CredentialType, sent: Submitted, claims: Mapping[str, Any]) -> Iterator[str]:
    """Claims with something typed into a field whose option is not chosen."""
    for group in credential_type.form["groups"]:
        for field in group["fields"]:
            claim = field["claim"]
            written = any(value.strip() for value in sent.get(claim, ()))
            unasked = not holds(field.get("when", {}), claims)
            choice = sent.get(f"{claim}-{CHOICE}", ())
            if written and (unasked or ("choices" in field and choice and choice[0] != OCCUPATION)):
                yield claim
