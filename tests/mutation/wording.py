"""Which change touches only what an error says to developers: no test holds those words."""

import ast
from typing import Final

# Nothing stands before the sentence here; elsewhere the code comes first, or the file.
_SENTENCE_ALONE: Final = ("ValueError", "KeyError", "TypeError", "IndexError", "_invalid")


def alone(change: str) -> bool:
    """Whether the lines removed and the lines added, marked by - and +, make one error but for its sentence."""
    removed, added = (_error(change, mark) for mark in "-+")
    if removed is None or added is None:
        return False
    before, was = removed
    after, now = added
    place = 0 if ast.unparse(was.func) in _SENTENCE_ALONE and len(was.args) == 1 else 1
    del was.args[place:], now.args[place:]
    return ast.dump(before) == ast.dump(after)


def _error(change: str, mark: str) -> tuple[ast.stmt, ast.Call] | None:
    """The statement that raises, returns or keeps an error in the lines of one mark, and the call that makes it."""
    try:
        tree = ast.parse("\n".join(line[1:] for line in change.split("\n") if line.startswith(mark)))
    except SyntaxError:
        return None
    if len(tree.body) != 1:
        return None
    statement = tree.body[0]
    match statement:
        case (
            ast.Raise(exc=ast.Call() as made)
            | ast.Return(value=ast.Call() as made)
            | ast.Assign(value=ast.Call() as made)
        ):
            name = ast.unparse(made.func)
            return (statement, made) if name.endswith("Error") or name == "_invalid" else None
    return None
