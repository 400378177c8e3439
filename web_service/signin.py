"""Signing in and out, and giving the password again before a dangerous action.

A handler asks `current(request)` or `require(request, roles)`. When nobody is signed in, a page leads to `/signin` and
back; a form that was sent meanwhile travels along as hidden fields, so that what was typed is not lost.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web_service import csrf
from web_service.accounts import Identity
from web_service.database import Transaction
from web_service.errors import ReauthenticationNeeded, RequestError, SignInNeeded
from web_service.forms import Form, media_type, read_form
from web_service.pages import COOKIE, FieldError, posted_language
from web_service.redirects import safe_next, see_other, with_next
from web_service.sessions import Session
from web_service.site import Site, site_of

router = APIRouter()

WINDOW: Final = 5 * 60
PER_PAIR: Final = 10  # one user name from one address
PER_ADDRESS: Final = 60
PER_USERNAME: Final = 200  # from everywhere: slows guessing, and outsiders cannot lock anybody out for longer
_KEPT: Final = "kept."
_KEPT_LIMIT: Final = 200


def client_address(request: Request) -> str:
    """The peer's address; a configured proxy's word for it is put in place by the server, nobody else's counts."""
    return request.client.host if request.client else ""


def source_of(request: Request) -> str:
    """A pseudonym of the address, for audit rows: tells addresses apart within a day, no longer."""
    day = site_of(request).clock.now() // 86_400
    return hashlib.sha256(f"{day}\x1f{client_address(request)}".encode()).hexdigest()[:12]


async def current(request: Request) -> Session | None:
    """Who is signed in, None if nobody; looked up once a request."""
    if not hasattr(request.state, "session"):
        site = site_of(request)
        cookie = request.cookies.get(csrf.SESSION_COOKIE)
        request.state.session = await site.sessions.find(cookie, site.clock.now())
    session: Session | None = request.state.session
    return session


async def require(request: Request, roles: Collection[str]) -> Session:
    """Who is signed in with one of `roles`. Raises SignInNeeded, RequestError("not_allowed", 403)."""
    session = await current(request)
    if session is None:
        raise SignInNeeded
    if session.role not in roles:
        raise RequestError("not_allowed", 403)
    return session


async def require_recent(request: Request, roles: Collection[str]) -> Session:
    """As `require`, and the password was given in the last minutes. Raises ReauthenticationNeeded."""
    session = await require(request, roles)
    session.check_recent(site_of(request).clock.now())
    return session


async def checked_form(request: Request, *, max_files: int = 0) -> Form:
    """The form of a page of ours. Raises RequestError, csrf_refused among others."""
    form = await read_form(request, max_files=max_files)
    csrf.check(request, form, public_url=site_of(request).public_url)
    return form


# --- pages


@router.get("/signin")
async def signin_page(request: Request) -> Response:
    """The sign-in form, with where to go on."""
    return _form(request, {"next": safe_next(request.query_params.get("next"))})


@router.post("/signin")
async def signin(request: Request) -> Response:
    """Check the password; a new session, a new cookie, and on to where one wanted to go."""
    site = site_of(request)
    form = await checked_form(request)
    if language := posted_language(form):
        return _form(request, form, language=language)
    username = form.get("username", "")[:200]
    await _check_rate(site, request, username)
    identity = await site.identities.authenticate(username, form.get("password", ""))
    if identity is None:
        await _audit(request, action="signin_failed", organisation="", actor="unknown")
        words = site.pages.words(site.pages.language(request))
        error = FieldError("username", words.text("error.signin_failed.what"))
        request.scope["state"]["reason"] = "signin_failed"
        return _form(request, form, errors=(error,), status=401)
    await site.limits.forget("signin", _pair(request, username))
    return await _start(request, form, identity)


