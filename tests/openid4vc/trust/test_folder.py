"""Trust folders: what an operator may put there, and that nothing half-read is ever trusted."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from openid4vc.errors import TrustError
from openid4vc.trust import folder, trusted_list
from openid4vc.trust.certificates import Role
from openid4vc.trust.keys_pem import write_key
from openid4vc.trust.trusted_list import TrustedEntity
from tests.openid4vc.trust.authorities import NOW, Holder, root

ROOT = root("Issuers")
VCT = "https://types.example/x/1"
TERMS = {
    "vct": [VCT],
    "credential_issuer": ["https://old.example"],
    "status": "optional",
    "status_3": "superseded",
    "iss": "unchecked",
}


def pem(*holders: Holder) -> bytes:
    return b"".join(holder.certificate.x509.public_bytes(Encoding.PEM) for holder in holders)


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    for role in (Role.ISSUER, Role.STATUS, Role.ACCESS):
        (tmp_path / role).mkdir()
    (tmp_path / "access" / "roots.pem").write_bytes(b"# two roots\n" + pem(root("A"), root("B")))
    entity = TrustedEntity("Hospital", "NTRFI-9900101-0", frozenset({"a"}), (ROOT.certificate,), True)
    raw = trusted_list.create([entity], operator="O", sequence=1, issued=NOW, next_update=NOW + 9)
    (tmp_path / "issuers" / "national.lote.json").write_bytes(raw)
    (tmp_path / "issuers" / "old.pem").write_bytes(pem(root("Old")))
    (tmp_path / "issuers" / "old.json").write_text(json.dumps(TERMS))
    (tmp_path / "status" / "shared.pem").write_bytes(pem(root("S")))
    (tmp_path / "status" / "shared.json").write_text('{"issuers": ["old"]}')
    (tmp_path / "types.json").write_text('{"https://types.example/": "issuer"}')
    return tmp_path


def load(trust: Path, *required: Role) -> folder.TrustFolder:
    return folder.load(trust, required=required)


def refused(trust: Path, name: str, *required: Role) -> str:
    with pytest.raises(TrustError) as caught:
        load(trust, *required)
    assert str(caught.value.facts["file"]).endswith(name)
    return caught.value.code


def test_a_folder_is_read_with_the_terms_of_each_issuer(trust: Path) -> None:
    read = load(trust, Role.ISSUER, Role.STATUS, Role.ACCESS)
    listed, old = read.issuers.entries
    assert (listed.name, listed.organization_identifier, listed.vct) == (
        "Hospital",
        "NTRFI-9900101-0",
        frozenset({"a"}),
    )
    assert (listed.status_3_superseded, listed.status_optional, listed.iss_unchecked) == (True, False, False)
    assert (old.name, old.organization_identifier, old.vct) == ("old", None, frozenset({VCT}))
    assert (old.status_3_superseded, old.status_optional, old.iss_unchecked) == (True, True, True)
    assert old.credential_issuers == {"https://old.example"}
    assert [(entry.name, entry.issuers) for entry in read.status.entries] == [("shared", frozenset({"old"}))]
    assert len(read.anchors[Role.ACCESS]) == 2
    assert read.anchors[Role.TLS] == ()
    assert read.types.locate(VCT, "https://h/o") == "https://h/types/x/1"


def test_an_anchor_without_terms_is_trusted_for_no_type_and_on_no_easier_terms(trust: Path) -> None:
    (trust / "issuers" / "old.json").unlink()
    old = load(trust).issuers.entries[1]
    assert (old.vct, old.credential_issuers) == (frozenset(), frozenset())
    assert (old.status_3_superseded, old.status_optional, old.iss_unchecked) == (False, False, False)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_is_needed_and_has_no_anchor_stops_the_start(tmp_path: Path, role: Role) -> None:
    assert refused(tmp_path, role, role) == "trust_anchors_missing"
    (tmp_path / role).mkdir()
    assert refused(tmp_path, role, role) == "trust_anchors_missing"
    assert load(tmp_path).anchors[role] == ()


@pytest.mark.case("X-17")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("access/roots.pem", b""),
        ("access/roots.pem", b"\n"),
        ("access/roots.pem", pem(root("A"), root("B"))[:-20]),
        ("access/roots.pem", pem(root("A"), root("B"))[:-900]),
        ("access/roots.pem", pem(root("A")) + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("access/roots.pem", pem(root("A")).replace(b"MII", b"MIJ", 1)),
        ("access/roots.pem", pem(root("A").issue("a leaf"))),
        ("access/roots.pem", root("A").certificate.der),
        ("issuers/old.pem", b""),
        ("issuers/old.json", b""),
        ("issuers/old.json", b'{"vct": ["a"]'),
        ("issuers/old.json", b'{"vct": "a"}'),
        ("issuers/old.json", b'{"vcts": ["a"]}'),
        ("issuers/old.json", b'{"status": "required"}'),
        ("issuers/old.json", b'{"status_3": true}'),
        ("issuers/old.json", b'{"iss": ""}'),
        ("issuers/national.lote.json", b""),
        ("issuers/national.lote.json", b'{"LoTE": {'),
        ("issuers/orphan.json", b'{"vct": ["a"]}'),
        ("issuers/signed.lote.jwt", b"e30.e30.e30"),
        ("status/shared.pem", b"nothing"),
        ("status/shared.json", b'{"issuers": "old"}'),
        ("status/shared.json", b'{"issuer": ["old"]}'),
        ("types.json", b""),
        ("types.json", b'{"": "issuer"}'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_taken_whole_stops_the_load_and_is_named(trust: Path, name: str, content: bytes) -> None:
    (trust / name).write_bytes(content)
    assert refused(trust, name) == "trust_list_invalid"


def test_a_file_that_cannot_be_read_stops_the_load(trust: Path) -> None:
    (trust / "access" / "roots.pem").unlink()
    (trust / "access" / "roots.pem").mkdir()
    assert refused(trust, "roots.pem") == "trust_list_invalid"


def test_a_private_key_among_the_anchors_stops_the_load(trust: Path) -> None:
    assert isinstance(ROOT.key, EllipticCurvePrivateKey)
    write_key(trust / "access" / "key.pem", ROOT.key, None)
    assert refused(trust, "key.pem") == "trust_list_invalid"


def test_hidden_and_other_files_are_not_looked_at(trust: Path) -> None:
    (trust / "access" / ".half.pem").write_bytes(b"half")
    (trust / "access" / "README").write_bytes(b"about these")
    assert len(load(trust).anchors[Role.ACCESS]) == 2
