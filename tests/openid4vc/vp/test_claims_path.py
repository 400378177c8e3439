import pytest

from openid4vc.errors import PresentationError
from openid4vc.strict_json import JsonValue
from openid4vc.vp import claims_path

# OpenID4VP §7.3.
CREDENTIAL = {
    "name": "Arthur Dent",
    "address": {"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"},
    "degrees": [
        {"type": "Bachelor of Science", "university": "University of Betelgeuse"},
        {"type": "Master of Science", "university": "University of Betelgeuse"},
    ],
    "nationalities": ["British", "Betelgeusian"],
    "mixed": [{"a": 1}, {"b": 2}],
    "nested": [[1, 2], [3]],
}


def values(*path: str | int | None) -> list[JsonValue]:
    return [value for _, value in claims_path.select(path, CREDENTIAL, {})]


def aborts(*path: str | int | None) -> None:
    with pytest.raises(PresentationError) as caught:
        claims_path.select(path, CREDENTIAL, {})
    assert caught.value.code == "claim_missing"


def fault(detail: str) -> PresentationError:
    return PresentationError("dcql_invalid", detail)


@pytest.mark.spec("OpenID4VP §7.3")
def test_the_examples_of_the_specification_select_what_it_says() -> None:
    assert values("name") == ["Arthur Dent"]
    assert values("address") == [CREDENTIAL["address"]]
    assert values("address", "street_address") == ["42 Market Street"]
    assert values("degrees", None, "type") == ["Bachelor of Science", "Master of Science"]
    assert values("nationalities", 1) == ["Betelgeusian"]


def test_a_key_that_one_element_lacks_drops_that_element_alone() -> None:
    assert values("mixed", None, "a") == [1]


def test_null_and_index_reach_into_nested_arrays() -> None:
    assert values("nested", None, None) == [1, 2, 3]
    assert values("nested", None, 1) == [2]


@pytest.mark.parametrize(
    "path",
    [
        ("missing",),
        ("name", "first"),
        ("nationalities", "first"),
        ("address", None),
        ("address", 0),
        ("name", 0),
        ("nationalities", 2),
        ("degrees", None, "missing"),
        # One selected element that is no array aborts, even though others are.
        ("degrees", None, "type", None),
    ],
)
def test_a_path_that_selects_nothing_or_the_wrong_kind_aborts(path: tuple[str | int | None, ...]) -> None:
    aborts(*path)


@pytest.mark.parametrize(
    "path",
    [[], None, "name", {}, [-1], [1.0], [True], [["a"]], [{}], ["a", -1], [10**9], ["a"] * 33, [None] * 10_000],
    ids=str,
)
def test_what_is_not_a_pointer_is_refused(path: JsonValue) -> None:
    with pytest.raises(PresentationError):
        claims_path.parse(path, fault=fault)


def test_a_pointer_of_strings_nulls_and_indexes_is_parsed() -> None:
    assert claims_path.parse(["a", None, 0, ""], fault=fault) == ("a", None, 0, "")


def test_positions_count_as_issued_when_elements_were_not_disclosed() -> None:
    # Issued as ["FI", "SE", "EE"]; the wallet disclosed the second and the third.
    claims, gaps = {"nationalities": ["SE", "EE"]}, {("nationalities",): (0,)}
    assert claims_path.select(("nationalities", 2), claims, gaps) == [(("nationalities", 2), "EE")]
    assert [path for path, _ in claims_path.select(("nationalities", None), claims, gaps)] == [
        ("nationalities", 1),
        ("nationalities", 2),
    ]
    with pytest.raises(PresentationError):
        claims_path.select(("nationalities", 0), claims, gaps)
    assert claims_path.keep([("nationalities", 2)], claims, gaps) == {"nationalities": ["EE"]}


def test_what_is_kept_has_the_chosen_elements_and_nothing_beside_them() -> None:
    paths = [("degrees", 1, "type"), ("address",), ("address", "locality"), ("nationalities", 1)]
    assert claims_path.keep(paths, CREDENTIAL, {}) == {
        "address": CREDENTIAL["address"],
        "degrees": [{"type": "Master of Science"}],
        "nationalities": ["Betelgeusian"],
    }
    assert claims_path.keep([("address", "locality"), ("address",)], CREDENTIAL, {}) == {
        "address": CREDENTIAL["address"]
    }
    assert claims_path.keep([], CREDENTIAL, {}) == {}
