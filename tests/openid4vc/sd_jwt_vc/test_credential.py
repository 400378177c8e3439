"""SD-JWT VC under HAIP §6.1: whose it is, what it is, whether it holds now; each check spoiled by itself."""

from collections.abc import Mapping

import pytest
from cryptography import x509

from openid4vc import base64url, sd_jwt
from openid4vc.errors import CODES, CredentialError, ProtocolError, SdJwtError
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Disclosable
from openid4vc.sd_jwt_vc import credential
from openid4vc.status_list.reference import StatusReference
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.making import DAY, make_root
from tests.openid4vc.credentials import (
    CLAIMS,
    HOLDER,
    NOW,
    PAYLOAD,
    ROOT,
    THIS_TYPE,
    VCT,
    Issuer,
    assembled,
    bound,
    check,
    fresh_salts,
    present,
    receive,
    refused_by_wallet_and_verifier,
)
from tests.openid4vc.forging import new_key, public_jwk
from tests.openid4vc.trust.authorities import Holder

ISSUER = Issuer()
CARD = ISSUER.card()


def refused(payload: Mapping[str, object], code: str, issuer: Issuer = ISSUER) -> None:
    refused_by_wallet_and_verifier(issuer.forged(payload), issuer, code)


def accepted(payload: Mapping[str, object], issuer: Issuer = ISSUER) -> credential.VerifiedCredential:
    text = issuer.forged(payload)
    receive(text, issuer)
    return check(bound(text), issuer)


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in PAYLOAD.items() if name not in names}


def test_an_honest_credential_says_who_what_whose_and_how_long() -> None:
    got = check(present(CARD, ISSUER, [("name",)]), ISSUER)
    assert got.claims == {"kind": "adult", "home": {}, "name": "Aino"}
    assert set(got.all_claims) == {*got.claims, "vct", "nbf", "exp", "cnf", "status"}
    assert (got.vct, got.nbf, got.exp) == (VCT, NOW - 3600, NOW + 300 * DAY)
    assert got.status == StatusReference("https://lists.example/1", 7)
    assert got.issuer is ISSUER.entry
    assert got.certificate.der == ISSUER.certificate.der
    assert got.sd_jwt.header["typ"] == "dc+sd-jwt"
    assert got.sd_jwt.holder_jwk == public_jwk(HOLDER)
    assert got.holder_thumbprint == jwk.thumbprint(public_jwk(HOLDER))


def test_a_header_that_led_to_its_issuer_is_not_read_again() -> None:
    issuer = Issuer()
    first, second = (receive(issuer.card(), issuer).sd_jwt.header for _ in range(2))
    assert second is first


def test_the_issued_form_is_one() -> None:
    held = receive(ISSUER.card(vct_integrity="sha256-x", status=None, exp=NOW + 3600), ISSUER)
    assert list(held.sd_jwt.header) == ["typ", "x5c", "alg"]
    assert held.all_claims["vct#integrity"] == "sha256-x"
    assert not {"iss", "iat", "status"} & set(held.all_claims)
    assert held.claims == {
        "kind": "adult",
        "name": "Aino",
        "birthdate": "1990-01-02",
        "loans": ["A", "B", {"title": "C"}],
        "home": {"city": "Oulu", "zip": "90100"},
    }


@pytest.mark.case("S-38")
@pytest.mark.parametrize(
    "name",
    ["_sd", "...", "_sd_alg", "cnf", "exp", "nbf", "iat", "status", "vct", "vct#integrity", "aka_vcts", "iss"],
)
@pytest.mark.parametrize("mark", [True, False], ids=["disclosable", "clear"])
def test_a_claim_with_a_name_of_the_format_is_never_issued(name: str, mark: bool) -> None:
    with pytest.raises(SdJwtError, match="claim_reserved"):
        ISSUER.card({**CLAIMS, name: Disclosable("x") if mark else "x"})


