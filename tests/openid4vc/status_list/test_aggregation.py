"""Where all lists of an issuer are: the document, and where a list says that the document is."""

import json

import pytest

from openid4vc.errors import StatusError
from openid4vc.status_list import aggregation
from openid4vc.strict_json import MAX_BYTES
from tests.openid4vc.status_list.test_token import CLAIMS, URI, bits, create, refused, signed, verify
from tests.openid4vc.trust.authorities import NOW

ALL = "https://issuer.example/status"
LISTS = tuple(f"https://issuer.example/status/{number}" for number in range(3))


def of(value: object) -> bytes:
    return json.dumps(value).encode()


def test_a_document_of_ours_is_the_one_of_section_9_3_and_is_read_as_it_was_made() -> None:
    made = aggregation.create(LISTS)
    assert json.loads(made) == {"status_lists": list(LISTS)}
    assert aggregation.parse(made) == LISTS


def test_the_example_of_section_9_3_is_read() -> None:
    uris = [f"https://example.com/statuslists/{number}" for number in (1, 2, 3)]
    assert aggregation.parse(of({"status_lists": uris})) == tuple(uris)


def test_an_issuer_without_a_list_says_so() -> None:
    assert aggregation.create([]) == b'{"status_lists":[]}'
    assert aggregation.parse(b'{"status_lists":[]}') == ()


def test_a_list_that_is_named_twice_is_one_list_in_its_first_place() -> None:
    assert aggregation.parse(of({"status_lists": [LISTS[1], LISTS[0], LISTS[1]]})) == (LISTS[1], LISTS[0])


def test_members_that_nobody_here_knows_are_ignored() -> None:
    assert aggregation.parse(of({"status_lists": [URI], "next": 7})) == (URI,)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"\xff",
        b'{"status_lists":[],"status_lists":[]}',
        of([URI]),
        of(None),
        of({}),
        of({"status_list": [URI]}),
        of({"status_lists": None}),
        of({"status_lists": URI}),
        of({"status_lists": {URI: 1}}),
        of({"status_lists": [URI, None]}),
        of({"status_lists": [URI, 1]}),
        of({"status_lists": [[URI]]}),
        of({"status_lists": [""]}),
        of({"status_lists": ["/status/1"]}),
        of({"status_lists": ["file:///etc/passwd", URI]}),
        of({"status_lists": [f"{URI}#1"]}),
        of({"status_lists": [URI.ljust(2049, "x")]}),
    ],
)
def test_a_document_of_another_form_is_refused_as_a_whole(document: bytes) -> None:
    with pytest.raises(StatusError) as caught:
        aggregation.parse(document)
    assert caught.value.code == "status_list_invalid"


def test_a_document_names_ten_thousand_lists_in_a_mebibyte_and_no_more() -> None:
    many = [f"{ALL}/{number}" for number in range(10_000)]
    assert aggregation.parse(aggregation.create(many)) == tuple(many)
    full = of({"status_lists": [URI]})
    assert aggregation.parse(full.ljust(MAX_BYTES)) == (URI,)
    for document in (of({"status_lists": [*many, URI]}), full.ljust(MAX_BYTES + 1)):
        with pytest.raises(StatusError, match="status_list_invalid"):
            aggregation.parse(document)
    with pytest.raises(ValueError):
        aggregation.create([*many, f"{ALL}/10000"])


@pytest.mark.parametrize("uris", [["/status/1"], [URI, URI], [f"{URI}#1"], [URI.ljust(2049, "x")]])
def test_a_document_that_would_not_be_read_again_is_not_made(uris: list[str]) -> None:
    with pytest.raises(ValueError):
        aggregation.create(uris)


def created(aggregation_uri: str | None) -> str:
    return create(bits(0, 1), NOW + 60, 60, aggregation_uri)


def listed(**members: object) -> str:
    """A token whose list has these members too."""
    return signed({**CLAIMS, "status_list": {**bits(0, 1).encode(), **members}})


def test_a_list_says_where_the_others_are_in_the_list_itself() -> None:
    assert verify(created(ALL)).aggregation_uri == ALL
    assert verify(created(None)).aggregation_uri is None
    assert verify(listed(aggregation_uri=ALL)).aggregation_uri == ALL
    # §9.2: a parameter of the list; a claim beside it is nobody's.
    assert verify(signed({**CLAIMS, "aggregation_uri": ALL})).aggregation_uri is None


@pytest.mark.parametrize("value", [None, 7, "", [ALL], {"uri": ALL}, "status", "file:///status", f"{ALL}#1"])
def test_a_list_with_another_thing_than_a_uri_there_is_not_a_list(value: object) -> None:
    assert refused(listed(aggregation_uri=value)) == "status_list_invalid"


@pytest.mark.parametrize("value", ["", "status", f"{ALL}#1"])
def test_a_list_is_not_made_with_another_thing_than_a_uri_there(value: str) -> None:
    with pytest.raises(ValueError):
        created(value)
