"""`make mutation`: mutate the packages of the core, run their tests against each change, compare with what is known.

The sources are copied to build/mutation, where mutmut keeps what it has done: a run that was interrupted goes on. What
survived is run again each time, for tests may have changed; what a test killed is not, as long as its function stays
the same (without that folder all of it is). A survivor is named by its function and the lines that it changes, so that
the list outlives changes elsewhere.
Exit code 1 when a mutant survives that no file of `equivalent` explains, or one is explained that no longer survives.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.mutation import wording

ROOT: Final = Path(__file__).resolve().parents[2]
PLACE: Final = ROOT / "build" / "mutation"
# A file for each package: a list of {"function", "change", "why"}.
KNOWN: Final = Path(__file__).with_name("equivalent")
PACKAGES: Final = ("sd_jwt", "sd_jwt_vc", "status_list", "vp/dcql", "jose", "trust")
COPIED: Final = (
    *("openid4vc", "credential_schemas", "web_service", "issuer", "verifier", "wallet_cli"),
    *("tests", "examples", "hatch_build.py", "pyproject.toml"),
)
CONFIGURATION: Final = f"""
[tool.mutmut]
source_paths = ["openid4vc/"]
only_mutate = {json.dumps([f"openid4vc/{package}/*" for package in PACKAGES])}
also_copy = {json.dumps([name for name in COPIED if name != "openid4vc"])}
pytest_add_cli_args = ["-x", "-p", "no:xdist"]
pytest_add_cli_args_test_selection = {json.dumps(["tests/openid4vc/" + package.split("/")[0] for package in PACKAGES])}
"""


# Exit codes of pytest, as mutmut keeps them: a test failed, or pytest itself did.
KILLED: Final = (1, 3)


def noticed(remembered: dict[str, Any]) -> dict[str, Any]:
    """What mutmut remembers of a file, without each change that no test noticed; None is one that was not run."""
    codes = remembered["exit_code_by_key"]
    return {**remembered, "exit_code_by_key": {name: code if code in KILLED else None for name, code in codes.items()}}


def prepare() -> None:
    """The sources and tests as they are now, and of what mutmut remembers the changes that were noticed."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, target = ROOT / name, PLACE / name
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copyfile(source, target)
    with (PLACE / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(CONFIGURATION)
    for path in PLACE.glob("mutants/openid4vc/**/*.meta"):
        path.write_text(json.dumps(noticed(json.loads(path.read_text("utf-8")))), "utf-8")
    # Which test runs which function: a test that has changed keeps its name there.
    (PLACE / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)


def mutmut(*arguments: str) -> str:
    """Output of a command of mutmut; SystemExit with it when the command fails."""
    vectors = os.environ.get("TODISTE_VECTORS") or str(ROOT.parent / "shared" / "vectors")
    environment = {
        **os.environ,
        "TODISTE_VECTORS": vectors,
        "PYTHONPATH": "",
        # Not in the configuration: what is changed there makes mutmut forget what it has done.
        "PYTEST_ADDOPTS": "-p tests.mutation.examples",
    }
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments], cwd=PLACE, env=environment, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(done.stdout[-4000:])
    return done.stdout


def survivors() -> Iterator[tuple[str, str]]:
    """Mutants that no test noticed or came near: the function, and the changed lines, removed and added."""
    for line in mutmut("results").splitlines():
        name, _, state = line.strip().partition(": ")
        if state not in ("survived", "no tests"):
            continue
        changed = [
            text[0] + text[1:].strip()
            for text in mutmut("show", name).splitlines()
            if text[:1] in "+-" and text[:3] not in ("+++", "---")
        ]
        if not wording.alone("\n".join(changed)):
            yield name.partition("__mutmut_")[0], "\n".join(changed)


def main() -> int:
    prepare()
    mutmut("run", "--max-children", "2", *sys.argv[1:])
    found = {f"{function}\n{change}" for function, change in survivors()}
    known = {
        f"{entry['function']}\n{entry['change']}"
        for file in KNOWN.glob("*.json")
        for entry in json.loads(file.read_text("utf-8"))
    }
    for change in sorted(found - known):
        print(f"survived, and nothing says why:\n{change}\n")
    for change in sorted(known - found):
        print(f"explained, but did not survive:\n{change}\n")
    print(f"{len(found)} survivors, {len(found & known)} of them explained")
    return int(found != known)


if __name__ == "__main__":
    sys.exit(main())
