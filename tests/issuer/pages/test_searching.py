"""A search among one's own documents is kept in an address that says nothing to anybody else."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.issuer.pages.browser import Browser, People, document_path, give

NAME = "Esimerkki"


def searched(doctor: Browser, query: str = NAME) -> str:
    """The address that a search leads to."""
    doctor.open("/documents")
    return doctor.posted("search-form", q=query).headers["location"]


def value(page: Browser, field: str = "q") -> str:
    """What stands in a field of the search form."""
    return dict(page.page.forms["search-form"].pairs)[field]


def test_a_search_leads_to_an_address_that_can_be_gone_back_to_and_names_nobody(doctor: Browser) -> None:
    path = document_path(give(doctor))
    address = searched(doctor)
    assert NAME.casefold() not in unquote(address).casefold()
    assert path in doctor.open(address).links
    assert value(doctor) == NAME
    doctor.open(path)
    assert path in doctor.open(address).links
    assert searched(doctor) != address  # nobody can tell that the same name was looked for again


def test_no_search_is_the_list_itself(doctor: Browser) -> None:
    assert searched(doctor, query="  ") == "/documents"


def test_a_search_of_somebody_else_and_a_changed_one_are_no_search(people: People, doctor: Browser) -> None:
    path = document_path(give(doctor))
    address = searched(doctor, query="Nobody")
    sealed = parse_qs(urlsplit(address).query)["list"][0]
    assert path not in doctor.open(address).links
    for wrong in (sealed[:-8], "A" + sealed, "%%%", "ä", "AAAA", ""):
        page = doctor.open(f"/documents?list={wrong}")
        assert page.status == 200
        assert path in page.links
        assert value(doctor) == ""
    other = people.browser("otto.ortopedi")
    other.open(address)
    assert value(other) == ""


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²"])
def test_a_page_number_that_is_none_is_brought_within_its_limits(doctor: Browser, page: str) -> None:
    give(doctor)
    doctor.open("/documents")
    pairs = [*doctor.filled("search-form"), ("page", page)]
    location = doctor.send("POST", "/documents", pairs).headers["location"]
    assert doctor.open(location).status == 200


def test_another_language_keeps_what_was_typed(doctor: Browser) -> None:
    doctor.open("/documents")
    pairs = [*doctor.filled("search-form", q=NAME), ("_lang", "sv")]
    page = doctor.open(doctor.send("POST", "/documents", pairs).headers["location"])
    assert page.language == "sv"
    assert value(doctor) == NAME
