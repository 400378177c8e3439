"""The HTTP management API: what other systems of an organisation do with its documents.

A bearer token (`issuer keys api-token`) is one organisation's and has scopes: `offers` gives documents and renews their
codes, `documents` reads states, `status` changes what the credentials say. Bodies are read by pydantic; a fault is
`{"error": {"code", …}}` with 400, 404, 409 or 410, and repeats nothing that was sent. The API's
description is at /api/openapi.json, in a demo installation alone.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from credential_schemas.errors import ClaimErrors, MinimisationError
from issuer import document_status, documents
from issuer.actor import Actor
from issuer.document_json import document_json, offer_json
from issuer.documents import NewDocument
from issuer.endpoints.answers import answer
from issuer.errors import HTTP_STATUS, IssuerError
from issuer.service import IssuingOrganisation, Service
from openid4vc import strict_json
from openid4vc.errors import FormatError
from web_service.errors import RequestError
from web_service.site import site_of

SCOPES: Final = ("offers", "documents", "status")

Organisation = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
DocumentId = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
# Stands in the API's description too.
_SCOPE: Final = "x-scope"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _Model(BaseModel):
    """Unknown members are refused: a caller who sends `vct` or `exp` believes in something that does not exist."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DocumentRequest(_Model):
    """A document to give. `claims` as in the type's form; the issuer's own claims are not yours to send."""

    type: str = Field(max_length=64)
    claims: dict[str, Any]
    tx_code: bool = True
    valid_days: int | None = Field(None, ge=1, le=60)
    recipient: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field([], max_length=8)
    innocent_terms: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=20)
    replaces: str | None = Field(None, pattern=r"^[A-Za-z0-9.-]{1,64}$")
    request_key: str | None = Field(None, pattern=r"^[A-Za-z0-9._-]{8,100}$")


class OfferRequest(_Model):
    """A new offer of a document that was given before."""

    tx_code: bool = True
    valid_days: int | None = Field(None, ge=1, le=60)
    replace: bool = False


class StatusRequest(_Model):
    """A change of what the credentials say; `by` is the document that replaces this one."""

    status: Literal["valid", "suspended", "revoked", "superseded"]
    by: str | None = Field(None, pattern=r"^[A-Za-z0-9.-]{1,64}$")
    reason: str | None = Field(None, max_length=40)


class OfferAnswer(_Model):
    """An offer as it is shown to the one who made it."""

    document_id: str
    credential_offer_uri: str
    tx_code: str | None
    expires_at: int


class DocumentAnswer(_Model):
    """A document's state, without its claims."""

    document_id: str
    number: str
    type: str
    state: str
    status: str
    copies: int
    created_at: int
    expires_at: int
    attempts_left: int
    unlocks_left: int
    redeemed_at: int | None
    received_at: int | None
    replaces: str | None
    replaced_by: str | None


class _Route(APIRoute):
    """Faults in one form, with the names of fields and never a value; JSON as strict as everywhere."""

    def get_route_handler(self) -> Handler:
        """FastAPI's own handler between our reading and our faults."""
        handle = super().get_route_handler()
        scope = (self.openapi_extra or {}).get(_SCOPE)

        async def handler(request: Request) -> Response:
            if scope is not None:
                # Before anything of the body is looked at: a stranger learns nothing about what would be accepted.
                request.state.caller = await _caller(request, scope)
            try:
                if request.method in ("POST", "PUT"):
                    strict_json.parse_object(await request.body() or b"{}")
                return await handle(request)
            except FormatError:
                return _fault("api_request_invalid", 400)
            except RequestValidationError as error:
                places = {".".join(str(part) for part in fault["loc"][1:2]) for fault in error.errors()}
                return _fault("api_request_invalid", 400, fields=sorted(places))
            except MinimisationError as error:
                return _fault(error.code, 400)
            except ClaimErrors as error:
                return _fault("api_request_invalid", 400, claims={fault.claim: fault.code for fault in error.errors})
            except IssuerError as error:
                return _fault(error.code, HTTP_STATUS.get(error.code, 400))

        return handler


router = APIRouter(prefix="/api", route_class=_Route)


