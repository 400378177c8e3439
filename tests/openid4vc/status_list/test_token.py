"""Status list tokens, from the net to an answer about one credential."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc.errors import ProtocolError, StatusError, TrustError
from openid4vc.jose.jws import KeySigner
from openid4vc.status_list import checking, token
from openid4vc.status_list.bits import BITS, StatusList
from openid4vc.status_list.keeping import KeptStatusList
from openid4vc.status_list.reference import StatusReference, parse
from openid4vc.status_list.token import StatusListToken
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role, x5c
from tests.openid4vc.forging import forge
from tests.openid4vc.trust.authorities import NOW, Holder, root, self_signed

URI = "https://issuer.example/status/1"
ROOT = root("Status")
MIDDLE = ROOT.authority("Middle")
SIGNER = MIDDLE.issue("Signer")
CHAIN = x5c([SIGNER.certificate, MIDDLE.certificate])


def key(holder: Holder) -> EllipticCurvePrivateKey:
    assert isinstance(holder.key, EllipticCurvePrivateKey)
    return holder.key


def authorise(certificates: tuple[Certificate, ...]) -> Certificate:
    return chain.verify(certificates, role=Role.STATUS, anchors=[ROOT.certificate], now=NOW)


def bits(*values: int, width: int = 2) -> KeptStatusList:
    kept = KeptStatusList(width, 16)
    for index, value in enumerate(values):
        kept.set(index, value)
    return kept


HEADER: dict[str, object] = {"alg": "ES256", "typ": "statuslist+jwt", "x5c": CHAIN}
CLAIMS: dict[str, object] = {
    "sub": URI,
    "iat": NOW - 10,
    "exp": NOW + 1000,
    "ttl": 60,
    "status_list": bits(0, 1, 2, 3).encode(),
}


def signed(
    claims: Mapping[str, object] = CLAIMS, header: Mapping[str, object] = HEADER, holder: Holder = SIGNER
) -> str:
    return forge(header, claims, key(holder))


def without(members: Mapping[str, object], name: str) -> dict[str, object]:
    return {each: value for each, value in members.items() if each != name}


def create(status_list: KeptStatusList, exp: int, ttl: int, aggregation_uri: str | None = None) -> str:
    return token.create(
        uri=URI,
        status_list=status_list,
        aggregation_uri=aggregation_uri,
        iat=NOW,
        exp=exp,
        ttl=ttl,
        signer=KeySigner(key(SIGNER)),
        x5c=CHAIN,
    )


def verify(text: str, uri: str = URI, now: int = NOW) -> StatusListToken:
    return token.verify(text, uri=uri, now=now, authorise=authorise)


def refused(text: str, uri: str = URI, now: int = NOW) -> str:
    """The fault of a token, which people see as `status_unavailable` whatever it is."""
    with pytest.raises(StatusError) as caught:
        verify(text, uri, now)
    assert caught.value.code == "status_unavailable"
    cause = caught.value.__cause__
    assert isinstance(cause, ProtocolError)
    return cause.code


def test_a_token_that_we_make_is_one_that_we_accept() -> None:
    listed = StatusListToken(URI, StatusList(2, b"\x04\0\0\0"), NOW, NOW + 86400, 60, None)
    assert verify(create(bits(0, 1), NOW + 86400, 60)) == listed


@pytest.mark.parametrize(("exp", "ttl"), [(NOW + 1, 1), (NOW + 86400, 86400)])
def test_a_token_may_be_kept_to_its_end_and_lives_from_a_second_to_a_day(exp: int, ttl: int) -> None:
    made = create(bits(), exp, ttl)
    assert (verify(made).exp, verify(made).ttl) == (exp, ttl)


@pytest.mark.parametrize(("exp", "ttl"), [(NOW, 1), (NOW + 86401, 60), (NOW + 60, 0), (NOW + 60, 61), (NOW - 1, 1)])
def test_a_token_that_would_outlive_a_day_or_its_own_end_is_not_made(exp: int, ttl: int) -> None:
    with pytest.raises(ValueError):
        create(bits(), exp, ttl)


@pytest.mark.vectors
def test_the_example_of_section_5_1_is_read_for_all_but_its_missing_chain(vectors: Path) -> None:
    example = json.loads((vectors / "status-list" / "body-examples.json").read_text("utf-8"))["jwt"]
    assert refused(example["compact"], example["payload"]["sub"]) == "x5c_invalid"
    # The same claims, with an `iss` that the figure does not show, under a chain that is trusted here.
    read = verify(signed(example["payload"]), example["payload"]["sub"])
    assert (read.exp, read.ttl, read.status_list.data.hex()) == (2291720170, 43200, "b9a3")


@pytest.mark.case("T-03")
def test_a_list_for_another_uri_is_refused_though_its_signature_is_good() -> None:
    assert refused(signed({**CLAIMS, "sub": "https://issuer.example/status/2"})) == "status_list_invalid"
    assert refused(signed(), "https://issuer.example/status/1/") == "status_list_invalid"
    assert refused(signed(without(CLAIMS, "sub"))) == "status_list_invalid"


@pytest.mark.case("T-04")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (signed({**CLAIMS, "exp": NOW}), "expired"),
        (signed({**CLAIMS, "exp": "never"}), "time_claim_invalid"),
        (signed({**CLAIMS, "exp": None}), "time_claim_invalid"),
        (signed(without(CLAIMS, "iat")), "status_list_invalid"),
        (signed({**CLAIMS, "iat": NOW + 61}), "not_yet_valid"),
        (signed({**CLAIMS, "iat": "1"}), "time_claim_invalid"),
        (signed({**CLAIMS, "iat": True}), "time_claim_invalid"),
        (signed({**CLAIMS, "nbf": NOW + 61}), "not_yet_valid"),
        (signed(header=without(HEADER, "typ")), "typ_wrong"),
        (signed(header={**HEADER, "typ": "JWT"}), "typ_wrong"),
        (signed(header={**HEADER, "alg": "none"}), "alg_not_allowed"),
        (signed(header=without(HEADER, "x5c")), "x5c_invalid"),
        (signed(header={**HEADER, "x5c": x5c([root("Fake").issue("S").certificate])}), "chain_untrusted"),
        (signed(header={**HEADER, "x5c": x5c([self_signed("S").certificate])}), "cert_self_signed"),
        (signed({**CLAIMS, "status_list": None}), "status_list_invalid"),
        (signed(without(CLAIMS, "status_list")), "status_list_invalid"),
        ("", "jose_malformed"),
        ("<html>", "jose_malformed"),
        ("a" * (1 << 20) + ".b.c", "too_large"),
    ],
)
def test_a_token_that_is_not_in_force_or_not_by_a_trusted_signer_answers_nothing(text: str, fault: str) -> None:
    assert refused(text) == fault


def test_a_clock_that_is_a_minute_ahead_is_forgiven_and_an_end_that_has_passed_is_not() -> None:
    assert verify(signed({**CLAIMS, "iat": NOW + 60})).iat == NOW + 60
    assert verify(signed({**CLAIMS, "exp": NOW + 1})).exp == NOW + 1


def test_members_that_nobody_here_knows_are_ignored() -> None:
    verify(signed({**CLAIMS, "iss": "https://issuer.example", "aggregation_uri": 7}))


@pytest.mark.case("X-08")
@pytest.mark.parametrize("holder", [MIDDLE, ROOT, MIDDLE.issue("Signer"), self_signed("Signer")])
def test_a_token_signed_by_another_key_than_the_leafs_is_refused(holder: Holder) -> None:
    assert refused(signed(holder=holder)) == "bad_signature"


def test_whoever_the_caller_does_not_authorise_signs_nothing() -> None:
    def nobody(_certificates: tuple[Certificate, ...]) -> Certificate:
        raise TrustError("chain_untrusted")

    with pytest.raises(StatusError) as caught:
        token.verify(signed(), uri=URI, now=NOW, authorise=nobody)
    assert caught.value.code == "status_unavailable"


def outcome(index: int, of: KeptStatusList, *, superseded_means_3: bool = False) -> tuple[str, object]:
    listed = verify(signed({**CLAIMS, "status_list": of.encode()}))
    try:
        checking.check(StatusReference(URI, index), listed, superseded_means_3=superseded_means_3)
    except StatusError as error:
        return error.code, error.facts.get("time")
    return "valid", None


@pytest.mark.case("T-01")
@pytest.mark.parametrize("width", BITS)
def test_value_1_is_revoked_with_the_time_of_the_list(width: int) -> None:
    assert outcome(0, bits(1, 0, width=width)) == ("revoked", NOW - 10)
    assert outcome(1, bits(1, 0, width=width)) == ("valid", None)


@pytest.mark.case("T-02")
def test_only_0_is_valid_and_what_is_not_in_the_registry_is_unknown() -> None:
    assert outcome(0, bits(2)) == ("suspended", NOW - 10)
    assert outcome(0, bits(3)) == ("status_unknown", NOW - 10)
    for value in range(3, 16):
        assert outcome(0, bits(value, width=4))[0] == "status_unknown"
        assert outcome(0, bits(value, width=8))[0] == "status_unknown"
    assert outcome(0, bits(255, width=8), superseded_means_3=True)[0] == "status_unknown"


def test_value_3_is_superseded_only_where_the_trust_folder_says_so() -> None:
    assert outcome(0, bits(3), superseded_means_3=True) == ("superseded", NOW - 10)
    assert outcome(0, bits(4, width=4), superseded_means_3=True)[0] == "status_unknown"


@pytest.mark.case("T-05")
def test_an_index_is_an_integer_within_the_list() -> None:
    for index in (16, 17, 1 << 31, (1 << 53) - 1):
        assert outcome(index, bits(1, 1)) == ("status_unknown", None)
    assert outcome(15, bits(*[0] * 15, 1))[0] == "revoked"
    assert outcome(15, bits(*[1] * 15, 0))[0] == "valid"
    wrong: list[object] = [-1, 1.5, 1.0, "5", True, False, None, [1]]
    for value in wrong:
        with pytest.raises(StatusError) as caught:
            parse({"status_list": {"idx": value, "uri": URI}})
        assert caught.value.code == "status_unknown"


def test_a_status_claim_names_a_list_by_a_web_address() -> None:
    assert parse({"status_list": {"idx": 0, "uri": URI}, "identifier_list": {}}) == StatusReference(URI, 0)
    for uri in ("http://127.0.0.1:8001/status/1", URI.ljust(2048, "x")):
        assert parse({"status_list": {"idx": 1, "uri": uri}}) == StatusReference(uri, 1)
    uris = [
        None,
        1,
        "",
        "file:///etc/passwd",
        "gopher://x/",
        "https://",
        "//x/y",
        f"{URI}#1",
        "https://[/",
        URI.ljust(2049, "x"),
    ]
    values: list[object] = [{"status_list": {"idx": 0, "uri": uri}} for uri in uris]
    values += [None, {}, [], {"status_list": None}, {"status_list": []}, {"identifier_list": {}}]
    for value in values:
        with pytest.raises(StatusError) as caught:
            parse(value)
        assert caught.value.code == "status_unknown"


def test_a_cache_that_mixes_two_lists_up_answers_nothing() -> None:
    with pytest.raises(StatusError) as caught:
        checking.check(StatusReference(f"{URI}0", 0), verify(signed()), superseded_means_3=True)
    assert caught.value.code == "status_unavailable"


@pytest.mark.case("T-17")
@pytest.mark.parametrize(
    ("ttl", "kept"),
    [
        (60, 60),
        (1.5, 1),
        (10 * 365 * 86400, 86400),
        (0, 1),
        (-5, 1),
        ("60", 1),
        (True, 1),
        (None, 1),
    ],
)
def test_how_long_a_copy_is_kept_lies_between_a_second_and_a_day(ttl: object, kept: int) -> None:
    listed = verify(signed({**without(CLAIMS, "exp"), "ttl": ttl}))
    assert listed.exp is None
    assert token.usable_until(listed, fetched_at=NOW, limit=1 << 40) == NOW + kept
    assert token.usable_until(listed, fetched_at=NOW, limit=30) == NOW + min(kept, 30)
    ending = verify(signed({**CLAIMS, "ttl": ttl, "exp": NOW + 20}))
    assert token.usable_until(ending, fetched_at=NOW, limit=1 << 40) == NOW + min(kept, 19)


def test_without_ttl_a_copy_is_kept_a_day_at_most() -> None:
    listed = verify(signed(without(without(CLAIMS, "ttl"), "exp")))
    assert token.usable_until(listed, fetched_at=NOW, limit=1 << 40) == NOW + 86400
