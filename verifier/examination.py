"""One answer, examined: what the presentations prove under this request, or why they prove nothing.

OpenID4VP 1.0 §8.6 (validation), §14.9 (the wallet is not trusted to have followed the query). Two kinds of faults:
`Rejected` for everything that somebody without a genuine credential could send, which must not end the request, and an
`Examined` with state `failed` for what is found in credentials that are their issuer's and their holder's.
"""

import asyncio
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from credential_schemas.purposes import Purpose
from credential_schemas.types import CredentialType, add_months
from openid4vc import sd_jwt
from openid4vc.errors import PresentationError, ProtocolError, StatusError
from openid4vc.sd_jwt import KeyBinding
from openid4vc.sd_jwt_vc import credential
from openid4vc.sd_jwt_vc.credential import VerifiedCredential
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.status_list import INVALID, SUPERSEDED, SUSPENDED, VALID, checking
from openid4vc.strict_json import JsonObject
from openid4vc.trust.certificates import Certificate, parse_x5c
from openid4vc.trust.folder import TrustFolder
from openid4vc.vp import claims_path, dcql
from openid4vc.vp.dcql import CheckedAnswer, CheckedCredential, CredentialQuery, DcqlQuery, Presented
from openid4vc.vp.dcql.checking import check_shape
from verifier.outcome import (
    ENDING,
    EXPIRES_SOON_DAYS,
    FAILED,
    VERIFIED,
    Check,
    Outcome,
    checks_of_credential,
    failed_check,
    first_reason,
    of_reason,
)
from verifier.status import StatusLists
from web_service.clock import Clock

# Security numbers of §0: the Key Binding JWT was made now, give or take five minutes.
KEY_BINDING_WINDOW: Final = 300
CLOCK_SKEW: Final = 60
IDENTITY_CODE: Final = "personal_administrative_number"
# MIN-6: what must agree between everything shown in one answer.
_PERSON: Final = ("given_name", "family_name", "birthdate")
SamePerson = bool | Literal["not_checked"]
_STATES: Final = {VALID: "valid", INVALID: "revoked", SUSPENDED: "suspended", SUPERSEDED: "superseded"}


