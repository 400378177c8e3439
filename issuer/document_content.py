"""What a document and its offers keep sealed under the document's key: claims, address, the offers' secrets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from issuer import data_protection
from issuer.data_protection import DataKey
from issuer.errors import IssuerError
from web_service.database import Row


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """How somebody reads paper: in Finnish and Swedish both, in large print. Sealed, for it tells about their sight."""

    both_languages: bool = False
    large_print: bool = False


# In the document's own language and at the ordinary size.
ORDINARY: Final = PaperChoice()


@dataclass(frozen=True, slots=True)
class Content:
    """All claims of a document, the address that its sheet is posted to, line by line (or none), and how it is printed,
    now and whenever it is printed again.
    """

    claims: Mapping[str, Any]
    recipient: tuple[str, ...]
    paper: PaperChoice


@dataclass(frozen=True, slots=True)
class OfferSecrets:
    """What opens an offer: the last part of its link, and its transaction code where it has one."""

    handle: str
    tx_code: str | None


def document_key(data_key: DataKey, row: Row) -> bytes:
    """The key of a document's row; IssuerError `document_gone` when it was destroyed."""
    wrapped = row["wrapped_key"]
    if wrapped is None:
        raise IssuerError("document_gone", document=str(row["document_id"]))
    return data_key.open_document_key(row["document_id"], wrapped)


def seal(key: bytes, document_id: str, content: Content) -> bytes:
    plaintext = orjson.dumps(
        {"claims": dict(content.claims), "recipient": list(content.recipient), "paper": asdict(content.paper)}
    )
    return data_protection.seal(key, plaintext, f"content {document_id}")


def unseal(key: bytes, document_id: str, sealed: bytes) -> Content:
    value = orjson.loads(data_protection.unseal(key, sealed, f"content {document_id}"))
    return Content(value["claims"], tuple(value["recipient"]), PaperChoice(**value["paper"]))


def seal_secrets(key: bytes, offer_id: str, secrets: OfferSecrets) -> bytes:
    plaintext = orjson.dumps({"handle": secrets.handle, "tx_code": secrets.tx_code})
    return data_protection.seal(key, plaintext, f"offer {offer_id}")


def unseal_secrets(key: bytes, offer_id: str, sealed: bytes) -> OfferSecrets:
    value = orjson.loads(data_protection.unseal(key, sealed, f"offer {offer_id}"))
    return OfferSecrets(value["handle"], value["tx_code"])


def seal_code(key: bytes, offer_id: str, code: str) -> bytes:
    return data_protection.seal(key, code.encode(), f"code {offer_id}")


def unseal_code(key: bytes, offer_id: str, sealed: bytes) -> str:
    return data_protection.unseal(key, sealed, f"code {offer_id}").decode()
