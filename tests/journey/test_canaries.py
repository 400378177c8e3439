"""Personal data and secrets stay where they belong: one honest journey, then everything on the disk is searched.

What is listed here as allowed is the whole list: values stand in clear on the printed sheet and in what an operator's
command prints; codes and passwords in what is printed to the operator; passphrases in the file that keeps them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pypdfium2
import pytest

from credential_schemas.types import load_types
from tests.journey.canaries import Canaries, files, found
from tests.journey.front import Exchange, Fronted
from tests.journey.installation import PASSPHRASE, Done, Installation
from tests.journey.reading import read

pytestmark = pytest.mark.slow

IDENTITY_CODE = "120374-901A"
LOGS = re.compile(r"(issuer|verifier)-0\.log")


@dataclass
class Story:
    """What was made, what was printed to whom, and what stood on the disk while all of it ran."""

    installation: Installation
    canaries: Canaries
    sheet: Path
    disk: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, bytes] = field(default_factory=dict)
    metrics: dict[str, bytes] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    def say(self, name: str, done: Done) -> Done:
        """Keep what a command said to people; its output is for whoever ran it, its errors go into logs."""
        self.told[f"{name} stderr"] = done.err.encode()
        return done

    def secret(self, name: str, value: str) -> None:
        self.secrets[value] = name


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("canaries")
    installation = Installation(folder)
    installation.init()
    told = Story(installation, Canaries(), folder / "sheet.pdf")
    with Fronted(installation, count=1) as fronted:
        tell(told)
        for name in ("issuer", "verifier"):
            (url,) = fronted.urls(name)
            sign_in(told, name, url)
            told.metrics[f"{name} metrics"] = httpx.get(f"{url}/metrics").content
        # Now, while the services run: the write-ahead logs are there and hold what was written last.
        told.disk = files(folder)
        told.exchanges = [exchange for front in fronted.fronts.values() for exchange in front.exchanges]
    collect_secrets(told)
    return told


def tell(story: Story) -> None:
    """A document on paper, one by link, identity data; a wrong code, a status change; question, answer, verdict."""
    installation, types, today = story.installation, load_types(), date.today()
    person = {name: story.canaries.word(f"person.{name}") for name in ("given_name", "family_name")}

    def offer(kind: str, organisation: str, *options: str) -> dict[str, Any]:
        claims = json.dumps(story.canaries.claims(types[kind], person, today))
        command = ("issuer", "offer", kind, "--claims", "-", "--organisation", organisation, *options, "--json")
        done = story.say(f"offer {kind}", installation.run(*command, stdin=claims))
        assert done.code == 0, done.out
        story.secret(f"tx_code of {kind}", done.json["tx_code"])
        story.secret(f"link of {kind}", done.json["credential_offer_uri"][-26:])
        return done.json

    def take(made: dict[str, Any], source: str, code: str) -> Done:
        command = ("wallet", "receive", source, "--tx-code-file", "-", "--yes", "--json")
        return story.say(f"receive {source[-8:]}", installation.run(*command, stdin=code + "\n"))

    feedback = offer("lausuntopalaute", "O1", "--pdf", str(story.sheet))
    wrong = "000000" if feedback["tx_code"] != "000000" else "111111"
    assert take(feedback, str(story.sheet), wrong).code == 1
    assert take(feedback, str(story.sheet), feedback["tx_code"]).code == 0
    for kind, organisation in (("laakarinlausunto-b", "O1"), ("pid", "O8")):
        made = offer(kind, organisation)
        assert take(made, made["credential_offer_uri"], made["tx_code"]).code == 0
    command = ("verifier", "request", "P1", "--customer", "-", "--json")
    request = story.say("request", installation.run(*command, stdin=IDENTITY_CODE)).json
    shown = installation.run("wallet", "present", request["request_uri"], "--yes", "--json")
    assert story.say("present", shown).code == 0, shown.out
    story.result = story.say("result", installation.run("verifier", "result", request["id"], "--json")).json
    installation.must("issuer", "status", feedback["document_id"], "revoked", "--reason", "wrong_person")


def sign_in(story: Story, name: str, url: str) -> None:
    """As a browser does it, wrongly and rightly; then a page whose address somebody filled with values."""
    account = json.loads((story.installation.folder / name / "demo-accounts.json").read_text("utf-8"))["accounts"][0]
    story.secret(f"{name} password", account["password"])
    cookies: dict[str, str] = {}
    # Kept by hand: the client's own jar would not send Secure cookies over http.
    with httpx.Client(base_url=url) as client:

        def send(method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
            header = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
            answer = client.request(method, path, data=data, headers=header)
            cookies.update(answer.cookies.items())
            return answer

        for password in ("Vääräsalasana-Zqxxqz", account["password"]):
            page = send("GET", "/signin").text
            hidden = dict(re.findall(r'name="(_csrf|next)"[^>]*value="([^"]*)"', page))
            answer = send("POST", "/signin", {**hidden, "username": account["username"], "password": password})
        assert answer.status_code == 303, answer.status_code
        story.secret(f"{name} wrong password", "Vääräsalasana-Zqxxqz")
        word = next(iter(story.canaries.words))
        assert send("GET", f"/{word}?q={word}&code={IDENTITY_CODE}").status_code == 404
    for cookie, value in cookies.items():
        story.secret(f"{name} {cookie}", value)


def collect_secrets(story: Story) -> None:
    """What went over the wire and opens something, and what the files of keys are opened with."""
    story.secret("wallet passphrase", PASSPHRASE)
    for name in ("issuer", "verifier"):
        story.secret(f"{name} passphrase", story.disk[f"{name}/keys/passphrase"].decode().strip())
    for exchange in story.exchanges:
        for name, value in secrets_in(exchange):
            story.secret(name, value)


def secrets_in(exchange: Exchange) -> Iterator[tuple[str, str]]:
    form = parse_qs(exchange.asked.decode("utf-8", "replace"))
    for name in ("pre-authorized_code", "tx_code", "response"):
        for value in form.get(name, []):
            yield name, value
    if scheme := exchange.asked_headers.get("Authorization"):
        yield "access token", scheme.split()[1]
    for text in (exchange.asked, exchange.answered):
        try:
            members = json.loads(text)
        except ValueError:
            continue
        if isinstance(members, dict):
            yield from ((name, members[name]) for name in ("access_token", "c_nonce") if name in members)
            yield from (("key proof", proof) for proof in members.get("proofs", {}).get("jwt", []))
            for credential in members.get("credentials", []):
                issued, *disclosures = credential["credential"].rstrip("~").split("~")
                yield "credential", issued
                yield from (("disclosure", disclosure) for disclosure in disclosures)
    if urlsplit(exchange.path).path.split("/")[2:3] == ["request"] and exchange.status == 200:
        yield "request object", exchange.answered.decode("ascii")


def test_the_journey_was_a_whole_one_and_the_search_finds_what_is_there(story: Story) -> None:
    assert story.result["state"] == "verified"
    assert len(story.canaries.words) > 20
    kinds = {name.split(" of ")[0] for name in story.secrets.values()}
    assert kinds >= {"tx_code", "link", "pre-authorized_code", "access token", "key proof", "credential", "disclosure"}
    assert kinds >= {"c_nonce", "response", "request object", "wallet passphrase", "issuer __Host-session"}
    for service in ("issuer", "verifier"):
        assert story.disk[f"{service}/{service}.db-wal"]
        assert b"http_request" in story.disk[f"{service}-0.log"]
        assert b"http_requests_total" in story.metrics[f"{service} metrics"]
    planted = {"log": json.dumps({"a": "Zqxäxqz"}).encode(), "db": b"\x00\x01Zqxbxqz\x02", "code": b'"123456"'}
    assert found(planted, ["Zqxäxqz", "Zqxbxqz", "123456", "12345"]) == {
        ("log", "Zqxäxqz"),
        ("db", "Zqxbxqz"),
        ("code", "123456"),
    }
    document = pypdfium2.PdfDocument(story.sheet)
    printed = "".join(page.get_textpage().get_text_bounded() for page in document).encode()
    document.close()
    on_paper = {word for _, word in found({"sheet": printed}, story.canaries.words)}
    assert {story.canaries.words[word] for word in on_paper} >= {"person.given_name", "person.family_name"}


@pytest.mark.case("Y-01")
def test_no_value_of_a_document_is_anywhere_in_clear(story: Story) -> None:
    """Logs, metrics, audit, databases with their logs, data folders, the wallet, error texts, the sheet's raw bytes."""
    errors = {
        f"{exchange.method} {exchange.path} {exchange.status}": exchange.answered
        for exchange in story.exchanges
        if exchange.status >= 400
    }
    assert errors
    needles = [*story.canaries.words, IDENTITY_CODE]
    assert found({**story.disk, **story.told, **story.metrics, **errors}, needles) == set()
    for service in ("issuer", "verifier"):
        audit = json.dumps(read(story.installation, service, "SELECT * FROM audit"), ensure_ascii=False).encode()
        assert audit.count(b'"action"') > 3
        assert found({"audit": audit}, needles) == set()
    # After the end the logs are part of the database files, and still nothing can be read.
    assert found(files(story.installation.folder), needles) == set()