class Rejected(Exception):
    """An answer that proves nothing: counted, answered with 400, and the request goes on waiting."""

    def __init__(self, code: str, issuer: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.issuer = issuer


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of a presented document beside its claims: never a person's data."""

    query: str
    type: str | None
    is_identity: bool
    issuer: str
    until: str | None
    clear: JsonObject

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Document":
        return cls(**{name: value[name] for name in cls.__slots__})

    def text(self, name: str) -> str | None:
        """A clear claim that is a text."""
        return _text(self.clear.get(name))


@dataclass(frozen=True, slots=True)
class Examined:
    """The end of a request. `claims` is empty unless verified, and never holds the identity code.

    `presented` names what came and was asked, by query id: also when none of it is kept.
    """

    state: str
    reason: str | None
    outcome: Outcome
    same_person: SamePerson
    checks: tuple[Check, ...]
    claims: Mapping[str, JsonObject]
    documents: tuple[Document, ...]
    presented: Mapping[str, tuple[str, ...]]
    status_time: int | None
    facts: Mapping[str, str | int]
    missing: tuple[tuple[str, str | None], ...]


@dataclass(slots=True)
class _Part:
    """One presentation on its way: verified, or refused for a reason that its holder answers for."""

    query: CredentialQuery
    text: str
    verified: VerifiedCredential | None = None
    found: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    status_checked: bool = False

    def fail(self, reason: str) -> None:
        self.reasons.append(reason)
        name = failed_check(reason)
        if name is not None:
            self.found.setdefault(name, reason)


class Examination:
    """The question and the world in which its answers are examined; made for one answer."""

    def __init__(
        self,
        *,
        query: DcqlQuery,
        purpose: Purpose,
        types: Mapping[str, CredentialType],
        trust: TrustFolder,
        statuses: StatusLists,
        nonce: str,
        audience: str,
        customer: str | None,
        now: int,
        today: date,
    ) -> None:
        self._query = query
        self._purpose = purpose
        self._types = {credential_type.vct: credential_type for credential_type in types.values()}
        self._trust = trust
        self._statuses = statuses
        self._key_binding = KeyBinding.required(nonce=nonce, audience=audience, window=KEY_BINDING_WINDOW)
        self._customer = customer
        self._now = now
        self._today = today
        self._status_times: list[int] = []

    async def run(self, vp_token: Mapping[str, tuple[str, ...]]) -> Examined:
        """Rejected, or how the request ends."""
        try:
            check_shape(self._query, vp_token)
        except PresentationError as error:
            raise Rejected(error.code) from error
        if not vp_token:
            raise Rejected("missing_credential")
        parts = [self._authenticated(query_id, texts[0]) for query_id, texts in vp_token.items()]
        answer = self._answered(parts)
        if answer is not None:
            # What the question did not need is dropped here, whatever it says.
            parts = [part for part in parts if part.query.id in answer.credentials]
            same_person = self._compare(parts, answer)
        else:
            same_person = "not_checked"
        # Together, so that two slow lists cost one deadline.
        await asyncio.gather(*(self._check_status(part) for part in parts))
        return self._conclude(parts, answer, same_person)

    def _authenticated(self, query_id: str, text: str) -> _Part:
        """§8.6 step 2.1 for one presentation: issuer, signature, key binding. Rejected when one of them fails."""
        query = self._query.credential(query_id)
        if query is None:
            raise Rejected("response_malformed")
        part = _Part(query, text)
        try:
            part.verified = credential.verify(
                text,
                issuers=self._trust.issuer_chains,
                key_binding=self._key_binding,
                types=TypeMatching.exact(query.vct_values),
                now=self._now,
                skew=CLOCK_SKEW,
            )
        except ProtocolError as error:
            # Only what `credential.verify` finds after all three is the holder's own (its docstring has the order).
            if error.code not in ENDING:
                raise Rejected(error.code, _stated_issuer(text)) from error
            part.fail(error.code)
        return part

    def _answered(self, parts: list[_Part]) -> CheckedAnswer | None:
        """§8.6 steps 2.2 and 3; None where there is a fault, which is then noted on the parts."""
        verified = {part.query.id: part.verified for part in parts if part.verified is not None}
        if len(verified) < len(parts):
            return None
        presented = {
            name: [Presented(each.vct, each.claims, each.sd_jwt.array_gaps)] for name, each in verified.items()
        }
        try:
            return dcql.check(self._query, presented)
        except PresentationError as error:
            for part in parts:
                part.reasons.append(error.code)
            return None

    def _compare(self, parts: list[_Part], answer: CheckedAnswer) -> SamePerson:
        """MIN-6: one person in everything shown, and the one whom the office expects."""
        asked = [_kept(answer.credentials[part.query.id][0]) for part in parts]
        for name in _PERSON:
            if len({_same_form(claims[name]) for claims in asked if name in claims}) > 1:
                for part in parts:
                    part.fail("other_person")
                return False
        if self._customer is None:
            return "not_checked"
        codes = {_same_form(claims[IDENTITY_CODE]) for claims in asked if IDENTITY_CODE in claims}
        if codes == {self._customer}:
            return True
        for part in parts:
            part.fail("other_person")
        return False

    async def _check_status(self, part: _Part) -> None:
        """§8.6 step 2.1, status: last, because a credential that fails otherwise needs no download (TSL §8.3)."""
        verified = part.verified
        if verified is None or verified.status is None or part.reasons:
            return
        part.status_checked = True

        def authorise(x5c: tuple[Certificate, ...]) -> Certificate:
            return self._trust.status.check(
                x5c, certificate=verified.certificate, issuer=verified.issuer, now=self._now
            )

        limit = self._purpose.status_max_age_seconds
        try:
            token = await self._statuses.fresh(verified.status.uri, authorise=authorise, limit=limit)
            self._status_times.append(token.iat)
            checking.check(verified.status, token, superseded_means_3=verified.issuer.status_3_superseded)
        except StatusError as error:
            part.fail(error.code if error.code in ENDING else "status_unavailable")

    def _conclude(self, parts: list[_Part], answer: CheckedAnswer | None, same_person: SamePerson) -> Examined:
        reasons = [reason for part in parts for reason in part.reasons]
        old = {} if reasons or answer is None else self._too_old(parts)
        for part in parts:
            if part.query.id in old:
                part.found["fresh"] = "too_old_for_purpose"
        documents = tuple(self._document(part) for part in parts)
        reason = first_reason(reasons) if reasons else None
        claims: dict[str, JsonObject] = {}
        if answer is not None:
            for query_id, (checked,) in answer.credentials.items():
                kept = _kept(checked)
                # In the order in which they are asked, whatever order the wallet chose.
                names = (name for name in _asked_names(checked.query) if name != IDENTITY_CODE)
                claims[query_id] = {name: kept[name] for name in names if name in kept}
        outcome, facts = self._said(reason, documents, old)
        return Examined(
            state=FAILED if reason else VERIFIED,
            reason=reason,
            outcome=outcome,
            same_person=same_person,
            checks=tuple(check for part in parts for check in self._checks(part, parts, answer)),
            claims={} if reason else claims,
            documents=documents,
            presented={part.query.id: _presented(part) for part in parts},
            status_time=min(self._status_times, default=None),
            facts={**facts, **self._last_known(parts)} if outcome is Outcome.CANNOT_CHECK_NOW else facts,
            missing=self._missing(parts) if outcome is Outcome.INCOMPLETE else (),
        )

    def _checks(self, part: _Part, parts: list[_Part], answer: CheckedAnswer | None) -> tuple[Check, ...]:
        holders = [each for each in parts if each.verified and any(name in _claims(each) for name in _PERSON)]
        return checks_of_credential(
            part.query.id,
            part.found,
            compared=answer is not None and len(holders) > 1,
            status_checked=part.status_checked,
            fresh_checked=answer is not None and not any(each.reasons for each in parts),
        )

    def _too_old(self, parts: list[_Part]) -> dict[str, str]:
        """Query ids whose data is older than the purpose allows, with the date that says so."""
        freshness = self._purpose.freshness
        if freshness is None:
            return {}
        old = {}
        for part in parts:
            value = _claims(part).get(freshness.claims.get(part.query.id, ""))
            # A date that cannot be read is not recent.
            if part.query.id in freshness.claims and not _recent(value, freshness.months, self._today):
                old[part.query.id] = str(value)
        return old

    def _said(
        self, reason: str | None, documents: tuple[Document, ...], old: Mapping[str, str]
    ) -> tuple[Outcome, dict[str, str | int]]:
        """The outcome, and the dates and numbers in its sentence."""
        until = next((document.until for document in main_first(documents) if document.until), None)
        facts: dict[str, str | int] = {} if until is None else {"date": until}
        if reason is not None:
            return of_reason(reason), facts
        if old and self._purpose.freshness is not None:
            return Outcome.TOO_OLD_FOR_PURPOSE, {"date": min(old.values()), "n": self._purpose.freshness.months}
        days = None if until is None else _days_until(until, self._today)
        if days is not None and days <= EXPIRES_SOON_DAYS:
            return Outcome.VALID_EXPIRES_SOON, {**facts, "n": max(days, 0)}
        return Outcome.VALID, facts

    def _document(self, part: _Part) -> Document:
        """From the clear claims alone, which every holder of the credential shows anyhow."""
        if part.verified is not None:
            claims, vct, issuer = part.verified.all_claims, part.verified.vct, part.verified.certificate
        else:
            # Refused for its time or its status claim: signature and chain held before that was looked at.
            parsed = sd_jwt.parse(part.text)
            claims = parsed.unverified_claims
            vct, issuer = claims["vct"], parse_x5c(parsed.issuer_jwt.header.get("x5c"))[0]
        credential_type = self._types.get(vct)
        return Document(
            query=part.query.id,
            type=credential_type.name if credential_type else None,
            is_identity=bool(credential_type and credential_type.settings.get("is_identity")),
            issuer=_text(claims.get("issuing_authority")) or issuer.organization or "",
            until=_text(claims.get("date_of_expiry")) or _day(claims.get("exp")),
            clear=_clear(credential_type, claims),
        )

    def _last_known(self, parts: list[_Part]) -> dict[str, str | int]:
        """Time and state of the newest list that says something about the credential that could not be checked."""
        for part in parts:
            if part.verified is not None and part.verified.status is not None and part.reasons:
                known = self._statuses.last_known(part.verified.status)
                if known is not None:
                    return {"known_at": known[0], "known_state": _STATES.get(known[1], "unknown")}
        return {}

    def _missing(self, parts: list[_Part]) -> tuple[tuple[str, str | None], ...]:
        """(type, claim) that did not come; claim None for a whole document. Only what is required."""
        shown = {part.query.id: part for part in parts}
        options = self._purpose.alternatives or (
            tuple(asked.id for asked in self._purpose.credentials if not asked.is_optional),
        )
        # The option that was nearest to being met; the first one where none is.
        option = max(options, key=lambda names: sum(name in shown for name in names))
        missing: list[tuple[str, str | None]] = []
        for query_id in option:
            asked = self._purpose.credential(query_id)
            part = shown.get(query_id)
            if part is None or "vct_wrong" in part.reasons:
                missing.append((asked.type, None))
                continue
            wanted = (*asked.required, *(asked.with_customer if self._customer is not None else ()))
            missing += [(asked.type, name) for name in wanted if name not in _claims(part)]
        return tuple(missing)


def main_first(documents: tuple[Document, ...]) -> list[Document]:
    """The document that the purpose is about before the one that only says who somebody is."""
    return sorted(documents, key=lambda document: document.is_identity)


def _asked_names(query: CredentialQuery) -> tuple[str, ...]:
    """The top-level names of what a query asks, each once."""
    return tuple(dict.fromkeys(name for claim in query.claims if isinstance(name := claim.path[0], str)))


def _presented(part: _Part) -> tuple[str, ...]:
    came = {disclosure.name for disclosure in sd_jwt.parse(part.text).disclosures}
    return tuple(name for name in _asked_names(part.query) if name in came or name in _claims(part))


def _kept(checked: CheckedCredential) -> JsonObject:
    """What was asked and nothing beside it."""
    return claims_path.keep(checked.paths, checked.presented.claims, checked.presented.array_gaps)


def _clear(credential_type: CredentialType | None, claims: JsonObject) -> JsonObject:
    """What stands in clear in every document of the type; what the type does not know is not kept."""
    if credential_type is None:
        return {}
    return {
        claim.name: claims[claim.name]
        for claim in credential_type.claims
        if claim.sd == "never" and claim.name in claims
    }


def _claims(part: _Part) -> JsonObject:
    return {} if part.verified is None else part.verified.claims


def _stated_issuer(text: str) -> str | None:
    """The name in the certificate of a credential that is not believed: shown in quotes, bounded and printable."""
    try:
        leaf = parse_x5c(sd_jwt.parse(text).issuer_jwt.header.get("x5c"))[0]
    except ProtocolError:
        return None
    name = "".join(sign for sign in leaf.organization or "" if sign.isprintable())[:80]
    return name or None


def _same_form(value: object) -> object:
    """Exact after Unicode normalisation: the same letters, however they were encoded."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else repr(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(seconds: object) -> str | None:
    """The date here of the last second before a time claim."""
    return Clock.local(seconds - 1).date().isoformat() if type(seconds) is int else None


def _recent(value: object, months: int, today: date) -> bool:
    try:
        return add_months(date.fromisoformat(str(value)), months) >= today
    except (ValueError, OverflowError):
        return False


def _days_until(value: str, today: date) -> int | None:
    try:
        return (date.fromisoformat(value) - today).days
    except ValueError:
        return None
