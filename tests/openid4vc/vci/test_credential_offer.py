import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from openid4vc.errors import IssuanceError, ProtocolError
from openid4vc.vci import credential_offer
from openid4vc.vci.credential_offer import CredentialOffer, OfferByReference, OfferByValue, TxCode
from openid4vc.vci.token import GRANT

ISSUER = "https://issuer.example/clinic"


def offer(grant: object = None, **changes: Any) -> dict[str, Any]:
    """An honest offer; a change to None leaves a member out."""
    usual = {
        "credential_issuer": ISSUER,
        "credential_configuration_ids": ["card"],
        "grants": {GRANT: {"pre-authorized_code": "c-1", "tx_code": {"length": 6}} if grant is None else grant},
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def parse(value: object) -> CredentialOffer:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return credential_offer.parse(raw, allow_loopback_http=False)


def parse_uri(text: str, *, allow_loopback_http: bool = False) -> OfferByValue | OfferByReference:
    return credential_offer.parse_uri(text, allow_loopback_http=allow_loopback_http)


def by_value(value: object) -> str:
    return f"openid-credential-offer://?credential_offer={quote(json.dumps(value), safe='')}"


def refused(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_uri(text)
    assert caught.value.code == code


def test_an_offer_that_is_made_is_parsed_again() -> None:
    made = credential_offer.create(
        credential_issuer=ISSUER,
        credential_configuration_ids=["card"],
        pre_authorized_code="c-1",
        tx_code=TxCode("numeric", 6, "Toisella paperilla"),
    )
    assert parse(made) == CredentialOffer(ISSUER, ("card",), "c-1", TxCode("numeric", 6, "Toisella paperilla"), None)
    bare = credential_offer.create(
        credential_issuer=ISSUER,
        credential_configuration_ids=["card"],
        pre_authorized_code="c-1",
        tx_code=TxCode("text", None, None),
    )
    assert bare["grants"][GRANT]["tx_code"] == {"input_mode": "text"}
    assert parse(bare).tx_code == TxCode("text", None, None)
    without = credential_offer.create(
        credential_issuer=ISSUER, credential_configuration_ids=["card"], pre_authorized_code="c-1", tx_code=None
    )
    assert parse(without).tx_code is None


def test_an_offer_by_value_and_one_by_reference_are_told_apart() -> None:
    value = parse_uri(by_value(offer()))
    assert isinstance(value, OfferByValue) and value.offer.pre_authorized_code == "c-1"
    link = credential_offer.reference_uri("https://issuer.example/o/ABC")
    assert link == "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2FABC"
    assert parse_uri(link) == OfferByReference("https://issuer.example/o/ABC")
    assert parse_uri(link.replace("openid-credential-offer", "HAIP-VCI")) == OfferByReference(
        "https://issuer.example/o/ABC"
    )


def test_an_empty_tx_code_still_asks_for_one() -> None:
    assert parse(offer({"pre-authorized_code": "c-1", "tx_code": {}})).tx_code == TxCode("numeric", None, None)
    assert parse(offer({"pre-authorized_code": "c-1"})).tx_code is None


def test_unknown_members_are_ignored() -> None:
    assert parse({**offer(), "x": 1, "grants": {**offer()["grants"], "other": 1}}) == parse(offer())


@pytest.mark.case("W-01")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://issuer.example/offer?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo", "offer_scheme"),
        ("tel:+358401234567", "offer_scheme"),
        ("WIFI:S:cafe;T:WPA;P:x;;", "offer_scheme"),
        ("javascript:alert(1)", "offer_scheme"),
        ("BEGIN:VCARD", "offer_scheme"),
        ("openid4vp://?client_id=x", "offer_scheme"),
        ("", "offer_scheme"),
        ("openid-credential-offer", "offer_scheme"),
        ("openid-credential-offer://", "offer_malformed"),
        ("openid-credential-offer://?x=1", "offer_malformed"),
        (by_value(offer()) + "&credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo", "offer_malformed"),
        (by_value(offer()) + "&" + by_value(offer()).partition("?")[2], "offer_malformed"),
        ("openid-credential-offer://?credential_offer=", "offer_malformed"),
        ("openid-credential-offer://?credential_offer=%7B", "offer_malformed"),
        ("openid-credential-offer://?credential_offer=%zz", "offer_malformed"),
        ("openid-credential-offer://?credential_offer=%ff", "offer_malformed"),
        ("openid-credential-offer://?credential_offer={ }", "offer_malformed"),
        ("openid-credential-offer://?credential_offer=" + "a" * (1 << 20), "offer_malformed"),
        (by_value({**offer(), "x": "a" * 70_000}), "offer_malformed"),
        (by_value(offer(credential_issuer="http://issuer.example")), "net_forbidden"),
        (by_value(offer(credential_issuer="file:///etc/passwd")), "net_forbidden"),
        (by_value(offer(credential_issuer="javascript:alert(1)")), "net_forbidden"),
        (by_value(offer(credential_issuer="issuer.example")), "net_forbidden"),
        (by_value(offer(credential_issuer="https://issuer.example/#x")), "net_forbidden"),
        (by_value(offer(credential_issuer="https://issuer.example/?x=1")), "offer_malformed"),
        (credential_offer.reference_uri("http://issuer.example/o/1"), "net_forbidden"),
        (credential_offer.reference_uri("file:///etc/passwd"), "net_forbidden"),
        (credential_offer.reference_uri("data:application/json,{}"), "net_forbidden"),
        ("openid-credential-offer://?credential_offer_uri=", "net_forbidden"),
    ],
)
def test_a_link_that_is_no_offer_from_an_https_issuer_is_refused(text: str, code: str) -> None:
    refused(text, code)


