"""The allocation as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from rater.allocation.manifest import read_allocation, write_allocation
from rater.allocation.plans import PlannedSession
from tests.builders.tables import faults_of, places

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"


def test_the_example_study_reads_and_writes_back() -> None:
    data = (EXAMPLE / "allocation.csv").read_bytes()
    rows = read_allocation(data).rows
    assert (len(rows), sum(row.planned.second_rater is not None for row in rows)) == (197, 79)
    assert rows[3].planned == PlannedSession("P01-S04", "R5", "R1")
    assert rows[3].line == 5
    assert write_allocation(row.planned for row in rows) == data


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("S2,R1,", []),
        ("S2,R2,R1", []),
        ("S1,R1,", [(3, "session_id")]),
        ("S2,R1,R1", [(3, "second_rater")]),
        ("S2,,R1", [(3, "main_rater")]),
        (",R 1,Rä", [(3, "session_id"), (3, "main_rater"), (3, "second_rater")]),
    ],
)
def test_each_fault_has_its_line_and_column(row: str, where: list[tuple[int, str]]) -> None:
    data = f"session_id,main_rater,second_rater\nS1,R1,R2\n{row}\n".encode()
    assert places(faults_of(lambda: read_allocation(data))) == where
