"""Every page of both services in three languages: what pages.md §1, §2 and §7 ask of each of them."""

import pytest

from tests.browser import rules
from tests.browser.stage import LANGUAGES, Stage
from tests.browser.tours import TOURS


@pytest.mark.case("D-06")
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tour", TOURS)
def test_every_page_is_accessible_whole_in_its_language_and_inside_the_policy(
    stage: Stage, tour: str, language: str
) -> None:
    service, username, walk = TOURS[tour]
    with stage.visit(service, username, language=language) as visitor:
        found = [f"{name}: {fault}" for name in walk(stage, visitor) for fault in rules.faults(visitor)]
    assert found == []
