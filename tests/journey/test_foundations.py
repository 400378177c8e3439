"""What is dear to add later is there (design: from the first commit), a test a line.

Lines that tests of the packages hold stand in HELD_ELSEWHERE; the others are held here, on one installation.
"""

import ast
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final, cast

import httpx
import pytest
from alembic import command
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, MetaData, text

import issuer.store.tables
import verifier.store.tables
from credential_schemas import organisations
from issuer import keys
from issuer.data_protection import DataKey
from openid4vc.trust.certificates import Role
from tests.conftest import ROOT
from tests.issuer.stranger import Http, Stranger
from tests.journey.installation import Done, Installation
from tests.journey.reading import broken_invariants, read
from verifier.keys import KeyStore
from web_service import migrations

HELD_ELSEWHERE: Final = {
    "injectable clock": "web_service/test_settings.py::test_the_clock_is_shifted_by_its_file_at_each_use",
    "egress map": "openid4vc/test_http_retrieval.py"
    "::test_an_egress_map_leads_a_name_to_a_local_port_and_tls_is_for_the_name",
    "crash points": "journey/test_crashes.py::test_killed_when_the_credential_is_committed",
    "keys of one organisation open nothing at another": "issuer/test_token_endpoint.py"
    "::test_a_code_or_token_of_one_organisation_opens_nothing_at_another",
    "a code is used once": "issuer/test_token_endpoint.py::test_of_fifty_redemptions_at_once_exactly_one_succeeds",
    "an answer is taken once": "verifier/test_processes.py::test_two_answers_at_the_same_moment_are_one_verdict",
    "two-bit lists, permuted": "issuer/test_statuses.py"
    "::test_a_lists_size_and_its_indexes_tell_neither_number_nor_order",
    "what a list is": "issuer/test_statuses.py::test_a_list_is_everybodys_and_says_what_it_is",
    "strings in catalogues": "issuer/test_words.py::test_the_catalogue_has_what_the_program_says",
    "closed set of error codes": "test_errors.py::test_no_code_stands_in_two_sets_and_all_are_lower_snake",
    "body limit": "web_service/test_edge.py::test_one_route_may_take_more_and_no_other",
    "400, never 422": "issuer/test_management.py::test_a_body_that_is_no_request_gets_400",
    "raw header count": "web_service/test_edge.py::test_a_head_that_is_too_much_is_refused_as_page_and_as_json",
    "configured public URL": "issuer/test_other_endpoints.py::test_no_header_of_a_request_gets_into_a_url",
    "CSP": "web_service/test_edge.py::test_no_page_may_be_framed_and_no_answer_is_without_its_policy",
    "vault format version": "wallet_cli/test_vault.py::test_a_later_version_is_told_from_damage",
    "constant digest count": "credential_schemas/test_credentials.py"
    "::test_every_credential_of_a_type_has_the_same_number_of_digests",
}
# Tables that belong to no organisation, and why.
OF_THE_INSTALLATION: Final = {
    "audit_batches": "one chain over all rows of the database",
    "counters": "limits by address and user name, before anybody is known",
    "setting": "the one public address of a verifier",
}
# No acts: an issuance may burn an index though nothing comes of it, and a job seals the rows of audit in batches.
_NO_ACTS: Final = {"status_counters", "status_lists", "audit_batches"}
_STORES: Final[dict[str, MetaData]] = {
    "issuer": issuer.store.tables.metadata,
    "verifier": verifier.store.tables.metadata,
}


def test_the_tests_that_hold_the_other_lines_are_there() -> None:
    for line, place in HELD_ELSEWHERE.items():
        path, name = place.split("::")
        tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in functions, line


# --- organisation in every table and key


@pytest.mark.parametrize("service", _STORES)
def test_every_table_says_whose_its_rows_are(service: str) -> None:
    without = {
        table.name
        for table in _STORES[service].tables.values()
        if "organisation" not in table.columns or table.columns["organisation"].nullable
    }
    assert without <= set(OF_THE_INSTALLATION)


def test_the_same_data_key_of_two_organisations_yields_keys_that_never_meet() -> None:
    one, other = DataKey("one", b"k" * 32), DataKey("other", b"k" * 32)
    assert one.derived("status-list-0") != other.derived("status-list-0")
    _, wrapped = one.new_document_key("document")
    with pytest.raises(Exception, match="data_key_wrong"):
        other.open_document_key("document", wrapped)


# --- migrations


@pytest.mark.parametrize("package", _STORES)
def test_a_database_of_the_first_revision_is_brought_to_the_newest_with_what_it_holds(
    package: str, migrated_url: Callable[[str | None], str]
) -> None:
    url = migrated_url(None)
    script = migrations._script(package)
    (first,) = script.get_bases()

    def begin(connection: Connection) -> None:
        config = migrations._config(package)
        config.attributes["connection"] = connection
        command.upgrade(config, first)
        columns = "at, organisation, actor, action, object_id, subject, source, request_id, detail"
        connection.execute(text(f"INSERT INTO audit ({columns}) VALUES (1, 'o', 'a', 'kept', '', '', '', '', '{{}}')"))

    migrations._with_lock(url, begin)
    migrations.upgrade(url, package)
    assert migrations.current(url, package) == script.get_current_head()
    assert migrations.differences(url, _STORES[package]) == []
    kept = migrations._with_lock(url, lambda connection: connection.execute(text("SELECT action FROM audit")).all())
    assert [row[0] for row in kept] == ["kept"]


