"""A list of trusted entities (LoTE): organisations, the anchors of their services, and the types each may issue.

ETSI TS 119 602 v1.1.1 clause 6 (data model) and its JSON schema. What this profile puts where the standard leaves room:

* `TrustedEntityInformation.TETradeName` holds the registration identifier (`NTRFI-…`, ETSI EN 319 412-1 §5.1.4), as in
  TS 119 612 §5.4.2; a leaf of the entry must carry it as organizationIdentifier;
* `ServiceInformationExtensions` holds `{"vct": [types]}` and, where value 3 of the status lists means superseded,
  `{"status_3": "superseded"}`.

The postal address and information URI that the schema asks for are not read. Whether a list is signed is not this
module's business (`signed_list`).
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509

from openid4vc import strict_json
from openid4vc.errors import FormatError, TrustError
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.trust.certificates import Certificate, parse_der

_LIST_TYPE: Final = "http://uri.etsi.org/19602/LoTEType/local"
_ISSUANCE: Final = "http://uri.etsi.org/19602/SvcType/PubEAA/Issuance"
# EN 319 412-1 §5.1.4: three letters of the kind of register, a country, a hyphen, the number in that register.
_IDENTIFIER: Final = re.compile(r"[A-Z]{3}[A-Z]{2}-.{1,64}")
# A service whose status says anything else (withdrawn, a later invention) is not trusted.
_GRANTED: Final = frozenset({"granted", "notified"})


@dataclass(frozen=True, slots=True)
class TrustedEntity:
    """One service of one entity of a list."""

    name: str
    organization_identifier: str
    vct: frozenset[str]
    anchors: tuple[Certificate, ...]
    status_3_superseded: bool


@dataclass(frozen=True, slots=True)
class TrustedList:
    """A list as it was read; times are seconds. `operator_names` are those of the scheme operator in every language."""

    sequence: int
    issued: int
    next_update: int
    list_type: str | None
    scheme_names: frozenset[str]
    operator_names: frozenset[str]
    territory: str | None
    entities: tuple[TrustedEntity, ...]

    @property
    def scheme(self) -> tuple[object, ...]:
        """What stays the same from one edition of a list to the next."""
        return self.list_type, self.territory, self.scheme_names, self.operator_names


def parse(raw: bytes) -> TrustedList:
    """A list in JSON; TrustError `trust_list_invalid` for everything that is not whole and does not name its entities.

    Services for something other than issuance, and those whose status is not granted, are left out as the list says.
    """
    try:
        document = strict_json.parse_object(raw, max_bytes=16 << 20)
        return _list(_object(document, "LoTE"))
    except FormatError as error:
        raise TrustError("trust_list_invalid", f"JSON: {error.code}") from None


def create(entities: Iterable[TrustedEntity], *, operator: str, sequence: int, issued: int, next_update: int) -> bytes:
    """A list in JSON that `parse` reads and the schema of the standard accepts."""
    information = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": sequence,
        "LoTEType": _LIST_TYPE,
        "SchemeOperatorName": _english(operator),
        "SchemeTerritory": "FI",
        "ListIssueDateTime": _date_time(issued),
        "NextUpdate": _date_time(next_update),
    }
    document = {"ListAndSchemeInformation": information, "TrustedEntitiesList": [_entity(each) for each in entities]}
    return strict_json.write({"LoTE": document})


def _list(document: JsonObject) -> TrustedList:
    information = _object(document, "ListAndSchemeInformation")
    _extensions(information, "SchemeExtensions")
    sequence = information.get("LoTESequenceNumber")
    # 6.3.1, 6.3.2: version 1; the first list of a scheme has number 1.
    if information.get("LoTEVersionIdentifier") != 1 or type(sequence) is not int or sequence < 1:
        raise TrustError("trust_list_invalid", "version or sequence number")
    entities = tuple(
        entity
        for member in _array(document, "TrustedEntitiesList")
        for entity in _services(_as_object(member, "TrustedEntitiesList"))
    )
    if not entities:
        raise TrustError("trust_list_invalid", "no entity is trusted for anything")
    # 6.3.15: a closed list, whose NextUpdate is null, vouches for nobody any more.
    issued, next_update = (_time(information.get(name), name) for name in ("ListIssueDateTime", "NextUpdate"))
    if next_update < issued:
        raise TrustError("trust_list_invalid", "NextUpdate before ListIssueDateTime")
    return TrustedList(
        sequence=sequence,
        issued=issued,
        next_update=next_update,
        list_type=_optional_string(information, "LoTEType"),
        scheme_names=_names(information, "SchemeName") if "SchemeName" in information else frozenset(),
        operator_names=_names(information, "SchemeOperatorName"),
        territory=_optional_string(information, "SchemeTerritory"),
        entities=entities,
    )


def _extensions(parent: JsonObject, name: str) -> list[JsonObject]:
    """6.3.17: a list with an extension that is marked critical and not understood is not used. Ours never are."""
    values = parent.get(name, [])
    if not isinstance(values, list):
        raise TrustError("trust_list_invalid", name)
    extensions = [value for value in values if isinstance(value, dict)]
    for extension in extensions:
        if any(
            member.lower() in ("critical", "criticality") and extension[member] not in (False, None)
            for member in extension
        ):
            raise TrustError("trust_list_invalid", f"critical extension in {name}")
    return extensions


def _services(entity: JsonObject) -> Iterable[TrustedEntity]:
    information = _object(entity, "TrustedEntityInformation")
    _extensions(information, "TEInformationExtensions")
    name = _text(_array(information, "TEName")[0], "TEName")
    trade_names = [_text(member, "TETradeName") for member in _array(information, "TETradeName")]
    identifiers = {value for value in trade_names if _IDENTIFIER.fullmatch(value)}
    if len(identifiers) != 1:
        raise TrustError("trust_list_invalid", "TETradeName without one registration identifier")
    for member in _array(entity, "TrustedEntityServices"):
        service = _object(_as_object(member, "TrustedEntityServices"), "ServiceInformation")
        identity = _object(service, "ServiceDigitalIdentity")
        anchors = tuple(_anchor(value) for value in _array(identity, "X509Certificates"))
        if not _is_granted_issuance(service):
            continue
        vct, superseded = _trusted_for(_extensions(service, "ServiceInformationExtensions"))
        yield TrustedEntity(name, next(iter(identifiers)), vct, anchors, superseded)


def _is_granted_issuance(service: JsonObject) -> bool:
    kind, status = service.get("ServiceTypeIdentifier"), service.get("ServiceStatus")
    return (kind is None or (isinstance(kind, str) and kind.endswith("/Issuance"))) and (
        status is None or (isinstance(status, str) and status.rpartition("/")[2] in _GRANTED)
    )


def _trusted_for(extensions: Iterable[JsonObject]) -> tuple[frozenset[str], bool]:
    """The types of a service, and whether value 3 means superseded. A service without types is trusted for none."""
    vct: frozenset[str] = frozenset()
    superseded = False
    for extension in extensions:
        if "vct" in extension:
            vct |= {_string(value, "vct") for value in _array(extension, "vct")}
        if "status_3" in extension:
            superseded = superseded or extension["status_3"] == "superseded"
    return vct, superseded


def _anchor(value: JsonValue) -> Certificate:
    text = _string(_as_object(value, "X509Certificates").get("val"), "X509Certificates")
    try:
        return check_anchor(parse_der(base64.b64decode(text, validate=True)))
    except (ValueError, TrustError) as error:
        raise TrustError("trust_list_invalid", "X509Certificates") from error


def check_anchor(certificate: Certificate) -> Certificate:
    """That a certificate can be an anchor at all: an authority (RFC 5280 §4.2.1.9); TrustError `trust_list_invalid`.

    A leaf that somebody put here would never match anything, so it is refused where the mistake was made.
    """
    try:
        if certificate.x509.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return certificate
    except x509.ExtensionNotFound:
        pass
    raise TrustError("trust_list_invalid", "an anchor must be a certificate authority")


def _entity(entity: TrustedEntity) -> JsonObject:
    extensions: list[JsonObject] = [{"vct": sorted(entity.vct)}] if entity.vct else []
    if entity.status_3_superseded:
        extensions.append({"status_3": "superseded"})
    service: JsonObject = {
        "ServiceName": _english("Issuance of attestations"),
        "ServiceDigitalIdentity": {"X509Certificates": [{"val": anchor.x5c_member} for anchor in entity.anchors]},
        "ServiceTypeIdentifier": _ISSUANCE,
    }
    if extensions:
        service["ServiceInformationExtensions"] = extensions
    address = {
        "TEPostalAddress": [{"lang": "en", "StreetAddress": "not stated", "Country": "FI"}],
        "TEElectronicAddress": [{"lang": "en", "uriValue": "mailto:nobody@example.invalid"}],
    }
    information = {
        "TEName": _english(entity.name),
        "TETradeName": _english(entity.organization_identifier),
        "TEAddress": address,
        "TEInformationURI": [{"lang": "en", "uriValue": "https://example.invalid/"}],
    }
    return {"TrustedEntityInformation": information, "TrustedEntityServices": [{"ServiceInformation": service}]}


def _english(text: str) -> list[dict[str, str]]:
    return [{"lang": "en", "value": text}]


def _date_time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(value: JsonValue, name: str) -> int:
    try:
        time = datetime.fromisoformat(_string(value, name))
    except ValueError:
        raise TrustError("trust_list_invalid", name) from None
    if time.tzinfo is None:
        raise TrustError("trust_list_invalid", f"{name} without a time zone")
    return int(time.timestamp())


def _object(parent: JsonObject, name: str) -> JsonObject:
    return _as_object(parent.get(name), name)


def _as_object(value: JsonValue, name: str) -> JsonObject:
    if not isinstance(value, dict):
        raise TrustError("trust_list_invalid", name)
    return value


def _array(parent: JsonObject, name: str) -> Sequence[JsonValue]:
    value = parent.get(name)
    if not isinstance(value, list) or not value:
        raise TrustError("trust_list_invalid", name)
    return value


def _names(parent: JsonObject, name: str) -> frozenset[str]:
    return frozenset(_text(member, name) for member in _array(parent, name))


def _optional_string(parent: JsonObject, name: str) -> str | None:
    return _string(parent[name], name) if name in parent else None


def _text(value: JsonValue, name: str) -> str:
    return _string(_as_object(value, name).get("value"), name)


def _string(value: JsonValue, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise TrustError("trust_list_invalid", name)
    return value
