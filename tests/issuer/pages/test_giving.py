"""From choosing a type to the document in a wallet, by the forms alone."""

import threading
from io import BytesIO

import pypdfium2
import pytest

from issuer import sheets
from issuer.document_content import ORDINARY, PaperChoice
from issuer.paper import Sheet, print_sheet
from tests.issuer.pages.browser import Browser, Page, answers, begin, document_path, give
from tests.issuer.world import World


def text_of(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(BytesIO(pdf)))


def test_a_document_is_given_on_paper_and_the_code_apart(world: World, doctor: Browser) -> None:
    page = give(doctor)
    assert page.status == 200
    assert "Lausuntopalaute on annettu" in page.title
    (code,) = {value for name, value in page.forms["code-form"].pairs if name == "code"}
    assert f"{code[:3]}\u00a0{code[3:]}" in page.text
    path = document_path(page)
    sheet = doctor.send("GET", f"{path}/sheet.pdf")
    code_sheet = doctor.posted("code-form")
    assert sheet.headers["content-type"] == code_sheet.headers["content-type"] == "application/pdf"
    assert "20 tuntia viikossa" in text_of(sheet.content)
    assert f"{code[:3]} {code[3:]}" in text_of(code_sheet.content)
    assert code not in text_of(sheet.content).replace(" ", "")
    assert "20 tuntia" not in text_of(code_sheet.content)
    document = world.view(path.removeprefix("/documents/"))
    assert document.claims is not None
    assert document.claims["restrictions"] == ["no_heavy_lifting", "no_heights"]
    assert document.claims["professional_role"] == "physician"
    assert document.recipient == ("Erkki Esimerkki", "Mallikatu 1 A 2", "00000 MALLILA")


def test_the_code_is_shown_this_once(doctor: Browser) -> None:
    page = give(doctor)
    code = dict(page.forms["code-form"].pairs)["code"]
    again = doctor.open(f"{document_path(page)}/done")
    assert "code-form" not in again.forms
    assert f"{code[:3]}\u00a0{code[3:]}" not in again.text
    assert "Vahvistuskoodia ei näytetä uudelleen" in again.text


def test_the_language_of_the_last_page_changes_and_the_code_stays(doctor: Browser) -> None:
    page = give(doctor)
    code = dict(page.forms["code-form"].pairs)["code"]
    swedish = doctor.submit("again", "sv")
    assert swedish.language == "sv"
    assert f"{code[:3]}\u00a0{code[3:]}" in swedish.text


def test_a_guessed_code_opens_no_code_sheet(doctor: Browser) -> None:
    page = give(doctor)
    right = dict(page.forms["code-form"].pairs)["code"]
    other = f"{(int(right) + 1) % 1_000_000:06d}"
    assert doctor.posted("code-form", code=other).status_code == 404


def test_a_link_is_sent_instead_of_paper(doctor: Browser) -> None:
    page = give(doctor, delivery="link")
    assert "sheet" not in page.ids
    assert "openid-credential-offer://" in page.text
    assert "code-form" in page.forms


def test_a_correction_replaces_the_document(world: World, doctor: Browser) -> None:
    old = document_path(give(doctor))
    doctor.open(old)
    page = doctor.submit(f"{old}/correct")
    assert "Korjaat asiakirjaa" in page.text
    assert dict(page.forms["document-form"].pairs)["max_weekly_hours"] == "20"
    doctor.submit("document-form", max_weekly_hours="25")
    new = document_path(doctor.submit("issue-form", delivery="paper"))
    assert new != old
    document = world.view(old.removeprefix("/documents/"))
    assert (document.status, document.replaced_by) == ("superseded", new.removeprefix("/documents/"))
    corrected = world.view(new.removeprefix("/documents/")).claims
    assert corrected is not None
    assert (corrected["max_weekly_hours"], corrected["replaces_document_id"]) == (25, document.document_id)
    assert "Korvattu uudella" in doctor.open(old).text


def test_of_two_corrections_of_a_document_there_is_one_draft(doctor: Browser) -> None:
    old = document_path(give(doctor))
    doctor.open(old)
    first = doctor.submit(f"{old}/correct").path
    doctor.open(old)
    assert doctor.submit(f"{old}/correct").path == first


@pytest.mark.parametrize(("code", "protected"), [("120374-901A", False), ("060687W909F", True)])
def test_a_protected_persons_document_never_says_where_they_are(
    world: World, doctor: Browser, code: str, protected: bool
) -> None:
    page = begin(doctor, code, "laakarinlausunto-b")
    assert ("Asiakkaalla on turvakielto" in page.text) is protected
    assert ("issuing_unit_name" in page.ids) is not protected


def test_a_document_of_a_protected_person_has_no_address(world: World, doctor: Browser) -> None:
    begin(doctor, "060687W909F")
    doctor.submit("document-form", **answers())
    page = doctor.submit("issue-form", delivery="paper")
    assert world.view(document_path(page).removeprefix("/documents/")).recipient == ()


