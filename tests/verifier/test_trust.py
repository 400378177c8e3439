"""The trust folder of a running verifier: what a reload may change, and what stays in force when it fails."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from openid4vc.errors import TrustError
from openid4vc.jose.jws import KeySigner
from openid4vc.trust import signed_list, trusted_list
from openid4vc.trust.trusted_list import TrustedEntity
from tests.openid4vc.trust.authorities import DAY, NOW, root
from verifier.trust import Trust

ISSUERS, LISTS = root("Issuers"), root("Lists")
OPERATOR = LISTS.issue("Signer", organization="Operator", country="FI")


def publish(directory: Path, sequence: int, *vct: str) -> None:
    """Puts an edition of the national list into the folder."""
    entity = TrustedEntity("Hospital", "NTRFI-9900101-0", frozenset(vct), (ISSUERS.certificate,), False)
    raw = trusted_list.create([entity], operator="Operator", sequence=sequence, issued=NOW - DAY, next_update=NOW + DAY)
    assert isinstance(OPERATOR.key, EllipticCurvePrivateKey)
    text = signed_list.create(raw, certificates=[OPERATOR.certificate], signer=KeySigner(OPERATOR.key), now=NOW)
    (directory / "issuers" / "national.lote.jwt").write_text(text)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for role in ("issuers", "lists"):
        (tmp_path / role).mkdir()
    (tmp_path / "lists" / "operator.pem").write_bytes(LISTS.certificate.x509.public_bytes(Encoding.PEM))
    publish(tmp_path, 2, "a")
    return tmp_path


def types(trust: Trust) -> set[str]:
    return {vct for entry in trust.current.issuers.entries for vct in entry.vct}


def test_a_reload_takes_a_newer_edition_of_a_signed_list_and_never_an_older_one(directory: Path) -> None:
    trust = Trust(directory, demo=True, clock=lambda: NOW)
    publish(directory, 3, "b")
    assert trust.reload()
    assert types(trust) == {"b"}
    publish(directory, 2, "a")
    assert not trust.reload()
    assert types(trust) == {"b"}


def test_a_list_past_its_end_stops_a_start_but_not_a_reload(directory: Path) -> None:
    now = NOW
    trust = Trust(directory, demo=True, clock=lambda: now)
    now = NOW + 2 * DAY
    assert trust.reload()
    with pytest.raises(TrustError, match="trust_list_outdated"):
        Trust(directory, demo=True, clock=lambda: now)