@router.post("/signout")
async def signout(request: Request) -> Response:
    """End the session on the server; the cookie goes too."""
    site = site_of(request)
    await checked_form(request)
    session = await current(request)

    async def work(tx: Transaction) -> None:
        await site.sessions.end(tx, request.cookies[csrf.SESSION_COOKIE])
        if session is not None:
            await _audit_row(tx, request, "signout", session.organisation, session.account_id)

    if csrf.SESSION_COOKIE in request.cookies:
        await site.database.transaction(work)
    response = see_other("/signin")
    response.delete_cookie(csrf.SESSION_COOKIE, **COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'  # the Back button shows nothing either
    return response


@router.get("/confirm")
async def confirm_page(request: Request) -> Response:
    """Ask for the password again."""
    if await current(request) is None:
        raise SignInNeeded
    return _confirm_form(request, {"next": safe_next(request.query_params.get("next"))})


@router.post("/confirm")
async def confirm(request: Request) -> Response:
    """Check the password of the one who is signed in."""
    site = site_of(request)
    form = await checked_form(request)
    session = await current(request)
    if session is None:
        raise SignInNeeded
    if language := posted_language(form):
        return _confirm_form(request, form, language=language)
    now = site.clock.now()
    await site.limits.check("confirm", session.account_id, limit=PER_PAIR, window=WINDOW, now=now)
    if not await site.identities.confirm(session.account_id, form.get("password", "")):
        words = site.pages.words(site.pages.language(request))
        error = FieldError("password", words.text("error.signin_failed.what"))
        return _confirm_form(request, form, errors=(error,), status=401)

    async def work(tx: Transaction) -> None:
        await site.sessions.confirm(tx, session, now)
        await _audit_row(tx, request, "confirmed", session.organisation, session.account_id)

    await site.database.transaction(work)
    return _go_on(request, form)


# --- used by the application


async def ask(request: Request, error: SignInNeeded | ReauthenticationNeeded) -> Response:
    """Lead somebody to the form: by a redirect, or, when a form was sent, with that form kept."""
    if request.method == "GET":
        path = "/signin" if isinstance(error, SignInNeeded) else "/confirm"
        return see_other(with_next(path, _here(request)))
    kept = {"next": request.url.path}
    if media_type(request) == "application/x-www-form-urlencoded":
        form = await read_form(request)
        pairs = [pair for pair in form.pairs() if not pair[0].startswith("_")][:_KEPT_LIMIT]
        kept |= {f"{_KEPT}{number}.{name}": value for number, (name, value) in enumerate(pairs)}
    words = site_of(request).pages.words(site_of(request).pages.language(request))
    message = words.text(f"error.{error.code}.what")
    if isinstance(error, SignInNeeded):
        return _form(request, kept, message=message, status=401)
    return _confirm_form(request, kept, status=401)


def to_confirmation(request: Request) -> Response:
    """Ask for the password, then come back."""
    return see_other(with_next("/confirm", _here(request)))


async def audit_refusal(request: Request) -> None:
    """A form that was not ours: an audit row, since somebody may have been lured."""
    session = await current(request)
    who = (session.organisation, session.account_id) if session else ("", "unknown")
    await _audit(request, action="csrf_refused", organisation=who[0], actor=who[1])


# --- helpers


def _here(request: Request) -> str:
    return safe_next(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def _hidden(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """What travels along: where to go on, and the fields of the form that was interrupted."""
    kept = [(name, value) for name, value in form.items() if name.startswith(_KEPT)]
    return [("next", safe_next(form.get("next"))), *kept]


def _form(
    request: Request,
    form: Mapping[str, str],
    *,
    errors: tuple[FieldError, ...] = (),
    message: str = "",
    language: str | None = None,
    status: int = 200,
) -> Response:
    return site_of(request).pages.render(
        request,
        "signin.html",
        status=status,
        language=language,
        hidden=_hidden(form),
        username=form.get("username", ""),
        errors=errors,
        message=message,
    )


def _confirm_form(
    request: Request,
    form: Mapping[str, str],
    *,
    errors: tuple[FieldError, ...] = (),
    language: str | None = None,
    status: int = 200,
) -> Response:
    return site_of(request).pages.render(
        request, "confirm.html", status=status, language=language, hidden=_hidden(form), errors=errors
    )


def _go_on(request: Request, form: Mapping[str, str], *, secret: str | None = None) -> Response:
    """To `next`; a form that was kept is shown for one press of a button, since it is a new decision to send it."""
    target = safe_next(form.get("next"))
    kept = [(name.split(".", 2)[2], value) for name, value in form.items() if name.startswith(_KEPT)]
    if not kept:
        return see_other(target)
    if secret is not None:
        request.cookies[csrf.SESSION_COOKIE] = secret  # the form's token belongs to the session that begins now
    return site_of(request).pages.render(request, "resume.html", target=target.split("?")[0], hidden=kept)


async def _start(request: Request, form: Form, identity: Identity) -> Response:
    site = site_of(request)
    now = site.clock.now()
    before = request.cookies.get(csrf.SESSION_COOKIE)

    async def work(tx: Transaction) -> str:
        if before is not None:
            await site.sessions.end(tx, before)
        await _audit_row(tx, request, "signin", identity.organisation, identity.account_id)
        return await site.sessions.start(tx, identity, now)

    cookie = await site.database.transaction(work)
    response = _go_on(request, form, secret=cookie)
    response.set_cookie(csrf.SESSION_COOKIE, cookie, **COOKIE)
    response.delete_cookie(csrf.VISITOR_COOKIE, **COOKIE)
    return response


def _pair(request: Request, username: str) -> str:
    return f"{client_address(request)}\x1f{username}"


async def _check_rate(site: Site, request: Request, username: str) -> None:
    now = site.clock.now()
    address = client_address(request)
    for kind, who, limit in (
        ("signin", _pair(request, username), PER_PAIR),
        ("signin_address", address, PER_ADDRESS),
        ("signin_username", username, PER_USERNAME),
    ):
        await site.limits.check(kind, who, limit=limit, window=WINDOW, now=now)


async def _audit(request: Request, *, action: str, organisation: str, actor: str) -> None:
    async def work(tx: Transaction) -> None:
        await _audit_row(tx, request, action, organisation, actor)

    await site_of(request).database.transaction(work)


async def _audit_row(tx: Transaction, request: Request, action: str, organisation: str, actor: str) -> None:
    site = site_of(request)
    await site.audit.row(
        tx,
        organisation=organisation,
        actor=actor,
        action=action,
        object_id="",
        now=site.clock.now(),
        source=source_of(request),
    )
