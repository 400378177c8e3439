"""What there is: what needs action first, then everything, with search and pages.

The search is a POST, since a name in a query would stay in histories, logs and proxies; its answer leads to an address
with the search sealed in it (`searching`), to which one can come back.
"""

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from starlette.requests import Request

from issuer.pages import listing, searching
from issuer.pages.searching import Search
from issuer.pages.staff import PageRoute, staff_of
from issuer.pages.words import STATES
from web_service import signin
from web_service.pages import posted_language
from web_service.redirects import see_other
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)

_DONE: Final = frozenset({"draft_saved", "draft_deleted"})


@router.get("/")
async def front(request: Request) -> Response:
    """Where one comes to after signing in."""
    await staff_of(request)
    return see_other("/documents")


@router.get("/documents")
async def my_documents(request: Request) -> Response:
    """The newest documents, or those that were searched for, page by page."""
    staff = await staff_of(request)
    search = searching.opened(staff, request.query_params.get(searching.PARAMETER, ""))
    pages = site_of(request).pages
    words = pages.words(pages.language(request))
    done = request.query_params.get("done", "")
    return pages.render(
        request,
        "my_documents.html",
        notification=words.text(f"done.{done}") if done in _DONE else "",
        may_give=bool(staff.types),
        needing=await listing.needing_action(staff, words),
        listing=await listing.listing(staff, words, query=search.query, state=search.state, page=search.page),
        query=search.query,
        state=search.state,
        states=[(name, words.text(f"state.{name}.tag")) for name in STATES],
        searched=bool(search.query or search.state),
    )


@router.post("/documents")
async def search(request: Request) -> Response:
    """To the documents that are searched for, a further page of them, or the same page in another language."""
    staff = await staff_of(request)
    form = await signin.checked_form(request)
    wanted = Search.of(query=form.get("q", ""), state=form.get("state", ""), page=form.get("page", "1"))
    query = {searching.PARAMETER: searching.sealed(staff, wanted), "lang": posted_language(form)}
    kept = urlencode({name: value for name, value in query.items() if value})
    return see_other(f"/documents?{kept}" if kept else "/documents")
