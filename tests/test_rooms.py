"""Who may import whom, what ships in the wheel, and what the wallet may not know.

The rule is docs/decisions/0001-packages.md; a layer rule that nobody checks is soon not one.
"""

import ast
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "openid4vc": set(),
    "web_service": set(),
    "credential_schemas": {"openid4vc"},
    "issuer": {"openid4vc", "credential_schemas", "web_service"},
    "verifier": {"openid4vc", "credential_schemas", "web_service"},
    "wallet_cli": {"openid4vc"},
}
NEVER = {"tests", "examples"}
# Libraries that one module alone may import; everything else stays light and without a socket.
ONLY_IN = {
    "httpcore": {"openid4vc/http_retrieval.py"},
    "zxingcpp": {"openid4vc/printed_codes.py", "issuer/paper"},
    "pypdfium2": {"openid4vc/printed_codes.py", "issuer/paper"},
    "PIL": {"openid4vc/printed_codes.py", "issuer/paper"},
    "typst": {"issuer/paper"},
    "fastapi": {"web_service", "issuer", "verifier"},
    "starlette": {"web_service", "issuer", "verifier"},
    "sqlalchemy": {"web_service", "issuer", "verifier"},
    "alembic": {"web_service", "issuer", "verifier"},
    "jinja2": {"web_service", "issuer", "verifier"},
    "pydantic": {"web_service", "issuer", "verifier"},
}


def modules(package: str) -> Iterator[Path]:
    return (ROOT / package).rglob("*.py")


def imported_names(source: str) -> Iterator[str]:
    """Top-level names that a module imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def forbidden_imports(package: str, source: str) -> set[str]:
    allowed = MAY_IMPORT[package] | {package}
    return {name for name in imported_names(source) if name in (MAY_IMPORT.keys() | NEVER) and name not in allowed}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_the_rooms_below_it(package: str) -> None:
    found = {
        str(path): bad for path in modules(package) if (bad := forbidden_imports(package, path.read_text("utf-8")))
    }
    assert found == {}


def test_a_planted_import_is_found_also_inside_a_function() -> None:
    assert forbidden_imports("wallet_cli", "def f():\n    from credential_schemas import types\n") == {
        "credential_schemas"
    }
    assert forbidden_imports("issuer", "import verifier.app") == {"verifier"}


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    places = tuple(ONLY_IN[library])
    offenders = [
        name
        for package in MAY_IMPORT
        for path in modules(package)
        if library in set(imported_names(path.read_text("utf-8")))
        and not (name := path.relative_to(ROOT).as_posix()).startswith(places)
    ]
    assert offenders == []


def test_the_wallet_names_none_of_our_types_or_claims() -> None:
    """A wallet carries paper it has never seen before: all it knows of a document it learns at issuance."""
    import json

    words: set[str] = set()
    for metadata in (ROOT / "credential_schemas" / "types").glob("*/type_metadata.json"):
        words.add(metadata.parent.name)
        for claim in json.loads(metadata.read_text("utf-8"))["claims"]:
            name = claim["path"][0]
            if "_" in name:  # single everyday words would be found in any text
                words.add(name)
    # Names that stand in the protocols themselves, or in the identity data every wallet knows how to show.
    words -= {"pid", "issuing_authority", "issuing_country", "date_of_issuance", "date_of_expiry"}
    assert words
    files = [*modules("wallet_cli"), *(ROOT / "wallet_cli").rglob("*.po")]
    found = {f"{path.name}: {word}" for path in files for word in words if word in path.read_text("utf-8")}
    assert found == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_library_code_never_asserts(package: str) -> None:
    """Assertions vanish under -O; a check that matters is an exception."""
    asserting = [
        str(path)
        for path in modules(package)
        if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    ]
    assert asserting == []


@pytest.mark.slow
def test_the_wheel_ships_exactly_the_six_packages_with_their_data(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == set(MAY_IMPORT)
    committed = subprocess.run(
        ["git", "ls-files", *MAY_IMPORT], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert {name for name in committed if name not in names} == set()
    catalogues = {name[:-3] + ".mo" for name in committed if name.endswith(".po")}
    assert catalogues <= set(names)
