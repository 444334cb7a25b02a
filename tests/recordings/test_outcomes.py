"""The table of an outcome measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from rater.recordings.outcomes import read_outcomes
from tests.builders.tables import faults_of, places

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"
ITEMS = {f"phq{number}": range(4) for number in range(1, 10)}
TWO = {"a": range(4), "b": range(1, 6)}


def test_the_example_study_reads() -> None:
    outcomes = read_outcomes((EXAMPLE / "phq9.csv").read_bytes(), items=ITEMS)
    assert len(outcomes.rows) == 210
    by_session = {row.session_id: row.values for row in outcomes.rows}
    assert list(by_session["P01-S01"].values()) == [2, 2, 2, 1, 1, 1, 1, 1, 1]
    assert set(by_session["P01-S05"].values()) == {None}


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("S2,0,5", []),
        ("S2,,", []),
        ("S2,4,0", [(3, "a"), (3, "b")]),
        ("S2,-1,1.5", [(3, "a"), (3, "b")]),
        ("S1,0,1", [(3, "session_id")]),
        (",0,1", [(3, "session_id")]),
    ],
)
def test_each_fault_has_its_line_and_column(row: str, where: list[tuple[int, str]]) -> None:
    assert places(faults_of(lambda: read_outcomes(f"session_id,a,b\nS1,0,1\n{row}\n".encode(), items=TWO))) == where


def test_every_item_needs_its_column() -> None:
    assert places(faults_of(lambda: read_outcomes(b"session_id,a\nS1,0\n", items=TWO))) == [(1, "b")]