@pytest.mark.case("S-01")
def test_a_changed_bit_of_the_issuers_payload_or_signature_is_a_bad_signature() -> None:
    jwt, rest = CARD.split("~", 1)
    header, payload, signature = jwt.split(".")
    raw, signed = bytearray(base64url.decode(payload)), bytearray(base64url.decode(signature))
    for position in range(0, len(raw) * 8, 5):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << (position % 8)
        text = f"{header}.{base64url.encode(changed)}.{signature}~{rest}"
        refused_by_wallet_and_verifier(text, ISSUER, "bad_signature")
    for position in range(len(signed) * 8):
        changed = bytearray(signed)
        changed[position // 8] ^= 1 << (position % 8)
        with pytest.raises(ProtocolError, match="bad_signature"):
            receive(f"{header}.{payload}.{base64url.encode(changed)}~{rest}", ISSUER)


# What the library finds odd in a spoiled certificate it says as a warning, and reads on.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_changed_header_is_refused() -> None:
    jwt, rest = CARD.split("~", 1)
    header, payload, signature = jwt.split(".")
    raw = base64url.decode(header)
    for position in range(0, len(raw) * 8, 3):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << (position % 8)
        with pytest.raises(ProtocolError):
            receive(f"{base64url.encode(changed)}.{payload}.{signature}~{rest}", ISSUER)


@pytest.mark.case("S-28")
@pytest.mark.parametrize(
    ("times", "code"),
    [
        ({"exp": NOW - 60}, "expired"),
        ({"exp": NOW - 10 * 365 * DAY}, "expired"),
        ({"nbf": NOW + 61}, "not_yet_valid"),
        ({"iat": NOW + 365 * DAY}, "not_yet_valid"),
        ({"exp": "tomorrow"}, "time_claim_invalid"),
        ({"nbf": True}, "time_claim_invalid"),
        ({"exp": -1}, "time_claim_invalid"),
    ],
)
def test_a_credential_outside_its_time_is_refused(times: dict[str, object], code: str) -> None:
    refused({**PAYLOAD, **times}, code)
    # Whoever is told so is told the time too, and which of the three it is.
    with pytest.raises(CredentialError) as caught:
        receive(ISSUER.forged({**PAYLOAD, **times}), ISSUER)
    ((name, value),) = times.items()
    assert caught.value.facts == ({} if code == "time_claim_invalid" else {"time": value})
    assert caught.value.detail == ("" if code == "expired" else name)


def test_a_credential_at_the_edge_of_its_time_is_accepted() -> None:
    assert accepted({**PAYLOAD, "exp": NOW - 59, "nbf": NOW + 60}).exp == NOW - 59


def test_only_what_is_its_holders_is_called_expired() -> None:
    text = ISSUER.forged({**PAYLOAD, "exp": NOW - DAY})
    with pytest.raises(ProtocolError, match="kb_signature"):
        check(bound(text, key=new_key()), ISSUER)


@pytest.mark.case("S-29")
@pytest.mark.parametrize("vct", [None, "", 5, [VCT], {"vct": VCT}])
def test_a_credential_without_a_type_is_refused(vct: object) -> None:
    refused(without("vct") if vct is None else {**PAYLOAD, "vct": vct}, "vct_missing")


@pytest.mark.parametrize("vct", [VCT.upper(), VCT + "/", VCT[:-1], "https://types.example/other/1"])
def test_another_type_than_the_one_asked_for_is_refused(vct: str) -> None:
    issuer = Issuer(vct=[VCT, vct])
    text = issuer.forged({**PAYLOAD, "vct": vct})
    with pytest.raises(CredentialError, match="vct_wrong"):
        check(bound(text), issuer)
    with pytest.raises(CredentialError, match="vct_wrong"):
        receive(text, issuer, types=THIS_TYPE)
    assert receive(text, issuer).vct == vct
    # Another type's name is no authority either.
    with pytest.raises(ProtocolError, match="issuer_not_authorised_for_type"):
        receive(ISSUER.forged({**PAYLOAD, "vct": vct}), ISSUER)


def test_further_types_that_a_credential_claims_for_itself_count_for_nothing() -> None:
    issuer = Issuer(vct=["https://types.example/other/1"])
    text = issuer.forged({**PAYLOAD, "vct": "https://types.example/other/1", "aka_vcts": [VCT]})
    with pytest.raises(CredentialError, match="vct_wrong"):
        check(bound(text), issuer)


@pytest.mark.case("S-30")
@pytest.mark.parametrize("typ", ["JWT", "vc+sd-jwt", "statuslist+jwt", "DC+SD-JWT", "dc+sd-jwt ", None, 5])
def test_another_typ_is_refused(typ: object) -> None:
    for header in ({"typ": typ, "x5c": ISSUER.x5c}, {"x5c": ISSUER.x5c}):
        refused_by_wallet_and_verifier(ISSUER.forged(PAYLOAD, header), ISSUER, "typ_wrong")


@pytest.mark.case("S-31")
@pytest.mark.parametrize(
    "iss",
    [
        "https://other.example", "https://issuer.example.evil.example", "http://issuer.example", "issuer.example", "",
        "https://issuer.example@evil.example/", "https://evil.example@issuer.example/", "https://",
        "did:web:issuer.example", "https://sub.issuer.example", "https://[issuer.example", None, 5, ["https://issuer.example"],
        "http://localhost:8001", "https://NTRFI-1234567-1",
    ],
)  # fmt: skip
def test_an_issuer_claim_that_is_no_name_of_the_certificate_is_refused(iss: object) -> None:
    refused({**PAYLOAD, "iss": iss}, "iss_mismatch")


@pytest.mark.parametrize("iss", ["https://issuer.example", "https://ISSUER.example:8443/library?a=b"])
def test_a_web_address_on_a_host_of_the_certificate_is_accepted(iss: str) -> None:
    assert accepted({**PAYLOAD, "iss": iss}).claims.get("iss") is None


def test_a_uri_of_the_certificate_is_accepted_letter_by_letter() -> None:
    issuer = Issuer()
    uris = [x509.UniformResourceIdentifier(uri) for uri in ("urn:library:1", "https://cards.example/a")]
    issuer.certificate = (
        Holder(ROOT.certificate, ROOT.private_key)
        .issue(
            "Library cards",
            organization_identifier="NTRFI-1234567-1",
            key=issuer.key,
            not_before=NOW - DAY,
            not_after=NOW + DAY,
            more=[x509.SubjectAlternativeName([*uris, x509.DNSName("issuer.example")])],
        )
        .certificate
    )
    for iss in ("urn:library:1", "https://cards.example/a", "https://issuer.example/b"):
        assert accepted({**PAYLOAD, "iss": iss}, issuer).claims.get("iss") is None
    for iss in ("urn:library:2", "URN:library:1", "urn:library:1/", "https://cards.example/b", "https://cards.example"):
        refused({**PAYLOAD, "iss": iss}, "iss_mismatch", issuer)


def test_loopback_http_is_a_name_only_of_a_certificate_that_has_it() -> None:
    issuer = Issuer(dns_names=["localhost"])
    assert accepted({**PAYLOAD, "iss": "http://localhost:8001/library"}, issuer)
    refused({**PAYLOAD, "iss": "http://issuer.example"}, "iss_mismatch", Issuer(dns_names=["issuer.example"]))


def test_the_issuer_claim_is_not_compared_where_the_trust_folder_says_so() -> None:
    assert accepted({**PAYLOAD, "iss": "https://elsewhere.example"}, Issuer(iss_unchecked=True))


@pytest.mark.case("S-32")
@pytest.mark.parametrize(
    "status",
    [
        {}, None, 5, [], "x", {"other_mechanism": {"uri": "https://a.example"}}, {"status_list": {}},
        {"status_list": {"idx": 1}}, {"status_list": {"uri": "https://a.example"}}, {"status_list": []},
        {"status_list": {"idx": "1", "uri": "https://a.example"}}, {"status_list": {"idx": True, "uri": "https://a.example"}},
        {"status_list": {"idx": -1, "uri": "https://a.example"}}, {"status_list": {"idx": 1, "uri": "file:///etc/passwd"}},
    ],
)  # fmt: skip
def test_a_status_that_is_not_understood_is_never_no_status(status: object) -> None:
    refused({**PAYLOAD, "status": status}, "status_unknown")
    refused({**PAYLOAD, "status": status}, "status_unknown", Issuer(status_optional=True))


def test_a_credential_without_status_is_accepted_only_if_it_lives_a_day_or_its_issuer_may() -> None:
    day = {**without("status"), "nbf": NOW - 3600, "exp": NOW - 3600 + DAY}
    assert accepted(day).status is None
    for times in ({"exp": NOW - 3600 + DAY + 1}, {"nbf": NOW - DAY}):
        refused({**day, **times}, "status_missing")
        assert accepted({**day, **times}, Issuer(status_optional=True)).status is None
    unlimited = {name: value for name, value in day.items() if name not in ("exp", "nbf")}
    refused(unlimited, "status_missing")
    refused({**unlimited, "exp": NOW + 3600}, "status_missing")
    assert accepted({**unlimited, "exp": NOW + 3600, "iat": NOW - 3600}).status is None


def test_a_credential_whose_status_can_be_asked_need_not_end() -> None:
    got = accepted(without("exp", "nbf"))
    assert (got.exp, got.nbf, got.status) == (None, None, StatusReference("https://lists.example/1", 7))


@pytest.mark.parametrize("name", sorted(credential.NEVER_SD))
def test_what_must_be_in_clear_is_refused_when_disclosed_and_so_is_a_part_of_it(name: str) -> None:
    value: object = {"iss": "https://issuer.example", "aka_vcts": ["a"], "vct#integrity": "sha256-x", **PAYLOAD}[name]
    if name != "vct":
        refused({**PAYLOAD, name: Disclosable(value)}, "never_sd_disclosed")
    if isinstance(value, dict):
        inside = {**value, "further": Disclosable("x")}
        refused({**PAYLOAD, name: inside}, "never_sd_disclosed")
    if isinstance(value, list):
        refused({**PAYLOAD, name: [*value, Disclosable("x")]}, "never_sd_disclosed")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cnf", {"jwk": {**public_jwk(HOLDER), "kid": Disclosable("x")}}),
        ("status", {"status_list": {"uri": "https://lists.example/1", "idx": 7, "further": Disclosable("x")}}),
    ],
    ids=["cnf", "status"],
)
def test_what_is_deep_inside_of_what_must_be_in_clear_must_be_so_too(name: str, value: object) -> None:
    refused({**PAYLOAD, name: value}, "never_sd_disclosed")


