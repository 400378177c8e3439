"""What is taken over from an earlier run."""

from tests.mutation.__main__ import noticed


def test_only_what_a_test_killed_is_remembered() -> None:
    codes = {"killed": 1, "pytest failed": 3, "survived": 0, "no tests": 33, "time out": -24, "not run": None}
    remembered = {"exit_code_by_key": codes, "hash_by_function_name": {"f": "1"}}
    assert noticed(remembered) == {
        "exit_code_by_key": {**dict.fromkeys(codes, None), "killed": 1, "pytest failed": 3},
        "hash_by_function_name": {"f": "1"},
    }