@router.post("/{organisation}/documents", status_code=201, response_model=OfferAnswer, openapi_extra={_SCOPE: "offers"})
async def create_document(request: Request, organisation: Organisation, body: DocumentRequest) -> Response:
    """Gives a document and makes its first offer."""
    service, issuing, actor = _called_by(request)
    new = NewDocument(
        type=issuing.credential_type(body.type),
        claims=body.claims,
        tx_code=body.tx_code,
        innocent_terms=tuple(body.innocent_terms),
        recipient=tuple(body.recipient),
        valid_days=body.valid_days,
        replaces=body.replaces,
        request_key=body.request_key,
    )
    return answer(offer_json(await documents.create(service, issuing, actor, new)), status=201)


@router.get(
    "/{organisation}/documents/{document_id}", response_model=DocumentAnswer, openapi_extra={_SCOPE: "documents"}
)
async def read_document(request: Request, organisation: Organisation, document_id: DocumentId) -> Response:
    """A document's state."""
    service, issuing, actor = _called_by(request)
    return answer(document_json(await documents.view(service, issuing, actor, document_id)))


@router.post(
    "/{organisation}/documents/{document_id}/offer",
    status_code=201,
    response_model=OfferAnswer,
    openapi_extra={_SCOPE: "offers"},
)
async def new_offer(
    request: Request, organisation: Organisation, document_id: DocumentId, body: OfferRequest
) -> Response:
    """A new offer of the same document; earlier ones die."""
    service, issuing, actor = _called_by(request)
    made = await documents.reprint(
        service,
        issuing,
        actor,
        document_id,
        tx_code=body.tx_code,
        valid_days=body.valid_days,
        replace=body.replace,
    )
    return answer(offer_json(made), status=201)


@router.post(
    "/{organisation}/documents/{document_id}/new-code", response_model=OfferAnswer, openapi_extra={_SCOPE: "offers"}
)
async def new_code(request: Request, organisation: Organisation, document_id: DocumentId) -> Response:
    """Another transaction code for the open offer."""
    service, issuing, actor = _called_by(request)
    return answer(offer_json(await documents.new_code(service, issuing, actor, document_id)))


@router.post(
    "/{organisation}/documents/{document_id}/unlock", response_model=OfferAnswer, openapi_extra={_SCOPE: "offers"}
)
async def unlock(request: Request, organisation: Organisation, document_id: DocumentId) -> Response:
    """Opens an offer that wrong codes locked, with a new code."""
    service, issuing, actor = _called_by(request)
    return answer(offer_json(await documents.unlock(service, issuing, actor, document_id)))


@router.post(
    "/{organisation}/documents/{document_id}/cancel", response_model=DocumentAnswer, openapi_extra={_SCOPE: "offers"}
)
async def cancel(request: Request, organisation: Organisation, document_id: DocumentId) -> Response:
    """Ends what can still be redeemed."""
    service, issuing, actor = _called_by(request)
    await documents.cancel(service, issuing, actor, document_id)
    return answer(document_json(await documents.view(service, issuing, actor, document_id)))


@router.post(
    "/{organisation}/documents/{document_id}/status", response_model=DocumentAnswer, openapi_extra={_SCOPE: "status"}
)
async def change_status(
    request: Request, organisation: Organisation, document_id: DocumentId, body: StatusRequest
) -> Response:
    """Suspends, resumes, revokes or supersedes."""
    service, issuing, actor = _called_by(request)
    await document_status.change(service, issuing, actor, document_id, body.status, by=body.by, reason=body.reason)
    return answer(document_json(await documents.view(service, issuing, actor, document_id)))


@router.get("/openapi.json", include_in_schema=False)
async def description(request: Request) -> Response:
    """What stands here, for other systems' programmers; production says nothing about itself."""
    site = site_of(request)
    if site.mode == "production":
        raise RequestError("page_not_found", 404)
    return answer(get_openapi(title="Todiste issuer", version=site.version, routes=router.routes))


async def _caller(request: Request, scope: str) -> tuple[IssuingOrganisation, Actor]:
    """Who calls, for which organisation. RequestError 401, 403; 404 for an organisation that is not the token's."""
    service: Service = request.app.state.service
    client = await site_of(request).api_tokens.authenticate(request, scope=scope, now=service.clock.now())
    if client.organisation != request.path_params["organisation"] or client.organisation not in service.organisations:
        raise RequestError("page_not_found", 404)
    return service.organisations[client.organisation], Actor("api", client.token_id)


def _called_by(request: Request) -> tuple[Service, IssuingOrganisation, Actor]:
    issuing, actor = request.state.caller
    return request.app.state.service, issuing, actor


def _fault(code: str, status: int, **more: Any) -> Response:
    return answer({"error": {"code": code, **more}}, status=status)
