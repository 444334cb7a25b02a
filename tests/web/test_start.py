"""A web worker starts without what only jobs need: heavy packages cost memory in every process."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("av", "numpy", "pandas", "scipy", "altair", "vl_convert", "pydub", "pyarrow", "pyreadstat", "xlsxwriter")
START = """
import sys
from pathlib import Path
{first}
from rater.app import create_app
from rater.config import Settings
create_app(Settings.load({{}}, home=Path(sys.argv[1])))
print(" ".join(name for name in {heavy!r} if name in sys.modules))
"""


def loaded(home: Path, first: str = "") -> list[str]:
    """Which of the heavy packages a fresh process has loaded once the application is made."""
    command = [sys.executable, "-c", START.format(first=first, heavy=HEAVY), str(home)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_the_application_starts_without_heavy_packages(tmp_path: Path) -> None:
    assert loaded(tmp_path) == []


@pytest.mark.parametrize("name", ["pandas", "vl_convert", "xlsxwriter"])
def test_a_heavy_package_would_be_seen(tmp_path: Path, name: str) -> None:
    assert name in loaded(tmp_path, first=f"import {name}")
