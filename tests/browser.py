"""A real Chromium for the tests: found, or installed by `python -m tests.browser`; never done without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

SHELL = "chromium-headless-shell"
"""Chromium without a window: the same engine, a quarter of the processor time for each new page."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT_FOLDERS = (".cache/ms-playwright", "Library/Caches/ms-playwright")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


def find_chromium(environ: Mapping[str, str], system: Path = Path("/usr/bin")) -> str:
    """The Chromium named by RATER_CHROMIUM, else of the system or the PATH, else Playwright's own; raises NoBrowser."""
    named = environ.get("RATER_CHROMIUM")
    if named:
        if os.access(named, os.X_OK):
            return named
        raise NoBrowser(f"RATER_CHROMIUM names {named}, which is not a program")
    for name in NAMES:
        found = shutil.which(name, path=os.pathsep.join([str(system), environ.get("PATH", "")]))
        if found:
            return found
    home = Path(environ.get("HOME") or Path.home())
    folders = [Path(environ["PLAYWRIGHT_BROWSERS_PATH"])] if "PLAYWRIGHT_BROWSERS_PATH" in environ else []
    for folder in [*folders, *(home / each for each in PLAYWRIGHT_FOLDERS)]:
        for own in (*folder.glob("chromium-*/chrome-*/chrome"), *folder.glob("chromium-*/**/MacOS/Chromium")):
            return str(own)
    raise NoBrowser("The tests need a Chromium: install one, or name one with RATER_CHROMIUM")


def install_packages(*names: str, recommended: bool = True) -> None:
    """Install packages of Debian where that is possible; on other machines, or on failure, do nothing."""
    apt = shutil.which("apt-get")
    lead = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else [shutil.which("sudo") or "", "-n"]
    if apt is None or lead[:1] == [""]:
        return
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    only = [] if recommended else ["--no-install-recommends"]
    for arguments in (["update"], ["install", "-y", *only, *names]):
        subprocess.run([*lead, apt, "-qq", *arguments], env=environ, stdout=subprocess.DEVNULL, check=False)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How pytest-playwright starts the browser; without one the test fails."""
    try:
        found = find_chromium(os.environ)
    except NoBrowser as problem:
        pytest.fail(str(problem))
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "args": FLAGS,
        "chromium_sandbox": not (hasattr(os, "geteuid") and os.geteuid() == 0),
    }


def main() -> int:
    """Print the Chromium that the tests will use; 1 if there is none and none could be installed."""
    try:
        print(find_chromium(os.environ))
    except NoBrowser:
        print("No Chromium found: installing Debian's")
        install_packages(SHELL, "fonts-liberation")
        if shutil.which(SHELL) is None:
            install_packages("chromium")
        try:
            print(find_chromium(os.environ))
        except NoBrowser as problem:
            print(problem, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
