"""What is looked for among one's own documents, carried in an address that nobody else can read.

A client's name may not stand in an address: those stay in histories, proxies and logs. A form that is only posted
leaves a page to which the browser cannot go back. So the form is posted, and its answer leads to an address that holds
the search sealed for the account that made it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Final

import orjson

from issuer import data_protection
from issuer.errors import IssuerError
from issuer.pages.staff import Staff
from issuer.pages.words import STATES

PARAMETER: Final = "list"
MAX_QUERY: Final = 100
MAX_PAGE: Final = 40


@dataclass(frozen=True, slots=True)
class Search:
    """A name or number, a state (one of STATES, or empty for any) and a page that counts from 1."""

    query: str = ""
    state: str = ""
    page: int = 1

    @classmethod
    def of(cls, *, query: str, state: str, page: str) -> "Search":
        """What was sent, brought within its limits: an unknown state is any state, an unreadable page the first."""
        number = int(page[:4]) if page.isascii() and page.isdigit() else 1
        return cls(query.strip()[:MAX_QUERY], state if state in STATES else "", min(max(number, 1), MAX_PAGE))


def sealed(staff: Staff, search: Search) -> str:
    """The value of PARAMETER; empty for the list as it is without a search."""
    if search == Search():
        return ""
    plaintext = orjson.dumps([search.query, search.state, search.page])
    return urlsafe_b64encode(data_protection.seal(_key(staff), plaintext, _context(staff))).decode("ascii")


def opened(staff: Staff, value: str) -> Search:
    """What `sealed` made for this account; the list without a search for anything else, another account's included."""
    try:
        plaintext = data_protection.unseal(_key(staff), urlsafe_b64decode(value.encode("ascii")), _context(staff))
    except (IssuerError, NotBase64, UnicodeEncodeError):
        return Search()
    return Search(*orjson.loads(plaintext))


def _key(staff: Staff) -> bytes:
    # Random 96-bit nonces under one key are safe for 2^32 searches, which no staff will ever make.
    return staff.organisation.keys.data.derived("document-search")


def _context(staff: Staff) -> str:
    return f"search {staff.session.account_id}"
