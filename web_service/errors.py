"""The errors of the web machinery: one closed set of codes, each with a sentence and a next step in the catalogue.

WebError                    code, HTTP status, facts for the sentence
├── DatabaseError           the database refused, or is not there
│   ├── ConstraintViolation     a constraint or append-only rule
│   │   └── UniqueViolation     a second row with the same key: how a race is lost
│   └── DatabaseUnavailable     no answer, locked for too long, or the outcome of a commit is not known
├── RequestError            what a caller sent is not acceptable (4xx)
└── SignInNeeded, ReauthenticationNeeded    who asks must (again) say who they are
"""

from collections.abc import Mapping
from typing import Final

# The closed set of this package; a test holds that no other package has one of them.
CODES: Final[frozenset[str]] = frozenset(
    """
    page_not_found method_not_allowed host_unknown body_too_large headers_too_large request_unreadable
    request_too_slow content_encoding_refused form_too_large csrf_refused not_allowed too_many_requests
    server_error service_unavailable
    signin_failed session_ended reauthentication_needed
    api_token_missing api_token_wrong api_token_scope
    database_unavailable database_constraint database_url_invalid database_newer database_outdated database_not_durable
    settings_invalid test_mode_refused test_mode_needed fault_point_unknown
    port_taken host_unusable tls_unusable catalogue_missing audit_broken wrong_usage
    """.split()
)


class WebError(Exception):
    """Root of the tree. `code` must be in CODES; `facts` fill the placeholders of its sentence."""

    status = 500

    def __init__(self, code: str, **facts: str | int) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code {code}")
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str | int] = facts


class DatabaseError(WebError):
    """The database refused, or is not there. Never carries the database's own text: that may hold values."""


class ConstraintViolation(DatabaseError):
    """A row that a constraint or an append-only rule refuses."""

    def __init__(self) -> None:
        super().__init__("database_constraint")


class UniqueViolation(ConstraintViolation):
    """A second row with the same key; the same on both databases."""


class DatabaseUnavailable(DatabaseError):
    """No answer in time, or the outcome of a commit is not known."""

    status = 503

    def __init__(self) -> None:
        super().__init__("database_unavailable")


class RequestError(WebError):
    """Something in the request is not acceptable: answered with `status`, as a page or as JSON."""

    def __init__(self, code: str, status: int, *, headers: Mapping[str, str] | None = None, **facts: str | int) -> None:
        super().__init__(code, **facts)
        self.status = status
        self.headers: Mapping[str, str] = headers or {}


class SignInNeeded(WebError):
    """Nobody is signed in, or the session has ended."""

    status = 401

    def __init__(self) -> None:
        super().__init__("session_ended")


class ReauthenticationNeeded(WebError):
    """A dangerous action asks for the password again."""

    status = 401

    def __init__(self) -> None:
        super().__init__("reauthentication_needed")
