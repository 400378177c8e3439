"""What stands around every page of staff: the organisation, the two ways on, the name, and the footer."""

from typing import Final

from starlette.requests import Request

from issuer.service import Service
from web_service.pages import Frame, NavigationItem
from web_service.sessions import Session
from web_service.words import Words

FOOTER: Final = ("help", "privacy", "accessibility", "feedback")


def frame(request: Request, words: Words) -> Frame:
    """The frame for whoever is signed in; before that only the footer."""
    footer = tuple(NavigationItem(words.text(f"page.{name}"), f"/{name}") for name in FOOTER)
    session: Session | None = getattr(request.state, "session", None)
    service: Service = request.app.state.service
    if session is None or session.organisation not in service.organisations:
        return Frame(organisation=words.text("frame.service"), footer=footer)
    organisation = service.organisations[session.organisation]
    path = request.url.path
    navigation = [NavigationItem(words.text("page.D2"), "/documents", path.startswith("/documents"))]
    if any(session.role in found.settings.get("roles", ()) for found in organisation.types.values()):
        current = path == "/new" or path.startswith("/drafts/")
        navigation.append(NavigationItem(words.text("action.new_document"), "/new", current))
    name = organisation.organisation.local_name(words.language)
    return Frame(organisation=name, navigation=navigation, user=session.name, footer=footer)
