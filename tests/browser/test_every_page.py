"""Every page of both services in three languages: accessible, whole, inside the policy."""

import pytest

from tests.browser import rules
from tests.browser.stage import LANGUAGES, Service, Stage
from tests.browser.tours import TOURS


@pytest.mark.case("D-06")
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service", ["issuer", "verifier"])
def test_every_page_is_accessible_whole_in_its_language_and_inside_the_policy(
    stage: Stage, service: Service, language: str
) -> None:
    found: list[str] = []
    opened: set[str] = set()
    for tour, (place, username, walk) in TOURS.items():
        if place == service:
            with stage.visit(service, username, language=language) as visitor:
                for name in walk(stage, visitor):
                    opened.add(visitor.path)
                    found += [f"{tour}/{name}: {fault}" for fault in rules.faults(visitor)]
    assert found == []
    assert len(opened) > 8
