"""What an answer left behind: sealed until it is attached to a case or its time is over, then gone for good.

`summary` says how it went and holds nothing of a person; `content` holds claims and documents under the result's own
key. Attaching and erasing write an audit row in the same transaction.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from credential_schemas.types import add_months
from verifier.errors import VerifierError
from verifier.examination import Document, Examined
from verifier.outcome import EXPIRED, FAILED, PENDING, VERIFIED, Check, Outcome, checks_of_rejected, of_reason
from verifier.sealing import seal, unseal
from verifier.service import Verifier
from verifier.store import statements
from web_service.database import Row, Transaction

_DAY: Final = 86400
_DURATION: Final = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,4})D)?")


@dataclass(frozen=True, slots=True)
class Content:
    """The sealed part of a result."""

    claims: Mapping[str, Mapping[str, Any]]
    documents: tuple[Document, ...]
    facts: Mapping[str, Any]
    missing: tuple[tuple[str, str | None], ...]

    def to_bytes(self) -> bytes:
        value = {
            "claims": self.claims,
            "documents": [document.to_json() for document in self.documents],
            "facts": self.facts,
            "missing": self.missing,
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Content":
        value = json.loads(data)
        return cls(
            claims=value["claims"],
            documents=tuple(Document.from_json(each) for each in value["documents"]),
            facts=value["facts"],
            missing=tuple((each[0], each[1]) for each in value["missing"]),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands now: what its page, the command line and the management interface all say."""

    row: Row
    state: str
    reason: str | None
    outcome: Outcome | None
    same_person: bool | str
    checks: tuple[Check, ...]
    status_time: int | None
    content: Content | None
    verified_at: int | None
    attached_at: int | None
    delete_at: int | None
    deleted_at: int | None
    receipt_id: str | None

    @property
    def claims(self) -> Mapping[str, Mapping[str, Any]]:
        return self.content.claims if self.content is not None and self.state == VERIFIED else {}

    def to_json(self) -> dict[str, Any]:
        """What `verifier result --json` prints."""
        value: dict[str, Any] = {
            "state": self.state,
            "reason": self.reason,
            "claims": self.claims,
            "same_person": self.same_person,
            "checks": [check.to_json() for check in self.checks],
        }
        if self.state == PENDING:
            value["last_reason"] = self.row["last_reason"]
        return value


def state_of(row: Mapping[str, Any], now: int) -> tuple[str, str | None]:
    """State and reason at this moment: a pending request whose time is over has ended, whoever writes it down later."""
    if row["state"] != PENDING or now < row["expires_at"]:
        return row["state"], row["reason"]
    if row["last_reason"] is not None:
        return FAILED, row["last_reason"]
    return EXPIRED, "request_expired"


async def standing(verifier: Verifier, row: Row) -> Standing:
    """Read how a request stands; whether the reader may see it has been decided before."""
    state, reason = state_of(row, verifier.clock.now())
    stored = None
    if state in (VERIFIED, FAILED):
        stored = await verifier.database.one(statements.result_of_request, p_request_id=row["id"])
    if stored is None:
        rejected = state == FAILED and reason is not None
        return Standing(
            row=row,
            state=state,
            reason=reason,
            outcome=None if state == PENDING else of_reason(reason or "request_expired"),
            same_person="not_checked",
            checks=checks_of_rejected(reason) if rejected and reason is not None else (),
            status_time=None,
            content=None,
            verified_at=row["ended_at"],
            attached_at=None,
            delete_at=None,
            deleted_at=None,
            receipt_id=None,
        )
    summary = json.loads(stored["summary"])
    return Standing(
        row=row,
        state=state,
        reason=reason,
        outcome=Outcome(summary["outcome"]),
        same_person=summary["same_person"],
        checks=tuple(Check.from_json(check) for check in summary["checks"]),
        status_time=summary["status_time"],
        content=_content(verifier, stored),
        verified_at=stored["verified_at"],
        attached_at=stored["attached_at"],
        delete_at=stored["delete_at"],
        deleted_at=stored["deleted_at"],
        receipt_id=summary["receipt_id"],
    )


async def read(verifier: Verifier, row: Row, *, actor: str) -> Standing:
    """As `standing`, for somebody who gets to see values: written down before it is shown (no audit, no act)."""
    found = await standing(verifier, row)
    if found.claims:

        async def work(tx: Transaction) -> None:
            await verifier.audit.row(
                tx,
                organisation=row["organisation"],
                actor=actor,
                action="result.read",
                object_id=row["id"],
                now=verifier.clock.now(),
            )

        await verifier.database.transaction(work)
    return found


