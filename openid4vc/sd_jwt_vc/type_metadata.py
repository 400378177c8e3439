"""Type metadata: what a type's publisher says of its claims, for showing them and for checking a credential.

SD-JWT VC, "SD-JWT VC Type Metadata". Everything that holds for a type, with what it inherits: `type_extension` makes
these values out of documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openid4vc.errors import CredentialError
from openid4vc.sd_jwt import ClaimPath, VerifiedSdJwt
from openid4vc.sd_jwt_vc.type_document import Display, MetadataPath, SelectiveDisclosure, TypeDisplay
from openid4vc.strict_json import JsonValue


@dataclass(frozen=True, slots=True)
class ClaimMetadata:
    """One object of `claims`: which claims, how they are called, and what their issuer must do with them."""

    path: MetadataPath
    display: tuple[Display, ...]
    mandatory: bool
    sd: SelectiveDisclosure
    svg_id: str | None


@dataclass(frozen=True, slots=True)
class TypeMetadata:
    """What holds for credentials of a type. `extends` are all types that it extends, the nearest first; `document` are
    the octets of its own document, over which a `vct#integrity` goes.
    """

    vct: str
    extends: tuple[str, ...]
    display: tuple[TypeDisplay, ...]
    claims: tuple[ClaimMetadata, ...]
    document: bytes

    def label(self, path: Sequence[str | int | None], language: str) -> str | None:
        """The label of the claim at `path` in the language, else in any; None for a claim without one.

        Numbers in `path` also match a null of the metadata.
        """
        for claim in self.claims:
            if claim.display and _matches(claim.path, path):
                return choose(claim.display, language).text
        return None

    def name(self, language: str) -> str | None:
        """The name of the type in the language, else in any."""
        return choose(self.display, language).text if self.display else None


def choose(displays: Sequence[Display], language: str) -> Display:
    """The display whose locale is the language, else of the same primary language, else English, else the first."""
    wanted = language.lower()
    for candidate in (wanted, wanted.partition("-")[0], "en"):
        for display in displays:
            locale = display.locale.lower()
            if locale == candidate or locale.partition("-")[0] == candidate:
                return display
    return displays[0]


def check(metadata: TypeMetadata, verified: VerifiedSdJwt, *, holder: bool) -> None:
    """ "Claim Metadata": the credential against its type; `holder` says that all Disclosures are here.

    CredentialError `type_metadata_invalid`, with the fact `claim`, where a path cannot be followed, a mandatory claim
    is not there, or a claim is selectively disclosable where it must not be, or not where it must.
    """
    for claim in metadata.claims:
        name = "/".join("*" if step is None else str(step) for step in claim.path)
        selected = _select(verified, claim.path, name)
        # A verifier cannot tell an undisclosed claim from a missing one; what is never disclosed separately it can see.
        if claim.mandatory and not selected and (holder or (claim.sd == "never" and len(claim.path) == 1)):
            raise CredentialError("type_metadata_invalid", "mandatory claim missing", claim=name)
        # Selectively disclosable is what has a Disclosure of its own, or is an element that was not disclosed.
        for disclosable in selected.values():
            if disclosable if claim.sd == "never" else claim.sd == "always" and not disclosable:
                raise CredentialError("type_metadata_invalid", "sd", claim=name)


def _select(verified: VerifiedSdJwt, path: MetadataPath, name: str) -> Mapping[ClaimPath, bool]:
    """ "Processing of path", with array elements as issued: each selected place, and whether it is disclosable."""
    selected: dict[ClaimPath, JsonValue] = {(): verified.claims}
    gaps: set[ClaimPath] = set()
    for step in path:
        # What is inside an element that was not disclosed is unknown: deeper steps select nothing there.
        gaps.clear()
        below: dict[ClaimPath, JsonValue] = {}
        for place, value in selected.items():
            if isinstance(step, str):
                if not isinstance(value, dict):
                    raise CredentialError("type_metadata_invalid", "path", claim=name)
                if step in value:
                    below[(*place, step)] = value[step]
                continue
            if not isinstance(value, list):
                raise CredentialError("type_metadata_invalid", "path", claim=name)
            hidden = verified.array_gaps.get(place, ())
            shown = (index for index in range(len(value) + len(hidden)) if index not in hidden)
            elements = iter(value)
            below.update({(*place, index): next(elements) for index in shown})
            gaps.update((*place, index) for index in hidden)
            if step is not None:
                below = {found: element for found, element in below.items() if found[-1] == step}
                gaps = {gap for gap in gaps if gap[-1] == step}
        selected = below
    return {place: place in verified.disclosed for place in selected} | dict.fromkeys(gaps, True)


def _matches(pattern: MetadataPath, path: Sequence[str | int | None]) -> bool:
    return len(pattern) == len(path) and all(map(_matches_step, pattern, path))


def _matches_step(expected: str | int | None, step: str | int | None) -> bool:
    return expected == step or (expected is None and isinstance(step, int))
