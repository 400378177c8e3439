"""The demonstration's own trust: made once, joined by all, one root per role."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from openid4vc.errors import TrustError
from openid4vc.trust import chain, demo, folder, making, trusted_list
from openid4vc.trust.certificates import Certificate, Role, check_key
from openid4vc.trust.demo import DemoOrganisation, DemoTrust
from tests.openid4vc.trust.authorities import DAY, NOW

HOSPITAL = DemoOrganisation("Hospital", "NTRFI-9900101-0", ("statement",))
OFFICE = DemoOrganisation("Office", "NTRFI-9900102-9", ("plan",))
PREFIXES = {"https://tyypit.example/tyokyky/": "issuer", "urn:eudi:pid:": {"issuer": "pid/"}}
KEY = generate_private_key(SECP256R1())


def join(directory: Path, *organisations: DemoOrganisation, now: int = NOW) -> DemoTrust:
    return demo.join(directory, organisations=organisations, type_prefixes=PREFIXES, now=now)


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture
def trust(tmp_path: Path) -> DemoTrust:
    return join(tmp_path / "demo", HOSPITAL)


def issue(trust: DemoTrust, role: Role, *, now: int = NOW) -> list[Certificate]:
    return trust.issue_leaf(
        role,
        organization="Hospital",
        organization_identifier="NTRFI-9900101-0",
        common_name="Hospital",
        public_key=KEY.public_key(),
        dns_names=["Hospital.example", "127.0.0.1"],
        now=now,
    )


def test_each_role_has_a_root_of_its_own_and_its_leaves_pass_in_no_other(trust: DemoTrust) -> None:
    read = folder.load(trust.directory, required=list(Role), now=NOW, previous=None)
    for role in Role:
        leaf = tuple(issue(trust, role))
        assert chain.verify(leaf, role=role, anchors=read.anchors[role], now=NOW) is leaf[0]
        for other in set(Role) - {role}:
            with pytest.raises(TrustError):
                chain.verify(leaf, role=other, anchors=read.anchors[other], now=NOW)


def test_a_trust_is_made_where_nothing_is_and_completed_where_something_is(tmp_path: Path) -> None:
    directory = tmp_path / "not" / "yet" / "there"
    join(directory)
    (directory / Role.ACCESS / "root.pem").unlink()
    before = contents(directory)
    trust = join(directory)
    assert {role: trust.root(role).certificate.common_name for role in Role} == {
        role: f"Todiste demo root: {role}" for role in Role
    }
    public = {*(f"{role}/root.pem" for role in Role), "private/registrar.pem", "types.json"}
    private = {*(f"private/{role}.key.pem" for role in Role), "private/registrar.key.pem", ".lock"}
    modes = {name: stat.S_IMODE((directory / name).stat().st_mode) for name in contents(directory)}
    assert modes == {**dict.fromkeys(public, 0o644), **dict.fromkeys(private, 0o600)}
    changed = {name for name, data in contents(directory).items() if before.get(name) != data}
    assert changed == {f"{Role.ACCESS}/root.pem", f"private/{Role.ACCESS}.key.pem"}


def test_certificates_and_list_are_two_days_old_when_they_are_made(trust: DemoTrust) -> None:
    leaf = tuple(issue(trust, Role.ISSUER))
    read = folder.load(trust.directory, required=[Role.ISSUER], now=NOW, previous=None)
    read.issuers.for_credential(leaf, vct="statement", now=NOW - 2 * DAY)
    assert leaf[0].not_after == NOW + 730 * DAY


def test_a_leaf_says_what_the_table_of_certificates_says(trust: DemoTrust) -> None:
    (leaf,) = issue(trust, Role.SEALING)
    assert (leaf.organization, leaf.organization_identifier) == ("Hospital", "NTRFI-9900101-0")
    assert leaf.has_dns_name("hospital.example")
    usage = leaf.x509.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment
    (leaf,) = issue(trust, Role.ISSUER)
    assert not leaf.x509.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment


def test_a_leaf_never_outlives_its_root(trust: DemoTrust) -> None:
    (leaf,) = issue(trust, Role.ISSUER, now=NOW + 3600 * DAY)
    assert leaf.not_after == trust.root(Role.ISSUER).certificate.not_after


def test_each_edition_of_the_list_has_the_next_number(trust: DemoTrust) -> None:
    path = trust.directory / "issuers" / "demo.lote.json"
    root = trust.root(Role.ISSUER).certificate
    for sequence in (1, 2):
        read = trusted_list.parse(path.read_bytes())
        assert (read.sequence, read.issued, read.next_update) == (sequence, NOW - 2 * DAY, root.not_after)
        assert read.operator_names == {"Todiste demo"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        join(trust.directory, OFFICE)


def test_a_second_call_changes_nothing(trust: DemoTrust) -> None:
    before = contents(trust.directory)
    join(trust.directory, HOSPITAL, now=NOW + DAY)
    assert contents(trust.directory) == before


def test_who_joins_later_is_added_and_nobody_is_lost(trust: DemoTrust) -> None:
    before = contents(trust.directory)
    join(trust.directory, OFFICE, DemoOrganisation("Hospital", "NTRFI-9900101-0", ("referral",)))
    changed = {name for name, data in contents(trust.directory).items() if before.get(name) != data}
    assert changed == {"issuers/demo.lote.json"}
    listed = folder.load(trust.directory, required=[Role.ISSUER], now=NOW, previous=None).issuers
    hospital, office = listed.for_organization("NTRFI-9900101-0"), listed.for_organization("NTRFI-9900102-9")
    assert hospital is not None and hospital.vct == {"statement", "referral"}
    assert office is not None and office.vct == {"plan"} and office.status_3_superseded


def test_several_that_come_at_once_make_one_trust(tmp_path: Path) -> None:
    organisations = [DemoOrganisation(f"O{n}", f"NTRFI-990010{n}-0", (f"t{n}",)) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda organisation: join(tmp_path, organisation), organisations))
    listed = folder.load(tmp_path, required=list(Role), now=NOW, previous=None).issuers
    assert {entry.name for entry in listed.entries if entry.vct} == {f"O{n}" for n in range(6)}
    for role in Role:
        root = DemoTrust.open(tmp_path).root(role)
        check_key(root.certificate, root.private_key.public_key())


def test_private_keys_are_readable_by_their_owner_alone(trust: DemoTrust) -> None:
    keys = list(trust.directory.rglob("*.key.pem"))
    assert len(keys) == len(Role) + 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert stat.S_IMODE((trust.directory / "private").stat().st_mode) == 0o700


def test_the_registrar_signs_for_the_role_registrars(trust: DemoTrust) -> None:
    signer, x5c = trust.registrar_signer()
    check_key(x5c[0], signer.public_key)
    assert (x5c[0].organization, x5c[0].organization_identifier, x5c[0].common_name) == (
        "Todiste demo registrar",
        "NTRFI-9900110-9",
        "Todiste demo registrar",
    )
    anchors = folder.load(trust.directory, required=[Role.REGISTRAR], now=NOW, previous=None).anchors[Role.REGISTRAR]
    chain.verify(tuple(x5c), role=Role.REGISTRAR, anchors=anchors, now=NOW)


def test_installing_copies_what_the_roles_need_once(trust: DemoTrust, tmp_path: Path) -> None:
    target = tmp_path / "service"
    roles = [Role.ISSUER, Role.STATUS, Role.REGISTRAR]
    files = ["issuers/demo.lote.json", "status/demo.pem", "registrars/demo.pem", "types.json"]
    assert trust.install(target, roles) == tuple(target / name for name in files)
    assert set(contents(target)) == set(files)
    assert {stat.S_IMODE((target / name).stat().st_mode) for name in files} == {0o644}
    assert trust.install(target, roles) == ()
    read = folder.load(target, required=roles, now=NOW, previous=None)
    read.issuers.for_credential(tuple(issue(trust, Role.ISSUER)), vct="statement", now=NOW)
    assert read.types.locate("urn:eudi:pid:1", "https://h/o") == "https://h/types/pid/1"
    assert not any("key" in name for name in contents(target))
    (target / "types.json").write_text('{"urn:eudi:pid:": "https://mine.example/"}')
    join(trust.directory, OFFICE)
    assert {path.name for path in trust.install(target, roles)} == {"demo.lote.json", "types.json"}
    read = folder.load(target, required=roles, now=NOW, previous=None)
    assert read.issuers.for_organization("NTRFI-9900102-9") is not None
    assert read.types.locate("urn:eudi:pid:1", "https://h/o") == "https://mine.example/1"


def test_installing_for_no_role_copies_the_places_of_types_alone(trust: DemoTrust, tmp_path: Path) -> None:
    target = tmp_path / "not" / "yet" / "there"
    assert trust.install(target, []) == (target / "types.json",)
    assert set(contents(target)) == {"types.json"}


def test_a_demo_trust_that_nobody_made_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(TrustError) as caught:
        DemoTrust.open(tmp_path)
    assert (caught.value.code, caught.value.facts) == ("trust_anchors_missing", {"file": str(tmp_path), "role": "demo"})


def test_an_anchor_of_a_demonstration_is_known_as_one(trust: DemoTrust) -> None:
    assert making.is_demo(trust.root(Role.ISSUER).certificate)
    assert not making.is_demo(issue(trust, Role.ISSUER)[0])


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_root_that_cannot_be_read_is_named(trust: DemoTrust, content: bytes | None) -> None:
    path = trust.directory / Role.ACCESS / "root.pem"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrustError) as caught:
        trust.root(Role.ACCESS)
    assert (caught.value.code, caught.value.facts) == ("trust_list_invalid", {"file": str(path)})
