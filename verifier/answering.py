"""What a wallet posted, decided: it ends the request, or it is turned away and the request goes on waiting.

OpenID4VP 1.0 §8.2, §8.3.1 (direct_post.jwt), §8.5 (errors), §8.6 (validation). A response ends a request only when its
state, decryption, issuer signature and trust, and key binding hold. Nothing is stored of an answer but its verdict.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from openid4vc.errors import ProtocolError
from openid4vc.vp import dcql, response
from openid4vc.vp.response import EncryptedResponse, ErrorResponse
from verifier import inquiry, receipts, results
from verifier.examination import Examination, Examined, Rejected
from verifier.outcome import REFUSED
from verifier.service import Asker, Verifier
from verifier.status import StatusLists
from verifier.store import statements
from verifier.trust import Trust
from web_service.database import Row, Transaction

# OpenID4VP §8.5 and RFC 6749 §4.1.2.1: the person said no, or their wallet cannot tell. Every other code is a wallet
# in trouble, not a decision.
_DENIED: Final = "access_denied"


@dataclass(frozen=True, slots=True)
class Answered:
    """What the wallet is told: 200 where its answer was taken, 400 for everything else, without saying why (VR)."""

    status: int
    body: Mapping[str, Any]


ACCEPTED: Final = Answered(200, {})
REFUSED_ANSWER: Final = Answered(400, {"error": "invalid_request"})


@dataclass(frozen=True, slots=True)
class Answers:
    """Takes answers for one verifier."""

    verifier: Verifier
    trust: Trust
    statuses: StatusLists

    async def take(self, row: Row, asker: Asker, form: Mapping[str, str]) -> Answered:
        """One posted form for a request that is pending; the caller has looked at its time and its limits."""
        try:
            posted = response.parse_form(form)
            found = posted if isinstance(posted, ErrorResponse) else await self._examine(row, posted)
            if isinstance(found, ErrorResponse):
                return await self._take_error(row, found)
        except Rejected as rejected:
            await self._count(row, rejected.code, rejected.issuer)
            return REFUSED_ANSWER
        except ProtocolError as error:
            await self._count(row, error.code, None)
            return REFUSED_ANSWER
        self.verifier.faults.reach("response.verified")
        return await self._end(row, asker, found)

    async def _examine(self, row: Row, posted: EncryptedResponse) -> Examined | ErrorResponse:
        """§8.3.1 and §8.6: decrypt with this request's own key, compare `state`, then look at the presentations."""
        # An unknown key is refused before any cryptography; so is a captured answer to another request.
        if posted.kid != row["encryption_kid"]:
            raise Rejected("decryption_failed")
        parameters = response.decrypt(posted, inquiry.decryption_key(self.verifier, row))
        if parameters.state != row["state_value"]:
            raise Rejected("state_unknown")
        if isinstance(parameters, ErrorResponse):
            return parameters
        verifier = self.verifier
        examination = Examination(
            query=dcql.parse(json.loads(row["dcql"])),
            purpose=verifier.purpose(row["purpose"]),
            types=verifier.types,
            trust=self.trust.current,
            statuses=self.statuses,
            nonce=row["nonce"],
            audience=row["client_id"],
            customer=inquiry.customer_of(verifier, row),
            now=verifier.clock.now(),
            today=verifier.clock.today(),
        )
        return await examination.run(parameters.vp_token)

    async def _take_error(self, row: Row, posted: ErrorResponse) -> Answered:
        """§8.5: an unencrypted error is worth as much as the `state` it knows."""
        if posted.state != row["state_value"]:
            raise Rejected("state_unknown")
        if posted.error != _DENIED:
            # Somebody else may have fetched the request: their wallet's trouble must not end it.
            await self._count(row, "wallet_error", None)
            return ACCEPTED
        now = self.verifier.clock.now()

        async def work(tx: Transaction) -> bool:
            ended = await tx.one(
                statements.end_request, p_id=row["id"], p_now=now, state=REFUSED, reason="access_denied"
            )
            if ended is None:
                return False
            await self._audit(tx, row, "request.refused", now, {"reason": "access_denied"})
            return True

        return ACCEPTED if await self.verifier.database.transaction(work) else REFUSED_ANSWER

    async def _end(self, row: Row, asker: Asker, examined: Examined) -> Answered:
        """One transaction: the request ends, the verdict is stored, the audit row is written, or none of them."""
        now = self.verifier.clock.now()
        receipt_id, receipt = receipts.create(self.verifier, asker, row, examined, now=now)
        stored = results.new_row(self.verifier, row, examined, receipt=receipt, receipt_id=receipt_id, now=now)

        async def work(tx: Transaction) -> bool:
            # Decided by this statement alone: the second of two answers, or one after the end, gets no row.
            ended = await tx.one(
                statements.end_request, p_id=row["id"], p_now=now, state=examined.state, reason=examined.reason
            )
            if ended is None:
                return False
            await tx.run(statements.insert_result, **stored)
            await self._audit(tx, row, f"request.{examined.state}", now, {"reason": examined.reason or "ok"})
            return True

        if not await self.verifier.database.transaction(work):
            return REFUSED_ANSWER
        self.verifier.faults.reach("result.stored")
        # The wallet did its part; whether the data helps its holder is between people (OpenID4VP §8.2).
        return Answered(200, {"receipt": receipt})

    async def _count(self, row: Row, code: str, issuer: str | None) -> None:
        """`last_reason` for the official; after the limit nothing more is written (verifier.limits)."""
        if row["rejected"] >= statements.REJECTED_LIMIT:
            return
        await self.verifier.database.write(
            statements.count_rejected,
            p_id=row["id"],
            p_now=self.verifier.clock.now(),
            last_reason=code,
            last_issuer=issuer,
        )

    async def _audit(self, tx: Transaction, row: Row, action: str, now: int, detail: Mapping[str, str]) -> None:
        await self.verifier.audit.row(
            tx,
            organisation=row["organisation"],
            actor="wallet",
            action=action,
            object_id=row["id"],
            now=now,
            detail=detail,
        )
