"""The credential offer: what an issuer hands to a person, in a link or on paper, so that the wallet can fetch it.

OpenID4VCI §4.1. Of the grants, the pre-authorized code (§4.1.1, §6.1) is the one that is spoken here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from openid4vc import strict_json, uri
from openid4vc.errors import FormatError, IssuanceError
from openid4vc.members import Members
from openid4vc.strict_json import JsonObject
from openid4vc.vci.token import GRANT

SCHEMES: Final = frozenset({"openid-credential-offer", "haip-vci"})
MAX_BYTES: Final = 65_536

InputMode = Literal["numeric", "text"]


@dataclass(frozen=True, slots=True)
class TxCode:
    """§4.1.1: a transaction code is asked for; its members only help the person to type it."""

    input_mode: InputMode
    length: int | None
    description: str | None


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """§4.1.1. `tx_code` is None when the issuer expects no transaction code."""

    credential_issuer: str
    credential_configuration_ids: tuple[str, ...]
    pre_authorized_code: str
    tx_code: TxCode | None
    authorization_server: str | None


@dataclass(frozen=True, slots=True)
class OfferByValue:
    """§4.1.2: the offer stood in the link itself."""

    offer: CredentialOffer


@dataclass(frozen=True, slots=True)
class OfferByReference:
    """§4.1.3: the offer is to be fetched by GET, as application/json, after the person agreed."""

    url: str


def parse_uri(text: str, *, allow_loopback_http: bool) -> OfferByValue | OfferByReference:
    """An offer link, by value or by reference; never fetches.

    IssuanceError `offer_scheme` for another kind of link, `offer_malformed` (also for both or neither parameter), and
    as `parse`; RetrievalError `net_forbidden` for an address that policy refuses.
    """
    if uri.scheme_of(text) not in SCHEMES:
        raise IssuanceError("offer_scheme")
    parameters = uri.link_parameters(text, SCHEMES, error=IssuanceError, code="offer_malformed")
    by_value, by_reference = parameters.get("credential_offer"), parameters.get("credential_offer_uri")
    # §4.1: exactly one of the two.
    if (by_value is None) == (by_reference is None):
        raise IssuanceError("offer_malformed", "exactly one of credential_offer and credential_offer_uri")
    if by_value is not None:
        return OfferByValue(parse(by_value, allow_loopback_http=allow_loopback_http))
    return OfferByReference(uri.parse_url(by_reference or "", allow_loopback_http=allow_loopback_http).text)


def parse(raw: bytes | str, *, allow_loopback_http: bool) -> CredentialOffer:
    """The offer object.

    IssuanceError `offer_malformed`; `unsupported_grant` when no pre-authorized code is offered; RetrievalError
    `net_forbidden` for an issuer address that policy refuses.
    """
    try:
        offer = Members(strict_json.parse_object(raw, max_bytes=MAX_BYTES), _malformed)
    except FormatError:
        raise _malformed("JSON") from None
    issuer = check_issuer_identifier(offer.text("credential_issuer"), allow_loopback_http=allow_loopback_http)
    ids = offer.texts("credential_configuration_ids")
    grants = offer.object("grants") if "grants" in offer else Members({}, _malformed)
    if GRANT not in grants:
        raise IssuanceError("unsupported_grant")
    grant = grants.object(GRANT)
    return CredentialOffer(
        credential_issuer=issuer,
        credential_configuration_ids=ids,
        pre_authorized_code=grant.text("pre-authorized_code"),
        # An empty object still means that a code is required.
        tx_code=_tx_code(grant.object("tx_code")) if "tx_code" in grant else None,
        authorization_server=grant.optional_text("authorization_server"),
    )


def create(
    *,
    credential_issuer: str,
    credential_configuration_ids: Sequence[str],
    pre_authorized_code: str,
    tx_code: TxCode | None,
) -> JsonObject:
    """The offer object in the one form that we emit."""
    grant: JsonObject = {"pre-authorized_code": pre_authorized_code}
    if tx_code is not None:
        grant["tx_code"] = {"input_mode": tx_code.input_mode}
        if tx_code.length is not None:
            grant["tx_code"]["length"] = tx_code.length
        if tx_code.description is not None:
            grant["tx_code"]["description"] = tx_code.description
    return {
        "credential_issuer": credential_issuer,
        "credential_configuration_ids": list(credential_configuration_ids),
        "grants": {GRANT: grant},
    }


def reference_uri(url: str) -> str:
    """§4.1.3: the link that a QR code on paper holds."""
    return f"openid-credential-offer://?credential_offer_uri={quote(url, safe='')}"


def check_issuer_identifier(identifier: str, *, allow_loopback_http: bool) -> str:
    """§12.2.1: https, no query, no fragment; given back unchanged, because identifiers are compared as they stand.

    RetrievalError `net_forbidden`, IssuanceError `offer_malformed`.
    """
    url = uri.parse_url(identifier, allow_loopback_http=allow_loopback_http)
    if "?" in url.text:
        raise IssuanceError("offer_malformed", "credential_issuer with a query")
    return identifier


def _tx_code(value: Members) -> TxCode:
    mode = value.one_of("input_mode", ("numeric", "text"), absent="numeric")
    description = value.values.get("description")
    # §4.1.1: at most 300 characters; an empty one says nothing, and is no fault.
    if description is not None and (not isinstance(description, str) or len(description) > 300):
        raise _malformed("tx_code description")
    return TxCode(
        input_mode="text" if mode == "text" else "numeric",
        length=value.optional_integer("length", least=1, most=64),
        description=description or None,
    )


def _malformed(detail: str) -> IssuanceError:
    return IssuanceError("offer_malformed", detail)
