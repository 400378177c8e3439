"""How a type's publisher would like its credentials drawn: the methods `simple` and `svg_templates`.

SD-JWT VC, "Rendering Metadata". Read and checked, never fetched: an image is fetched when a person asks to see it, by a
shell, and an SVG template is untrusted code until a sandbox proves otherwise.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from openid4vc import uri
from openid4vc.errors import CredentialError, RetrievalError
from openid4vc.sd_jwt_vc import integrity
from openid4vc.strict_json import JsonObject, JsonValue

Orientation: TypeAlias = Literal["portrait", "landscape"]
ColorScheme: TypeAlias = Literal["light", "dark"]
Contrast: TypeAlias = Literal["normal", "high"]

_PROPERTIES: Final = {
    "orientation": ("portrait", "landscape"),
    "color_scheme": ("light", "dark"),
    "contrast": ("normal", "high"),
}
# CSS Color Module Level 3 §4.2.1, "RGB color values": hexadecimal, three integers, or three percentages.
_INTEGER: Final = r"\s*[+-]?[0-9]{1,9}\s*"
_PERCENTAGE: Final = r"\s*[+-]?(?:[0-9]{1,9}|[0-9]{0,9}\.[0-9]{1,9})%\s*"
_RGB: Final = re.compile(
    rf"#(?:[0-9a-f]{{3}}){{1,2}}|rgb\((?:{_INTEGER}(?:,{_INTEGER}){{2}}|{_PERCENTAGE}(?:,{_PERCENTAGE}){{2}})\)",
    re.ASCII | re.IGNORECASE,
)
# RFC 2397 §3: a media type with parameters, a comma, and characters of a URL.
_DATA_URI: Final = re.compile(r"data:[!#-;=?-\[\]_a-z~]*,[!#-;=?-\[\]_a-z~]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resource:
    """An image or a template: an https URL or a `data:` URI, and what its octets must be."""

    uri: str
    integrity: str | None


@dataclass(frozen=True, slots=True)
class Logo(Resource):
    """A logo, with the text that stands for it."""

    alt_text: str | None


@dataclass(frozen=True, slots=True)
class Simple:
    """Rendering method `simple`; colours are RGB values of CSS."""

    logo: Logo | None
    background_image: Resource | None
    background_color: str | None
    text_color: str | None


@dataclass(frozen=True, slots=True)
class SvgTemplate(Resource):
    """One template of `svg_templates`, and what it was drawn for."""

    orientation: Orientation | None
    color_scheme: ColorScheme | None
    contrast: Contrast | None


@dataclass(frozen=True, slots=True)
class Rendering:
    """The methods that are known here; others are ignored."""

    simple: Simple | None
    svg_templates: tuple[SvgTemplate, ...]


def parse(value: JsonValue) -> Rendering:
    """The property `rendering` of a display object; CredentialError `type_metadata_invalid`."""
    if not isinstance(value, dict):
        raise _invalid("rendering")
    return Rendering(
        simple=_simple(_object(value, "simple")) if "simple" in value else None,
        svg_templates=_svg_templates(value["svg_templates"]) if "svg_templates" in value else (),
    )


def _simple(method: JsonObject) -> Simple:
    logo, image = None, None
    if "logo" in method:
        member = _object(method, "logo")
        logo = Logo(*_resource(member), _text(member, "alt_text"))
    if "background_image" in method:
        image = Resource(*_resource(_object(method, "background_image")))
    return Simple(logo, image, _color(method, "background_color"), _color(method, "text_color"))


def _svg_templates(value: JsonValue) -> tuple[SvgTemplate, ...]:
    if not isinstance(value, list) or not all(isinstance(template, dict) for template in value):
        raise _invalid("svg_templates")
    # "REQUIRED if more than one SVG template is present": without properties nobody could choose between them.
    return tuple(_svg_template(template, alone=len(value) == 1) for template in value)


def _svg_template(template: JsonObject, *, alone: bool) -> SvgTemplate:
    address = _resource(template)
    if "properties" not in template and alone:
        return SvgTemplate(*address, None, None, None)
    properties = _object(template, "properties")
    if _PROPERTIES.keys().isdisjoint(properties):
        raise _invalid("properties")
    for name, values in _PROPERTIES.items():
        if name in properties and properties[name] not in values:
            raise _invalid(name)
    return SvgTemplate(
        *address,
        orientation=properties.get("orientation"),
        color_scheme=properties.get("color_scheme"),
        contrast=properties.get("contrast"),
    )


def _resource(owner: JsonObject) -> tuple[str, str | None]:
    """`uri` and `uri#integrity`."""
    address = owner.get("uri")
    if not isinstance(address, str):
        raise _invalid("uri")
    if not _DATA_URI.fullmatch(address):
        # Where a host leads to is for whoever fetches; here https is all that counts.
        try:
            scheme = uri.parse_url(address, allow_loopback_http=True).scheme
        except RetrievalError:
            raise _invalid("uri") from None
        if scheme != "https":
            raise _invalid("uri")
    digest = owner.get("uri#integrity")
    if "uri#integrity" in owner and not integrity.is_metadata(digest):
        raise _invalid("uri#integrity")
    return address, digest


def _color(owner: JsonObject, name: str) -> str | None:
    value = _text(owner, name)
    if value is not None and not _RGB.fullmatch(value):
        raise _invalid(name)
    return value


def _text(owner: JsonObject, name: str) -> str | None:
    value: str | None = owner.get(name)
    if name in owner and not isinstance(value, str):
        raise _invalid(name)
    return value


def _object(owner: JsonObject, name: str) -> JsonObject:
    value = owner.get(name)
    if not isinstance(value, dict):
        raise _invalid(name)
    return value


def _invalid(detail: str) -> CredentialError:
    return CredentialError("type_metadata_invalid", detail)