@pytest.mark.parametrize(("delivery", "count"), [("paper", 2), ("link", 2), ("both", 3)])
@pytest.mark.parametrize(
    ("press", "said"),
    [("", {2: "kaksi", 3: "kolme"}), ("sv", {2: "två", 3: "tre"}), ("en", {2: "two", 3: "three"})],
    ids=["fi", "sv", "en"],
)
def test_the_last_page_says_how_many_things_there_are_to_do(
    doctor: Browser, delivery: str, count: int, press: str, said: dict[int, str]
) -> None:
    page = give(doctor, delivery=delivery)
    if press:
        page = doctor.submit("again", press)
    steps = page.html.partition('<ol class="steps">')[2].partition("</ol>")[0]
    assert steps.count("<li>") == count
    heading = page.html.partition('<ol class="steps">')[0].rpartition("<h2>")[2]
    assert said[count] in heading


def printed(doctor: Browser, page: Page) -> tuple[str, str]:
    """The texts of the sheet and of the code's own sheet."""
    sheet = doctor.send("GET", f"{document_path(page)}/sheet.pdf")
    return text_of(sheet.content), text_of(doctor.posted("code-form").content)


def test_an_ordinary_sheet_is_printed_in_the_documents_language(doctor: Browser) -> None:
    sheet, code = printed(doctor, give(doctor))
    assert "1 (1)" in sheet
    assert "Utlåtanderespons" not in sheet
    assert "Bekräftelsekod" not in code


def test_a_sheet_in_both_languages_and_large_print_stays_so_when_it_is_printed_again(
    world: World, doctor: Browser
) -> None:
    begin(doctor)
    doctor.submit("document-form", **answers())
    page = doctor.submit("issue-form", delivery="paper", paper=["both_languages", "large_print"])
    document_id = document_path(page).removeprefix("/documents/")
    assert world.view(document_id).paper == PaperChoice(both_languages=True, large_print=True)
    first = printed(doctor, page)
    doctor.open(f"/documents/{document_id}/reprint")
    again = printed(doctor, doctor.submit("question-form", "confirm-reprint"))
    for sheet, code in (first, again):
        assert "Lausuntopalaute työvoimaviranomaiselle" in sheet
        assert "Utlåtanderespons till" in sheet
        assert "1 (5)" in sheet
        assert "Vahvistuskoodi" in code
        assert "Bekräftelsekod" in code
    assert "Aiemman tulosteen koodi ei enää toimi" in " ".join(again[0].split())


def test_what_was_ticked_for_the_printout_stays_ticked_while_the_page_is_read_in_another_language(
    doctor: Browser,
) -> None:
    begin(doctor)
    doctor.submit("document-form", **answers())
    assert not [value for name, value in doctor.page.forms["issue-form"].pairs if name == "paper"]
    page = doctor.submit("issue-form", "sv", paper="large_print")
    assert "Med stor text" in page.text
    assert ("paper", "large_print") in page.forms["issue-form"].pairs
    assert doctor.submit("issue-form").status == 400
    assert ("paper", "large_print") in doctor.page.forms["issue-form"].pairs


def test_a_correction_is_printed_as_what_it_corrects_unless_somebody_says_otherwise(
    world: World, doctor: Browser
) -> None:
    begin(doctor)
    doctor.submit("document-form", **answers())
    old = document_path(doctor.submit("issue-form", delivery="paper", paper="large_print"))
    doctor.open(old)
    doctor.submit(f"{old}/correct")
    doctor.submit("document-form", max_weekly_hours="25")
    new = document_path(doctor.submit("issue-form", delivery="paper"))
    assert world.view(new.removeprefix("/documents/")).paper == PaperChoice(large_print=True)


def test_large_print_can_be_chosen_when_the_sheet_is_printed_again_and_is_kept(world: World, doctor: Browser) -> None:
    path = document_path(give(doctor))
    for _ in range(2):
        doctor.open(f"{path}/reprint")
        page = doctor.submit("question-form", "confirm-reprint", paper="large_print")
        assert "1 (3)" in printed(doctor, page)[0]
    assert ("paper", "large_print") in doctor.open(f"{path}/reprint").forms["question-form"].pairs
    doctor.submit("question-form", "confirm-reprint", paper=None)
    document = world.view(path.removeprefix("/documents/"))
    assert document.paper == ORDINARY
    assert document.recipient == ("Erkki Esimerkki", "Mallikatu 1 A 2", "00000 MALLILA")
    assert document.claims is not None
    assert document.claims["max_weekly_hours"] == 20


def test_enter_and_the_language_print_nothing_again_and_keep_what_is_ticked(world: World, doctor: Browser) -> None:
    path = document_path(give(doctor))
    doctor.open(f"{path}/reprint")
    page = doctor.submit("question-form", paper="large_print")
    assert ("paper", "large_print") in page.forms["question-form"].pairs
    page = doctor.submit("question-form", "sv")
    assert page.language == "sv"
    assert ("paper", "large_print") in page.forms["question-form"].pairs
    assert len(world.view(path.removeprefix("/documents/")).offers) == 1


def test_sheets_are_made_beside_the_answers_to_others(
    world: World, doctor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def spied(sheet: Sheet) -> bytes:
        threads.append(threading.current_thread().name)
        return print_sheet(sheet)

    monkeypatch.setattr(sheets, "print_sheet", spied)
    printed(doctor, give(doctor))
    assert [name.partition("_")[0] for name in threads] == ["printer"]
