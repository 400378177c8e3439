"""The town around a verifier: issuers, status lists and wallets of other people, on the trust of a demonstration."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from cryptography import x509

from credential_schemas import organisations
from credential_schemas.types import load_types, sample
from openid4vc.trust.certificates import Role
from openid4vc.trust.demo import DemoTrust
from tests.verifier.foreign import Issued, Issuer, StatusList, Wallet, new_key, x5c_of
from web_service.clock import Clock

PID, FEEDBACK, STATEMENT = "pid", "lausuntopalaute", "laakarinlausunto-b"


class StatusServer:
    """Serves status lists on loopback and counts downloads; `misbehave` answers instead when it is set."""

    def __init__(self) -> None:
        self.lists: dict[str, StatusList] = {}
        self.downloads: list[str] = []
        self.misbehave: Any = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.downloads.append(self.path)
                if outer.misbehave is not None:
                    outer.misbehave(self)
                    return
                self.answer(200, "application/statuslist+jwt", outer.lists[self.path].token().encode())

            def answer(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass(kw_only=True)
class Town:
    """Whom a verifier meets. Everybody goes by `clock` and talks through `client`."""

    client: httpx.Client
    clock: Clock
    statuses: StatusServer
    trust: DemoTrust
    issuers: dict[str, Issuer] = field(default_factory=dict)

    def now(self) -> int:
        return self.clock.now()

    def issuer(self, organisation_id: str) -> Issuer:
        """The issuer of one organisation, with a status list of its own."""
        if organisation_id not in self.issuers:
            organisation = organisations.load()[organisation_id]
            self.issuers[organisation_id] = self.new_issuer(
                organisation.name, organisation.organization_identifier, self.trust
            )
        return self.issuers[organisation_id]

    def new_issuer(self, name: str, identifier: str, trust: DemoTrust) -> Issuer:
        def leaf(role: Role) -> tuple[Any, list[str]]:
            key = new_key()
            chain = trust.issue_leaf(
                role,
                organization=name,
                organization_identifier=identifier,
                common_name=name,
                public_key=key.public_key(),
                dns_names=(),
                now=self.now(),
            )
            return key, x5c_of([each.x509 for each in chain])

        key, x5c = leaf(Role.ISSUER)
        path = f"/lists/{len(self.statuses.lists)}"
        self.statuses.lists[path] = StatusList(f"{self.statuses.url}{path}", *leaf(Role.STATUS), self.now)
        return Issuer(key, x5c, self.statuses.lists[path], self.now)

    def wallet(self) -> Wallet:
        root = x509.load_pem_x509_certificate((self.trust.directory / "access" / "root.pem").read_bytes())
        return Wallet(self.client, root, self.now)

    def claims(self, type_name: str, case: str, **changed: Any) -> dict[str, Any]:
        claims = sample(load_types()[type_name], case, self.clock.today())
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def credential(
        self,
        type_name: str,
        case: str = "C1",
        *,
        issuer: Issuer | None = None,
        jwt: Mapping[str, Any] = {},
        **changed: Any,
    ) -> Issued:
        """A document of that case in the hands of a wallet; `changed` are claims, `jwt` members of the payload."""
        kind = load_types()[type_name]
        claims = self.claims(type_name, case, **changed)
        today = self.clock.today()
        never = {
            "date_of_issuance": today.isoformat(),
            "date_of_expiry": sample_date(today, 180),
            "document_id": "1.2.246.10.99001010.14.2026.1",
            "issuing_authority": "Esimerkkilän hyvinvointialue",
            "issuing_country": "FI",
        }
        clear = {name: value for name, value in {**never, **claims}.items() if kind.has(name) and is_clear(kind, name)}
        hidden = {name: value for name, value in claims.items() if name not in clear}
        by = issuer or self.issuer("O8" if type_name == PID else "O1")
        return by.issue(kind.vct, hidden, clear, **jwt)

    def person(self, case: str = "C1") -> Wallet:
        """A wallet with identity data and a statement feedback."""
        wallet = self.wallet()
        wallet.held = {"pid": self.credential(PID, case), "feedback": self.credential(FEEDBACK, case)}
        return wallet


def sample_date(today: Any, days: int) -> str:
    from datetime import timedelta

    return str((today + timedelta(days=days)).isoformat())


def is_clear(kind: Any, name: str) -> bool:
    return bool(kind.claim(name).sd == "never")
