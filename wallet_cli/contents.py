"""What the vault holds: credentials with their keys, issuances under way, history, receipts, lists of status.

Plain classes, because `wallet list` reads them before anything heavy is imported. Each has `to_json` and `from_json`;
reading refuses what does not fit with FormatError `json_invalid`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from openid4vc.errors import FormatError
from openid4vc.strict_json import JsonObject

VERSION: Final = 1
# The outcomes that a line of history can have; words are in the catalogue (`history.<event>`).
# `sending` is what a crash between sending and the answer leaves behind.
EVENTS: Final = frozenset({"received", "sending", "shared", "not_taken", "refused", "stopped", "unanswerable"})
# What a list of status said, or that none was there to ask.
STATES: Final = frozenset({"valid", "revoked", "suspended", "superseded", "unchecked", "none"})

Path: TypeAlias = tuple[str | int | None, ...]
Words: TypeAlias = Mapping[str, str]
T = TypeVar("T")


@dataclass(slots=True)
class Settings:
    """Decided at init. `demo` lets plain http through on loopback; `unregistered_verifiers` is `ask` or `allow`."""

    demo: bool
    unregistered_verifiers: str


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """One claim of a type as its issuer describes it: where it is, what it is called, what its codes mean."""

    path: Path
    label: Words
    values: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class TypeWords:
    """A type of credential as its issuer describes it, in the languages the issuer has."""

    name: Words
    claims: tuple[ClaimWords, ...]


@dataclass(slots=True)
class HeldCredential:
    """A credential with its own holder key. `key` is the private scalar of P-256, base64url."""

    number: int
    text: str
    key: str
    vct: str
    issuer: str
    organization_identifier: str | None
    credential_issuer: str
    words: TypeWords
    disclosure_policy: JsonObject | None
    nbf: int | None
    exp: int | None
    state: str
    state_time: int | None
    received: int
    offer: str
    claim_count: int


@dataclass(slots=True)
class PendingIssuance:
    """The key of an issuance under way, stored before its proof is sent, so that a lost answer can be asked again."""

    offer: str
    credential_issuer: str
    configuration_id: str
    identifier: str | None
    key: str
    token: str
    token_until: int
    started: int


@dataclass(slots=True)
class HistoryEntry:
    """One act: who, when, which claims by name (`claims` as paths, `labels` as people read them). Never a value."""

    number: int
    time: int
    event: str
    party: str
    party_id: str | None
    purpose: str | None
    credentials: list[int]
    types: list[str]
    claims: list[str]
    labels: list[str]
    reason: str | None
    receipt: int | None


@dataclass(slots=True)
class StoredReceipt:
    """What a verifier signed about a hand-over, or that it signed nothing (`text` is None)."""

    number: int
    time: int
    party: str
    party_id: str | None
    purpose: str | None
    state: str
    text: str | None
    claims: list[str]
    privacy: str | None


@dataclass(slots=True)
class CachedStatusList:
    """A status list token that was verified when it came, and when that was."""

    text: str
    fetched: int


@dataclass(slots=True)
class Contents:
    """Everything in the vault."""

    settings: Settings
    next_number: int = 1
    next_entry: int = 1
    credentials: list[HeldCredential] = field(default_factory=list)
    pending: list[PendingIssuance] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)
    receipts: list[StoredReceipt] = field(default_factory=list)
    status_lists: dict[str, CachedStatusList] = field(default_factory=dict)
    nonce_issuers: list[str] = field(default_factory=list)

    def credential(self, number: int) -> HeldCredential | None:
        """The credential of that number; numbers are never used twice."""
        return next((held for held in self.credentials if held.number == number), None)

    def add_history(self, entry: HistoryEntry) -> HistoryEntry:
        """Number the entry and keep it; receipts share the numbers, so that one number names one act."""
        entry.number = self.next_entry
        self.next_entry += 1
        self.history.append(entry)
        return entry

    def to_json(self) -> JsonObject:
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, raw: JsonObject) -> "Contents":
        reader = _Reader(raw)
        if reader.take("version", int) != VERSION:
            raise FormatError("json_invalid", "contents of another version")
        settings = reader.object("settings")
        return cls(
            settings=Settings(settings.take("demo", bool), settings.take("unregistered_verifiers", str)),
            next_number=reader.take("next_number", int),
            next_entry=reader.take("next_entry", int),
            credentials=[_credential(item) for item in reader.objects("credentials")],
            pending=[
                PendingIssuance(
                    offer=item.take("offer", str),
                    credential_issuer=item.take("credential_issuer", str),
                    configuration_id=item.take("configuration_id", str),
                    identifier=item.maybe("identifier", str),
                    key=item.take("key", str),
                    token=item.take("token", str),
                    token_until=item.take("token_until", int),
                    started=item.take("started", int),
                )
                for item in reader.objects("pending")
            ],
            history=[_history(item) for item in reader.objects("history")],
            receipts=[_receipt(item) for item in reader.objects("receipts")],
            status_lists={
                uri: CachedStatusList(item.take("text", str), item.take("fetched", int))
                for uri, item in reader.named_objects("status_lists")
            },
            # Vaults from before this was kept know of none.
            nonce_issuers=reader.items("nonce_issuers", str) if "nonce_issuers" in raw else [],
        )


class _Reader:
    """Takes typed members out of a JSON object."""

    def __init__(self, raw: object) -> None:
        if not isinstance(raw, dict):
            raise FormatError("json_invalid", "not an object")
        self._raw = raw

    def take(self, name: str, kind: type[T]) -> T:
        value = self._raw.get(name)
        if type(value) is not kind:
            raise FormatError("json_invalid", "member of the vault's contents")
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        return None if self._raw.get(name) is None else self.take(name, kind)

    def object(self, name: str) -> "_Reader":
        return _Reader(self._raw.get(name))

    def objects(self, name: str) -> list["_Reader"]:
        return [_Reader(item) for item in self.take(name, list)]

    def named_objects(self, name: str) -> list[tuple[str, "_Reader"]]:
        return [(key, _Reader(item)) for key, item in self.take(name, dict).items()]

    def items(self, name: str, kind: type[T]) -> list[T]:
        values: list[Any] = self.take(name, list)
        if any(type(value) is not kind for value in values):
            raise FormatError("json_invalid", "list of the vault's contents")
        return values

    def words(self, name: str) -> Words:
        return _words(self._raw.get(name))


def _words(raw: object) -> Words:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise FormatError("json_invalid", "words in the vault's contents")
    return raw


def _credential(item: _Reader) -> HeldCredential:
    words = item.object("words")
    return HeldCredential(
        number=item.take("number", int),
        text=item.take("text", str),
        key=item.take("key", str),
        vct=item.take("vct", str),
        issuer=item.take("issuer", str),
        organization_identifier=item.maybe("organization_identifier", str),
        credential_issuer=item.take("credential_issuer", str),
        words=TypeWords(
            name=words.words("name"),
            claims=tuple(
                ClaimWords(
                    path=tuple(claim.take("path", list)),
                    label=claim.words("label"),
                    values={code: _words(value) for code, value in claim.take("values", dict).items()},
                )
                for claim in words.objects("claims")
            ),
        ),
        disclosure_policy=item.maybe("disclosure_policy", dict),
        nbf=item.maybe("nbf", int),
        exp=item.maybe("exp", int),
        state=item.take("state", str),
        state_time=item.maybe("state_time", int),
        received=item.take("received", int),
        offer=item.take("offer", str),
        claim_count=item.take("claim_count", int),
    )


def _history(item: _Reader) -> HistoryEntry:
    return HistoryEntry(
        number=item.take("number", int),
        time=item.take("time", int),
        event=item.take("event", str),
        party=item.take("party", str),
        party_id=item.maybe("party_id", str),
        purpose=item.maybe("purpose", str),
        credentials=item.items("credentials", int),
        types=item.items("types", str),
        claims=item.items("claims", str),
        labels=item.items("labels", str),
        reason=item.maybe("reason", str),
        receipt=item.maybe("receipt", int),
    )


def _receipt(item: _Reader) -> StoredReceipt:
    return StoredReceipt(
        number=item.take("number", int),
        time=item.take("time", int),
        party=item.take("party", str),
        party_id=item.maybe("party_id", str),
        purpose=item.maybe("purpose", str),
        state=item.take("state", str),
        text=item.maybe("text", str),
        claims=item.items("claims", str),
        privacy=item.maybe("privacy", str),
    )
