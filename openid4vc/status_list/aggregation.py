"""Status List Aggregation: a document that says where all lists of an issuer are, to fetch them before they are needed.

Token Status List §9, §9.3 (document). Nothing in it is signed and nothing has to be: each list speaks for itself, under
its own signature, and one that does not hold says nothing about the others (§9).
"""

from collections.abc import Sequence
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import FormatError, StatusError
from openid4vc.status_list.reference import is_http

MEDIA_TYPE: Final = "application/json"
# Of a million entries each: more than anybody has issued, and few enough to be looked through.
MAX_LISTS: Final = 10_000


def create(uris: Sequence[str]) -> bytes:
    """The document that names these lists, in this order; ValueError for what `parse` would not give back."""
    document = strict_json.write({"status_lists": list(uris)})
    try:
        read = parse(document)
    except StatusError as error:
        raise ValueError(error.detail) from None
    if read != tuple(uris):
        raise ValueError("a list twice")
    return document


def parse(document: bytes) -> tuple[str, ...]:
    """The URIs of the lists in the order given, each once; StatusError `status_list_invalid`.

    Up to strict_json.MAX_BYTES and MAX_LISTS. Whether a URI may be fetched is the retrieval policy's to say.
    """
    try:
        uris = strict_json.parse_object(document).get("status_lists")
    except FormatError as error:
        raise StatusError("status_list_invalid", f"aggregation: {error.code}") from None
    # An issuer that has not issued anything yet has no list.
    if not isinstance(uris, list) or len(uris) > MAX_LISTS:
        raise StatusError("status_list_invalid", "status_lists")
    if not all(isinstance(uri, str) and is_http(uri) for uri in uris):
        raise StatusError("status_list_invalid", "a URI in status_lists")
    return tuple(dict.fromkeys(uris))
