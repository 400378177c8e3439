"""The issuer's own word on who may see what: the embedded disclosure policy that a wallet keeps at issuance.

EUDI ARF 3.0, EDP_01–EDP_09 ("authorised relying parties only"). The specifications leave the form open; ours is
`credential_metadata.disclosure_policy` = `{"authorised": [organizationIdentifier…], "except_claims": [path…]}`:
organisations that may see everything, and claims that everybody may.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openid4vc.errors import IssuanceError
from openid4vc.relying_party import claim_paths
from openid4vc.relying_party.claim_paths import ClaimsPath


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """Who may see everything, and which claims are for all."""

    authorised: frozenset[str]
    except_claims: tuple[ClaimsPath, ...]


def parse(value: object) -> DisclosurePolicy:
    """A policy from issuer metadata; IssuanceError `metadata_invalid`, because half a policy protects nobody."""
    if not isinstance(value, Mapping):
        raise IssuanceError("metadata_invalid", "disclosure_policy")
    authorised, exceptions = value.get("authorised"), value.get("except_claims", [])
    if not isinstance(authorised, list) or not all(isinstance(member, str) for member in authorised):
        raise IssuanceError("metadata_invalid", "disclosure_policy authorised")
    if not isinstance(exceptions, list):
        raise IssuanceError("metadata_invalid", "disclosure_policy except_claims")
    paths = []
    for member in exceptions:
        path = claim_paths.parse(member)
        if path is None:
            raise IssuanceError("metadata_invalid", "disclosure_policy except_claims")
        paths.append(path)
    return DisclosurePolicy(frozenset(authorised), tuple(paths))


def forbidden(
    policy: DisclosurePolicy, organization_identifier: str | None, requested: Iterable[ClaimsPath]
) -> list[ClaimsPath]:
    """The requested paths that this organisation may not see, in their order.

    Somebody whose identifier nobody vouches for is None, and is not authorised.
    """
    if organization_identifier in policy.authorised:
        return []
    return [path for path in requested if not any(claim_paths.covers(free, path) for free in policy.except_claims)]
