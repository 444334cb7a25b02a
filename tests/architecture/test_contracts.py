"""The import contracts hold, and each of them is able to break."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def check_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of `folder` on the package `rater` that lies in it."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", script, "--no-cache"]
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    done = check_contracts(CHECKOUT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The project's contracts over a package of empty modules, one for each name that they mention."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    contracts = tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {name.strip("() ") for layer in contracts[0]["layers"] for name in re.split(r"[|:]", layer)}
    for name in [*layers, "ratings.operations", "recordings.operations", "storage.database", "storage.media.audio"]:
        place = tmp_path.joinpath("rater", *name.split("."))
        place.mkdir(parents=True, exist_ok=True)
        for folder in (place, *place.parents[: len(place.relative_to(tmp_path).parts) - 1]):
            (folder / "__init__.py").touch()
    return tmp_path


def test_the_contracts_hold_over_empty_modules(skeleton: Path) -> None:
    done = check_contracts(skeleton)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "statement", "verdict"),
    [
        ("statistics.upward", "import rater.studies", "Data flows one way BROKEN"),
        ("tables", "import rater.scales", "Data flows one way BROKEN"),
        ("utils", "", "rater.utils"),
        ("allocation.aware", "import flask", "Only the entry points know Flask BROKEN"),
        ("scales.impure", "import sqlalchemy", "Rules are pure: only operations touch storage BROKEN"),
        ("ratings.impure", "import rater.storage.database", "Rules are pure: only operations touch storage BROKEN"),
        (
            "ratings.caller",
            "import rater.ratings.operations",
            "Operations are called by entry points and other operations BROKEN",
        ),
        ("exports.sound", "import rater.storage.media.audio", "One home for audio code BROKEN"),
    ],
)
def test_each_contract_breaks_on_a_forbidden_import(skeleton: Path, module: str, statement: str, verdict: str) -> None:
    place = skeleton.joinpath("rater", *module.split("."))
    (place / "__init__.py" if place.is_dir() else place.with_suffix(".py")).write_text(statement)
    done = check_contracts(skeleton)
    assert done.returncode != 0, done.stdout
    assert verdict in done.stdout
