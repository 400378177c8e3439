"""Credentials without a status."""

import pytest

from openid4vc.errors import StatusError
from openid4vc.trust.making import DAY
from tests.openid4vc.credentials import NOW, Issuer, receive


@pytest.mark.case("T-18")
def test_a_credential_without_status_passes_only_if_its_life_is_short_or_its_issuer_may() -> None:
    strict, lenient = Issuer(), Issuer(status_optional=True)
    starts, a_day, longer = NOW - 3600, NOW - 3600 + DAY, NOW + DAY
    with pytest.raises(StatusError) as caught:
        receive(strict.card(status=None, nbf=starts, exp=longer), strict)
    assert caught.value.code == "status_missing"
    assert receive(lenient.card(status=None, nbf=starts, exp=longer), lenient).status is None
    assert receive(strict.card(status=None, nbf=starts, exp=a_day), strict).status is None
