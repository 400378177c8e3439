"""Type metadata: what a type's publisher says of its claims, for showing them and for checking a credential.

SD-JWT VC, "SD-JWT VC Type Metadata". Fetching is the shell's; `extends` is refused, not half processed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from openid4vc import strict_json
from openid4vc.errors import CredentialError, FormatError
from openid4vc.sd_jwt import ClaimPath, VerifiedSdJwt
from openid4vc.sd_jwt_vc import integrity as document_integrity
from openid4vc.strict_json import JsonObject, JsonValue

MAX_BYTES: Final = 1 << 18
# A label is a line on a screen, not a page.
MAX_TEXT_CHARACTERS: Final = 2000

# null selects every element of an array.
MetadataPath: TypeAlias = tuple[str | int | None, ...]
SelectiveDisclosure: TypeAlias = Literal["always", "allowed", "never"]
_SD_VALUES: Final[Mapping[str, SelectiveDisclosure]] = {"always": "always", "allowed": "allowed", "never": "never"}
_SVG_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Display:
    """A name for people in one language: of the type, or of a claim."""

    locale: str
    text: str
    description: str | None


@dataclass(frozen=True, slots=True)
class ClaimMetadata:
    """One object of `claims`: which claims, how they are called, and what their issuer must do with them."""

    path: MetadataPath
    display: tuple[Display, ...]
    mandatory: bool
    sd: SelectiveDisclosure


@dataclass(frozen=True, slots=True)
class TypeMetadata:
    """A type metadata document that is well formed and, where there was a digest, the one that was meant."""

    vct: str
    display: tuple[Display, ...]
    claims: tuple[ClaimMetadata, ...]

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


def parse(raw: bytes, *, vct: str, integrity: str | None) -> TypeMetadata:
    """A fetched document; `vct` is the reference's, `integrity` its `vct#integrity`.

    CredentialError: `type_metadata_integrity`, `type_metadata_invalid`, `not_supported` for `extends`.
    """
    # "Integrity of Referenced Documents": over the raw octets, before anything is read.
    if integrity is not None:
        document_integrity.verify(raw, integrity)
    try:
        document = strict_json.parse_object(raw, max_bytes=MAX_BYTES)
    except FormatError:
        raise CredentialError("type_metadata_invalid") from None
    # "Retrieving Type Metadata": the document says itself which type it describes.
    if document.get("vct") != vct:
        raise CredentialError("type_metadata_invalid", "vct")
    # "Processing Type Metadata": fully, with every extended type, or not at all.
    if "extends" in document:
        raise CredentialError("not_supported", "extends")
    _check_svg_ids(_objects(document, "claims"))
    return TypeMetadata(
        vct=vct,
        display=_displays(document, "name"),
        claims=tuple(_claim(claim) for claim in _objects(document, "claims")),
    )


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
        gaps = set()
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
            below.update({(*place, index): element for index, element in zip(shown, value, strict=True)})
            gaps.update((*place, index) for index in hidden)
            if step is not None:
                below = {found: element for found, element in below.items() if found[-1] == step}
                gaps = {gap for gap in gaps if gap[-1] == step}
        selected = below
    return {place: place in verified.disclosed for place in selected} | dict.fromkeys(gaps, True)


def _claim(claim: JsonObject) -> ClaimMetadata:
    path = claim.get("path")
    if not isinstance(path, list) or not path or not all(map(_is_step, path)):
        raise CredentialError("type_metadata_invalid", "path")
    mandatory = claim.get("mandatory", False)
    sd = claim.get("sd", "allowed")
    if not isinstance(mandatory, bool) or not isinstance(sd, str) or sd not in _SD_VALUES:
        raise CredentialError("type_metadata_invalid", "mandatory or sd")
    return ClaimMetadata(tuple(path), _displays(claim, "label"), mandatory, _SD_VALUES[sd])


def _is_step(step: JsonValue) -> bool:
    if isinstance(step, bool):
        return False
    return step is None or isinstance(step, str) or (isinstance(step, int) and step >= 0)


def _check_svg_ids(claims: Sequence[JsonObject]) -> None:
    ids = [claim["svg_id"] for claim in claims if "svg_id" in claim]
    if not all(isinstance(svg_id, str) and _SVG_ID.fullmatch(svg_id) for svg_id in ids) or len(set(ids)) != len(ids):
        raise CredentialError("type_metadata_invalid", "svg_id")


def _displays(owner: JsonObject, text_member: str) -> tuple[Display, ...]:
    displays = []
    for display in _objects(owner, "display"):
        description = _text(display["description"]) if "description" in display else None
        displays.append(Display(_text(display.get("locale")), _text(display.get(text_member)), description))
    return tuple(displays)


def _objects(owner: JsonObject, name: str) -> list[JsonObject]:
    value = owner.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CredentialError("type_metadata_invalid", name)
    return value


def _text(value: JsonValue) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT_CHARACTERS:
        raise CredentialError("type_metadata_invalid", "display")
    return value


def _matches(pattern: MetadataPath, path: Sequence[str | int | None]) -> bool:
    return len(pattern) == len(path) and all(
        expected == step or (expected is None and isinstance(step, int))
        for expected, step in zip(pattern, path, strict=True)
    )