def new_row(
    verifier: Verifier, row: Row, examined: Examined, *, receipt: str, receipt_id: str, now: int
) -> dict[str, Any]:
    """The row of a fresh result under a key of its own."""
    key, wrapped = verifier.data_key.new_record_key(_record(row["id"]))
    content = Content(examined.claims, examined.documents, examined.facts, examined.missing)
    summary = {
        "outcome": examined.outcome,
        "reason": examined.reason,
        "same_person": examined.same_person,
        "checks": [check.to_json() for check in examined.checks],
        "status_time": examined.status_time,
        "receipt_id": receipt_id,
    }
    return {
        "request_id": row["id"],
        "organisation": row["organisation"],
        "summary": json.dumps(summary, separators=(",", ":")),
        "wrapped_key": wrapped,
        "content": seal(content.to_bytes(), key=key, record=_record(row["id"])),
        "receipt": receipt,
        "verified_at": now,
        "attached_at": None,
        "delete_at": now + verifier.settings.result_seconds,
        "deleted_at": None,
    }


async def attach(
    verifier: Verifier, standing_now: Standing, fields: Collection[tuple[str, str]], *, case_reference: str, actor: str
) -> None:
    """Keep the chosen (query id, claim) for the purpose's retention under a new key; everything else is gone now.

    VerifierError `attach_none`, `result_gone`, `result_not_attachable`. What can be attached once is decided by the
    statement, not by what was read before.
    """
    content = standing_now.content
    if standing_now.deleted_at is not None or content is None:
        raise VerifierError("result_gone", time=standing_now.deleted_at or standing_now.delete_at or 0)
    if standing_now.state != VERIFIED:
        raise VerifierError("result_not_attachable")
    kept = {
        query: chosen
        for query, claims in content.claims.items()
        if (chosen := {name: value for name, value in claims.items() if (query, name) in fields})
    }
    if not kept:
        raise VerifierError("attach_none")
    row = standing_now.row
    key, wrapped = verifier.data_key.new_record_key(_record(row["id"]))
    now = verifier.clock.now()
    until = now + _DAY * (keep_until(verifier.clock.today(), _retention(verifier, row)) - verifier.clock.today()).days
    chosen_content = Content(kept, content.documents, content.facts, ())

    async def work(tx: Transaction) -> bool:
        attached = await tx.one(
            statements.attach_result,
            p_request_id=row["id"],
            wrapped_key=wrapped,
            content=seal(chosen_content.to_bytes(), key=key, record=_record(row["id"])),
            attached_at=now,
            delete_at=until,
        )
        if attached is None:
            return False
        await tx.run(statements.set_case_reference, p_id=row["id"], case_reference=case_reference)
        await verifier.audit.row(
            tx,
            organisation=row["organisation"],
            actor=actor,
            action="result.attached",
            object_id=row["id"],
            now=now,
            detail={"fields": sum(len(claims) for claims in kept.values())},
        )
        return True

    if not await verifier.database.transaction(work):
        raise VerifierError("result_not_attachable")


async def erase(verifier: Verifier, request_id: str, organisation: str, *, actor: str, action: str) -> bool:
    """Destroy what is left of a result and of its request's secrets; False where that has been done before."""
    now = verifier.clock.now()

    async def work(tx: Transaction) -> bool:
        erased = await tx.one(statements.erase_result, p_request_id=request_id, deleted_at=now)
        await tx.run(statements.erase_request_secrets, p_id=request_id)
        if erased is None:
            return False
        await verifier.audit.row(
            tx, organisation=organisation, actor=actor, action=action, object_id=request_id, now=now
        )
        return True

    done = await verifier.database.transaction(work)
    verifier.faults.reach("result.erased")
    return done


def keep_until(today: date, duration: str) -> date:
    """The last day of a retention in the form of ISO 8601 (P12M, P5Y); ValueError for another form."""
    matched = _DURATION.fullmatch(duration)
    if matched is None or duration == "P":
        raise ValueError(duration)
    years, months, days = (int(number or 0) for number in matched.groups())
    return add_months(today, 12 * years + months) + timedelta(days=days)


def _retention(verifier: Verifier, row: Row) -> str:
    return verifier.purpose(row["purpose"]).retention


def _content(verifier: Verifier, stored: Row) -> Content | None:
    if stored["wrapped_key"] is None or stored["content"] is None:
        return None
    record = _record(stored["request_id"])
    key = verifier.data_key.record_key(stored["wrapped_key"], record)
    return Content.from_bytes(unseal(stored["content"], key=key, record=record))


def _record(request_id: str) -> str:
    return f"{request_id} result"
