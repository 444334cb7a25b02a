"""R is there with its packages, and its absence is an error that says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rscript import NoR, find_rscript

CHECKOUT = Path(__file__).parents[2]


def test_r_is_here() -> None:
    assert find_rscript(os.environ).endswith("Rscript")


def test_without_r_or_a_package_the_words_say_what_to_install() -> None:
    with pytest.raises(
        NoR, match=r"There is no Rscript.*apt-get install r-base-core r-cran-lme4 r-cran-lmertest r-cran-psych"
    ):
        find_rscript({"PATH": ""})
    with pytest.raises(NoR, match=r"lacks nosuchpackage.*apt-get install"):
        find_rscript(os.environ, ("stats", "nosuchpackage"))


def test_a_test_of_an_r_script_without_r_does_not_skip(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.rscript"]')
    (tmp_path / "test_one.py").write_text("def test_script(rscript): pass")
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "--rootdir", ".", "test_one.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There is no Rscript" in done.stdout
    assert "1 error" in done.stdout
