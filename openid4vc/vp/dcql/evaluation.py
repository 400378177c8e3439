"""The wallet's side of DCQL: which of the holder's credentials answer a query, and with how little.

OpenID4VP §6.4.1 (claims) and §6.4.2 (credentials). What may stay at home stays at home: a claim that only some
`claim_sets` options hold, and a credential set that is not required, go when the holder adds them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

from openid4vc.errors import PresentationError
from openid4vc.vp.claims_path import ConcretePath
from openid4vc.vp.dcql.query import ClaimQuery, CredentialQuery, DcqlQuery, optional_claims

# More ways than a person compares; a query can be written that has billions.
MAX_CHOICES: Final = 64


@dataclass(frozen=True, slots=True)
class Candidate:
    """A credential that the holder could show. `claims` is the processed payload of the whole credential, `cnf`
    included; `authority_keys` are the AuthorityKeyIdentifiers of its chain, base64url (for `trusted_authorities`)."""

    id: str
    format: str
    vct: str
    claims: Mapping[str, Any]
    authority_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """One credential for one credential query: `paths` are the elements to reveal, for the claims `claims`.

    `addable` are the optional claims that this credential has and that are not among `claims`.
    """

    query: CredentialQuery
    candidate: Candidate
    claims: tuple[ClaimQuery, ...]
    paths: tuple[ConcretePath, ...]
    addable: tuple[ClaimQuery, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer the whole query, by the id of the credential query.

    `further` are the other credentials that a query with `multiple` takes beside its answer (§6.1: they can be
    returned, and need not be): each goes only when the holder adds it.
    """

    answers: Mapping[str, Answer]
    further: Mapping[str, tuple[Answer, ...]]


def evaluate(query: DcqlQuery, candidates: Sequence[Candidate], *, add: Collection[str]) -> list[Choice]:
    """The ways to answer, the best first: the query's order of options, then the order of `candidates`; ways with a
    credential set that is not required come after those without. At most MAX_CHOICES.

    `add` names optional claims that the holder adds, as `claim` or `query.claim` (ids of the query); names that nothing
    here has are no fault. PresentationError `missing_credential` (access_denied) when there is no way: the wallet then
    sends no credential at all (§6.4.2).
    """
    answers = {credential.id: _answers(credential, candidates, add) for credential in query.credentials}
    choices = list(islice(_choices(query, answers), MAX_CHOICES))
    if not choices:
        raise PresentationError("missing_credential", error="access_denied")
    return choices


def _choices(query: DcqlQuery, answers: Mapping[str, list[Answer]]) -> Iterator[Choice]:
    for ids in _ways(query, answers):
        for chosen in product(*(answers[credential.id] for credential in query.credentials if credential.id in ids)):
            yield Choice(
                answers={answer.query.id: answer for answer in chosen},
                further={
                    answer.query.id: tuple(other for other in answers[answer.query.id] if other is not answer)
                    for answer in chosen
                    if answer.query.multiple
                },
            )


def _ways(query: DcqlQuery, answers: Mapping[str, list[Answer]]) -> list[frozenset[str]]:
    """§6.4.2: every required set by one whole option; the others only where they can be met, and after those without.

    Sets may share credentials, so that different options come to the same. The list is cut at each step, because the
    number of combinations is the asker's to choose.
    """
    ways = [frozenset[str]()]
    for wanted in sorted(query.sets, key=lambda wanted: not wanted.required):
        possible = [frozenset(option) for option in wanted.options if all(answers[query_id] for query_id in option)]
        combined = [way | option for way in ways for option in possible]
        ways = list(dict.fromkeys(combined if wanted.required else ways + combined))[:MAX_CHOICES]
    return [way for way in ways if way]


def _answers(query: CredentialQuery, candidates: Sequence[Candidate], add: Collection[str]) -> list[Answer]:
    answers = (_answer(query, candidate, add) for candidate in candidates)
    return [answer for answer in answers if answer is not None]


def _answer(query: CredentialQuery, candidate: Candidate, add: Collection[str]) -> Answer | None:
    """One candidate against one credential query; None when it does not match."""
    if candidate.format != query.format or candidate.vct not in query.vct_values:
        return None
    if not query.authority_matches(candidate.authority_keys):
        return None
    # §6.1: a credential that names no key of its holder cannot be shown with a proof of holder binding.
    if query.require_cryptographic_holder_binding and "cnf" not in candidate.claims:
        return None
    found = [claim.matches(candidate.claims, {}) for claim in query.claims]
    available = sum(1 << index for index, paths in enumerate(found) if paths)
    chosen = _choose(query, available, add)
    if chosen is None:
        return None
    optional = optional_claims(query)
    paths = (path for index, paths in enumerate(found) if chosen >> index & 1 for path in paths)
    return Answer(
        query=query,
        candidate=candidate,
        claims=query.chosen(chosen),
        paths=tuple(dict.fromkeys(paths)),
        addable=tuple(claim for claim in query.chosen(available & ~chosen) if claim in optional),
    )


def _choose(query: CredentialQuery, available: int, add: Collection[str]) -> int | None:
    """§6.4.1: the first option that the credential satisfies, among those from which nothing can be left out.

    An option that holds a smaller satisfiable one differs from it by optional claims alone. So it is taken only when
    the holder added them; between alternatives of which none holds another the verifier's order decides.
    """
    satisfiable = [option for option in query.options if not option & ~available]
    if not satisfiable:
        return None
    added = sum(
        1 << index
        for index, claim in enumerate(query.claims)
        if claim.id is not None and (claim.id in add or f"{query.id}.{claim.id}" in add)
    )
    # Several added claims that no option holds together: as many of them as one option has.
    most = max((option & added).bit_count() for option in satisfiable)
    satisfiable = [option for option in satisfiable if (option & added).bit_count() == most]
    return next(
        option
        for option in satisfiable
        if not any(other != option and other & option == other for other in satisfiable)
    )
