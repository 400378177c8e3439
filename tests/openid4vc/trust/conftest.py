"""What tests of certificates and lists may ask for."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role


@pytest.fixture
def east_of_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process whose local time is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "EET-2")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def asked_roles(monkeypatch: pytest.MonkeyPatch) -> list[Role]:
    """The roles whose rules were asked about a chain, in turn."""
    asked: list[Role] = []
    verify = chain.verify

    def watched(x5c: tuple[Certificate, ...], *, role: Role, **rules: Any) -> Certificate:
        asked.append(role)
        return verify(x5c, role=role, **rules)

    monkeypatch.setattr(chain, "verify", watched)
    return asked