@pytest.mark.case("Y-02")
def test_no_secret_is_anywhere_but_in_the_file_that_is_there_for_it(story: Story) -> None:
    hits = {
        (place, story.secrets[secret])
        for place, secret in found({**story.disk, **story.told, **story.metrics}, story.secrets)
    }
    assert hits == {
        *((f"{service}/keys/passphrase", f"{service} passphrase") for service in ("issuer", "verifier")),
        *((f"{service}/demo-accounts.json", f"{service} password") for service in ("issuer", "verifier")),
    }
    for place in (*hits, *((f"issuer/keys/esimerkkila/{name}", "") for name in ("data.key", "credential.key.pem"))):
        assert (story.installation.folder / place[0]).stat().st_mode & 0o077 == 0


def test_private_keys_are_encrypted_except_those_of_the_demo_trust(story: Story) -> None:
    clear = {place for place, content in story.disk.items() if re.search(rb"-BEGIN (EC )?PRIVATE KEY-", content)}
    assert {place.rsplit("/", 1)[0] for place in clear} == {"trust/private"}
    encrypted = {place for place, content in story.disk.items() if b"-BEGIN ENCRYPTED PRIVATE KEY-" in content}
    assert {place.split("/")[0] for place in encrypted} == {"issuer", "verifier"}


def test_the_sheets_metadata_names_nobody(story: Story) -> None:
    document = pypdfium2.PdfDocument(story.sheet)
    metadata = json.dumps(document.get_metadata_dict(), ensure_ascii=False).encode()
    document.close()
    assert (
        found({"metadata": metadata, "file": story.sheet.read_bytes()}, [*story.canaries.words, IDENTITY_CODE]) == set()
    )


def test_log_lines_are_json_with_the_names_that_operators_know(story: Story) -> None:
    for place in filter(LOGS.fullmatch, story.disk):
        lines = [line for line in story.disk[place].decode().splitlines() if line.startswith("{")]
        assert len(lines) > 5
        for line in map(json.loads, lines):
            assert {"time", "level", "event"} <= set(line)