# --- on one installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Two documents of one kind and the identity data, given, received, and twice handed over."""
    made = Installation(tmp_path_factory.mktemp("foundations"))
    made.init()
    made.start()
    try:
        for kind, organisation in (("lausuntopalaute", "O1"), ("lausuntopalaute", "O1"), ("pid", "O8")):
            made.take(made.offer(kind, "C1", organisation))
        for _ in range(2):
            request = made.ask("P1")
            assert made.run("wallet", "present", request["request_uri"], "--yes").code == 0
        yield made
    finally:
        assert made.stop() == {"issuer": 0, "verifier": 0}


def public_key(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_no_key_serves_two_roles_or_two_organisations(installation: Installation) -> None:
    folder = installation.folder
    found: dict[str, bytes] = {}
    for path in [*(folder / "issuer" / "keys").glob("*/*.pem"), *(folder / "trust").rglob("*.pem")]:
        if not path.name.endswith(".key.pem"):
            leaf = x509.load_pem_x509_certificates(path.read_bytes())[0]
            found[path.relative_to(folder).as_posix()] = public_key(leaf)
    store = KeyStore(folder / "verifier", None)
    found["verifier access"] = public_key(store.access_key("mallila").certificate.x509)
    # Three of each issuing organisation, a root of each role, the registrar, the verifier's access key.
    assert len(found) == 4 * len(keys.Purpose) + len(Role) + 1 + 1
    assert len(set(found.values())) == len(found)
    secrets = [path.read_bytes() for path in folder.rglob("data.key")]
    assert len(secrets) == len(set(secrets)) == 4 + 1


def test_every_document_and_every_result_has_an_encryption_key_of_its_own(installation: Installation) -> None:
    everybody = organisations.load().values()
    slugs = {organisation.slug: organisation for organisation in everybody}
    folder, now = installation.folder, int(time.time())
    passphrase = keys.read_passphrase(folder / "issuer" / "keys" / "passphrase")
    opened = []
    for row in read(installation, "issuer", "SELECT document_id, organisation, wrapped_key FROM documents"):
        assert row["organisation"] in slugs
        data = keys.read_keys(
            folder / "issuer/keys" / row["organisation"], row["organisation"], passphrase, now=now
        ).data
        opened.append(data.open_document_key(row["document_id"], row["wrapped_key"]))
    data_key = KeyStore(folder / "verifier", None).data_key()
    results = read(installation, "verifier", "SELECT request_id, wrapped_key FROM result")
    opened += [data_key.record_key(row["wrapped_key"], f"{row['request_id']} result") for row in results]
    assert len(results) == 2
    assert len(opened) == len(set(opened)) >= 5


# --- no audit, no act


def everything(installation: Installation, service: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables that acts are written to."""
    names = [name for name in _STORES[service].tables if name not in _NO_ACTS]
    return {name: read(installation, service, f"SELECT * FROM {name}") for name in names}


@contextmanager
def without_audit(installation: Installation) -> Iterator[None]:
    """As long as it lasts, no audit row can be written; at its end nothing has been done."""
    before = {service: everything(installation, service) for service in _STORES}
    execute(installation, "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no audit'); END")
    try:
        yield
    finally:
        execute(installation, "DROP TRIGGER broken")
    after = {service: everything(installation, service) for service in _STORES}
    changed = [
        row
        for service, tables in after.items()
        for table, rows in tables.items()
        for row in rows
        if row not in before[service][table]
    ]
    assert changed == []
    assert after == before


def execute(installation: Installation, statement: str) -> None:
    for service in _STORES:
        path = installation.folder / service / f"{service}.db"
        with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
            connection.execute(statement)


def failed(done: Done) -> bool:
    """A command that did not do what it was told; no traceback of ours is shown instead of a reason."""
    return done.code == 1 and "Traceback" not in done.err and done.json["error"]["code"] == "database_constraint"


def test_no_act_of_an_operator_is_done_when_it_cannot_be_recorded(installation: Installation) -> None:
    document = read(installation, "issuer", "SELECT document_id FROM documents WHERE organisation = 'esimerkkila'")[0]
    name = document["document_id"]
    with without_audit(installation):
        for words in (
            ("issuer", "offer", "pid", "--sample", "C1"),
            ("issuer", "offer", "lausuntopalaute", "--document", name, "--replace"),
            ("issuer", "status", name, "suspended"),
            ("issuer", "keys", "api-token", "--name", "x", "--organisation", "O1"),
            ("verifier", "request", "P1"),
            ("verifier", "keys", "api-token", "--name", "x"),
        ):
            assert failed(installation.run(*words, "--json")), words


def test_no_step_of_a_wallet_is_done_when_it_cannot_be_recorded(installation: Installation) -> None:
    """Each step is first tried without audit, then with; in the end the document is there once, and verified."""
    given = installation.offer("lausuntopalaute", "C1", "O1")
    with httpx.Client() as http:
        wallet = Stranger(cast(Http, http), lambda: int(time.time()))

        def first_without_audit(step: Callable[[], Any]) -> Any:
            with without_audit(installation):
                refused = step()
                assert refused.status_code in (500, 503)
            done = step()
            assert done.status_code == 200, done.text
            return done.json()

        offer = first_without_audit(lambda: wallet.fetch_offer(given["credential_offer_uri"]))
        token = first_without_audit(lambda: wallet.token(offer, given["tx_code"]))["access_token"]
        first_without_audit(lambda: wallet.credential(offer, token))
    request = installation.ask("P1")
    present = ("wallet", "present", request["request_uri"], "--yes")
    assert installation.run("wallet", *present[1:], "--dry-run").code == 0
    with without_audit(installation):
        assert installation.run(*present).code == 4
    assert installation.run(*present).code == 0
    assert installation.result(request)["state"] == "verified"
    assert broken_invariants(installation) == []
