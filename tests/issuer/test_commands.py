"""`issuer`: what operators and other programs can rely on (docs: command line)."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from issuer.store import revision
from openid4vc import printed_codes
from tests.issuer.processes import Issuer, now
from tests.issuer.stranger import Stranger

FOUR_LINES = re.compile(r"error +\S.*\nreason +\S.*\nadvice +\S.*\ncode +(\w+)\n")


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    made = Issuer(tmp_path_factory.mktemp("operated"))
    first = made.must("init", "--organisation", "O1,O8")
    assert first["organisations"] == ["O1", "O8"]
    assert {"organisation", "role", "username", "password"} == set(first["accounts"][0])
    return made


def test_init_twice_changes_nothing_and_shows_the_accounts_again(issuer: Issuer) -> None:
    again = issuer.must("init")
    assert again["made"] == []
    kept = issuer.folder / "issuer" / "demo-accounts.json"
    assert again["accounts"] == json.loads(kept.read_text("utf-8"))["accounts"]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_document_from_the_command_line_to_a_wallet_and_back(issuer: Issuer) -> None:
    sheet = issuer.folder / "sheet.pdf"
    offer = issuer.must("offer", "lausuntopalaute", "--sample", "C1", "--pdf", str(sheet), "--valid-days", "3")
    assert set(offer) >= {"credential_offer_uri", "tx_code", "document_id"}
    assert re.fullmatch(r"\d{6}", offer["tx_code"])
    assert [code.text for code in printed_codes.read(sheet.read_bytes())] == [offer["credential_offer_uri"]]
    assert sheet.stat().st_mode & 0o777 == 0o600
    name = offer["document_id"]
    assert issuer.must("document", name)["state"] == "offered"
    with issuer.serving() as server, issuer.client() as client:
        wallet = Stranger(client, now)
        credential = wallet.receive(offer["credential_offer_uri"], offer["tx_code"])
        state = issuer.must("document", name)
        assert (state["state"], state["status"], state["copies"]) == ("received", "valid", 1)
        for status, bit in (("suspended", 2), ("valid", 0), ("revoked", 1)):
            assert issuer.must("status", name, status, "--reason", "security")["status"] == status
            assert wallet.status(credential) == bit
        refused = issuer.run("status", name, "valid", "--json")
        assert (refused.code, refused.json["error"]["code"]) == (1, "status_final")
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def test_an_old_document_is_printed_again_under_its_number(issuer: Issuer) -> None:
    first = issuer.must("offer", "lausuntopalaute", "--sample", "C1")
    again = issuer.must("offer", "lausuntopalaute", "--document", first["document_id"])
    assert again["document_id"] == first["document_id"]
    assert again["credential_offer_uri"] != first["credential_offer_uri"]
    renewed = issuer.must("document", "new-code", first["document_id"])
    assert renewed["credential_offer_uri"] == again["credential_offer_uri"]
    assert issuer.must("document", "cancel", first["document_id"])["state"] == "cancelled"
    wrong_type = issuer.run("offer", "pid", "--document", first["document_id"], "--json")
    assert wrong_type.json["error"]["code"] == "document_unknown"


def test_claims_come_from_a_file_or_standard_input(issuer: Issuer) -> None:
    offer = issuer.must("offer", "pid", "--sample", "C1", "--no-tx-code")
    assert offer["tx_code"] is None
    assert re.fullmatch(r"[0-9a-f-]{36}", offer["document_id"])
    for claims, code in (
        ('{"document_id": "1.2.3"}', "claim_not_yours"),
        ("[]", "claims_file_invalid"),
        ('{"a": 1, "a": 2}', "claims_file_invalid"),
        ("{}", "claim_required"),
    ):
        done = issuer.run("offer", "lausuntopalaute", "--claims", "-", "--json", stdin=claims)
        assert (done.code, done.json["error"]["code"]) == (1, code), claims
        assert set(done.json["error"]) == {"code", "message", "hint", "spec_error"}
    assert issuer.run("offer", "lausuntopalaute", "--claims", "missing.json", "--json").code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("offer",),
        ("offer", "pid"),
        ("offer", "pid", "--sample", "C1", "--claims", "-"),
        ("offer", "pid", "--sample", "C1", "--no-tx-code", "--pdf", "x.pdf"),
        ("offer", "pid", "--sample", "C1", "--replace"),
        ("offer", "pid", "--sample", "C1", "--flow", "carrier_pigeon"),
        ("status", "1.2.3"),
        ("status", "1.2.3", "lost"),
        ("status", "1.2.3", "revoked", "--by", "1.2.4"),
        ("nonsense",),
        ("document", "unlock"),
    ],
)
def test_wrong_usage_is_exit_code_2(issuer: Issuer, arguments: tuple[str, ...]) -> None:
    done = issuer.run(*arguments, "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "wrong_usage")
    assert not (issuer.folder / "x.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("document", "1.2.3"), "document_unknown"),
        (("document", "cancel", "1.2.3"), "document_unknown"),
        (("status", "1.2.3", "revoked"), "document_unknown"),
        (("offer", "nothing", "--sample", "C1"), "type_unknown"),
        (("offer", "elakepaatos", "--sample", "C5"), "type_not_issued_here"),
        (("offer", "pid", "--sample", "C1", "--organisation", "O1"), "type_not_issued_here"),
        (("offer", "pid", "--sample", "C1", "--organisation", "O77"), "organisation_unknown"),
        (("offer", "pid", "--sample", "C77"), "sample_unknown"),
        (("offer", "pid", "--sample", "C1", "--valid-days", "61"), "valid_days_out_of_range"),
        (("offer", "pid", "--sample", "C1", "--flow", "authorization_code"), "flow_not_offered"),
        (("offer", "pid", "--sample", "C1", "--pdf", "/nonexistent/x.pdf"), "output_unwritable"),
        (("init", "--organisation", "O77"), "organisation_unknown"),
        (("init", "--public-url", "http://issuer.example"), "public_url_plain"),
        (("init", "--public-url", "https://" + ".".join(["a" * 60] * 4)), "sheet_code_too_large"),
    ],
)
def test_a_refusal_is_exit_code_1_with_its_code_in_four_lines(
    issuer: Issuer, arguments: tuple[str, ...], code: str
) -> None:
    done = issuer.run(*arguments)
    assert (done.code, done.out) == (1, "")
    found = FOUR_LINES.fullmatch(done.err)
    assert found is not None, done.err
    assert found[1] == code


def test_keys_tokens_and_the_database_are_looked_after(issuer: Issuer) -> None:
    assert len(issuer.must("keys", "list")["keys"]) == 6
    assert issuer.must("db", "current") == {"revision": revision.NEWEST}
    assert issuer.must("db", "upgrade") == {"changed": False}
    assert issuer.must("db", "check") == {"ok": True}
    made = issuer.must("keys", "api-token", "--organisation", "O1", "--name", "register", "--scope", "documents")
    offer = issuer.must("offer", "lausuntopalaute", "--sample", "C1")
    with issuer.serving(), issuer.client() as client:
        url = f"{issuer.url}/api/esimerkkila/documents/{offer['document_id']}"
        answer = client.get(url, headers={"Authorization": f"Bearer {made['token']}"})
        assert answer.json()["state"] == "offered"


def test_several_servers_share_an_address_and_a_database(issuer: Issuer) -> None:
    offer = issuer.must("offer", "pid", "--sample", "C1")
    second = Issuer(issuer.folder)
    with issuer.serving(), issuer.serving(port=second.port), issuer.client() as client:
        wallet = Stranger(client, now)
        found = wallet.fetch_offer(offer["credential_offer_uri"]).json()
        # The same code at the other server, by its own port.
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
            "pre-authorized_code": found["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"][
                "pre-authorized_code"
            ],
            "tx_code": offer["tx_code"],
        }
        token = client.post(f"{second.url}/henkilotieto/token", data=form).json()["access_token"]
        assert wallet.credential(found, token).status_code == 200


def test_a_taken_port_is_named(issuer: Issuer) -> None:
    with issuer.serving():
        done = issuer.run("serve", "--port", str(issuer.port))
    assert done.code == 1
    assert str(issuer.port) in done.err
    assert "port_taken" in done.err


def test_help_is_quick_and_names_the_crash_points(issuer: Issuer) -> None:
    assert "issuer offer" in issuer.run("--help").out
    assert "credential.committed" in issuer.run("serve", "--help").out
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "issuer", "--help"],
        env={**issuer.environment},
        capture_output=True,
        text=True,
    ).stderr
    for heavy in ("sqlalchemy", "fastapi", "pydantic", "cryptography", "typst"):
        assert heavy not in loaded


@pytest.mark.parametrize("command", [["offer", "pid", "--sample", "C1", "--organisation", "O8"], ["document"]])
def test_a_document_is_handled_without_the_web_server(issuer: Issuer, command: list[str]) -> None:
    """Half of the time a command takes would go into importing what only `serve` needs."""
    name = [] if len(command) > 1 else [issuer.must("offer", "lausuntopalaute", "--sample", "C1")["document_id"]]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "issuer", *command, *name, "--json"],
        env={**issuer.environment},
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout)["document_id"]
    for heavy in ("fastapi", "starlette", "jinja2"):
        assert heavy not in done.stderr


def test_a_new_type_needs_a_folder_and_no_program(tmp_path: Path) -> None:
    """A type from a folder of the test's own is issued and printed."""
    folder = tmp_path / "types" / "kirjastokortti"
    (folder / "samples").mkdir(parents=True)
    names = {"fi": "Kirjastokortti", "sv": "Lånekort", "en": "Library card"}
    labels = {
        "given_name": ("Etunimet", "Förnamn", "Given names"),
        "family_name": ("Sukunimi", "Efternamn", "Family name"),
        "card": ("Kortti", "Kort", "Card"),
        "issuing_authority": ("Myöntäjä", "Utfärdare", "Issuer"),
        "document_id": ("Tunnus", "Beteckning", "Id"),
        "date_of_issuance": ("Antopäivä", "Utfärdandedatum", "Date of issue"),
    }
    write(
        folder / "type_metadata.json",
        {
            "vct": "https://kirjasto.example/kirjastokortti/1",
            "name": "Library card",
            "display": [{"locale": locale, "name": name} for locale, name in names.items()],
            "claims": [
                {
                    "path": [name],
                    "sd": "never" if name == "issuing_authority" else "always",
                    "mandatory": True,
                    "display": [
                        {"locale": locale, "label": label}
                        for locale, label in zip(("fi", "sv", "en"), words, strict=True)
                    ],
                }
                for name, words in labels.items()
            ],
        },
    )
    texts = {name: {"type": "string", "maxLength": 100} for name in labels}
    texts["date_of_issuance"] = {"type": "string", "format": "date"}
    write(folder / "schema.json", {"type": "object", "properties": texts})
    write(
        folder / "type.json",
        {
            "version": "1",
            "digests": 8,
            "name": names,
            "the": names,
            "title": names,
            "issuer_claims": {
                "issuing_authority": "organisation.name",
                "document_id": "document_id",
                "date_of_issuance": "today",
            },
            "rendering": {"rows": {"official": ["card"], "sheet": ["card"], "preview": ["card"]}},
        },
    )
    write(folder / "samples" / "C1.json", {"given_name": "Erkki", "family_name": "Esimerkki", "card": "K-1"})
    issuer = Issuer(tmp_path)
    types = {"ISSUER_TYPES_DIR": str(tmp_path / "types")}
    issuer.must("init", "--organisation", "O8", **types)
    sheet = tmp_path / "card.pdf"
    offer = issuer.must("offer", "kirjastokortti", "--sample", "C1", "--pdf", str(sheet), **types)
    assert [code.text for code in printed_codes.read(sheet.read_bytes())] == [offer["credential_offer_uri"]]
    with issuer.serving(**types), issuer.client() as client:
        credential = Stranger(client, now).receive(offer["credential_offer_uri"], offer["tx_code"])
        assert credential.disclosed["card"] == "K-1"
        assert len(credential.payload["_sd"]) == 8
        assert client.get(f"{issuer.url}/types/kirjastokortti/1").json()["vct"] == credential.payload["vct"]


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), "utf-8")