@pytest.mark.case("W-02")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "[::1]",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "2130706433",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "good@evil.example",
        "good:pw@evil.example",
        "evil.example.",
        "evil.example:",
        "evil.example:0",
        "evil.example:99999",
        "[::1",
        "[fe80::1%25eth0]",
        "ex\u0430mple.org",
        "a b.example",
        "-a.example",
        "a..example",
        "%65vil.example",
        "evil.example\\@good.example",
        "",
    ],
)
def test_an_address_in_disguise_is_refused_before_any_connection(host: str) -> None:
    refused(credential_offer.reference_uri(f"https://{host}/o/1"), "net_forbidden")
    refused(by_value(offer(credential_issuer=f"https://{host}/clinic")), "net_forbidden")


def test_loopback_is_for_the_demo_alone_and_by_exact_name() -> None:
    for url in (
        "http://127.0.0.1:8001/o/1",
        "http://localhost:8001/o/1",
        "http://[::1]:8001/o/1",
        "https://127.0.0.2/",
    ):
        link = credential_offer.reference_uri(url)
        assert parse_uri(link, allow_loopback_http=True) == OfferByReference(url)
    for url in ("http://localhost.:8001/", "http://127.1:8001/", "http://10.0.0.1/", "http://[::ffff:127.0.0.1]/"):
        with pytest.raises(ProtocolError, match="net_forbidden"):
            parse_uri(credential_offer.reference_uri(url), allow_loopback_http=True)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[]",
        b'{"credential_issuer":"https://a.example","credential_issuer":"https://b.example"}',
        offer(credential_issuer=None),
        offer(credential_issuer=1),
        offer(credential_configuration_ids=None),
        offer(credential_configuration_ids=[]),
        offer(credential_configuration_ids="card"),
        offer(credential_configuration_ids=["card", "card"]),
        offer(credential_configuration_ids=[1]),
        offer(credential_configuration_ids=[""]),
        offer(credential_configuration_ids=[f"c{number}" for number in range(10_000)]),
        offer(grants=[]),
        offer([]),
        offer({}),
        offer({"pre-authorized_code": ""}),
        offer({"pre-authorized_code": "  "}),
        offer({"pre-authorized_code": 1}),
        offer({"pre-authorized_code": "a" * 5000}),
        offer({"pre-authorized_code": "c-1", "tx_code": None}),
        offer({"pre-authorized_code": "c-1", "tx_code": "x"}),
        offer({"pre-authorized_code": "c-1", "tx_code": {"input_mode": "emoji"}}),
        offer({"pre-authorized_code": "c-1", "tx_code": {"length": "6"}}),
        offer({"pre-authorized_code": "c-1", "tx_code": {"length": 0}}),
        offer({"pre-authorized_code": "c-1", "tx_code": {"length": True}}),
        offer({"pre-authorized_code": "c-1", "tx_code": {"description": "a" * 301}}),
        offer({"pre-authorized_code": "c-1", "tx_code": {"description": 1}}),
        offer({"pre-authorized_code": "c-1", "authorization_server": 1}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_malformed_offer_is_refused(value: object) -> None:
    with pytest.raises(IssuanceError, match="offer_malformed"):
        parse(value)


def test_an_offer_without_a_pre_authorized_code_is_not_half_accepted() -> None:
    for grants in (None, {}, {"authorization_code": {"issuer_state": "x"}}):
        with pytest.raises(IssuanceError, match="unsupported_grant"):
            parse(offer(grants=grants))


@pytest.mark.vectors
def test_the_offers_of_the_specification_and_of_the_eudi_library(vectors: Path) -> None:
    spec = vectors / "openid4vci/1.0/examples"
    assert parse((spec / "credential_offer_multiple_credentials.json").read_bytes()).tx_code == TxCode(
        "numeric", 4, "Please provide the one-time code that was sent via e-mail"
    )
    assert parse((spec / "credential_offer_by_reference.json").read_bytes()).tx_code == TxCode("numeric", None, None)
    assert (
        parse((spec / "credential_offer_pre-authz_code.json").read_bytes()).pre_authorized_code == "adhjhdjajkdkhjhdj"
    )
    eudi = vectors / "openid4vci-eudi/src/test/resources/eu/europa/ec/eudi/openid4vci/internal"
    assert len(parse((eudi / "sample_credential_offer.json").read_bytes()).credential_configuration_ids) == 4
    refusals = {
        "credential_offer_over_sized_tx_code_description.json": "offer_malformed",
        "credential_offer_with_blank_pre_authorized_code.json": "offer_malformed",
        "sample_credential_offer_auth_code.json": "unsupported_grant",
    }
    for name, code in refusals.items():
        with pytest.raises(IssuanceError, match=code):
            parse((eudi / name).read_bytes())
