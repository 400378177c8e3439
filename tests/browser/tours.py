"""Every page of both services, one after another, as people come to them; tests look at each, and so does a camera.

A tour is a generator: it yields the name of a page each time that one is on the screen, in the visitor's language.
"""

from collections.abc import Callable, Iterator
from typing import Final

from tests.browser import doctor_tour, official_tour
from tests.browser.stage import DOCTOR, OFFICIAL, OTHER_DOCTOR, SUPERVISOR, Service, Stage
from tests.browser.visitor import Visitor

Tour = Callable[[Stage, Visitor], Iterator[str]]


def entrance(stage: Stage, visitor: Visitor) -> Iterator[str]:
    """What one sees without an account, and with a wrong password."""
    visitor.go("/signin")
    yield "signin"
    visitor.page.fill("#username", "lea.laakari")
    visitor.page.fill("#password", "väärä salasana")
    visitor.press("#signin-button")
    yield "signin-wrong"
    visitor.go("/nowhere")
    yield "not-found"


# (service, who is signed in, tour) by name.
TOURS: Final[dict[str, tuple[Service, str | None, Tour]]] = {
    "issuer-entrance": ("issuer", None, entrance),
    "issuer-footer": ("issuer", None, doctor_tour.footer),
    "doctor-writing": ("issuer", DOCTOR, doctor_tour.writing),
    "doctor-statement": ("issuer", DOCTOR, doctor_tour.statement),
    "doctor-drafting": ("issuer", DOCTOR, doctor_tour.drafting),
    "doctor-caring": ("issuer", DOCTOR, doctor_tour.caring),
    "doctor-ending": ("issuer", DOCTOR, doctor_tour.ending),
    "doctor-coming-back": ("issuer", OTHER_DOCTOR, doctor_tour.coming_back),
    "verifier-entrance": ("verifier", None, entrance),
    "verifier-footer": ("verifier", None, doctor_tour.footer),
    "official-first": ("verifier", SUPERVISOR, official_tour.nothing_yet),
    "official-asking": ("verifier", OFFICIAL, official_tour.asking),
    "official-outcomes-1": ("verifier", OFFICIAL, official_tour.good_outcomes),
    "official-outcomes-2": ("verifier", OFFICIAL, official_tour.bad_outcomes),
    "official-purposes": ("verifier", OFFICIAL, official_tour.other_purposes),
    "official-filing": ("verifier", OFFICIAL, official_tour.filing),
}
