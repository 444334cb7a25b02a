"""R for the tests of scripts that are written for it: found, or installed by `python -m tests.rscript`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

from tests.browser import install_packages

PACKAGES = ("lme4", "lmerTest", "psych")
DEBIAN = ("r-base-core", *(f"r-cran-{each.lower()}" for each in PACKAGES))
REMEDY = f"The tests need R with {', '.join(PACKAGES)}: on Debian, apt-get install {' '.join(DEBIAN)}"


class NoR(Exception):
    """There is no R with all packages on this machine."""


def find_rscript(environ: Mapping[str, str], packages: Sequence[str] = PACKAGES) -> str:
    """The Rscript on the PATH; raises NoR where there is none, or where it lacks one of the packages."""
    found = shutil.which("Rscript", path=environ.get("PATH", ""))
    if found is None:
        raise NoR(f"There is no Rscript. {REMEDY}")
    wanted = ", ".join(f'"{each}"' for each in packages)
    script = f"cat(setdiff(c({wanted}), rownames(installed.packages())))"
    done = subprocess.run([found, "-e", script], capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stdout.strip():
        raise NoR(f"{found} lacks {done.stdout.strip() or done.stderr.strip()}. {REMEDY}")
    return found


@pytest.fixture(scope="session")
def rscript() -> str:
    """The Rscript with all packages; without one the test fails."""
    try:
        return find_rscript(os.environ)
    except NoR as problem:
        pytest.fail(str(problem))


def main() -> int:
    """Print the Rscript that the tests will use; 1 if there is none and none could be installed."""
    try:
        print(find_rscript(os.environ))
    except NoR:
        print("No R with all packages found: installing Debian's")
        install_packages(*DEBIAN, recommended=False)
        try:
            print(find_rscript(os.environ))
        except NoR as problem:
            print(problem, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
