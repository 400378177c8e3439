"""The issuer's own word on who may see what: the embedded disclosure policy that a wallet keeps at issuance.

EUDI ARF 3.0, EDP_01–EDP_09 ("authorised relying parties only"). The specifications leave the form open; ours is
`credential_metadata.disclosure_policy` = `{"authorised": [organizationIdentifier…], "except_claims": [path…]}`:
organisations that may see everything, and claims that everybody may.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openid4vc.errors import IssuanceError
from openid4vc.relying_party.claim_paths import covers
from openid4vc.vp import claims_path
from openid4vc.vp.claims_path import ClaimsPath


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """Who may see everything, and which claims are for all."""

    authorised: frozenset[str]
    except_claims: tuple[ClaimsPath, ...]


def parse(value: object) -> DisclosurePolicy:
    """A policy from issuer metadata; IssuanceError `metadata_invalid`, because half a policy protects nobody."""
    if not isinstance(value, Mapping):
        raise _invalid("not an object")
    authorised, exceptions = value.get("authorised"), value.get("except_claims", [])
    if not isinstance(authorised, list) or not all(isinstance(member, str) for member in authorised):
        raise _invalid("authorised")
    if not isinstance(exceptions, list):
        raise _invalid("except_claims")
    paths = tuple(claims_path.parse(member, fault=_invalid) for member in exceptions)
    return DisclosurePolicy(frozenset(authorised), paths)


def forbidden(
    policy: DisclosurePolicy, organization_identifier: str | None, requested: Iterable[ClaimsPath]
) -> list[ClaimsPath]:
    """The requested paths that this organisation may not see, in their order.

    Somebody whose identifier nobody vouches for is None, and is not authorised.
    """
    if organization_identifier in policy.authorised:
        return []
    return [path for path in requested if not any(covers(free, path) for free in policy.except_claims)]


def _invalid(member: str) -> IssuanceError:
    return IssuanceError("metadata_invalid", f"disclosure_policy: {member}")
