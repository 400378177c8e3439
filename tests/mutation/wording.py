"""Which change touches only what an error says to developers: no test holds those words."""

import ast


def alone(change: str) -> bool:
    """Whether the lines removed and the lines added, marked by - and +, are one `raise` but for its sentence."""
    removed, added = (_raised(change, mark) for mark in "-+")
    return removed is not None and removed == added


def _raised(change: str, mark: str) -> str | None:
    """The lines of one mark as a tree without the sentence; None where they are not a `raise`."""
    try:
        tree = ast.parse("\n".join(line[1:] for line in change.split("\n") if line.startswith(mark)))
    except SyntaxError:
        return None
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Raise) or not isinstance(tree.body[0].exc, ast.Call):
        return None
    raised = tree.body[0].exc
    # The code comes first, the sentence second; Python's own errors have the sentence alone.
    del raised.args[0 if ast.unparse(raised.func) in ("ValueError", "KeyError", "TypeError") else 1 :]
    return ast.dump(tree)
