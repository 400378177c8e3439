"""What a doctor does in a browser: from choosing a type to a document in a client's hands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import httpx

from tests.browser.stage import Stage
from tests.browser.visitor import Visitor
from tests.issuer.stranger import GRANT, Http, Stranger

CLIENT: Final = "120374-901A"
Answers = Mapping[str, str | tuple[str, ...]]

# The statement feedback of case C1 as a doctor answers the form; everything else is filled in beforehand.
FEEDBACK: Final[Answers] = {
    "assessed_against-choice": ("occupation",),
    "assessed_against": "4321 Varastonhoitajat ym.",
    "work_ability": ("limited_tasks",),
    "health_effect_on_employment": ("considerable",),
    "reduces_employment_prospects": ("yes",),
    "effect_duration": ("over_1_year",),
    "restrictions": ("no_heavy_lifting",),
    "restriction_max_load_kg": "10",
    "suitable_work": ("varied_posture", "day_work"),
    "recommended_support": ("job_coaching",),
    "rehabilitation_need": ("vocational",),
    "follow_up": ("health_centre",),
    "care_plan_exists": ("yes",),
    "message_to_authority": "Työn aloitus asteittain.",
    "client_agreed_content": ("yes",),
}
STATEMENT: Final[Answers] = {
    "statement_purpose": ("rehabilitation", "employment_service"),
    "encounter_mode": ("in_person",),
    "identity_verified_by": ("wallet_pid",),
    "occupation": "4321 Varastonhoitajat ym.",
    "occupation_status": ("unemployed_last_job",),
    "diagnoses-0-code": "M51.1",
    "diagnoses-0-label": "Lannerangan välilevyn sairaus ja hermojuurioire",
    "diagnoses-0-priority": "PAA",
    "diagnoses-0-permanence": "PYS",
    "findings": "Eteentaivutus rajoittunut, lihasvoimat hyvät.",
    "work_ability_assessment": ("limited_tasks",),
    "incapacity_scope": ("own_work",),
    "care_linked_to_work_ability": ("yes",),
}


@dataclass(frozen=True, slots=True)
class Given:
    """A document that has just been given: what the page shows of it this once."""

    document_id: str
    offer_uri: str
    tx_code: str

    @property
    def as_offer(self) -> dict[str, Any]:
        """In the shape of `issuer offer --json`."""
        return {"credential_offer_uri": self.offer_uri, "tx_code": self.tx_code, "document_id": self.document_id}

    @property
    def path(self) -> str:
        return f"/documents/{self.document_id}"


def begin(visitor: Visitor, type_name: str = "lausuntopalaute", client: str = CLIENT) -> None:
    """From the list to the empty form of that client."""
    visitor.go("/new")
    visitor.page.check(f"#type-{type_name}")
    visitor.press("#continue")
    visitor.page.fill("#personal_administrative_number", client)
    visitor.press("#find")
    visitor.press("#continue")


def fill(visitor: Visitor, answers: Answers) -> None:
    """Answer questions: a text is typed or selected, values of a group are ticked."""
    page = visitor.page
    for name, answer in answers.items():
        if isinstance(answer, tuple):
            for value in answer:
                page.check(f"#{name}-{value}")
        elif page.locator(f"#{name}").evaluate("node => node.tagName") == "SELECT":
            page.select_option(f"#{name}", answer)
        else:
            page.fill(f"#{name}", answer)


def give(visitor: Visitor, delivery: str = "both") -> Given:
    """From the check page to the page that says what to do now."""
    visitor.page.check(f"#delivery-{delivery}")
    visitor.press("#issue")
    return given(visitor)


def given(visitor: Visitor) -> Given:
    """What that page shows, also of a new print or code."""
    page = visitor.page
    offer = page.locator("#on-screen a[href^='openid-credential-offer:']").get_attribute("href")
    code = page.locator("input[name=code]").first.input_value()
    action = page.locator("#again").get_attribute("action")
    assert offer is not None and action is not None
    return Given(action.split("/")[2], offer, code)


def write(visitor: Visitor, answers: Answers = FEEDBACK) -> Given:
    """A whole document."""
    begin(visitor)
    fill(visitor, answers)
    visitor.press("#continue")
    return give(visitor)


def lock(stage: Stage, offer: Given) -> None:
    """Somebody tries five wrong codes."""
    with httpx.Client(timeout=30) as http:
        stranger = Stranger(cast(Http, http), stage.now)
        fetched = stranger.fetch_offer(offer.offer_uri).json()
        assert fetched["grants"][GRANT]["tx_code"]["length"] == 6
        wrong = "000000" if offer.tx_code != "000000" else "111111"
        for _ in range(5):
            assert stranger.token(fetched, wrong).status_code == 400
