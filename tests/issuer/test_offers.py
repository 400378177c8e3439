"""GET /o/{handle}: OpenID4VCI §4.1.3, and what a printed code may do for whoever finds it."""

from collections import Counter

import httpx
import pytest

from issuer import document_status, documents, secrets_of_offers, sheets
from issuer.documents import OfferMade
from issuer.errors import IssuerError
from openid4vc import printed_codes
from tests.issuer.stranger import GRANT, Credential
from tests.issuer.world import URL, World, wrong

NOWHERE = "0" * 26


def get(world: World, made: OfferMade) -> httpx.Response:
    answer: httpx.Response = world.wallet().fetch_offer(made.offer_uri)
    return answer


def is_gone(answer: httpx.Response) -> bool:
    return answer.status_code in (404, 410) and "code" not in answer.text


@pytest.mark.case("C-11")
def test_codes_and_links_are_uniform_random_and_long_enough() -> None:
    codes = [secrets_of_offers.new_tx_code() for _ in range(2_000)]
    handles = [secrets_of_offers.new_handle() for _ in range(2_000)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert all(secrets_of_offers.is_handle(handle) for handle in handles)
    assert len(set(handles)) == len(handles)
    assert handles != sorted(handles)
    # 26 characters of 32: 130 bits. Each digit and letter turns up as often as chance allows (six sigma).
    digits = Counter("".join(codes))
    assert all(abs(count - 1_200) < 200 for count in digits.values())
    assert len(digits) == 10
    letters = Counter("".join(handles))
    assert all(abs(count - 1_625) < 245 for count in letters.values())
    assert len(letters) == 32


@pytest.mark.case("C-12")
def test_guessing_links_finds_nothing_and_tells_nothing(world: World) -> None:
    expired = world.offer()
    world.wait(15 * 86_400)
    handle = expired.offer_uri[-26:]
    guesses = [secrets_of_offers.new_handle() for _ in range(1_000)]
    guesses += [f"{number:026d}" for number in range(20)] + [handle[:length] for length in range(1, 26)]
    seen = {(answer.status_code, answer.content) for answer in (world.client.get(f"{URL}/o/{it}") for it in guesses)}
    ended = world.client.get(f"{URL}/o/{handle}")
    assert seen == {(404, ended.content)}
    assert ended.status_code == 404


@pytest.mark.case("C-13")
def test_an_offer_can_be_fetched_again_until_it_is_redeemed(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    codes = set()
    for _ in range(10):
        answer = get(world, made)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        offer = answer.json()
        assert offer["credential_configuration_ids"] == ["lausuntopalaute"]
        codes.add(offer["grants"][GRANT]["pre-authorized_code"])
        world.wait(world.settings.code_seconds // 5)
    assert len(codes) > 1
    assert wallet.token(offer, made.tx_code).status_code == 200
    for code in codes:
        offer["grants"][GRANT]["pre-authorized_code"] = code
        assert wallet.token(offer, made.tx_code).json()["error"] == "invalid_grant"


@pytest.mark.case("C-14")
@pytest.mark.parametrize("end", ["redeemed", "expired", "cancelled", "revoked", "locked", "reprinted"])
def test_an_ended_offer_is_not_there(world: World, end: str) -> None:
    made = world.offer()
    wallet = world.wallet()
    offer = get(world, made).json()
    match end:
        case "redeemed":
            assert wallet.token(offer, made.tx_code).status_code == 200
        case "expired":
            world.wait(14 * 86_400 + 1)
        case "cancelled":
            world.act(documents.cancel, made.document_id)
        case "revoked":
            world.act(document_status.revoke, made.document_id, reason=None)
        case "locked":
            for _ in range(5):
                wallet.token(offer, wrong(str(made.tx_code)))
        case "reprinted":
            again = world.act(documents.reprint, made.document_id, tx_code=True, valid_days=None, replace=False)
            assert get(world, again).status_code == 200
    assert is_gone(get(world, made))


@pytest.mark.case("C-15")
@pytest.mark.parametrize("after", ["fetch", "token", "nonce"])
def test_a_cancelled_offer_gives_nothing_however_far_the_wallet_was(world: World, after: str) -> None:
    made = world.offer()
    wallet = world.wallet()
    offer = get(world, made).json()
    issuer = offer["credential_issuer"]
    token, proof = "", None
    if after != "fetch":
        token = wallet.token(offer, made.tx_code).json()["access_token"]
    if after == "nonce":
        proof = wallet.proof(issuer, wallet.nonce(issuer))
    signed = world.counter("signatures_total", kind="credential")
    world.act(documents.cancel, made.document_id)
    if after == "fetch":
        assert wallet.token(offer, made.tx_code).json()["error"] == "invalid_grant"
    else:
        answer = wallet.credential(offer, token, proof)
        assert answer.status_code == 401 or answer.json()["error"] == "credential_request_denied"
    assert world.counter("signatures_total", kind="credential") == signed
    assert world.view(made.document_id).copies == ()


def test_looking_without_taking_does_not_count_as_opened(world: World) -> None:
    made = world.offer()
    link = f"{URL}/o/{made.offer_uri[-26:]}"
    assert world.client.request("HEAD", link).status_code == 405
    assert world.client.request("OPTIONS", link).status_code == 405
    assert world.view(made.document_id).state == "offered"
    assert world.client.get(link).status_code == 200
    assert world.view(made.document_id).state == "fetched"


@pytest.mark.case("P-01")
def test_a_photographed_sheet_is_worth_nothing_without_the_code(world: World) -> None:
    made = world.offer()
    finder = world.wallet()
    offer = get(world, made).json()
    assert finder.token(offer, None).json()["error"] == "invalid_request"
    for _ in range(5):
        assert finder.token(offer, wrong(str(made.tx_code))).json()["error"] == "invalid_grant"
    assert world.view(made.document_id).state == "locked"
    assert is_gone(get(world, made))
    again = world.act(documents.reprint, made.document_id, tx_code=True, valid_days=None, replace=False)
    assert again.document_id == made.document_id
    assert world.wallet().receive(again.offer_uri, again.tx_code).disclosed["given_name"] == "Erkki"


@pytest.mark.case("P-02")
def test_who_was_second_is_told_so_and_the_first_ones_credential_can_be_killed(world: World) -> None:
    made = world.offer()
    patients = get(world, made).json()
    finder = world.wallet()
    stolen = finder.receive(made.offer_uri, made.tx_code)
    assert world.wallet().token(patients, made.tx_code).json()["error"] == "invalid_grant"
    seen = world.view(made.document_id)
    assert seen.offer.redeemed_at is not None
    assert (seen.state, finder.status(stolen)) == ("received", 0)
    world.act(document_status.revoke, made.document_id, reason="code_misused")
    assert finder.status(stolen) == 1


@pytest.mark.case("P-04")
def test_the_printed_code_is_a_random_link_and_nothing_else(world: World) -> None:
    made = world.offer()
    pdf = world.act(sheets.sheet, made.document_id, language=None)
    (code,) = printed_codes.read(pdf)
    assert code.text == made.offer_uri
    link = made.offer_uri.partition("credential_offer_uri=")[2]
    assert link == "http%3A%2F%2F127.0.0.1%3A8001%2Fo%2F" + made.offer_uri[-26:]
    assert secrets_of_offers.is_handle(made.offer_uri[-26:])
    assert str(made.tx_code) not in made.offer_uri


@pytest.mark.case("P-05")
def test_a_lost_sheet_that_was_cancelled_opens_nothing(world: World) -> None:
    made = world.offer()
    world.act(documents.cancel, made.document_id)
    assert is_gone(get(world, made))
    assert world.view(made.document_id).state == "cancelled"


@pytest.mark.case("P-06")
def test_a_sheet_opens_nothing_after_its_last_day(world: World) -> None:
    made = world.offer(valid_days=2)
    world.wait(2 * 86_400 - 60)
    assert get(world, made).status_code == 200
    world.wait(61)
    assert is_gone(get(world, made))
    assert world.view(made.document_id).state == "expired"


def test_the_code_sheet_carries_the_code_and_no_link(world: World) -> None:
    made = world.offer()
    pdf = world.act(sheets.code_sheet, made.document_id, language="sv")
    assert pdf.startswith(b"%PDF")
    with pytest.raises(printed_codes.PrintedCodeError):
        printed_codes.read(pdf)


def test_what_a_wallet_has_is_not_simply_printed_again(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    first = wallet.receive(made.offer_uri, made.tx_code)

    def again(*, replace: bool) -> OfferMade:
        return world.act(documents.reprint, made.document_id, tx_code=True, valid_days=None, replace=replace)

    with pytest.raises(IssuerError, match="offer_redeemed"):
        again(replace=False)
    with pytest.raises(IssuerError, match="offer_redeemed"):
        world.act(documents.cancel, made.document_id)
    replacement = again(replace=True)
    assert wallet.status(first) == 3
    second = world.wallet().receive(replacement.offer_uri, replacement.tx_code)
    assert (wallet.status(first), wallet.status(second)) == (3, 0)
    assert second.disclosed["document_id"] == first.disclosed["document_id"]
    world.act(document_status.revoke, made.document_id, reason=None)
    assert (wallet.status(first), wallet.status(second)) == (3, 1)


def test_the_same_request_twice_makes_one_document(world: World) -> None:
    first = world.offer(request_key="click-0001")
    assert world.offer(request_key="click-0001") == first
    assert world.offer(request_key="click-0002") != first


@pytest.mark.parametrize("days", [0, -1, 61])
def test_a_code_lives_between_one_and_sixty_days(world: World, days: int) -> None:
    with pytest.raises(IssuerError, match="valid_days_out_of_range"):
        world.offer(valid_days=days)


def test_one_wallets_credential_is_one_copy(world: World) -> None:
    made = world.offer()
    assert isinstance(world.wallet().receive(made.offer_uri, made.tx_code), Credential)
    assert len(world.view(made.document_id).copies) == 1
