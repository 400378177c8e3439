"""Offers and documents for programs: what the management API answers and commands print with `--json`."""

from issuer.document_view import DocumentView
from issuer.documents import OfferMade
from openid4vc.strict_json import JsonObject


def offer_json(made: OfferMade) -> JsonObject:
    """An offer: its link and code, and until when it can be fetched (seconds)."""
    return {
        "document_id": made.document_id,
        "credential_offer_uri": made.offer_uri,
        "tx_code": made.tx_code,
        "expires_at": made.expires_at,
    }


def document_json(document: DocumentView) -> JsonObject:
    """A document's state; times are seconds."""
    offer = document.offer
    return {
        "document_id": document.document_id,
        "number": document.number,
        "type": document.type.name,
        "state": document.state,
        "status": document.status,
        "copies": len(document.copies),
        "created_at": document.created_at,
        "expires_at": offer.expires_at,
        "attempts_left": offer.attempts_left,
        "unlocks_left": offer.unlocks_left,
        "redeemed_at": offer.redeemed_at,
        "received_at": offer.received_at,
        "replaces": document.replaces,
        "replaced_by": document.replaced_by,
    }
