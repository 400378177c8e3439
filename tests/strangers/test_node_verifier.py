"""Our wallet answers a verifier of other people's packages that has no registration and never heard of us."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.journey.installation import Installation
from tests.strangers import certification, node_clients
from tests.strangers.foreign import HOST, card_issuer, from_anchor
from tests.strangers.node_clients import Server

VCT = "https://cards.example/swimming/1"
Ask = Callable[..., Server]


@pytest.fixture(scope="module")
def card_anchor(ours: Installation) -> Iterator[str]:
    """A card in our wallet, and the PEM root that its issuer is trusted by."""
    issuer, said, anchor = card_issuer(vct=VCT)
    folder = Path(ours.environment["WALLET_HOME"]) / "trust" / "issuers"
    terms = {"vct": [VCT], "credential_issuer": [said["credential_issuer"]], "status": "optional"}
    kept = from_anchor(folder, "pool", anchor, terms)
    try:
        ours.must("wallet", "receive", issuer.tell({"do": "offer", "by": "value"})["link"], "--yes")
    finally:
        issuer.stop()
    yield anchor
    for path in kept:
        path.unlink()


@pytest.fixture
def verifier(ours: Installation, card_anchor: str, anchors: dict[str, list[str]]) -> Iterator[Ask]:
    """Starts the verifier with a query; it trusts the card's issuer and ours."""
    root = certification.root("Root of halls")
    x5c, key = root.below("Halls of cities").leaf("Swimming hall", x509.DNSName(HOST))
    (anchor,) = from_anchor(Path(ours.environment["WALLET_HOME"]) / "trust" / "access", "halls", root.pem)
    started = []

    def start(*credentials: dict[str, Any], **query: Any) -> Server:
        server = node_clients.serve(
            "verifier.mjs",
            {
                "host": HOST,
                "x5c": x5c,
                "key": certification.private_jwk(key),
                "anchors": [card_anchor, *anchors["issuers"]],
                "status": anchors["status"],
                "query": {"credentials": credentials, **query},
            },
        )
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
    anchor.unlink()


def card(*paths: list[str | int | None], **more: Any) -> dict[str, Any]:
    claims = {"claims": [{"path": path} for path in paths]} if paths else {}
    return {"id": "card", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, **claims, **more}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("request_", "enc"),
    [
        # The package's own `aud` is the request_uri; OpenID4VP §5.8 has one symbolic name.
        pytest.param({}, "A128GCM", id="GET, no enc named, aud of the package"),
        pytest.param(
            {
                "method": "post",
                "enc": ["A128GCM", "A256GCM"],
                "aud": "https://self-issued.me/v2",
                "redirect_uri": "https://hall.example/done?code=1#x",
            },
            "A256GCM",
            id="POST, redirect_uri in the answer",
        ),
        pytest.param(
            {"method": "get", "enc": ["A128CBC-HS256", "A128GCM"], "prefix": "x509_san_dns"},
            "A128GCM",
            id="x509_san_dns",
        ),
    ],
)
def test_a_stranger_is_answered(ours: Installation, verifier: Ask, request_: dict[str, Any], enc: str) -> None:
    server = verifier(card(["given_name"], ["address", "locality"], ["nationalities", None]))
    done = ours.run("wallet", "present", server.tell({"do": "request", **request_})["link"], "--yes", "--json")
    assert done.code == 0, done.out + done.err
    seen = server.tell({"do": "seen"})
    ((fetched,), (answer,)) = seen["fetched"], seen["answers"]
    assert fetched["method"] == request_.get("method", "get").upper()
    assert (answer["satisfied"], answer["enc"]) == (True, enc)
    shown = answer["claims"]["card"]
    assert (shown["given_name"], shown["address"]) == ("Maija", {"locality": "Mallila", "country": "FI"})
    assert shown["nationalities"] == ["FI", "SE"]
    assert "family_name" not in shown
    # Printed and not opened: nobody listens there.
    assert done.json["redirect_uri"] == request_.get("redirect_uri")
    assert (done.json["party"], done.json["registered"]) == ("Swimming hall", False)


@pytest.mark.slow
def test_a_query_for_nothing_selective_gets_nothing_selective(ours: Installation, verifier: Ask) -> None:
    server = verifier(card())
    ours.must("wallet", "present", server.tell({"do": "request"})["link"], "--yes")
    (answer,) = server.tell({"do": "seen"})["answers"]
    assert not {"given_name", "family_name", "address"} & set(answer["claims"]["card"])


@pytest.mark.slow
def test_what_is_not_there_looks_like_a_refusal(ours: Installation, verifier: Ask) -> None:
    server = verifier(card(["shoe_size"]))
    done = ours.run("wallet", "present", server.tell({"do": "request"})["link"], "--yes", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "missing_credential")
    assert server.tell({"do": "seen"})["answers"] == [
        {"error": "access_denied", "state": True, "parameters": ["error", "state"]}
    ]


@pytest.mark.slow
def test_our_own_documents_are_verified_by_a_stranger(ours: Installation, verifier: Ask) -> None:
    ours.take(ours.offer("lausuntopalaute", "C1", "O1"))
    feedback = {
        "id": "feedback",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["https://tyypit.example/tyokyky/lausuntopalaute/1"]},
        "claims": [
            {"id": "a", "path": ["work_ability"], "values": ["limited_tasks", "none"]},
            {"id": "b", "path": ["shoe_size"]},
        ],
        "claim_sets": [["a", "b"], ["a"]],
    }
    server = verifier(
        feedback,
        card(["card_number"]),
        credential_sets=[{"options": [["feedback"]]}, {"options": [["card"]], "required": False}],
    )
    ours.must("wallet", "present", server.tell({"do": "request", "method": "post"})["link"], "--yes")
    seen = server.tell({"do": "seen"})
    assert seen["failures"] == []
    (answer,) = seen["answers"]
    assert answer["claims"]["feedback"]["work_ability"] == "limited_tasks"
    assert "restrictions" not in answer["claims"]["feedback"]
