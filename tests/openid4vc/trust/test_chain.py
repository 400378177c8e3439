"""Chains: for each rule one that breaks exactly it."""

import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from openid4vc.errors import TrustError
from openid4vc.jose import algorithms
from openid4vc.trust import chain
from openid4vc.trust.certificates import Role, parse_x5c
from tests.openid4vc.trust.authorities import NOW, Holder, root, self_signed

ROOT = root("Root")
UPPER = ROOT.authority("Upper")
LOWER = UPPER.authority("Lower")
LEAF = LOWER.issue("Leaf")
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


def verify(*holders: Holder, anchors: tuple[Holder, ...] = (ROOT,), role: Role = Role.ISSUER, now: int = NOW) -> None:
    certificates = tuple(holder.certificate for holder in holders)
    leaf = chain.verify(certificates, role=role, anchors=[anchor.certificate for anchor in anchors], now=now)
    assert leaf is certificates[0]


def refused(*holders: Holder, anchors: tuple[Holder, ...] = (ROOT,), role: Role = Role.ISSUER, now: int = NOW) -> str:
    with pytest.raises(TrustError) as caught:
        verify(*holders, anchors=anchors, role=role, now=now)
    return caught.value.code


def test_a_chain_in_order_to_an_anchor_gives_the_leaf() -> None:
    verify(LEAF, LOWER, UPPER)
    verify(ROOT.issue("Direct"))
    verify(LEAF, LOWER, UPPER, anchors=(root("Another"), ROOT))


def test_without_anchors_nothing_is_trusted() -> None:
    assert refused(LEAF, LOWER, UPPER, anchors=()) == "chain_untrusted"


@pytest.mark.case("X-01")
def test_every_certificate_of_the_path_must_be_within_its_time() -> None:
    assert refused(ROOT.issue("L", not_after=NOW - 1)) == "cert_expired"
    assert refused(ROOT.issue("L", not_before=NOW + 1)) == "cert_not_yet_valid"
    verify(ROOT.issue("L", not_before=NOW, not_after=NOW))
    old = ROOT.issue("Old", ca=True, usage="key_cert_sign", not_after=NOW - 1)
    assert refused(old.issue("L"), old) == "cert_expired"
    gone = root("Gone", not_after=NOW - 1)
    assert refused(gone.issue("L"), anchors=(gone,)) == "cert_expired"
    coming = root("Coming", not_before=NOW + 1)
    assert refused(coming.issue("L"), anchors=(coming,)) == "cert_not_yet_valid"
    # An anchor that has nothing to do with the chain is no reason.
    assert refused(root("Stranger").issue("L"), anchors=(gone, coming, ROOT)) == "chain_untrusted"


def test_when_a_certificate_began_or_ended_is_said() -> None:
    for leaf, code, time in (
        (ROOT.issue("L", not_after=NOW - 1), "cert_expired", NOW - 1),
        (ROOT.issue("L", not_before=NOW + 1), "cert_not_yet_valid", NOW + 1),
    ):
        with pytest.raises(TrustError) as caught:
            verify(leaf)
        assert (caught.value.code, caught.value.facts) == (code, {"time": time})


@pytest.mark.usefixtures("east_of_greenwich")
def test_the_time_of_a_path_is_in_utc_wherever_it_is_checked() -> None:
    brief = root("Brief", not_before=NOW, not_after=NOW)
    verify(brief.issue("L", not_before=NOW, not_after=NOW), anchors=(brief,))


@pytest.mark.case("X-02")
def test_a_self_signed_leaf_is_refused_also_when_it_is_an_anchor() -> None:
    alone = self_signed("Alone")
    assert refused(alone) == "cert_self_signed"
    assert refused(alone, anchors=(ROOT, alone)) == "cert_self_signed"


