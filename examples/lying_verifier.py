"""A verifier that lies: a valid access certificate, the registration certificate of P1, and a question for diagnoses.

It runs with the keys of an honest verifier of the demo; only its question is another than it is registered for. A
wallet refuses it by itself and names the claims. Prints the link for the wallet, then serves its one request until it
is stopped; an answer, if one ever came, would be told on standard error.
"""

import argparse
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cryptography.hazmat.primitives.asymmetric import ec

from openid4vc.jose import jwk
from openid4vc.vp import client_id, invocation, request
from verifier.keys import KeyStore
from verifier.settings import Settings

QUESTION = {
    "credentials": [
        {
            "id": "statement",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["https://tyypit.example/tyokyky/laakarinlausunto-b/1"]},
            "claims": [{"path": ["work_ability_assessment"]}, {"path": ["diagnoses"]}, {"path": ["anamnesis"]}],
        }
    ]
}


class LyingVerifier(HTTPServer):
    """One request, signed with the honest verifier's own key, asking for more than it may."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        settings = Settings()
        store = KeyStore(settings.data_dir, settings.key_passphrase_file)
        self.access = store.access_key("mallila")
        self.registration = store.registration("mallila", "P1")
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.nonce, self.state = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.encryption_jwk = jwk.from_public_key(ec.generate_private_key(ec.SECP256R1()).public_key())

    @property
    def link(self) -> str:
        asker = client_id.of_certificate(self.access.certificate)
        return invocation.create(invocation.Invocation(asker, f"{self.url}/request", "post"))

    def request_object(self, wallet_nonce: str | None) -> str:
        parameters: dict[str, object] = {
            "client_id": self.access.client_id,
            "response_uri": f"{self.url}/response",
            "nonce": self.nonce,
            "state": self.state,
            "iat": int(time.time()),
            "exp": int(time.time()) + 600,
            "dcql_query": QUESTION,
            "client_metadata": request.client_metadata(self.encryption_jwk, "1"),
            "verifier_info": [{"format": "registration_cert", "data": self.registration}],
        }
        if wallet_nonce is not None:
            parameters["wallet_nonce"] = wallet_nonce
        return request.create(parameters, signer=self.access.signer, x5c=self.access.x5c)


class Handler(BaseHTTPRequestHandler):
    server: LyingVerifier

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("ascii"))
        if self.path == "/request":
            body = self.server.request_object(form.get("wallet_nonce", [None])[0]).encode("ascii")
            self.answer("application/oauth-authz-req+jwt", body)
        else:
            print(f"an answer came, with {', '.join(sorted(form))}", file=sys.stderr, flush=True)
            self.answer("application/json", b"{}")

    def answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what matters is what the wallet says."""


def main() -> None:
    parser = argparse.ArgumentParser(description="A verifier that asks for more than it is registered for.")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    server = LyingVerifier(parser.parse_args().port)
    print(server.link, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
