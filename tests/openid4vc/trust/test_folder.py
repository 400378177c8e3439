"""Trust folders: what an operator may put there, and that nothing half-read is ever trusted."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from openid4vc.errors import TrustError
from openid4vc.jose.jws import Jws, KeySigner
from openid4vc.trust import folder, signed_list, trusted_list
from openid4vc.trust.certificates import Role
from openid4vc.trust.keys_pem import write_key
from openid4vc.trust.trusted_list import TrustedEntity
from tests.openid4vc.trust.authorities import DAY, NOW, Holder, root

ROOT = root("Issuers")
LISTS = root("Lists")
OPERATOR = LISTS.issue("Signer", organization="O", country="FI")
ISSUER = ROOT.issue("Hospital", organization_identifier="NTRFI-9900101-0")
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
    for role in (Role.ISSUER, Role.STATUS, Role.ACCESS, Role.LIST):
        (tmp_path / role).mkdir()
    (tmp_path / "lists" / "operator.pem").write_bytes(pem(LISTS))
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


def listing(
    *vct: str, sequence: int = 1, next_update: int = NOW + DAY, operator: str = "O", anchor: Holder = ROOT
) -> bytes:
    entity = TrustedEntity("Hospital", "NTRFI-9900101-0", frozenset(vct), (anchor.certificate,), False)
    return trusted_list.create(
        [entity], operator=operator, sequence=sequence, issued=NOW - DAY, next_update=next_update
    )


def sign(raw: bytes) -> bytes:
    assert isinstance(OPERATOR.key, EllipticCurvePrivateKey)
    signer = KeySigner(OPERATOR.key)
    return signed_list.create(raw, certificates=[OPERATOR.certificate], signer=signer, now=NOW).encode()


def load(
    trust: Path, *required: Role, now: int = NOW, previous: folder.TrustFolder | None = None
) -> folder.TrustFolder:
    return folder.load(trust, required=required, now=now, previous=previous)


def refused(trust: Path, name: str, *required: Role, now: int = NOW, previous: folder.TrustFolder | None = None) -> str:
    with pytest.raises(TrustError) as caught:
        load(trust, *required, now=now, previous=previous)
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
    assert (listed.file, listed.credential_issuers) == (trust / "issuers" / "national.lote.json", frozenset())
    assert (listed.valid_until, old.valid_until, old.file) == (NOW + 9, None, trust / "issuers" / "old.pem")
    assert listed.web_iss is old.web_iss is None
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
    for _ in range(2):
        with pytest.raises(TrustError) as caught:
            load(tmp_path, role)
        assert caught.value.code == "trust_anchors_missing"
        assert caught.value.facts == {"role": str(role), "file": str(tmp_path / role)}
        (tmp_path / role).mkdir(exist_ok=True)
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
        ("access/roots.pem", pem(root("A").issue("not said to be an authority", ca=None))),
        ("access/roots.pem", root("A").certificate.der),
        ("access/roots.pem", b"-" + pem(root("A")).strip() + b"-"),
        ("issuers/old.pem", b""),
        ("issuers/old.json", b""),
        ("issuers/old.json", b'{"vct": ["a"]'),
        ("issuers/old.json", b'{"vct": "a"}'),
        ("issuers/old.json", b'{"vct": ["a", 1]}'),
        ("issuers/old.json", b'{"vct": ["a", ""]}'),
        ("issuers/old.json", b'{"credential_issuer": "https://old.example"}'),
        ("issuers/old.json", b'{"vcts": ["a"]}'),
        ("issuers/old.json", b'{"status": "required"}'),
        ("issuers/old.json", b'{"status_3": true}'),
        ("issuers/old.json", b'{"iss": ""}'),
        ("issuers/national.lote.json", b""),
        ("issuers/national.lote.json", b'{"LoTE": {'),
        ("issuers/orphan.json", b'{"vct": ["a"]}'),
        ("issuers/signed.lote.jwt", b""),
        ("issuers/signed.lote.jwt", sign(listing("a"))[:-300]),
        ("issuers/signed.lote.jwt", sign(listing("a")) + b"\n"),
        ("issuers/signed.lote.jwt", b"\xff"),
        ("issuers/signed.lote.jwt", "é".encode() + sign(listing("a"))),
        ("issuers/signed.lote.jwt", listing("a")),
        ("access/eu.lote.jwt", sign(listing("a"))),
        ("access/eu.lote.json", listing("a")),
        ("status/eu.lote.jwt", sign(listing("a"))),
        ("lists/eu.lote.json", listing("a")),
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


def test_a_file_in_the_place_of_a_roles_folder_stops_the_load(tmp_path: Path) -> None:
    (tmp_path / Role.ACCESS).write_bytes(pem(ROOT))
    assert refused(tmp_path, Role.ACCESS) == "trust_list_invalid"


def test_a_private_key_among_the_anchors_stops_the_load(trust: Path) -> None:
    assert isinstance(ROOT.key, EllipticCurvePrivateKey)
    write_key(trust / "access" / "key.pem", ROOT.key, None)
    assert refused(trust, "key.pem") == "trust_list_invalid"


def test_a_folder_without_places_of_types_knows_none(trust: Path) -> None:
    (trust / "types.json").unlink()
    assert load(trust).types.locate(VCT, "https://h/o") is None


def test_hidden_and_other_files_are_not_looked_at(trust: Path) -> None:
    (trust / "access" / ".half.pem").write_bytes(b"half")
    (trust / "access" / "README").write_bytes(b"about these")
    assert len(load(trust).anchors[Role.ACCESS]) == 2


def trusted_for(read: folder.TrustFolder, vct: str, *, now: int = NOW) -> str:
    """What the folder says of a credential of this type: who vouches for it, or why nobody does."""
    protected = "header of the issuer"
    jws = Jws("", protected, {"x5c": [ISSUER.certificate.x5c_member]}, b"", b"", b"")
    try:
        return read.issuer_chains.for_credential(read.issuer_chains.read(jws), vct=vct, now=now)[0].file.name
    except TrustError as error:
        return error.code


@pytest.fixture
def listed(trust: Path) -> Path:
    """A folder in which a signed list alone knows the issuer."""
    (trust / "issuers" / "national.lote.json").unlink()
    (trust / "issuers" / "national.lote.jwt").write_bytes(sign(listing("a", "b")))
    return trust


def test_a_signed_list_vouches_like_an_unsigned_one(listed: Path) -> None:
    read = load(listed)
    assert trusted_for(read, "a") == "national.lote.jwt"
    assert trusted_for(read, "c") == "issuer_not_authorised_for_type"
    assert read.lists["national.lote.jwt"].trusted_list.sequence == 1
    assert trusted_for(read, "a", now=NOW + DAY) == "national.lote.jwt"
    assert trusted_for(read, "a", now=NOW + DAY + 1) == "trust_list_invalid"


def test_a_signed_list_without_anchors_for_its_signer_stops_the_start(listed: Path) -> None:
    (listed / "lists" / "operator.pem").unlink()
    with pytest.raises(TrustError) as caught:
        load(listed)
    assert (caught.value.code, caught.value.facts) == (
        "trust_anchors_missing",
        {"role": "lists", "file": str(listed / "issuers" / "national.lote.jwt")},
    )
    (listed / "lists" / "operator.pem").write_bytes(pem(root("Others")))
    assert refused(listed, "national.lote.jwt") == "trust_list_untrusted"
    (listed / "issuers" / "national.lote.jwt").write_bytes(b"e30.e30.e30")
    assert refused(listed, "national.lote.jwt") == "trust_list_untrusted"


def test_a_signed_list_that_is_not_taken_leaves_the_one_before_in_force(listed: Path) -> None:
    """A load that fails makes nothing; the shell goes on with what it had, until that is past its own time."""
    held = load(listed)
    (listed / "issuers" / "national.lote.jwt").write_bytes(sign(listing("c", sequence=2)))
    newer = load(listed, previous=held)
    assert (trusted_for(newer, "a"), trusted_for(newer, "c")) == (
        "issuer_not_authorised_for_type",
        "national.lote.jwt",
    )
    (listed / "issuers" / "national.lote.jwt").write_bytes(sign(listing("a", "b")))
    assert refused(listed, "national.lote.jwt", previous=newer) == "trust_list_outdated"
    assert trusted_for(newer, "c") == "national.lote.jwt"


def test_time_alone_does_not_keep_a_folder_from_being_read_again(listed: Path) -> None:
    held = load(listed)
    (listed / "access" / "roots.pem").unlink()
    later = load(listed, now=NOW + 2 * DAY, previous=held)
    assert later.anchors[Role.ACCESS] == ()
    assert trusted_for(later, "a", now=NOW + 2 * DAY) == "trust_list_invalid"
    assert refused(listed, "national.lote.jwt", now=NOW + 2 * DAY) == "trust_list_outdated"


def test_two_editions_of_one_list_are_not_believed_together(listed: Path) -> None:
    (listed / "issuers" / "older.lote.jwt").write_bytes(sign(listing("a", sequence=2)))
    assert refused(listed, "older.lote.jwt") == "trust_list_invalid"


@pytest.mark.case("X-15")
def test_an_issuer_removed_from_the_list_is_trusted_no_more_after_the_next_load(listed: Path) -> None:
    held = load(listed)
    assert trusted_for(held, "a") == "national.lote.jwt"
    # Its entry now has another anchor: what the old one signed leads nowhere.
    (listed / "issuers" / "national.lote.jwt").write_bytes(sign(listing("a", sequence=2, anchor=root("New"))))
    assert trusted_for(load(listed, previous=held), "a") == "untrusted_issuer"


@pytest.mark.case("X-16")
def test_an_anchor_taken_away_while_a_service_runs_is_gone_after_the_next_load(trust: Path) -> None:
    (trust / "issuers" / "hospital.pem").write_bytes(pem(ROOT))
    (trust / "issuers" / "hospital.json").write_text('{"vct": ["z"]}')
    held = load(trust)
    assert trusted_for(held, "z") == trusted_for(held, "z") == "hospital.pem"
    for name in ("hospital.pem", "hospital.json", "national.lote.json"):
        (trust / "issuers" / name).unlink()
    # The verdict that the old folder remembers does not outlive it.
    assert trusted_for(load(trust, previous=held), "z") == "untrusted_issuer"
