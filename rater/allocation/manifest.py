"""The allocation as a file, in and out: `allocation.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rater.allocation.plans import PlannedSession
from rater.tables import Judge, Repeats, TableRows, read_table, write_table

COLUMNS = ("session_id", "main_rater", "second_rater")


@dataclass(frozen=True)
class AllocationRow:
    """Who rates one session, and where the file says so."""

    planned: PlannedSession
    line: int


AllocationFile = TableRows[AllocationRow]


def read_allocation(
    data: bytes,
    *,
    file: str = "allocation.csv",
    rename: Mapping[str, str] | None = None,
    judge: Judge[AllocationRow] | None = None,
) -> AllocationFile:
    """The rows of the plan, an empty second rater as None.

    Raises BadInput with every fault: a session that comes twice, or whose two raters are one.
    """
    table = read_table(data, file=file, required=COLUMNS, rename=rename)
    rows: list[AllocationRow] = []
    seen = Repeats()
    for row in table.rows:
        session, main = row.code("session_id"), row.rater("main_rater")
        second = row.rater("second_rater", required=False)
        seen.check(row, "session_id", session)
        if main and main == second:
            cause = "{value} is both main and second rater"
            row.fault("second_rater", cause, "Name another rater or leave the cell empty", value=main)
        rows.append(AllocationRow(PlannedSession(session, main, second or None), row.line))
    return table.finish(rows, judge=judge)


def write_allocation(plan: Iterable[PlannedSession]) -> bytes:
    """The plan as standard CSV that `read_allocation` gives back, in the order given."""
    return write_table(COLUMNS, ((row.session_id, row.main_rater, row.second_rater) for row in plan))
