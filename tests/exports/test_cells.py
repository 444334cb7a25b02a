"""Cells as spreadsheets and programs read them."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rater.exports.bundle import write_bundle
from rater.exports.contents import Asked, AssignedTask, Rights
from rater.exports.resource import cell
from tests.exports.builders import make_counted, make_data, make_listed

FORMULAS = ['=HYPERLINK("http://example.org")', "+1+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=1\n2", "'=1"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (math.nan, ""),
        (3.0, "3"),
        (-0.0, "0"),
        (-1.5, "-1.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e300, "1e+300"),
        (7, "7"),
        (True, "true"),
        ("-3", "-3"),
        ("P01", "P01"),
        (date(2018, 1, 27), "2018-01-27"),
        (datetime(2018, 1, 27, 9, 30, tzinfo=UTC), "2018-01-27T09:30:00Z"),
        (datetime(2018, 1, 27, 9, 30, tzinfo=timezone(timedelta(hours=2))), "2018-01-27T07:30:00Z"),
        (timedelta(days=2, seconds=61), "P2DT61S"),
        (timedelta(0), "P0D"),
    ],
)
def test_cells(value: object, written: str) -> None:
    assert cell(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_read_back_the_same(value: float) -> None:
    assert float(cell(value)) == value


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_made_harmless(text: str) -> None:
    assert cell(text) == "'" + text.replace("\r", "\n")


def dangerous(data: bytes) -> list[str]:
    """Cells that a spreadsheet would run."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    found = [each for row in rows for each in row if each[:1] in ("=", "+", "-", "@", "\t", "\r") and each[:1]]
    return [each for each in found if not each.lstrip("+-").replace(".", "", 1).isdigit()]


def test_no_file_of_a_bundle_runs_a_formula(tmp_path: Path) -> None:
    """Codes and descriptions hold formulas; the control is the same rows written by the csv module alone."""
    sessions = tuple(make_listed(code, patient=f"={number}") for number, code in enumerate(FORMULAS[:4], start=1))
    ratings = [
        make_counted(each.session_id, rater, {"a1": 1.0, "a2": 2.0}) for each in sessions for rater in ("R1", "R2")
    ]
    data = make_data(*ratings, sessions=sessions)
    tasks = [
        AssignedTask(f"H{place}", sessions[0].session_id, None, "x", text, None) for place, text in enumerate(FORMULAS)
    ]
    data = type(data)(**{**vars(data), "tasks": tuple(tasks)})
    write_bundle(data, tmp_path / "bundle", Asked(Rights.FULL))
    for path in (tmp_path / "bundle").glob("*.csv"):
        assert dangerous(path.read_bytes()) == [], path.name
    assert b"'=HYPERLINK" in (tmp_path / "bundle" / "stacked.csv").read_bytes()
    plain = io.StringIO(newline="")
    csv.writer(plain).writerows([each.session_id, each.patient_id] for each in sessions)
    assert len(dangerous(plain.getvalue().encode())) == 8
