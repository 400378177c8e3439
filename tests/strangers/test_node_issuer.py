"""Our wallet receives from an issuer of other people's packages, in every way that OpenID4VCI 1.0 leaves open."""

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.journey.installation import Done, Installation
from tests.strangers import certification
from tests.strangers.foreign import HOST, card_issuer, from_anchor

VCT = "https://cards.example/library/1"


def receive(
    ours: Installation, *, by: str = "value", tx_code: str | None = None, terms: dict[str, Any], **ways: Any
) -> tuple[Done, dict[str, Any]]:
    """How `wallet receive` ended, and what the issuer saw."""
    issuer, said, anchor = card_issuer(vct=VCT, **ways)
    folder = Path(ours.environment["WALLET_HOME"]) / "trust" / "issuers"
    terms = {"vct": [VCT], "credential_issuer": [said["credential_issuer"]], **terms}
    kept = from_anchor(folder, "library", anchor, terms)
    try:
        link = issuer.tell({"do": "offer", "by": by, "tx_code": tx_code})["link"]
        code = [] if tx_code is None else ["--tx-code-file", "-"]
        done = ours.run("wallet", "receive", link, *code, "--yes", "--json", stdin=tx_code)
        return done, issuer.tell({"do": "seen"})
    finally:
        issuer.stop()
        for path in kept:
            path.unlink()


def accepted(done: Done, seen: dict[str, Any]) -> dict[str, Any]:
    """The one credential that was stored, with the issuer told so."""
    assert (done.code, seen["failures"]) == (0, []), done.out + done.err
    assert seen["notification"] == [{"notification_id": "n-1", "event": "credential_accepted"}]
    (credential,) = done.json["credentials"]
    return dict(credential)


WITHOUT_STATUS = {"status": "optional"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "ways",
    [
        pytest.param({}, id="by value, without a transaction code"),
        pytest.param({"by": "reference", "tx_code": "aB3-x"}, id="by reference, with a transaction code of letters"),
        pytest.param(
            {"identifiers": True, "server": True}, id="authorization server of its own, credential_identifier"
        ),
        pytest.param({"path": ""}, id="identifier without a path"),
        pytest.param({"path": "/library/", "by": "reference"}, id="identifier with a terminating slash"),
        pytest.param({"nonces": False}, id="no nonce endpoint"),
    ],
)
def test_a_card_of_another_issuer_is_received(ours: Installation, ways: dict[str, Any]) -> None:
    done, seen = receive(ours, terms=WITHOUT_STATUS, **ways)
    credential = accepted(done, seen)
    assert (credential["vct"], credential["type"], credential["state"]) == (VCT, "Library card", "none")
    assert seen["token"][0].get("tx_code") == ways.get("tx_code")
    # Annex F.1: `iss` is the client's name, and none was given.
    ((header, claims),) = seen["proof"]
    assert (set(header), "iss" in claims) == ({"typ", "alg", "jwk"}, False)
    assert ("nonce" in claims) is ways.get("nonces", True)


@pytest.mark.slow
def test_an_issuer_that_does_not_offer_anonymous_access_is_given_a_name(ours: Installation) -> None:
    """§12.3, §6.3: without the member in its metadata, a token request without client_id is invalid_client."""
    done, seen = receive(ours, terms=WITHOUT_STATUS, anonymous=False)
    accepted(done, seen)
    assert seen["token"][0]["client_id"]


@pytest.mark.slow
def test_an_issuer_behind_tls_with_signed_metadata_and_a_status_list(ours: Installation) -> None:
    trust = Path(ours.environment["WALLET_HOME"]) / "trust"
    web, access = certification.root("Root of the web"), certification.root("Root of access")
    tls_chain, tls_key = web.leaf(HOST, x509.DNSName(HOST))
    access_chain, access_key = access.leaf("City library, access")
    kept = from_anchor(trust / "tls", "web", web.pem) + from_anchor(trust / "access", "library", access.pem)
    ways: dict[str, Any] = {
        "tls": {"key": certification.pem(tls_key), "cert": certification.pem_chain(tls_chain)},
        "signs": {"x5c": access_chain, "key": certification.private_jwk(access_key)},
        "status": "valid",
    }
    try:
        credential = accepted(*receive(ours, terms={}, **ways))
        assert (credential["state"], credential["credential_issuer"][:8]) == ("valid", "https://")
        done, seen = receive(ours, terms={}, **{**ways, "status": "revoked"})
        assert (done.code, done.json["error"]["code"]) == (1, "revoked")
        assert [event["event"] for event in seen["notification"]] == ["credential_failure"]
    finally:
        for path in kept:
            path.unlink()


@pytest.mark.slow
def test_without_status_a_card_of_a_month_is_not_enough_unless_the_issuers_terms_say_so(ours: Installation) -> None:
    done, seen = receive(ours, terms={})
    assert (done.code, done.json["error"]["code"]) == (1, "status_missing")
    assert [event["event"] for event in seen["notification"]] == ["credential_failure"]
    accepted(*receive(ours, terms={}, life=86400))