@pytest.mark.case("X-03")
def test_a_root_of_the_same_name_and_serial_with_another_key_signs_nothing_for_us() -> None:
    identifier = x509.SubjectKeyIdentifier(b"k" * 20)
    ours = root("Twin", serial=7, more=[identifier])
    theirs = root("Twin", serial=7, more=[identifier])
    key_identifier = x509.AuthorityKeyIdentifier(b"k" * 20, None, None)
    assert refused(theirs.issue("L", more=[key_identifier]), anchors=(ours,)) == "chain_untrusted"
    verify(theirs.issue("L", more=[key_identifier]), anchors=(ours, theirs))


@pytest.mark.case("X-04")
def test_a_chain_to_another_authority_is_untrusted_whatever_the_leaf_says() -> None:
    web = root("Public Web CA")
    leaf = web.issue("Leaf", organization_identifier="NTRFI-9900101-0", dns_names=["issuer.example"])
    assert refused(leaf) == "chain_untrusted"


@pytest.mark.case("X-05")
def test_a_root_that_the_token_brings_along_is_no_anchor() -> None:
    theirs = root("Theirs")
    middle = theirs.authority("Middle")
    assert refused(middle.issue("L"), middle, theirs) == "chain_untrusted"


def test_another_certificate_of_the_anchor_itself_is_no_anchor_either() -> None:
    """A path without it would hold: HAIP 1.0 §6.1.1 wants none of the anchor's own certificates."""
    assert isinstance(ROOT.key, EllipticCurvePrivateKey)
    renewed = root("Root", key=ROOT.key)
    assert refused(ROOT.issue("L"), renewed) == "chain_untrusted"
    assert refused(UPPER.issue("L"), UPPER, renewed) == "chain_untrusted"


@pytest.mark.case("X-06")
def test_the_anchor_does_not_belong_in_x5c() -> None:
    assert refused(LEAF, LOWER, UPPER, ROOT) == "x5c_invalid"
    assert refused(ROOT.issue("L"), ROOT) == "x5c_invalid"


@pytest.mark.case("X-07")
@pytest.mark.parametrize(
    ("holders", "code"),
    [
        ((LEAF, UPPER, LOWER), "x5c_invalid"),
        ((LOWER, LEAF, UPPER), "x5c_invalid"),
        ((LEAF, LOWER), "chain_untrusted"),
        ((LEAF, UPPER), "x5c_invalid"),
        ((LEAF, LOWER, UPPER, ROOT.authority("Unrelated")), "x5c_invalid"),
        ((LEAF, LOWER, UPPER, LOWER), "x5c_invalid"),
        ((), "x5c_invalid"),
    ],
)
def test_x5c_is_exactly_the_path_in_its_order(holders: tuple[Holder, ...], code: str) -> None:
    assert refused(*holders) == code


def test_an_authority_between_that_an_anchor_makes_needless_is_refused() -> None:
    # UPPER is an anchor itself here: a shorter path is found than the one that was sent.
    assert refused(LEAF, LOWER, UPPER, anchors=(ROOT, UPPER)) == "x5c_invalid"
    assert isinstance(UPPER.key, EllipticCurvePrivateKey)
    cross = root("Upper", key=UPPER.key)
    assert refused(LEAF, LOWER, UPPER, anchors=(cross,)) == "x5c_invalid"


@pytest.mark.case("X-09")
@pytest.mark.parametrize(
    ("usages", "accepted"),
    [
        ([], True),
        ([x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")], True),
        ([x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), CLIENT], True),
        ([SERVER], False),
        ([CLIENT], False),
        ([SERVER, CLIENT], False),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], False),
        ([x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], False),
    ],
)
def test_an_extended_key_usage_is_absent_or_is_neither_tls_only_nor_any(
    usages: list[x509.ObjectIdentifier], accepted: bool
) -> None:
    for role in Role:
        if role is Role.TLS:
            continue
        if accepted:
            verify(ROOT.issue("L", extended=usages), role=role)
        else:
            assert refused(ROOT.issue("L", extended=usages), role=role) == "cert_role"


