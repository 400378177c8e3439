"""Keys and certificates at start: a service that could only sign what nobody can verify does not start."""

import json
import shutil
import time
from pathlib import Path

import pytest

from issuer import installation, keys
from issuer.building import build
from issuer.counters import NoCounters
from issuer.errors import IssuerError
from issuer.keys import Purpose
from issuer.settings import IssuerSettings
from openid4vc.errors import TrustError
from tests.issuer.world import URL, install, running
from web_service.database import open_database
from web_service.errors import WebError


@pytest.fixture
def own(installed: Path, tmp_path: Path) -> IssuerSettings:
    """A copy of the installation that a test may spoil."""
    shutil.copytree(installed, tmp_path / "copy")
    return install(tmp_path / "copy")


def start(settings: IssuerSettings) -> None:
    build(settings, database=open_database(settings.database), counters=NoCounters())


def folder(settings: IssuerSettings) -> Path:
    return settings.keys_dir / "esimerkkila"


def test_an_installation_starts(own: IssuerSettings) -> None:
    start(own)


def test_a_key_that_is_not_its_certificates_stops_the_start(own: IssuerSettings) -> None:
    other = keys.certificate_path(own.keys_dir / "henkilotieto", Purpose.CREDENTIAL)
    shutil.copy(other, keys.certificate_path(folder(own), Purpose.CREDENTIAL))
    with pytest.raises(TrustError, match="key_certificate_mismatch"):
        start(own)


def test_a_certificate_that_has_ended_stops_the_start(own: IssuerSettings) -> None:
    assert own.clock_offset_file is not None
    own.clock_offset_file.write_text(str(3 * 365 * 86_400))
    with pytest.raises(TrustError, match="cert_expired"):
        start(own)


def test_a_certificate_that_ends_within_a_month_is_said_in_the_log(
    own: IssuerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    assert own.clock_offset_file is not None
    own.clock_offset_file.write_text(str(340 * 86_400))
    with caplog.at_level("WARNING", "todiste"):
        start(own)
    assert [record.message for record in caplog.records] == ["certificate_expires"] * 2


def test_a_running_service_is_not_ready_when_a_certificate_has_ended(own: IssuerSettings) -> None:
    with running(own) as world:
        assert world.client.get(f"{URL}/health/ready").json() == {"status": "ok"}
        world.wait(366 * 86_400)
        ended = world.client.get(f"{URL}/health/ready")
        assert (ended.status_code, ended.json()["reason"]) == (503, "service_unavailable")


@pytest.mark.case("X-25")
@pytest.mark.parametrize("name", ["passphrase", "esimerkkila/data.key", "esimerkkila/status.key.pem"])
def test_a_secret_that_others_can_read_stops_the_start(own: IssuerSettings, name: str) -> None:
    path = own.keys_dir / name
    path.chmod(0o640)
    with pytest.raises(IssuerError, match="key_file_readable"):
        start(own)
    path.unlink()
    with pytest.raises(IssuerError, match="key_missing"):
        start(own)


def test_another_passphrase_opens_nothing(own: IssuerSettings) -> None:
    own.passphrase.write_text("another")
    with pytest.raises(TrustError, match="key_unreadable"):
        start(own)


def test_private_keys_are_encrypted_and_their_owners_alone(own: IssuerSettings) -> None:
    for path in own.keys_dir.rglob("*.key.pem"):
        assert path.read_text("ascii").startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert path.stat().st_mode & 0o777 == 0o600


def test_every_role_has_a_key_of_its_own(own: IssuerSettings) -> None:
    passphrase = keys.read_passphrase(own.passphrase)
    names = ("esimerkkila", "henkilotieto")
    read = [keys.read_keys(own.keys_dir / name, name, passphrase, now=int(time.time())) for name in names]
    signing = [key for one in read for key in one.by_purpose().values()]
    assert len({key.certificate.sha256 for key in signing}) == 6
    assert len({key.signer.public_key.public_numbers().x for key in signing}) == 6


def test_production_refuses_what_the_demo_signed(own: IssuerSettings) -> None:
    (own.data_dir / "mode").write_text("production\n")
    production = own.model_copy(
        update={"test_mode": False, "clock_offset_file": None, "public_url": "https://i.example"}
    )
    with pytest.raises(IssuerError, match="demo_in_production"):
        start(production)
    with pytest.raises(IssuerError, match="public_url_plain"):
        start(production.model_copy(update={"public_url": "http://127.0.0.1:8001"}))
    with pytest.raises(WebError, match="test_mode_refused"):
        start(production.model_copy(update={"test_mode": True}))


def test_plain_http_is_for_this_machine_alone(own: IssuerSettings) -> None:
    with pytest.raises(IssuerError, match="public_url_plain"):
        start(own.model_copy(update={"public_url": "http://issuer.example"}))


def test_nothing_starts_before_init(tmp_path: Path) -> None:
    with pytest.raises(IssuerError, match="not_initialised"):
        start(IssuerSettings(data_dir=tmp_path))


def test_a_second_init_changes_nothing_and_a_third_may_add_an_organisation(own: IssuerSettings) -> None:
    before = {path: path.read_bytes() for path in own.keys_dir.rglob("*") if path.is_file()}
    again = install(own.data_dir.parent)
    assert {path: path.read_bytes() for path in again.keys_dir.rglob("*") if path.is_file()} == before
    more = install(own.data_dir.parent, "O3")
    assert json.loads((more.data_dir / "organisations.json").read_text()) == ["O1", "O8", "O3"]
    assert all(path.read_bytes() == raw for path, raw in before.items())
    assert installation.read(more).organisations == ("O1", "O8", "O3")
    start(more)
