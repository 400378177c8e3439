"""Data minimisation as rules that a purpose or a type must pass before anybody registers or issues it.

| rule   | what is held here                                                                                     |
|--------|-------------------------------------------------------------------------------------------------------|
| MIN-1  | no purpose of an employment authority or employer asks a claim marked `clinical`                        |
| MIN-2  | a type made for employment authorities has no such claim at all                                         |
| MIN-3  | no such purpose asks a claim marked `revealing`: a unit, specialty or doctor tells the illness          |
| MIN-4  | what a type is called, in any language and in its vct, tells no illness                                 |
| MIN-5  | every claim is always or never selectively disclosable, and all fit into the type's number of digests   |
| MIN-6  | one strong identifier at most, from identity data; name and birthdate from everything else, too         |
| MIN-7  | a document of a person under non-disclosure for safety has no claim marked `locating`                   |
| MIN-8  | no such purpose asks a claim marked `revealing_service`; its category is enough                         |
| MIN-11 | a type with a disclosure policy shows such a purpose only the policy's `except_claims`                  |

MIN-9 (the wallet's log) and MIN-10 (what a verifier keeps) are held where those live.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from credential_schemas import health_terms
from credential_schemas.data import LANGUAGES
from credential_schemas.errors import MinimisationError
from credential_schemas.types import CredentialType

if TYPE_CHECKING:
    from credential_schemas.purposes import AskedCredential, Purpose

# Kinds of purpose whose asker has no business with health beyond conclusions.
_CONCLUSIONS_ONLY: Final = frozenset({"employment", "employer"})
_FORBIDDEN_MARKS: Final = (
    ("MIN-1", "clinical", "health data beyond the conclusions"),
    ("MIN-3", "revealing", "who or where tells the illness"),
    ("MIN-8", "revealing_service", "the service tells the illness"),
)


def check_minimisation(purpose: "Purpose", types: Mapping[str, CredentialType]) -> None:
    """A purpose that may be registered passes; MinimisationError names the first rule it breaks, and the claims."""
    if purpose.kind in _CONCLUSIONS_ONLY:
        for rule, mark, detail in _FORBIDDEN_MARKS:
            _refuse(rule, _asked_with_mark(purpose, types, mark), detail)
    _refuse(
        "MIN-6", _identifiers_too_many(purpose, types), "more than one strong identifier, or not from identity data"
    )
    _refuse("MIN-6", _identity_not_asked(purpose, types), "name and birthdate are asked from every credential")
    if purpose.kind in _CONCLUSIONS_ONLY:
        _refuse("MIN-11", _outside_policy(purpose, types), "the type shows these to authorised parties only")


def check_type(credential_type: CredentialType) -> None:
    """A type that may be issued passes; MinimisationError otherwise (MIN-2, MIN-4, MIN-5)."""
    if credential_type.settings.get("for_employment"):
        forbidden = credential_type.marked("clinical") | credential_type.marked("revealing")
        _refuse("MIN-2", _named(credential_type, forbidden), "made for employment authorities")
    texts = [
        credential_type.vct,
        *(text[language] for text in _titles(credential_type) for language in LANGUAGES),
        *(display["name"] for display in credential_type.type_metadata["display"]),
    ]
    found = tuple(term.word for text in texts for term in health_terms.find(text))
    _refuse("MIN-4", found, "the name of the type tells")
    hidden = [claim.name for claim in credential_type.claims if claim.sd == "always"]
    _refuse("MIN-5", _named(credential_type, hidden[credential_type.digests :]), "more claims than digests")


def check_protected_person(credential_type: CredentialType, claims: Mapping[str, Any]) -> None:
    """The claims of somebody under non-disclosure for safety (turvakielto): MinimisationError MIN-7."""
    present = credential_type.marked("locating") & set(claims)
    _refuse("MIN-7", _named(credential_type, present), "tells where the person can be found")


def _refuse(rule: str, claims: tuple[str, ...], detail: str) -> None:
    if claims:
        raise MinimisationError(rule, claims, detail)


def _named(credential_type: CredentialType, names: Any) -> tuple[str, ...]:
    return tuple(f"{credential_type.name}.{claim.name}" for claim in credential_type.claims if claim.name in names)


def _titles(credential_type: CredentialType) -> Iterator[Mapping[str, str]]:
    yield credential_type.names
    yield credential_type.definite_names
    if "title" in credential_type.settings:
        yield credential_type.settings["title"]


def _asked(
    purpose: "Purpose", types: Mapping[str, CredentialType]
) -> Iterator[tuple["AskedCredential", CredentialType]]:
    for asked in purpose.credentials:
        yield asked, types[asked.type]


def _asked_with_mark(purpose: "Purpose", types: Mapping[str, CredentialType], mark: str) -> tuple[str, ...]:
    return tuple(
        f"{credential_type.name}.{name}"
        for asked, credential_type in _asked(purpose, types)
        for name in asked.claims(with_customer=True)
        if name in credential_type.marked(mark)
    )


def _identifiers_too_many(purpose: "Purpose", types: Mapping[str, CredentialType]) -> tuple[str, ...]:
    """Strong identifiers beyond the one that the identity data gives; with identity data none comes from elsewhere."""
    strong = [
        (asked.id, f"{credential_type.name}.{name}")
        for asked, credential_type in _asked(purpose, types)
        for name in asked.claims(with_customer=True)
        if name in credential_type.marked("strong_identifier")
    ]
    identity = [asked.id for asked, credential_type in _asked(purpose, types) if _is_identity(credential_type)]
    allowed = [query_id for query_id, _ in strong if not identity or query_id in identity][:1]
    return tuple(name for query_id, name in strong if query_id not in allowed)


def _identity_not_asked(purpose: "Purpose", types: Mapping[str, CredentialType]) -> tuple[str, ...]:
    """Name and birthdate that identity data is asked for and another credential is not: the two must agree."""
    wanted = {
        name
        for asked, credential_type in _asked(purpose, types)
        if _is_identity(credential_type)
        for name in asked.required
        if name in credential_type.marked("identity")
    }
    return tuple(
        f"{credential_type.name}.{name}"
        for asked, credential_type in _asked(purpose, types)
        for name in sorted(wanted)
        if name not in asked.required
    )


def _outside_policy(purpose: "Purpose", types: Mapping[str, CredentialType]) -> tuple[str, ...]:
    return tuple(
        f"{credential_type.name}.{name}"
        for asked, credential_type in _asked(purpose, types)
        if credential_type.disclosure_policy is not None
        for name in asked.claims(with_customer=True)
        if name not in credential_type.disclosure_policy["except_claims"]
    )


def _is_identity(credential_type: CredentialType) -> bool:
    return bool(credential_type.settings.get("is_identity"))
