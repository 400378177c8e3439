"""Signed trusted lists: what JAdES asks of the header, whose signature it must be, and that no older one comes back."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from openid4vc import base64url, strict_json
from openid4vc.errors import TrustError
from openid4vc.jose import algorithms
from openid4vc.jose.jws import KeySigner
from openid4vc.trust import signed_list, trusted_list
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.folder import LIST_ALGORITHMS
from openid4vc.trust.signed_list import SignedList
from openid4vc.trust.trusted_list import TrustedEntity
from tests.openid4vc.forging import forge, with_header
from tests.openid4vc.trust.authorities import DAY, NOW, Holder, root

OPERATOR = "Todiste demo"
LISTS = root("Lists")
SIGNER = LISTS.issue("Signer", organization=OPERATOR, country="FI")
ENTITY = TrustedEntity("Hospital", "NTRFI-9900101-0", frozenset({"a"}), (root("Issuers").certificate,), False)


def raw(*, sequence: int = 3, issued: int = NOW - DAY, next_update: int = NOW + DAY) -> bytes:
    return trusted_list.create([ENTITY], operator=OPERATOR, sequence=sequence, issued=issued, next_update=next_update)


def key(holder: Holder) -> EllipticCurvePrivateKey:
    assert isinstance(holder.key, EllipticCurvePrivateKey)
    return holder.key


def signed(signer: Holder = SIGNER, *between: Holder, **times: int) -> str:
    certificates = [holder.certificate for holder in (signer, *between)]
    return signed_list.create(raw(**times), certificates=certificates, signer=KeySigner(key(signer)), now=NOW)


GOOD = signed()
HEADER: dict[str, Any] = json.loads(base64url.decode(GOOD.split(".")[0]))


def verify(
    text: str,
    *,
    anchors: Sequence[Holder] = (LISTS,),
    policy: algorithms.Algorithms = LIST_ALGORITHMS,
    now: int = NOW,
    last: SignedList | None = None,
) -> SignedList:
    return signed_list.verify(
        text, anchors=[anchor.certificate for anchor in anchors], algorithms=policy, now=now, last=last
    )


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(TrustError) as caught:
        call()
    return caught.value.code, caught.value.detail


def test_a_list_says_what_was_signed_and_by_whom() -> None:
    text = signed()
    read = verify(text)
    assert read.trusted_list == trusted_list.parse(raw())
    assert (read.signer, read.signed_at) == (SIGNER.certificate, NOW)
    assert json.loads(base64url.decode(text.split(".")[0])) == {
        "typ": "JOSE",
        "alg": "ES256",
        "iat": NOW,
        "x5c": x5c([SIGNER.certificate]),
        "x5t#S256": SIGNER.certificate.sha256,
    }


def test_the_signer_is_held_to_the_rules_of_those_who_sign_lists(asked_roles: list[Role]) -> None:
    verify(GOOD)
    assert asked_roles == [Role.LIST]


@pytest.mark.parametrize("iat", [0, 1, NOW + 60])
def test_a_list_was_signed_at_any_time_until_now(iat: int) -> None:
    """TS 119 182-1 5.1.11; a minute for clocks that differ."""
    assert verify(forge({**HEADER, "iat": iat}, raw(), key(SIGNER))).signed_at == iat


def test_when_the_certificate_of_a_signer_ended_is_said() -> None:
    ended = signed(LISTS.issue("S", organization=OPERATOR, country="FI", not_after=NOW - 1))
    with pytest.raises(TrustError) as caught:
        verify(ended)
    assert (caught.value.code, caught.value.facts) == ("trust_list_untrusted", {"time": NOW - 1})


def test_a_chain_with_an_authority_between_is_sent_whole() -> None:
    upper = LISTS.authority("Upper")
    text = signed(upper.issue("Signer", organization=OPERATOR, country="FI"), upper)
    assert verify(text).trusted_list.sequence == 3


@pytest.mark.parametrize("typ", [..., "JOSE", "jose", "application/jose", "JAdES", "JWT", "jwt"])
def test_the_types_that_are_in_use_are_read(typ: object) -> None:
    header = {name: value for name, value in {**HEADER, "typ": typ}.items() if value is not ...}
    assert verify(forge(header, raw(), key(SIGNER))).signed_at == NOW


def test_what_a_signature_need_not_say_may_be_left_out_and_further_members_are_ignored() -> None:
    header = {name: HEADER[name] for name in ("alg", "iat", "x5c")} | {"kid": "k", "cty": "json", "sigPId": {}}
    assert verify(forge(header, raw(), key(SIGNER))).signed_at == NOW


@pytest.mark.parametrize(
    "change",
    [
        {"typ": "dc+sd-jwt"},
        {"typ": "statuslist+jwt"},
        {"typ": ""},
        {"typ": None},
        {"typ": "jose "},
        {"iat": ...},
        {"iat": "2026-01-01T00:00:00Z"},
        {"iat": NOW + 0.5},
        {"iat": True},
        {"iat": -1},
        {"iat": NOW + 61},
        {"iat": ..., "sigT": "2026-01-01T00:00:00Z"},
        {"iat": ..., "sigT": "2026-01-01T00:00:00Z", "crit": ["sigT"]},
        {"x5t#S256": LISTS.certificate.sha256},
        {"x5t#S256": None},
        {"x5t": "AAAA"},
        {"sigD": {"mId": "http://uri.etsi.org/19182/ObjectIdByURI"}},
        {"sigD": {}, "crit": ["sigD"]},
        {"etsiU": []},
        {"crit": ["iat"]},
        {"b64": True},
        {"x5u": "https://lists.example/c.pem"},
    ],
)
def test_a_header_that_jades_does_not_allow_is_refused(change: Mapping[str, object]) -> None:
    header = {name: value for name, value in {**HEADER, **change}.items() if value is not ...}
    assert refused(lambda: verify(forge(header, raw(), key(SIGNER))))[0] == "trust_list_invalid"


def self_signed_list() -> str:
    alone = root("Alone", organization=OPERATOR, country="FI")
    return signed(alone)


@pytest.mark.case("X-18")
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: forge(HEADER, raw(), key(LISTS)), "bad_signature"),
        (lambda: with_header(GOOD, {"kid": "k"}), "bad_signature"),
        (lambda: with_header(GOOD, {"alg": "none"}), "alg_not_allowed"),
        (lambda: with_header(GOOD, {"alg": "HS256"}), "alg_not_allowed"),
        (lambda: with_header(GOOD, {}, remove=("x5c",)), "x5c_invalid"),
        (lambda: with_header(GOOD, {"x5c": []}), "x5c_invalid"),
        (lambda: with_header(GOOD, {"x5c": x5c([SIGNER.certificate, LISTS.certificate])}), "x5c_invalid"),
        (self_signed_list, "cert_self_signed"),
        (lambda: signed(root("L").issue("S", organization=OPERATOR, country="FI")), "chain_untrusted"),
        (lambda: signed(LISTS.issue("S", organization=OPERATOR, country="FI", not_after=NOW - 1)), "cert_expired"),
        (
            lambda: signed(
                LISTS.issue("S", organization=OPERATOR, country="FI", extended=[ExtendedKeyUsageOID.SERVER_AUTH])
            ),
            "cert_role",
        ),
        (
            lambda: forge({**HEADER, "x5c": x5c([other_operator().certificate])}, raw(), key(other_operator())),
            "jose_header",
        ),
    ],
    ids=["other key", "changed header", "none", "MAC", "no x5c", "empty x5c", "anchor in x5c", "self-signed",
         "unknown root", "expired signer", "TLS signer", "digest of another"],
)  # fmt: skip
def test_a_list_that_the_anchors_do_not_vouch_for_is_refused(make: Callable[[], str], reason: str) -> None:
    code, detail = refused(lambda: verify(make()))
    assert (code, detail) == ("trust_list_invalid" if reason == "jose_header" else "trust_list_untrusted", reason)


_OTHER = LISTS.issue("Other", organization="Somebody else", country="FI")


def other_operator() -> Holder:
    return _OTHER


def test_without_anchors_nobody_signs_lists() -> None:
    assert refused(lambda: verify(GOOD, anchors=())) == ("trust_list_untrusted", "chain_untrusted")


@pytest.mark.parametrize(
    ("organization", "country"), [("Somebody else", "FI"), (None, "FI"), (OPERATOR, "SE"), (OPERATOR, None)]
)
def test_only_the_scheme_operator_of_the_territory_signs_its_list(
    organization: str | None, country: str | None
) -> None:
    """TS 119 602 6.8."""
    holder = LISTS.issue("Signer", organization=organization, country=country)
    header = {"alg": "ES256", "iat": NOW, "x5c": x5c([holder.certificate])}
    assert refused(lambda: verify(forge(header, raw(), key(holder))))[0] == "trust_list_untrusted"
    assert refused(lambda: signed(holder))[0] == "trust_list_untrusted"


def test_one_of_several_operator_names_is_enough_and_a_list_without_territory_asks_for_no_country() -> None:
    document = json.loads(raw())
    information = document["LoTE"]["ListAndSchemeInformation"]
    information["SchemeOperatorName"].insert(0, {"lang": "fi", "value": "Joku"})
    del information["SchemeTerritory"]
    holder = LISTS.issue("Signer", organization=OPERATOR)
    header = {"alg": "ES256", "iat": NOW, "x5c": x5c([holder.certificate])}
    assert verify(forge(header, document, key(holder))).trusted_list.territory is None


def test_a_certificate_made_for_signing_lists_is_accepted() -> None:
    """TS 119 612 5.7.1: id-tsl-kp-tslSigning."""
    usage = x509.ObjectIdentifier("0.4.0.2231.3.0")
    assert verify(signed(LISTS.issue("S", organization=OPERATOR, country="FI", extended=[usage])))


def by_another_implementation(alg: str, holder: Holder) -> str:
    made = JWS(raw())
    header = {"alg": alg, "iat": NOW, "x5c": x5c([holder.certificate])}
    made.add_signature(JWK.from_pyca(holder.key), None, json.dumps(header))
    text: str = made.serialize(compact=True)
    return text


@pytest.mark.parametrize(
    ("alg", "curve"), [("ES256", ec.SECP256R1()), ("ES384", ec.SECP384R1()), ("ES512", ec.SECP521R1())]
)
def test_the_larger_curves_sign_lists_by_the_policy_for_lists_and_not_by_the_default(
    alg: str, curve: ec.EllipticCurve
) -> None:
    holder = LISTS.issue("S", organization=OPERATOR, country="FI", key=ec.generate_private_key(curve))
    text = by_another_implementation(alg, holder)
    assert verify(text).trusted_list.sequence == 3
    if alg != "ES256":
        assert refused(lambda: verify(text, policy=algorithms.ES256_ONLY))[0] == "trust_list_untrusted"


def test_rsa_signs_no_list() -> None:
    holder = LISTS.issue("S", organization=OPERATOR, country="FI", key=rsa.generate_private_key(65537, 2048))
    text = by_another_implementation("PS256", holder)
    assert refused(lambda: verify(text)) == ("trust_list_untrusted", "alg_not_allowed")
    assert verify(text, policy=algorithms.policy("PS256")).trusted_list.sequence == 3


def test_a_signed_text_that_is_no_list_is_refused() -> None:
    for payload in (b"{}", b"[]", b"x", b'{"LoTE":{}}'):
        assert refused(lambda payload=payload: verify(forge(HEADER, payload, key(SIGNER))))[0] == "trust_list_invalid"
    for text in ("", "x", GOOD + ".", GOOD + "\n", raw().decode()):
        assert refused(lambda text=text: verify(text))[0] in ("trust_list_invalid", "trust_list_untrusted")


def test_a_list_from_the_future_is_refused() -> None:
    assert refused(lambda: verify(signed(issued=NOW + 61))) == ("trust_list_invalid", "issued in the future")
    assert verify(signed(issued=NOW + 60))


def test_a_list_past_its_next_update_is_refused_unless_it_is_the_one_in_force() -> None:
    text = signed(next_update=NOW)
    held = verify(text, now=NOW)
    with pytest.raises(TrustError) as caught:
        verify(text, now=NOW + 1)
    assert (caught.value.code, caught.value.facts) == ("trust_list_outdated", {"time": NOW})
    assert verify(text, now=NOW + 1, last=held) == held
    again = signed(next_update=NOW)
    assert again != text
    assert refused(lambda: verify(again, now=NOW + 1, last=held))[0] == "trust_list_outdated"


@pytest.mark.parametrize(
    ("times", "accepted"),
    [
        ({"sequence": 4}, True),
        ({"sequence": 3}, True),
        ({"sequence": 3, "issued": NOW - DAY + 1}, True),
        ({"sequence": 4, "issued": NOW - 2 * DAY}, True),
        ({"sequence": 3, "issued": NOW - DAY - 1}, False),
        ({"sequence": 2}, False),
        ({"sequence": 2, "issued": NOW}, False),
    ],
)
def test_an_older_edition_than_the_one_in_force_is_refused(times: Mapping[str, int], accepted: bool) -> None:
    last = verify(GOOD)
    if accepted:
        assert verify(signed(**times), last=last).trusted_list.sequence == times["sequence"]
    else:
        assert refused(lambda: verify(signed(**times), last=last))[0] == "trust_list_outdated"
    assert verify(signed(**times)).trusted_list.sequence == times["sequence"]


def test_a_list_may_be_larger_than_anything_else_that_is_signed() -> None:
    types = frozenset(f"urn:type:{number}:" + "x" * 1000 for number in range(1100))
    entity = TrustedEntity("Hospital", "NTRFI-9900101-0", types, ENTITY.anchors, False)
    large = trusted_list.create([entity], operator=OPERATOR, sequence=1, issued=NOW, next_update=NOW)
    assert len(large) > strict_json.MAX_BYTES
    text = signed_list.create(large, certificates=[SIGNER.certificate], signer=KeySigner(key(SIGNER)), now=NOW)
    assert verify(text).trusted_list.entities == (entity,)


def test_a_list_that_cannot_be_read_is_not_signed() -> None:
    with pytest.raises(TrustError, match="trust_list_invalid"):
        signed_list.create(b"{}", certificates=[SIGNER.certificate], signer=KeySigner(key(SIGNER)), now=NOW)
