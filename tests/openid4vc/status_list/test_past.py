"""Lists as they were: Token Status List §8.4."""

from collections.abc import Mapping

import pytest

from openid4vc.errors import ProtocolError, StatusError, TrustError
from openid4vc.status_list import checking, token
from openid4vc.status_list.reference import StatusReference
from openid4vc.status_list.token import StatusListToken
from openid4vc.trust.certificates import Certificate
from tests.openid4vc.status_list.test_token import (
    CLAIMS,
    HEADER,
    MIDDLE,
    URI,
    authorise,
    bits,
    refused,
    signed,
    verify,
    without,
)
from tests.openid4vc.trust.authorities import NOW

# A list that was in force for an hour and has not been for a day.
START, END = NOW - 90_000, NOW - 86_400
THEN: Mapping[str, object] = {**CLAIMS, "iat": START, "exp": END}


def verify_past(text: str, time: int, now: int = NOW) -> StatusListToken:
    return token.verify_past(text, uri=URI, time=time, now=now, authorise=authorise)


def refused_past(text: str, time: int, now: int = NOW) -> str:
    with pytest.raises(StatusError) as caught:
        verify_past(text, time, now)
    assert caught.value.code == "status_unavailable"
    assert isinstance(caught.value.__cause__, ProtocolError)
    return caught.value.__cause__.code


@pytest.mark.parametrize("time", [START, START + 1, END - 1])
def test_a_list_tells_what_was_so_while_it_was_in_force(time: int) -> None:
    text = signed(THEN)
    assert refused(text) == "expired"
    listed = verify_past(text, time)
    assert (listed.iat, listed.exp) == (START, END)
    with pytest.raises(StatusError) as caught:
        checking.check(StatusReference(URI, 1), listed, superseded_means_3=False)
    assert (caught.value.code, caught.value.facts["time"]) == ("revoked", START)
    checking.check(StatusReference(URI, 0), listed, superseded_means_3=False)


@pytest.mark.parametrize(
    ("time", "fault"),
    # §5.1, RFC 7519 §4.1.4: at `exp` it is over, also when that is asked afterwards. No skew on either side.
    [(START - 1, "not_yet_valid"), (START - 60, "not_yet_valid"), (END, "expired"), (END + 1, "expired")],
)
def test_a_list_tells_nothing_of_a_time_at_which_it_was_not_in_force(time: int, fault: str) -> None:
    assert refused_past(signed(THEN), time) == fault


def test_the_list_of_today_is_no_answer_about_yesterday() -> None:
    text = signed(CLAIMS)
    assert verify(text).iat == NOW - 10
    assert refused_past(text, NOW - 86_400) == "not_yet_valid"


def test_nbf_begins_the_time_of_a_list_too() -> None:
    text = signed({**THEN, "nbf": START + 10})
    assert verify_past(text, START + 10).iat == START
    assert refused_past(text, START + 9) == "not_yet_valid"


def test_a_list_that_does_not_say_until_when_it_was_in_force_tells_nothing_of_the_past() -> None:
    text = signed(without(THEN, "exp"))
    assert verify(text).exp is None
    assert refused_past(text, START) == "status_list_invalid"


def test_no_list_tells_what_is_to_come() -> None:
    text = signed({**CLAIMS, "exp": NOW + 1000})
    assert verify_past(text, NOW).exp == NOW + 1000
    assert refused_past(text, NOW + 1) == "status_list_invalid"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (signed({**THEN, "sub": f"{URI}0"}), "status_list_invalid"),
        (signed({**THEN, "sub": f"{URI}?time={START}"}), "status_list_invalid"),
        (signed(without(THEN, "iat")), "status_list_invalid"),
        (signed({**THEN, "iat": str(START)}), "time_claim_invalid"),
        (signed({**THEN, "exp": str(END)}), "time_claim_invalid"),
        (signed({**THEN, "exp": None}), "time_claim_invalid"),
        (signed({**THEN, "status_list": None}), "status_list_invalid"),
        (signed({**THEN, "status_list": {**bits(0).encode(), "aggregation_uri": 7}}), "status_list_invalid"),
        (signed(THEN, without(HEADER, "typ")), "typ_wrong"),
        (signed(THEN, without(HEADER, "x5c")), "x5c_invalid"),
        (signed(THEN, holder=MIDDLE), "bad_signature"),
        ("", "jose_malformed"),
    ],
)
def test_all_else_about_a_list_of_the_past_is_as_today(text: str, fault: str) -> None:
    assert refused_past(text, START) == fault


def test_whoever_the_caller_does_not_authorise_today_signed_nothing_in_the_past() -> None:
    def nobody(_certificates: tuple[Certificate, ...]) -> Certificate:
        raise TrustError("chain_untrusted")

    with pytest.raises(StatusError, match="status_unavailable: chain_untrusted"):
        token.verify_past(signed(THEN), uri=URI, time=START, now=NOW, authorise=nobody)


def test_a_copy_of_the_past_is_never_one_of_the_present() -> None:
    assert token.usable_until(verify_past(signed(THEN), START), fetched_at=NOW, limit=60) == END - 1


def test_the_past_is_asked_for_with_a_further_parameter() -> None:
    assert token.past_uri(URI, time=1_686_925_000) == f"{URI}?time=1686925000"
    assert token.past_uri(f"{URI}?list=1", time=0) == f"{URI}?list=1&time=0"
