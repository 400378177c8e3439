"""A document's page and what can be done there; the list with what needs action, search and pages."""

import pytest

from credential_schemas.types import sample
from issuer import documents
from issuer.actor import Actor
from issuer.documents import NewDocument
from issuer.pages.listing import PAGE
from tests.issuer.pages.browser import Browser, People, document_path, give
from tests.issuer.world import World

DAY = 86_400


def revoke(doctor: Browser, path: str, act: str = "revoke", reason: str = "security") -> None:
    doctor.open(f"{path}/{act}")
    doctor.submit("reason-form", reason=reason)
    doctor.submit("deed")


def test_revoking_takes_a_reason_and_a_second_page_without_a_field(world: World, doctor: Browser) -> None:
    path = document_path(give(doctor))
    doctor.open(f"{path}/revoke")
    page = doctor.submit("reason-form")
    assert page.status == 400
    assert "Valitse syy" in page.text
    page = doctor.submit("reason-form", reason="wrong_content")
    assert "Perutaanko asiakirja" in page.title
    assert all(
        name.startswith("_") or name in ("reason", "step") for form in page.forms.values() for name in form.names
    )
    assert page.forms["deed"].buttons.keys() == {"confirm-revoke"}
    assert "correct-instead" in page.ids
    page = doctor.submit("deed")
    number = page.title.split()[1]
    assert f"Asiakirja {number} on peruttu." in page.text
    assert "Peruttiin: Sisällössä oli virhe" in page.text
    assert world.view(path.removeprefix("/documents/")).status == "revoked"
    assert not {"revoke", "suspend", "reprint", "correct"} & page.ids


def test_the_second_page_in_another_language_keeps_the_reason_and_does_nothing(world: World, doctor: Browser) -> None:
    path = document_path(give(doctor))
    doctor.open(f"{path}/revoke")
    doctor.submit("reason-form", reason="security")
    page = doctor.submit("again", "en")
    assert (page.language, dict(page.forms["deed"].pairs)["reason"]) == ("en", "security")
    page = doctor.submit("again")  # what Enter would do
    assert "deed" in page.forms
    assert world.view(path.removeprefix("/documents/")).status == "valid"


def test_a_suspended_document_can_be_made_valid_again(world: World, doctor: Browser) -> None:
    path = document_path(give(doctor))
    revoke(doctor, path, "suspend")
    assert "resume" in doctor.page.ids
    doctor.open(f"{path}/resume")
    doctor.submit("reason-form")
    page = doctor.submit("deed")
    assert "on taas voimassa" in page.text
    assert world.view(path.removeprefix("/documents/")).status == "valid"


def test_a_new_code_makes_the_old_one_worthless(doctor: Browser) -> None:
    page = give(doctor)
    old = dict(page.forms["code-form"].pairs)["code"]
    path = document_path(page)
    doctor.open(f"{path}/new-code")
    page = doctor.submit("question-form")
    assert "Uusi vahvistuskoodi on valmis" in page.title
    assert doctor.posted("code-form").status_code == 200
    new = dict(page.forms["code-form"].pairs)["code"]
    assert new == old or doctor.posted("code-form", code=old).status_code == 404


def test_a_locked_code_is_unlocked_three_times_at_most(world: World, doctor: Browser) -> None:
    page = give(doctor)
    path = document_path(page)
    document_id = path.removeprefix("/documents/")
    for left in (3, 2, 1):
        lock(world, page.html)
        assert world.view(document_id).state == "locked"
        listed = doctor.open("/documents")
        assert f"{path}/unlock" in listed.links
        assert "Vaatii toimia (1)" in listed.text
        assert f"vielä avata {left} kertaa" in doctor.open(path).text
        doctor.open(f"{path}/unlock")
        page = doctor.submit("question-form")
        assert "Lukitus on avattu" in page.title
    lock(world, page.html)
    assert "unlock" not in doctor.open(path).ids


def lock(world: World, html: str) -> None:
    """Five wrong codes from somebody who has the link."""
    uri = html.partition('<a href="openid-credential-offer://')[2].partition('"')[0]
    wallet = world.wallet()
    offer = wallet.fetch_offer("openid-credential-offer://" + uri.replace("&amp;", "&")).json()
    for _ in range(5):
        wallet.token(offer, "not-it")


def test_a_document_that_was_not_fetched_in_two_weeks_needs_action(world: World, people: People) -> None:
    path = document_path(give(people.browser("lea.laakari")))
    world.wait(14 * DAY + 3600)
    page = people.browser("lea.laakari").open("/documents")
    assert f"{path}/reprint" in page.links
    assert "Koodi vanhentunut" in page.text
    world.wait(17 * DAY)
    assert f"{path}/reprint" not in people.browser("lea.laakari").open("/documents").links


def test_what_was_suspended_a_month_ago_needs_action(world: World, people: People) -> None:
    doctor = people.browser("lea.laakari")
    path = document_path(give(doctor))
    revoke(doctor, path, "suspend")
    assert f"{path}/resume" not in doctor.open("/documents").links
    world.wait(31 * DAY)
    assert f"{path}/resume" in people.browser("lea.laakari").open("/documents").links


def test_the_list_is_searched_by_name_number_and_state_and_read_in_pages(
    world: World, people: People, doctor: Browser
) -> None:
    author = Actor("staff", people.accounts["lea.laakari"].account_id)
    credential_type = world.service.types["lausuntopalaute"]
    claims = sample(credential_type, "C1", world.service.clock.today())

    async def make() -> list[str]:
        return [
            (
                await documents.create(
                    world.service,
                    world.o1,
                    author,
                    NewDocument(credential_type, claims | {"given_name": f"Nimi{number:02}"}, tx_code=True),
                )
            ).document_id
            for number in range(PAGE + 2)
        ]

    made = world.call(make)
    first = doctor.open("/documents")
    second = doctor.submit("search-form", "next")
    shown = [{link for link in page.links if link.startswith("/documents/")} for page in (first, second)]
    assert [len(links) for links in shown] == [PAGE, 2]
    assert shown[0] | shown[1] == {f"/documents/{document_id}" for document_id in made}
    page = doctor.submit("search-form", q="nimi07")
    assert [link for link in page.links if link.startswith("/documents/")] == [f"/documents/{made[7]}"]
    number = made[3].rpartition(".")[2]
    assert (
        f"/documents/{made[3]}"
        in doctor.submit("search-form", q=f"2026.{number}" if "2026" in made[3] else number).links
    )
    revoke(doctor, f"/documents/{made[5]}")
    doctor.open("/documents")
    page = doctor.submit("search-form", state="revoked", q="")
    assert [link for link in page.links if link.startswith("/documents/")] == [f"/documents/{made[5]}"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_is_whole_in_each_language(people: People, language: str) -> None:
    """Drawing a page fails on a missing sentence; each says which language it is in."""
    doctor = people.browser("lea.laakari", language)
    pages = [give(doctor, delivery="both")]
    path = document_path(pages[0])
    pages += [
        doctor.open(f"{path}{rest}")
        for rest in ("", "/done", "/reprint", "/new-code", "/cancel-code", "/suspend", "/revoke")
    ]
    pages.append(doctor.submit("reason-form", reason="assessment_changed"))
    pages += [doctor.open(page) for page in ("/documents", "/new", "/help", "/privacy", "/accessibility", "/feedback")]
    assert {page.language for page in pages} == {language}
    assert {page.status for page in pages} == {200}
