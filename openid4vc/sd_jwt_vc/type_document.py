"""One type metadata document, as its publisher wrote it: what it says itself, and which type it extends.

SD-JWT VC, "Type Metadata Format", "Display Metadata", "Claim Metadata". What is absent stays absent here, because a
type that extends another takes from it what it does not say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from openid4vc import strict_json, uri
from openid4vc.errors import CredentialError, FormatError
from openid4vc.sd_jwt_vc import integrity as document_integrity
from openid4vc.sd_jwt_vc import language_tag, type_rendering
from openid4vc.sd_jwt_vc.type_rendering import Rendering
from openid4vc.strict_json import JsonObject, JsonValue

MAX_BYTES: Final = 1 << 18
# A label is a line on a screen, not a page.
MAX_TEXT_CHARACTERS: Final = 2000
# Each object is compared with the whole credential. No type has as many claims.
MAX_CLAIMS: Final = 1024

# null selects every element of an array.
MetadataPath: TypeAlias = tuple[str | int | None, ...]
SelectiveDisclosure: TypeAlias = Literal["always", "allowed", "never"]
_SD_VALUES: Final[Mapping[str, SelectiveDisclosure]] = {"always": "always", "allowed": "allowed", "never": "never"}
_SVG_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URI: Final = re.compile(r"[!-~]{1,2000}")


@dataclass(frozen=True, slots=True)
class Display:
    """A name for people in one language: of the type, or of a claim."""

    locale: str
    text: str
    description: str | None


@dataclass(frozen=True, slots=True)
class TypeDisplay(Display):
    """A name of the type, and how its publisher would like it drawn."""

    rendering: Rendering | None


@dataclass(frozen=True, slots=True)
class ClaimDescription:
    """One object of `claims`; None is what the object does not say."""

    path: MetadataPath
    display: tuple[Display, ...] | None
    mandatory: bool | None
    sd: SelectiveDisclosure | None
    svg_id: str | None


@dataclass(frozen=True, slots=True)
class TypeDocument:
    """A well-formed document; `raw` are its octets. `display` and `claims` are those of this type alone."""

    raw: bytes
    vct: str
    extends: str | None
    extends_integrity: str | None
    display: tuple[TypeDisplay, ...] | None
    claims: tuple[ClaimDescription, ...]


def parse(raw: bytes, *, vct: str, integrity: str | None) -> TypeDocument:
    """A fetched document; `vct` and `integrity` are those of the reference to it.

    CredentialError `type_metadata_integrity`, `type_metadata_invalid`.
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
    for name in ("name", "description", "extends#integrity"):
        if name in document and not isinstance(document[name], str):
            raise CredentialError("type_metadata_invalid", name)
    return TypeDocument(
        raw=raw,
        vct=vct,
        extends=_uri(document["extends"]) if "extends" in document else None,
        extends_integrity=document.get("extends#integrity"),
        display=_type_displays(document) if "display" in document else None,
        claims=_claims(_objects(document, "claims")),
    )


def check_claims(claims: Sequence[ClaimDescription]) -> None:
    """What holds for the claims of one document, and for those of a whole chain: few enough, no `svg_id` twice."""
    if len(claims) > MAX_CLAIMS:
        raise CredentialError("type_metadata_invalid", "claims")
    ids = [claim.svg_id for claim in claims if claim.svg_id is not None]
    # "The ID MUST be unique within the type metadata".
    if len(set(ids)) != len(ids):
        raise CredentialError("type_metadata_invalid", "svg_id")


def _claims(objects: Sequence[JsonObject]) -> tuple[ClaimDescription, ...]:
    claims = tuple(_claim(claim) for claim in objects)
    check_claims(claims)
    # "an object for each claim": of two for one path nobody could say which one an extending type overrides.
    if len({claim.path for claim in claims}) != len(claims):
        raise CredentialError("type_metadata_invalid", "path twice")
    return claims


def _claim(claim: JsonObject) -> ClaimDescription:
    path = claim.get("path")
    if not isinstance(path, list) or not path or not all(map(_is_step, path)):
        raise CredentialError("type_metadata_invalid", "path")
    mandatory, sd, svg_id = claim.get("mandatory"), claim.get("sd"), claim.get("svg_id")
    if "mandatory" in claim and not isinstance(mandatory, bool):
        raise CredentialError("type_metadata_invalid", "mandatory")
    if "sd" in claim and (not isinstance(sd, str) or sd not in _SD_VALUES):
        raise CredentialError("type_metadata_invalid", "sd")
    if "svg_id" in claim and (not isinstance(svg_id, str) or not _SVG_ID.fullmatch(svg_id)):
        raise CredentialError("type_metadata_invalid", "svg_id")
    return ClaimDescription(
        path=tuple(path),
        display=_claim_displays(claim) if "display" in claim else None,
        mandatory=mandatory,
        sd=None if sd is None else _SD_VALUES[sd],
        svg_id=svg_id,
    )


def _is_step(step: JsonValue) -> bool:
    if isinstance(step, bool):
        return False
    return step is None or isinstance(step, str) or (isinstance(step, int) and step >= 0)


def _type_displays(document: JsonObject) -> tuple[TypeDisplay, ...]:
    return tuple(
        TypeDisplay(
            *_display(display, "name"),
            type_rendering.parse(display["rendering"]) if "rendering" in display else None,
        )
        for display in _objects(document, "display")
    )


def _claim_displays(claim: JsonObject) -> tuple[Display, ...]:
    return tuple(Display(*_display(display, "label")) for display in _objects(claim, "display"))


def _display(display: JsonObject, text_member: str) -> tuple[str, str, str | None]:
    locale = _text(display.get("locale"))
    if not language_tag.is_well_formed(locale):
        raise CredentialError("type_metadata_invalid", "locale")
    description = _text(display["description"]) if "description" in display else None
    return locale, _text(display.get(text_member)), description


def _objects(owner: JsonObject, name: str) -> list[JsonObject]:
    value = owner.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CredentialError("type_metadata_invalid", name)
    return value


def _text(value: JsonValue) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT_CHARACTERS:
        raise CredentialError("type_metadata_invalid", "display")
    return value


def _uri(value: JsonValue) -> str:
    """`extends`: "A URI of another type"."""
    if not isinstance(value, str) or not _URI.fullmatch(value) or not uri.scheme_of(value):
        raise CredentialError("type_metadata_invalid", "extends")
    return value
