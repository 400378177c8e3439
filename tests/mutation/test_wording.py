"""What a changed line must keep for the change to be one of words."""

import pytest

from tests.mutation import wording


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ('-raise JoseError("jwk_invalid", "size")\n+raise JoseError("jwk_invalid", None)', True),
        ('-raise JoseError("jwk_invalid", "size")\n+raise JoseError("jwk_invalid", )', True),
        (
            '-raise JoseError("jwk_invalid", f"{a} b".strip()) from e\n+raise JoseError("jwk_invalid", None) from e',
            True,
        ),
        ('-raise ValueError("too long")\n+raise ValueError(None)', True),
        ('-raise IndexError("outside")\n+raise IndexError(None)', True),
        ('-raise _invalid("size")\n+raise _invalid("SIZE")', True),
        ('-raise _invalid(path, "size")\n+raise _invalid(path, )', True),
        ('-return JoseError("jwk_invalid", size, x=1)\n+return JoseError("jwk_invalid", None, x=1)', True),
        ('-fault = JoseError("jwk_invalid", "size")\n+fault = JoseError("jwk_invalid", )', True),
        ('-fault = JoseError("jwk_invalid", "size")\n+fault = JoseError(None, "size")', False),
        ('-fault = JoseError("jwk_invalid", "size")\n+fault = None', False),
        ('-raise JoseError("jwk_invalid", "size")\n+raise JoseError("XXjwk_invalidXX", "size")', False),
        ('-raise _invalid(path, "size")\n+raise _invalid(None, "size")', False),
        ('-raise _invalid(path, "size")\n+raise _invalid("size")', False),
        ("-raise _first(faults, ids)\n+raise _first(faults, None)", False),
        ("-return size(1, 2)\n+return size(1, 3)", False),
        ('-raise JoseError("expired", time=1)\n+raise JoseError("expired", time=None)', False),
        ('-raise JoseError("expired", "exp", time=1)\n+raise JoseError("expired", "exp", )', False),
        ('-return "size"\n+return None', False),
        ("-if a:\n+if not a:", False),
    ],
)
def test_only_the_sentence_of_an_error_may_differ(change: str, expected: bool) -> None:
    assert wording.alone(change) is expected
