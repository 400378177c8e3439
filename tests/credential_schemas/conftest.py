"""The packaged data, loaded once, and a day to count from."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from credential_schemas import organisations as organisations_data
from credential_schemas.organisations import Organisation
from credential_schemas.purposes import Purpose, load_purposes
from credential_schemas.types import CredentialType, load_types, sample
from credential_schemas.validation import complete

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def types() -> Mapping[str, CredentialType]:
    return load_types()


@pytest.fixture(scope="session")
def purposes() -> Mapping[str, Purpose]:
    return load_purposes()


@pytest.fixture(scope="session")
def organisations() -> Mapping[str, Organisation]:
    return organisations_data.load()


@pytest.fixture(scope="session")
def feedback(types: Mapping[str, CredentialType]) -> CredentialType:
    return types["lausuntopalaute"]


@pytest.fixture
def c1(feedback: CredentialType) -> dict[str, Any]:
    """Input claims of the feedback of case C1; a test may change them."""
    return sample(feedback, "C1", TODAY)


def document(credential_type: CredentialType, case: str, organisation: Organisation, **changes: Any) -> dict[str, Any]:
    """All claims of a sample document as that organisation gives it; a change of None leaves the claim out."""
    claims = {**sample(credential_type, case, TODAY), **changes}
    given = {name: value for name, value in claims.items() if value is not None}
    return complete(credential_type, given, organisation=organisation, document_id="1.2.246.10.1", today=TODAY)
