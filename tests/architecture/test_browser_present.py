"""The browser is there, and its absence is an error, not a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import NoBrowser, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHECKOUT = Path(__file__).parents[2]


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.browser
def test_a_page_opens_and_runs_a_script(page: Page) -> None:
    page.goto("data:text/html,<title>before</title><script>document.title = 'a' + 1</script>")
    assert page.title() == "a1"


def test_the_named_program_wins(tmp_path: Path) -> None:
    named, other = program(tmp_path / "named"), program(tmp_path / "bin/chromium")
    assert find_chromium({"RATER_CHROMIUM": str(named), "PATH": str(other.parent)}, system=tmp_path) == str(named)


def test_the_one_without_a_window_is_preferred(tmp_path: Path) -> None:
    bare, _ = program(tmp_path / "bin/chromium-headless-shell"), program(tmp_path / "bin/chromium")
    assert find_chromium({"PATH": ""}, system=tmp_path / "bin") == str(bare)


def test_playwrights_own_is_found(tmp_path: Path) -> None:
    own = program(tmp_path / ".cache/ms-playwright/chromium-1200/chrome-linux64/chrome")
    assert find_chromium({"HOME": str(tmp_path), "PATH": ""}, system=tmp_path / "none") == str(own)


@pytest.mark.parametrize("environ", [{"PATH": ""}, {"PATH": "", "RATER_CHROMIUM": "/nowhere/chromium"}])
def test_no_browser_is_an_error(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(NoBrowser, match="RATER_CHROMIUM"):
        find_chromium({**environ, "HOME": str(tmp_path)}, system=tmp_path)


def test_a_browser_test_without_a_browser_does_not_skip(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.browser"]')
    (tmp_path / "test_one.py").write_text("def test_page(page): pass")
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), "RATER_CHROMIUM": "/nowhere/chromium"}
    command = [sys.executable, "-m", "pytest", "--rootdir", ".", "test_one.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "RATER_CHROMIUM names /nowhere/chromium" in done.stdout
    assert "1 error" in done.stdout
