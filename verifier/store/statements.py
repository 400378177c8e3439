"""Every statement the verifier runs, built once; web_service compiles each once for the database in use.

What may happen only once is decided by one statement here: an UPDATE whose WHERE holds the old state and which returns
its row. Parameters that begin with `p_` are conditions, the others are new values.
"""

from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # the same clause compiles for SQLite

from verifier.store.tables import presentation_request as request
from verifier.store.tables import result, setting, shared
from web_service.database import Statement

# So many refused responses of one request are written down; after that they are turned away (endpoints/response.py).
REJECTED_LIMIT: Final = 20
LIST_LENGTH: Final = 100


def _p(name: str) -> BindParameter[Any]:
    return bindparam(f"p_{name}")


def _live() -> ColumnElement[bool]:
    return and_(request.c.state == "pending", request.c.expires_at > _p("now"))


# --- requests

insert_request = Statement(insert(request))

request_by_id = Statement(select(request).where(request.c.id == _p("id")))

request_by_object_id = Statement(select(request).where(request.c.object_id == _p("object_id")))

request_by_response_id = Statement(select(request).where(request.c.response_id == _p("response_id")))

request_by_alias = Statement(
    select(request.c.client_id, request.c.object_id, request.c.organisation).where(
        request.c.alias == _p("alias"), _live()
    )
)

requests_of_creator = Statement(
    select(
        request.c.id,
        request.c.purpose,
        request.c.case_reference,
        request.c.state,
        request.c.reason,
        request.c.last_reason,
        request.c.created_at,
        request.c.expires_at,
        result.c.summary,
        result.c.attached_at,
        result.c.deleted_at,
    )
    .select_from(request.outerjoin(result, result.c.request_id == request.c.id))
    .where(request.c.organisation == _p("organisation"), request.c.created_by == _p("created_by"))
    .order_by(request.c.created_at.desc(), request.c.id)
    .limit(LIST_LENGTH)
)

mark_opened = Statement(
    update(request)
    .where(request.c.id == _p("id"), _live(), request.c.opened_at.is_(None))
    .values(opened_at=_p("now"))
    .returning(request.c.id)
)

# A refused response changes nothing but this: the request stays pending for an honest answer.
count_rejected = Statement(
    update(request)
    .where(request.c.id == _p("id"), _live(), request.c.rejected < REJECTED_LIMIT)
    .values(rejected=request.c.rejected + 1, last_reason=bindparam("last_reason"), last_issuer=bindparam("last_issuer"))
    .returning(request.c.rejected)
)

# The one statement that ends a request by an answer: of two answers at the same moment one gets a row back.
end_request = Statement(
    update(request)
    .where(request.c.id == _p("id"), _live())
    .values(state=bindparam("state"), reason=bindparam("reason"), ended_at=_p("now"), encryption_key=None)
    .returning(request.c.id)
)

# The official's own end (cancelled, or replaced by a new one on the same page).
cancel_request = Statement(
    update(request)
    .where(request.c.id == _p("id"), _live())
    .values(state="expired", reason="request_expired", ended_at=_p("now"), expires_at=_p("now"), encryption_key=None)
    .returning(request.c.id)
)

# Time is over: failed for the last refused response, if there was one.
expire_requests = Statement(
    update(request)
    .where(request.c.state == "pending", request.c.expires_at <= _p("now"))
    .values(
        state=case((request.c.last_reason.is_(None), "expired"), else_="failed"),
        reason=func.coalesce(request.c.last_reason, "request_expired"),
        ended_at=request.c.expires_at,
        encryption_key=None,
    )
    .returning(request.c.id)
)

# --- results

insert_result = Statement(insert(result))

result_of_request = Statement(select(result).where(result.c.request_id == _p("request_id")))

# Only what is unattached and still there can be attached, once: the chosen fields get a key of their own.
attach_result = Statement(
    update(result)
    .where(result.c.request_id == _p("request_id"), result.c.attached_at.is_(None), result.c.deleted_at.is_(None))
    .values(
        wrapped_key=bindparam("wrapped_key"),
        content=bindparam("content"),
        attached_at=bindparam("attached_at"),
        delete_at=bindparam("delete_at"),
    )
    .returning(result.c.request_id)
)

set_case_reference = Statement(
    update(request).where(request.c.id == _p("id")).values(case_reference=bindparam("case_reference"))
)

# The keys go first and for good; ciphertext in backups says nothing without them.
erase_result = Statement(
    update(result)
    .where(result.c.request_id == _p("request_id"), result.c.deleted_at.is_(None))
    .values(wrapped_key=None, content=None, receipt=None, deleted_at=bindparam("deleted_at"))
    .returning(result.c.request_id)
)

erase_request_secrets = Statement(
    update(request).where(request.c.id == _p("id")).values(wrapped_key=None, customer=None, encryption_key=None)
)

results_to_erase = Statement(
    select(result.c.request_id, result.c.organisation)
    .where(result.c.deleted_at.is_(None), result.c.delete_at <= _p("now"))
    .order_by(result.c.delete_at)
    .limit(bindparam("p_limit"))
)

# Whatever became of a request: a day after its end nobody needs the customer's identity code again.
requests_to_erase = Statement(
    select(request.c.id)
    .where(
        request.c.wrapped_key.is_not(None),
        func.coalesce(request.c.ended_at, request.c.expires_at) <= _p("ended_before"),
    )
    .limit(bindparam("p_limit"))
)

# --- sessions, only looked at: web_service makes and ends them

session_alive = Statement(
    select(shared.sessions.c.id_hash).where(
        shared.sessions.c.id_hash == _p("id_hash"),
        shared.sessions.c.last_seen_at > _p("seen_after"),
        shared.sessions.c.created_at > _p("created_after"),
    )
)

# --- settings that operator commands share with the server

keep_setting = Statement(
    upsert(setting)
    .values(name=bindparam("name"), value=bindparam("value"))
    .on_conflict_do_update(index_elements=["name"], set_={"value": bindparam("value")})
)

setting_by_name = Statement(select(setting.c.value).where(setting.c.name == _p("name")))
