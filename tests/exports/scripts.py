"""The two scripts of a bundle, run as a reader of the dataset would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAID = re.compile(r"(\d+) figures agree, (\d+) differ, (\d+) are left out, (\d+) have a reason instead of a value\n$")


@dataclass(frozen=True)
class Run:
    """Runs one of the scripts in a bundle's folder, from elsewhere, in the plainest of locales."""

    name: str
    command: Sequence[str]
    bare: Sequence[str]
    script: str

    def __call__(self, folder: Path, *, packages: bool = True) -> subprocess.CompletedProcess[str]:
        """What the script said; without `packages` it finds only those that the language brings."""
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
        own = self.command if packages else self.bare
        return subprocess.run(
            [*own, str(folder / self.script)], cwd="/", env=environ, capture_output=True, text=True, check=False
        )


def runs(rscript: str) -> dict[str, Run]:
    """Both, by name."""
    python = (sys.executable, "-I", "-W", "error")
    r = (rscript, "--vanilla")
    return {
        "python": Run("python", python, (*python, "-S"), "reproduce.py"),
        "r": Run("r", r, ("env", "R_LIBS_SITE=/nowhere", "R_LIBS_USER=/nowhere", *r), "reproduce.R"),
    }


def figures_of(done: subprocess.CompletedProcess[str]) -> tuple[int, int, int, int]:
    """How many figures agree, differ, are left out and have a reason, as a script said."""
    found = SAID.search(done.stdout)
    assert found, done.stdout[-2000:] + done.stderr[-2000:]
    agreeing, differing, left_out, without = map(int, found.groups())
    return agreeing, differing, left_out, without
