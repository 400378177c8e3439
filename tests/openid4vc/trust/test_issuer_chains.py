"""What is remembered of issuers' chains is what asking again would say, at every time and for every type."""

from dataclasses import replace

import pytest

from openid4vc.errors import ProtocolError
from openid4vc.jose import jws
from openid4vc.trust.certificates import Certificate, Role, x5c
from openid4vc.trust.issuer_chains import IssuerChains
from openid4vc.trust.issuers import TrustedIssuer, TrustedIssuers
from openid4vc.trust.making import DAY, make_root
from tests.openid4vc.credentials import HOLDER, NOW, PAYLOAD, VCT, Issuer, check, present, receive
from tests.openid4vc.forging import forge
from tests.openid4vc.trust import authorities

ROOT = authorities.root("Issuers", not_before=NOW - DAY)
OTHER_VCT = "https://types.example/other/1"


def header_of(text: str) -> str:
    return text.partition(".")[0]


def code(issuer: Issuer, text: str, now: int) -> str:
    with pytest.raises(ProtocolError) as caught:
        receive(text, issuer, now=now)
    return caught.value.code


def test_a_header_is_read_once_and_the_next_credential_under_it_gives_the_same_answer() -> None:
    issuer = Issuer()
    first, second = issuer.card(), issuer.card()
    assert not issuer.issuers.remembered
    fresh = receive(first, issuer)
    assert set(issuer.issuers.remembered) == {header_of(first)} == {header_of(second)}
    again = receive(second, issuer)
    assert again.sd_jwt.header is fresh.sd_jwt.header
    assert (again.issuer, again.certificate, again.vct) == (fresh.issuer, fresh.certificate, fresh.vct)
    assert check(present(first, issuer, [("name",)]), issuer).claims["name"] == "Aino"


def test_a_remembered_header_lets_no_other_signature_through() -> None:
    issuer, thief = Issuer(), Issuer()
    receive(issuer.card(), issuer)
    header = jws.parse(issuer.card().partition("~")[0], typ=None).header
    payload = jws.read_claims(jws.parse(issuer.card().partition("~")[0], typ=None).payload)
    assert code(issuer, forge(header, payload, thief.key) + "~", NOW) == "bad_signature"


def test_a_remembered_chain_ends_with_its_certificates() -> None:
    issuer = Issuer()
    text = issuer.card(exp=NOW + 10_000 * DAY)
    receive(text, issuer)
    last = issuer.certificate.not_after
    receive(text, issuer, now=last)
    assert code(issuer, text, last + 1) == "cert_expired"
    receive(text, issuer)
    assert code(issuer, text, issuer.certificate.not_before - 1) == "cert_not_yet_valid"


def test_an_anchor_that_begins_is_noticed_in_a_chain_that_is_remembered() -> None:
    root = authorities.root("Root", not_before=NOW - DAY)
    later = authorities.root("Root", key=root.key, not_before=NOW + 100)
    leaf = root.issue("Leaf", not_before=NOW - DAY)
    entry = replace(Issuer().entry, organization_identifier=None, anchors=(root.certificate,))
    other = replace(entry, vct=frozenset({OTHER_VCT}), anchors=(later.certificate,))
    chains = IssuerChains(TrustedIssuers([entry, other]), limit=4)
    chain = chains.read(jws.parse(forge({"alg": "ES256", "x5c": x5c([leaf.certificate])}, {}, HOLDER), typ=None))
    assert chains.for_credential(chain, vct=VCT, now=NOW) == (entry, leaf.certificate)
    for now in (NOW, NOW + 99):
        with pytest.raises(ProtocolError, match="issuer_not_authorised_for_type"):
            chains.for_credential(chain, vct=OTHER_VCT, now=now)
    assert chains.for_credential(chain, vct=OTHER_VCT, now=NOW + 100) == (other, leaf.certificate)
    assert chains.for_credential(chain, vct=VCT, now=NOW + 101) == (entry, leaf.certificate)


class Counted(TrustedIssuers):
    """Counts how often a path is looked for."""

    count = 0

    def above(self, x5c: tuple[Certificate, ...], *, now: int) -> tuple[TrustedIssuer, ...]:
        self.count += 1
        return super().above(x5c, now=now)


def test_a_path_is_looked_for_once_as_long_as_no_certificate_begins_or_ends() -> None:
    leaf = ROOT.issue("Leaf", not_before=NOW - 10, not_after=NOW + 10)
    entry = replace(Issuer().entry, organization_identifier=None, anchors=(ROOT.certificate,))
    issuers = Counted([entry])
    chains = IssuerChains(issuers, limit=4)
    parsed = jws.parse(forge({"alg": "ES256", "x5c": x5c([leaf.certificate])}, {}, HOLDER), typ=None)
    chain = chains.read(parsed)
    assert (chain.protected, chain.header) == (parsed.protected, parsed.header)
    for now in (NOW, NOW - 10, NOW + 10, NOW):
        assert chains.for_credential(chain, vct=VCT, now=now) == (entry, leaf.certificate)
        assert chains.read(parsed) is chain
    assert issuers.count == 1
    for now, times in ((NOW - 11, 2), (NOW + 11, 3)):
        with pytest.raises(ProtocolError, match="cert_"):
            chains.for_credential(chain, vct=VCT, now=now)
        assert issuers.count == times


def test_a_type_is_asked_about_every_time() -> None:
    issuer = Issuer()
    receive(issuer.card(), issuer)
    assert code(issuer, issuer.card(vct=OTHER_VCT), NOW) == "issuer_not_authorised_for_type"


def test_a_list_past_its_next_update_vouches_for_nobody_although_remembered() -> None:
    issuer = Issuer(valid_until=NOW + 10)
    receive(issuer.card(), issuer)
    assert code(issuer, issuer.card(), NOW + 11) == "trust_list_invalid"


def test_what_leads_to_nobody_is_not_remembered() -> None:
    issuer, stranger = Issuer(), Issuer(make_root(Role.ISSUER, now=NOW))
    for _ in range(3):
        assert code(issuer, stranger.card(), NOW) == "untrusted_issuer"
    assert not issuer.issuers.remembered


def test_the_memory_is_bounded() -> None:
    issuer = Issuer()
    for number in range(9):
        header = {"typ": "dc+sd-jwt", "x5c": issuer.x5c, "kid": str(number)}
        text = issuer.forged(PAYLOAD, header)
        receive(text, issuer)
        assert header_of(text) in issuer.issuers.remembered
        assert len(issuer.issuers.remembered) <= 4
