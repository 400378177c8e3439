"""The notification: the wallet tells what became of a credential.

OpenID4VCI §11.1 (request), §11.3 (errors).
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from openid4vc import strict_json
from openid4vc.errors import FormatError, IssuanceError
from openid4vc.members import Members
from openid4vc.strict_json import JsonObject

Event = Literal["credential_accepted", "credential_failure", "credential_deleted"]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)

# §11.1: %x20-21 / %x23-5B / %x5D-7E.
_DESCRIPTION = re.compile(r"[ !#-\[\]-~]*")


@dataclass(frozen=True, slots=True)
class Notification:
    """§11.1."""

    id: str
    event: Event
    description: str | None


def create_request(notification_id: str, event: Event) -> JsonObject:
    """The request of a wallet; it describes nothing, because descriptions have leaked more than they explained."""
    return {"notification_id": notification_id, "event": event}


def parse_request(raw: bytes) -> Notification:
    """IssuanceError `notification_invalid` (invalid_notification_request); unknown members are ignored."""
    try:
        members = Members(strict_json.parse_object(raw, max_bytes=16_384), _invalid)
    except FormatError:
        raise _invalid("JSON") from None
    event = next((event for event in EVENTS if event == members.values.get("event")), None)
    if event is None:
        raise _invalid("event")
    description = members.values.get("event_description")
    if description is not None and (
        not isinstance(description, str) or len(description) > 1024 or not _DESCRIPTION.fullmatch(description)
    ):
        raise _invalid("event_description")
    return Notification(members.text("notification_id", max_length=256), event, description)


def _invalid(detail: str) -> IssuanceError:
    return IssuanceError("notification_invalid", detail, error="invalid_notification_request")
