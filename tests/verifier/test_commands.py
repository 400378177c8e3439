"""The operator's commands, as processes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
X1 = ROOT / "credential_schemas" / "purposes" / "refused" / "X1.json"


class Operator:
    """Runs commands in an installation of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("VERIFIER_", "TODISTE_"))},
            "VERIFIER_DATA_DIR": str(folder / "verifier"),
            "TODISTE_DEMO_TRUST": str(folder / "trust"),
            "VERIFIER_PUBLIC_URL": "http://127.0.0.1:8002",
            "PYTHONPATH": str(ROOT),
            "TODISTE_LANG": "en",
            "USER": "tester",
        }

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "verifier", *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def json(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        done = self.run(*arguments, "--json", stdin=stdin)
        value: dict[str, Any] = json.loads(done.stdout)
        return value


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    made = Operator(tmp_path_factory.mktemp("operator"))
    done = made.run("init", "--json")
    assert done.returncode == 0, done.stderr
    assert [account["role"] for account in json.loads(done.stdout)["accounts"]] == [
        *("official", "supervisor", "administrator"),
    ]
    return made


def test_init_a_second_time_changes_nothing_and_says_so(operator: Operator) -> None:
    again = operator.json("init")
    assert again["changed"] == [] and len(again["accounts"]) == 3
    assert "Nothing was changed" in operator.run("init").stdout
    accounts = operator.folder / "verifier" / "demo-accounts.json"
    assert accounts.stat().st_mode & 0o777 == 0o600


def test_request_prints_an_id_and_an_address_and_result_finds_it(operator: Operator) -> None:
    request = operator.json("request", "tyoll-terveysvaikutus")
    assert set(request) == {"id", "request_uri"}
    assert request["request_uri"].startswith("openid4vp://?client_id=x509_hash%3A")
    result = operator.run("result", request["id"], "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["state"] == "pending"


def test_a_request_that_ends_by_itself_is_exit_code_five(operator: Operator) -> None:
    request = operator.json("request", "P1", "--ttl", "1")
    result = operator.run("result", request["id"], "--wait", "20", "--lang", "fi")
    assert result.returncode == 5
    assert result.stdout.splitlines()[0] == "– Pyyntö vanheni"


@pytest.mark.parametrize(
    "customer", ["120374-901A\n", '{"personal_administrative_number": "120374-901A"}'], ids=["code", "json"]
)
def test_the_customer_comes_from_standard_input_or_a_file(operator: Operator, customer: str) -> None:
    assert "id" in operator.json("request", "P1", "--customer", "-", stdin=customer)
    file = operator.folder / "customer"
    file.write_text(customer)
    assert "id" in operator.json("request", "P1", "--customer", str(file))


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "exit_code"),
    [
        (("request", "P99"), "", "purpose_unknown", 1),
        (("request", "P1", "--customer", "-"), "120374-901B", "customer_invalid", 1),
        (("request", "P5", "--customer", "-"), "120374-901A", "customer_not_used", 1),
        (("request", "P1", "--case", "x"), "", "case_format", 1),
        (("request", "P1", "--organisation", "O7"), "", "asker_unknown", 1),
        (("request", "P1", "--ttl", "601"), "", "wrong_usage", 2),
        (("request",), "", "wrong_usage", 2),
        (("result", "nothing"), "", "request_not_found", 1),
        (("init", "--organisation", "O99"), "", "asker_unknown", 1),
        (("nonsense",), "", "wrong_usage", 2),
    ],
)
def test_what_cannot_be_done_is_one_json_object_with_its_code(
    operator: Operator, arguments: tuple[str, ...], stdin: str, code: str, exit_code: int
) -> None:
    done = operator.run(*arguments, "--json", stdin=stdin)
    assert json.loads(done.stdout)["error"]["code"] == code
    assert done.returncode == exit_code


def test_a_purpose_that_breaks_a_rule_is_not_registered_and_the_rule_is_named(operator: Operator) -> None:
    done = operator.run("keys", "register", str(X1), "--json")
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "purpose_asks_too_much" and "MIN-1" in error["message"]
    assert "MIN-1" in operator.run("keys", "register", str(X1)).stderr
    assert operator.json("request", "X1")["error"]["code"] == "purpose_unknown"


def test_a_purpose_within_the_rules_is_registered_once_and_can_be_asked(operator: Operator) -> None:
    purpose = json.loads((X1.parent.parent / "P5.json").read_text("utf-8"))
    file = operator.folder / "own.json"
    file.write_text(json.dumps({**purpose, "id": "P77", "slug": "oma-tarkoitus"}))
    assert operator.json("keys", "register", str(file)) == {"purpose": "P77", "slug": "oma-tarkoitus", "changed": True}
    assert operator.json("keys", "register", str(file))["changed"] is False
    assert "id" in operator.json("request", "oma-tarkoitus")
    file.write_text(json.dumps({**purpose, "id": "P1", "slug": "toinen"}))
    assert operator.json("keys", "register", str(file))["error"]["code"] == "purpose_exists"
    file.write_text("{}")
    assert operator.json("keys", "register", str(file))["error"]["code"] == "purpose_file_invalid"


def test_production_makes_nothing_up(operator: Operator, tmp_path: Path) -> None:
    other = Operator(tmp_path)
    assert other.json("init", "--production")["error"]["code"] == "access_certificate_needed"


def test_nothing_works_before_init(tmp_path: Path) -> None:
    other = Operator(tmp_path)
    for arguments in (("request", "P1"), ("result", "x"), ("keys", "api-token", "--name", "x")):
        assert other.json(*arguments)["error"]["code"] == "asker_not_initialised"
    served = other.run("serve")
    assert (served.returncode, served.stderr.splitlines()[-1].split()) == (1, ["code", "asker_not_initialised"])


def test_the_database_is_checked_and_brought_up_to_date(operator: Operator) -> None:
    assert operator.json("db", "upgrade") == {"changed": False, "revision": "0001"}
    assert set(operator.json("db", "check")) == {"audit_batches"}


def test_a_token_for_another_system_is_shown_once(operator: Operator) -> None:
    made = operator.json("keys", "api-token", "--name", "case system")
    assert made["token"].startswith("todiste_")
