"""The packaged data loads."""

from credential_schemas import organisations
from credential_schemas.purposes import load_purposes
from credential_schemas.types import load_types


def test_the_packaged_types_purposes_and_organisations_load() -> None:
    assert set(load_types()) == {"elakepaatos", "itsearvio", "laakarinlausunto-b", "lausuntopalaute", "pid"}
    assert set(load_purposes()) == {"P1", "P4", "P5"}
    assert len(organisations.load()) == 10