def test_a_type_that_is_only_disclosed_is_no_type() -> None:
    refused({**without("vct"), "vct": Disclosable(VCT)}, "vct_missing")


def test_subject_and_time_of_issuing_may_be_disclosed() -> None:
    got = accepted({**PAYLOAD, "sub": Disclosable("a"), "iat": Disclosable(NOW - 60)})
    assert got.claims["sub"] == "a"
    assert "iat" not in got.claims
    assert got.all_claims["iat"] == NOW - 60
    # A time counts the same whether it was signed in clear or disclosed.
    refused({**PAYLOAD, "iat": Disclosable(NOW + 3600)}, "not_yet_valid")
    refused({**PAYLOAD, "iat": Disclosable("yesterday")}, "time_claim_invalid")


@pytest.mark.parametrize(
    "header",
    [{}, {"x5c": None}, {"x5c": []}, {"x5c": ["!"]}, {"x5c": "text"}, {"jwk": public_jwk(ISSUER.key)}, {"kid": "a"}],
)
def test_a_credential_without_a_certificate_is_refused_whatever_else_names_a_key(header: dict[str, object]) -> None:
    text = ISSUER.forged(PAYLOAD, {"typ": credential.TYP, **header})
    refused_by_wallet_and_verifier(text, ISSUER, "x5c_invalid")