def test_a_tls_leaf_says_server_auth() -> None:
    verify(ROOT.issue("L", extended=[SERVER]), role=Role.TLS)
    assert refused(ROOT.issue("L"), role=Role.TLS) == "cert_role"
    assert refused(ROOT.issue("L", extended=[CLIENT]), role=Role.TLS) == "cert_role"


def test_an_authority_for_tls_issues_nothing_else() -> None:
    tls = ROOT.issue("TLS", ca=True, usage="key_cert_sign", extended=[SERVER])
    assert refused(tls.issue("L"), tls) == "cert_role"


def test_an_authority_is_no_leaf() -> None:
    assert refused(ROOT.issue("L", ca=True)) == "cert_role"
    verify(ROOT.issue("L", ca=None))


@pytest.mark.case("X-10")
def test_a_key_usage_that_is_there_allows_signatures() -> None:
    assert refused(ROOT.issue("L", usage="key_agreement")) == "cert_key_usage"
    verify(ROOT.issue("L", usage=None))


@pytest.mark.case("X-13")
def test_a_path_is_no_longer_than_its_authorities_allow() -> None:
    short = root("Short", path_length=0)
    verify(short.issue("L"), anchors=(short,))
    below = short.authority("Below")
    assert refused(below.issue("L"), below, anchors=(short,)) == "chain_untrusted"
    middle = ROOT.authority("Middle", path_length=0)
    lower = middle.authority("Lower still")
    assert refused(lower.issue("L"), lower, middle) == "chain_untrusted"


def test_who_is_no_authority_issues_nothing() -> None:
    plain = ROOT.issue("Plain")
    assert refused(plain.issue("L"), plain) == "chain_untrusted"
    signing = ROOT.issue("No authority", usage="key_cert_sign")
    assert refused(signing.issue("L"), signing) == "chain_untrusted"
    unsigned = ROOT.issue("No keyCertSign", ca=True)
    assert refused(unsigned.issue("L"), unsigned) == "chain_untrusted"
    silent = ROOT.issue("No constraints", ca=None, usage="key_cert_sign")
    assert refused(silent.issue("L"), silent) == "chain_untrusted"


def test_name_constraints_hold() -> None:
    narrow = root("Narrow", more=[x509.NameConstraints([x509.DNSName("in.example")], None)])
    verify(narrow.issue("L", dns_names=["a.in.example"]), anchors=(narrow,))
    assert refused(narrow.issue("L", dns_names=["a.out.example"]), anchors=(narrow,)) == "chain_untrusted"


def test_a_critical_extension_that_nobody_knows_is_refused() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), b"\x05\x00")
    verify(ROOT.issue("L", more=[unknown]))
    assert refused(ROOT.issue("L", more=[unknown], critical=True)) == "chain_untrusted"
    upper = ROOT.issue("U", ca=True, usage="key_cert_sign", more=[unknown], critical=True)
    assert refused(upper.issue("L"), upper) == "chain_untrusted"


def test_a_weak_authority_between_is_refused() -> None:
    key = rsa.generate_private_key(65537, 1024)
    weak = Holder(ROOT.issue("Weak", ca=True, usage="key_cert_sign", key=key).certificate, key)
    assert refused(weak.issue("L"), weak) == "chain_untrusted"


def test_a_certificate_of_one_role_never_passes_in_another() -> None:
    issuers, access = root("Issuers"), root("Access")
    assert refused(issuers.issue("L"), anchors=(access,), role=Role.ACCESS) == "chain_untrusted"


def test_six_certificates_are_too_many() -> None:
    holders = [ROOT]
    for number in range(6):
        holders.append(holders[-1].authority(f"A{number}"))
    leaf = holders[-1].issue("L")
    assert refused(leaf, *reversed(holders[2:])) == "x5c_invalid"
    verify(holders[4].issue("L"), *reversed(holders[1:5]))


