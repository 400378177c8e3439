"""The verifier's side of DCQL: whether what was presented answers the query, without trusting the wallet in it.

OpenID4VP §6.4 (the rules), §8.1 (shape of the answer), §8.6 steps 2.2 and 3, §14.9.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from openid4vc.errors import PresentationError
from openid4vc.strict_json import JsonObject
from openid4vc.vp import claims_path
from openid4vc.vp.claims_path import ArrayGaps, ConcretePath
from openid4vc.vp.dcql.query import FORMAT, ClaimQuery, CredentialQuery, DcqlQuery


@dataclass(frozen=True, slots=True)
class Presented:
    """A presentation whose signatures, key binding and issuer have been verified already.

    `claims` is its processed payload and `array_gaps` what is missing in its arrays; `authority_keys` are the
    AuthorityKeyIdentifiers of its chain in base64url.
    """

    vct: str
    claims: Mapping[str, Any]
    array_gaps: ArrayGaps = field(default_factory=dict)
    authority_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckedCredential:
    """A presentation that answers a credential query: the claims that were asked and their elements, nothing beside."""

    query: CredentialQuery
    presented: Presented
    claims: tuple[ClaimQuery, ...]
    paths: tuple[ConcretePath, ...]

    @property
    def asked(self) -> JsonObject:
        """The payload cut down to what was asked: the only part that may be stored or shown."""
        return claims_path.keep(self.paths, self.presented.claims, self.presented.array_gaps)


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """The presentations that the query needed, by the id of the credential query, and what was not used.

    `surplus` are the ids of which nothing was used; `discarded` has the id and the error code of each presentation
    that was not what its query asks.
    """

    credentials: Mapping[str, tuple[CheckedCredential, ...]]
    surplus: tuple[str, ...]
    discarded: tuple[tuple[str, str], ...]


def check_shape(query: DcqlQuery, presentations: Mapping[str, Sequence[object]]) -> None:
    """§8.1: known ids, no empty array, several only where `multiple` says so.

    PresentationError `response_malformed`; done before any signature is looked at.
    """
    for query_id, presented in presentations.items():
        credential = query.credential(query_id)
        if credential is None:
            raise PresentationError("response_malformed", "an id that was not asked", error="invalid_request")
        if not presented or (len(presented) > 1 and not credential.multiple):
            raise PresentationError("response_malformed", "number of presentations", error="invalid_request")


def check(query: DcqlQuery, presentations: Mapping[str, Sequence[Presented]]) -> CheckedAnswer:
    """Every rule of §6.4 evaluated again.

    PresentationError `response_malformed` for the shape. A presentation that is not what its query asks is discarded
    (§8.6); when what is left meets no whole option of a required set, the error is that of the first one discarded
    there: `missing_credential` (type, authority) or `claim_missing` (its claims are no whole option of its query, or
    have other values); where none was, `missing_credential`.
    """
    check_shape(query, presentations)
    kept: dict[str, list[CheckedCredential]] = {}
    faults: dict[str, list[PresentationError]] = {}
    for credential in query.credentials:
        for presented in presentations.get(credential.id, ()):
            try:
                kept.setdefault(credential.id, []).append(_check(credential, presented))
            except PresentationError as error:
                faults.setdefault(credential.id, []).append(error)
    # The first option that is met, of each set: another one beside it was not needed.
    needed: set[str] = set()
    for wanted in query.sets:
        met = next((option for option in wanted.options if all(kept.get(query_id) for query_id in option)), ())
        if not met and wanted.required:
            raise _fault(faults, chain.from_iterable(wanted.options))
        needed.update(met)
    if not needed:
        raise _fault(faults, presentations)
    return CheckedAnswer(
        credentials={query_id: tuple(checked) for query_id, checked in kept.items() if query_id in needed},
        surplus=tuple(query_id for query_id in presentations if query_id not in needed),
        discarded=tuple((query_id, error.code) for query_id, errors in faults.items() for error in errors),
    )


def _fault(faults: Mapping[str, Sequence[PresentationError]], query_ids: Iterable[str]) -> PresentationError:
    """What is said when a set is not met: what was wrong with the first that tried to, or that nothing did."""
    found = (error for query_id in query_ids for error in faults.get(query_id, ()))
    return next(found, PresentationError("missing_credential", error="invalid_request"))


def _check(query: CredentialQuery, presented: Presented) -> CheckedCredential:
    if query.format != FORMAT or presented.vct not in query.vct_values:
        raise PresentationError("missing_credential", "another type", error="invalid_request")
    if not query.authority_matches(presented.authority_keys):
        raise PresentationError("missing_credential", "another authority", error="invalid_request")
    found = [claim.matches(presented.claims, presented.array_gaps) for claim in query.claims]
    available = sum(1 << index for index, paths in enumerate(found) if paths)
    # §6.4.1: one whole option. The first in the verifier's order: with more disclosed, the option that holds more.
    option = next((option for option in query.options if not option & ~available), None)
    if option is None:
        raise PresentationError("claim_missing", error="invalid_request")
    paths = (path for index, paths in enumerate(found) if option >> index & 1 for path in paths)
    return CheckedCredential(query, presented, query.chosen(option), tuple(dict.fromkeys(paths)))