def test_the_key_of_the_header_does_not_replace_the_certificates() -> None:
    attacker = new_key()
    header = {"typ": credential.TYP, "x5c": ISSUER.x5c, "jwk": public_jwk(attacker)}
    text = sd_jwt.issue(
        PAYLOAD, protected=jws.protected(header), signer=KeySigner(attacker), salts=fresh_salts, digests=None
    )
    refused_by_wallet_and_verifier(text, ISSUER, "bad_signature")


def test_a_stranger_with_a_certificate_of_the_same_shape_is_not_trusted() -> None:
    stranger = Issuer(make_root(Role.ISSUER, now=NOW))
    refused_by_wallet_and_verifier(stranger.card(), ISSUER, "untrusted_issuer")
    # The honest anchor carried along changes nothing.
    chain = x5c([stranger.certificate, ROOT.certificate])
    with pytest.raises(ProtocolError) as caught:
        receive(stranger.card(x5c=chain), ISSUER)
    assert caught.value.code in ("untrusted_issuer", "x5c_invalid", "cert_role", "cert_key_usage")


def test_the_header_has_the_chain_without_its_anchor_and_a_leaf_that_somebody_else_signed() -> None:
    with_anchor = ISSUER.card(x5c=x5c([ISSUER.certificate, ROOT.certificate]))
    refused_by_wallet_and_verifier(with_anchor, ISSUER, "x5c_invalid")
    alone = make_root(Role.ISSUER, now=NOW)
    own = ISSUER.card(x5c=x5c([alone.certificate]), signer=KeySigner(alone.private_key))
    refused_by_wallet_and_verifier(own, ISSUER, "cert_self_signed")
    # Also where the operator took the certificate for an anchor.
    refused_by_wallet_and_verifier(own, Issuer(anchors=(alone.certificate,)), "cert_self_signed")


@pytest.mark.case("J-36")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ISSUER])
def test_a_key_of_another_role_signs_no_credential(role: Role) -> None:
    same_organisation = Issuer(make_root(role, now=NOW))
    # A TLS certificate says in itself that it is for nothing else.
    code = "cert_role" if role is Role.TLS else "untrusted_issuer"
    refused_by_wallet_and_verifier(same_organisation.card(), ISSUER, code)


def test_an_expired_certificate_vouches_for_nothing() -> None:
    text = ISSUER.card(exp=NOW + 3000 * DAY)
    with pytest.raises(ProtocolError, match="cert_expired"):
        receive(text, ISSUER, now=NOW + 701 * DAY)


def test_every_reason_is_of_the_closed_set() -> None:
    assert {"never_sd_disclosed", "vct_missing", "vct_wrong", "iss_mismatch", "status_missing", "cnf"} <= CODES


def test_a_holder_key_that_is_no_key_is_refused_at_receipt() -> None:
    refused_by_wallet_and_verifier(
        assembled(ISSUER, {**without(*CLAIMS), "cnf": {"jwk": {"kty": "EC"}}}, []), ISSUER, "cnf"
    )
