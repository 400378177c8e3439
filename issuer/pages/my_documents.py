"""What there is: what needs action first, then everything, with search and pages.

The search is a POST: a name in a query would stay in histories, logs and proxies.
"""

from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from issuer.pages import listing
from issuer.pages.staff import PageRoute, staff_of
from issuer.pages.words import STATES
from web_service import signin
from web_service.pages import posted_language
from web_service.redirects import see_other
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)

_MAX_PAGE: Final = 40
_DONE: Final = frozenset({"draft_saved", "draft_deleted"})


@router.get("/")
async def front(request: Request) -> Response:
    """Where one comes to after signing in."""
    await staff_of(request)
    return see_other("/documents")


@router.get("/documents")
async def my_documents(request: Request) -> Response:
    """The newest documents."""
    return await _page(request, query="", state="", page=1)


@router.post("/documents")
async def search(request: Request) -> Response:
    """The documents that were searched for, or a further page of them."""
    await staff_of(request)
    form = await signin.checked_form(request)
    number = form.get("page", "1")
    page = min(max(int(number), 1), _MAX_PAGE) if number.isascii() and number.isdigit() else 1
    state = form.get("state", "")
    return await _page(
        request,
        query=form.get("q", "").strip()[:100],
        state=state if state in STATES else "",
        page=page,
        language=posted_language(form),
    )


async def _page(request: Request, *, query: str, state: str, page: int, language: str | None = None) -> Response:
    staff = await staff_of(request)
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    done = request.query_params.get("done", "")
    return pages.render(
        request,
        "my_documents.html",
        language=language,
        notification=words.text(f"done.{done}") if done in _DONE else "",
        may_give=bool(staff.types),
        needing=await listing.needing_action(staff, words),
        listing=await listing.listing(staff, words, query=query, state=state, page=page),
        query=query,
        state=state,
        states=[(name, words.text(f"state.{name}.tag")) for name in STATES],
        searched=bool(query or state),
    )
