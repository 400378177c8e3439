"""Whatever is issued is received as it was, and shown as far as it was chosen."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openid4vc.sd_jwt import ClaimPath
from openid4vc.vp import claims_path, dcql
from openid4vc.vp.dcql import Candidate, Presented
from tests.differential import trees
from tests.differential.people import same
from tests.differential.trees import Branch
from tests.properties.holding import CLEAR, check, issue, receive, show
from tests.properties.strategies import claims, claims_and_choice, paths, usual


@usual
@given(made=claims_and_choice(), decoys=st.booleans())
def test_what_is_issued_is_received_and_what_is_chosen_is_shown(
    made: tuple[Branch, list[ClaimPath]], decoys: bool
) -> None:
    whole, chosen = made
    text = issue(whole, digests=6 if decoys else None)
    assert same(receive(text).claims, CLEAR | trees.plain(whole))
    verified = check(show(text, chosen))
    assert set(verified.disclosed) == trees.with_kin(whole, chosen)
    assert same(verified.claims, CLEAR | trees.shown(whole, trees.with_kin(whole, chosen)))
    for path in verified.disclosed:
        # A path means the same place to the holder and to the verifier, whatever of an array was left out.
        assert same(receive(text).value_at(path), _at(trees.plain(whole), path))


@usual
@given(made=claims, data=st.data())
def test_what_is_asked_is_answered_with_that_and_nothing_else_that_could_stay_at_home(
    made: Branch, data: st.DataObject
) -> None:
    asked = data.draw(st.lists(st.sampled_from(paths(made)), min_size=1, max_size=3, unique=True))
    queries = [{"path": _all_of_the_last(data, path)} for path in asked]
    question = {"id": "a", "format": dcql.FORMAT, "meta": {"vct_values": ["v"]}, "claims": queries}
    query = dcql.parse({"credentials": [question]})
    text = issue(made)
    held = receive(text)
    (choice,) = dcql.evaluate(query, [Candidate("1", dcql.FORMAT, "v", held.claims)], add=())
    chosen = choice.answers["a"].paths
    verified = check(show(text, chosen))
    (checked,) = dcql.check(query, {"a": [Presented("v", verified.claims, verified.array_gaps)]}).credentials["a"]
    assert checked.paths == chosen
    assert same(checked.asked, claims_path.keep(chosen, held.claims, {}))
    # Of what was marked, only what is asked, what it stands in, and what stands in it.
    assert set(verified.disclosed) == trees.with_kin(made, chosen)


def _all_of_the_last(data: st.DataObject, path: ClaimPath) -> list[str | int | None]:
    """The path, or, where it ends in an array, now and then one for all elements of that array."""
    everything = isinstance(path[-1], int) and data.draw(st.booleans())
    return [*path[:-1], None if everything else path[-1]]


def _at(value: Any, path: ClaimPath) -> Any:
    for step in path:
        value = value[step]
    return value
