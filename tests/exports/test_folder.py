"""Where a bundle may be written, and that a refusal leaves everything as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rater.errors import BadInput
from rater.exports.bundle import write_bundle
from rater.exports.contents import StudyData
from rater.exports.folder import fresh_folder
from tests.exports.builders import make_counted, make_data


@pytest.fixture
def data() -> StudyData:
    return make_data(make_counted("S1", "R1", {"a1": 1.0, "a2": 2.0}))


def state_of(folder: Path) -> dict[str, bytes | None]:
    """Every file below the folder with its bytes; None for folders."""
    return {str(each.relative_to(folder)): each.read_bytes() if each.is_file() else None for each in folder.rglob("*")}


def test_absent_empty_and_earlier_folders_are_taken(data: StudyData, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("deep/absent", "empty"):
        write_bundle(data, tmp_path / name)
    more = make_data(make_counted("S1", "R1", {"a1": 1.0}), make_counted("S1", "R2", {"a1": 1.0}, role="second"))
    write_bundle(more, tmp_path / "empty")
    assert (tmp_path / "empty" / "wide_A_R1-R2.csv").exists()
    write_bundle(data, tmp_path / "empty")
    assert not (tmp_path / "empty" / "wide_A_R1-R2.csv").exists(), "a file of the earlier export stayed"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["deep", "empty"]
    assert state_of(tmp_path / "empty") == state_of(tmp_path / "deep" / "absent")


def foreign_file(folder: Path) -> None:
    (folder / "thesis.txt").write_text("years of work")


def foreign_among_exported(folder: Path) -> None:
    write_bundle(make_data(make_counted("S1", "R1", {"a1": 1.0})), folder)
    (folder / "notes.txt").write_text("mine")


def somebody_s_package(folder: Path) -> None:
    (folder / "data.csv").write_text("a\n1\n")
    (folder / "datapackage.json").write_text(json.dumps({"resources": [{"path": "data.csv"}]}))


def broken_package(folder: Path) -> None:
    (folder / "datapackage.json").write_text("[" * 100_000)


def folder_in_disguise(folder: Path) -> None:
    write_bundle(make_data(make_counted("S1", "R1", {"a1": 1.0})), folder)
    (folder / "README.txt").unlink()
    (folder / "README.txt").mkdir()


@pytest.mark.parametrize(
    "prepare", [foreign_file, foreign_among_exported, somebody_s_package, broken_package, folder_in_disguise]
)
def test_other_folders_are_refused_and_left_alone(
    data: StudyData, tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    prepare(folder)
    before = state_of(tmp_path)
    with pytest.raises(BadInput):
        write_bundle(data, folder)
    assert state_of(tmp_path) == before


def test_a_file_in_the_way_is_refused(data: StudyData, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    for place in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(BadInput):
            write_bundle(data, place)
    assert state_of(tmp_path) == {"taken": b"x"}


def broken_off(folder: Path) -> None:
    with fresh_folder(folder) as place:
        (place / "half.csv").write_text("a\n")
        raise ZeroDivisionError


def test_a_failure_on_the_way_keeps_the_earlier_export(data: StudyData, tmp_path: Path) -> None:
    write_bundle(data, tmp_path / "bundle")
    before = state_of(tmp_path)
    with pytest.raises(ZeroDivisionError):
        broken_off(tmp_path / "bundle")
    assert state_of(tmp_path) == before


def test_a_web_worker_starts_without_the_heavy_libraries() -> None:
    script = (
        "import sys, rater.exports.operations; print([n for n in ('pandas', 'numpy', 'scipy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