@pytest.mark.case("X-19")
def test_a_hundred_certificates_and_a_huge_or_broken_one_are_refused_before_any_path_is_looked_for() -> None:
    leaf = ROOT.issue("L").certificate.x5c_member
    authorities = [ROOT.authority(f"A{number}").certificate.x5c_member for number in range(5)]
    hundred = [leaf, *(authorities[number % 5] for number in range(99))]
    big = ROOT.issue(
        "Big", more=[x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.3"), bytes(1 << 20))]
    )
    for member in (hundred, [leaf] * 100, [big.certificate.x5c_member], [leaf, "A" * (1 << 20)]):
        with pytest.raises(TrustError) as caught:
            parse_x5c(member)
        assert caught.value.code == "x5c_invalid"
    # Cross-signed: each of the two has the other above it, and the anchor has signed neither.
    one, two = root("One"), root("Two")
    assert isinstance(one.key, EllipticCurvePrivateKey)
    assert isinstance(two.key, EllipticCurvePrivateKey)
    one_by_two = two.issue("One", ca=True, usage="key_cert_sign", key=one.key)
    two_by_one = one.issue("Two", ca=True, usage="key_cert_sign", key=two.key)
    assert refused(one.issue("L"), one_by_two, two_by_one) == "chain_untrusted"


@pytest.mark.case("X-20")
def test_addresses_in_a_certificate_are_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    url = x509.UniformResourceIdentifier("http://127.0.0.1:9/canary")
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url),
            x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url),
        ]
    )
    lists = x509.CRLDistributionPoints([x509.DistributionPoint([url], None, None, None)])
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    stranger = root("Stranger").authority("Between")
    assert refused(stranger.issue("L", more=[access, lists]), stranger) == "chain_untrusted"
    # A missing certificate is missing, wherever it could be fetched from.
    assert refused(LOWER.issue("L", more=[access, lists])) == "chain_untrusted"
    verify(ROOT.issue("L", more=[access, lists]))


@pytest.mark.case("X-22")
def test_a_certificate_that_has_expired_since_vouches_for_nothing_that_it_signed_in_its_time() -> None:
    """The policy: an issuer is trusted at issuance and now, and known only while its certificate lives."""
    leaf = ROOT.issue("L", not_after=NOW + 9)
    verify(leaf, now=NOW + 9)
    assert refused(leaf, now=NOW + 10) == "cert_expired"


@pytest.mark.case("X-23")
def test_a_renewed_certificate_holds_beside_the_old_one_with_the_same_key_and_with_a_new_one() -> None:
    old = ROOT.issue("L", organization_identifier="NTRFI-9900101-0", not_after=NOW + 9)
    assert isinstance(old.key, EllipticCurvePrivateKey)
    for key in (old.key, None):
        new = ROOT.issue("L", organization_identifier="NTRFI-9900101-0", not_before=NOW, key=key)
        for holder in (old, new):
            verify(holder)
        verify(new, now=NOW + 10)
        assert (new.certificate.public_key == old.certificate.public_key) is (key is not None)
    assert refused(old, now=NOW + 10) == "cert_expired"


def test_a_leaf_of_another_algorithm_holds_by_a_policy_alone() -> None:
    for name, key in {
        "ES384": ec.generate_private_key(ec.SECP384R1()),
        "PS256": rsa.generate_private_key(65537, 2048),
    }.items():
        leaf = ROOT.issue("L", key=key)
        assert refused(leaf) == "x5c_invalid"
        allowed = algorithms.policy("ES256", name)
        anchors = [ROOT.certificate]
        chain.verify((leaf.certificate,), role=Role.LIST, anchors=anchors, now=NOW, algorithms=allowed)
        other = ROOT.issue("M", key=ec.generate_private_key(ec.SECP521R1()))
        with pytest.raises(TrustError, match="x5c_invalid"):
            chain.verify((other.certificate,), role=Role.LIST, anchors=anchors, now=NOW, algorithms=allowed)
