"""Few settings, each with a working default; what only tests need stays out of production."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic_settings import SettingsConfigDict

from web_service.clock import Clock
from web_service.errors import WebError
from web_service.faults import FaultPoints
from web_service.settings import ServiceSettings, is_loopback, read_mode, read_settings, write_mode


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EXAMPLE_")
    service: ClassVar[str] = "example"


def test_defaults_work_and_the_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings(Settings, {"data_dir": tmp_path, "port": 8001, "host": None})
    assert settings.database == f"sqlite:///{tmp_path}/example.db"
    assert settings.origin == "http://127.0.0.1:8001"
    assert settings.loopback()
    assert settings.trust == tmp_path / "trust"


def test_the_environment_is_read_with_the_prefix_and_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE_PORT", "9000")
    monkeypatch.setenv("EXAMPLE_ALLOWED_HOSTS", "a.example, b.example:8443")
    monkeypatch.setenv("EXAMPLE_PUBLIC_URL", "https://A.example/")
    monkeypatch.setenv("TODISTE_DEMO_TRUST", "/somewhere")
    settings = read_settings(Settings, {})
    assert (settings.port, settings.allowed_hosts) == (9000, ("a.example", "b.example:8443"))
    assert settings.origin == "https://a.example"
    assert not settings.loopback()
    assert settings.demo_trust == Path("/somewhere")
    assert read_settings(Settings, {"port": 9001, "demo_trust": Path("/other")}).port == 9001
    assert read_settings(Settings, {"demo_trust": Path("/other")}).demo_trust == Path("/other")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"port": "many"}, "port"),
        ({"port": 70000}, "port"),
        ({"public_url": "ftp://a.example"}, "public_url"),
        ({"public_url": "https://a.example/path"}, "public_url"),
        ({"public_url": "https://user@a.example"}, "public_url"),
        ({"public_url": "a.example"}, "public_url"),
        ({"workers": 0}, "workers"),
        ({"tls_cert": Path("/cert.pem")}, "tls_cert"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(given: dict[str, Any], name: str) -> None:
    with pytest.raises(WebError) as caught:
        read_settings(Settings, given)
    assert (caught.value.code, caught.value.facts) == ("settings_invalid", {"name": name})


@pytest.mark.parametrize("given", [{"clock_offset_file": Path("/x")}, {"egress_map": Path("/x")}, {"fail_at": "a"}])
def test_what_only_tests_have_needs_test_mode(given: dict[str, Any]) -> None:
    with pytest.raises(WebError) as caught:
        read_settings(Settings, given).check_test_mode("demo")
    assert caught.value.code == "test_mode_needed"
    allowed = read_settings(Settings, given | {"test_mode": True})
    allowed.check_test_mode("demo")
    with pytest.raises(WebError) as caught:
        allowed.check_test_mode("production")
    assert caught.value.code == "test_mode_refused"


def test_the_mode_is_written_once(tmp_path: Path) -> None:
    assert read_mode(tmp_path) is None
    write_mode(tmp_path, "demo")
    write_mode(tmp_path, "demo")
    assert read_mode(tmp_path) == "demo"
    with pytest.raises(WebError):
        write_mode(tmp_path, "production")
    (tmp_path / "mode").write_text("test")
    with pytest.raises(WebError):
        read_mode(tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_is_these_addresses(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.evil", "127.0.0.1.evil", "127.0.0", "128.0.0.1", "127.0.0.999", "", "0.0.0.0"]
)
def test_loopback_is_nothing_else(host: str) -> None:
    assert not is_loopback(host)


def test_the_clock_is_shifted_by_its_file_at_each_use(tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    clock, real = Clock(offset), Clock(None)
    assert abs(clock.now() - real.now()) <= 1
    offset.write_text("86400\n")
    assert 86399 <= clock.now() - real.now() <= 86401
    offset.write_text("-86400")
    assert -86401 <= clock.now() - real.now() <= -86399
    assert Clock.local(1_700_000_000).isoformat() == "2023-11-15T00:13:20+02:00"


def test_fault_points_are_a_closed_set() -> None:
    points = FaultPoints(None, ["offer.stored", "token.issued"])
    points.reach("offer.stored")
    with pytest.raises(ValueError, match="not in the list"):
        points.reach("offer.lost")
    with pytest.raises(WebError) as caught:
        FaultPoints("offer.lost", ["offer.stored"])
    assert caught.value.code == "fault_point_unknown"


def test_the_process_dies_at_the_named_point_as_by_a_power_cut() -> None:
    import signal
    import subprocess
    import sys

    program = "from web_service.faults import FaultPoints\nFaultPoints('a', ['a']).reach('a')\nprint('alive')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")
