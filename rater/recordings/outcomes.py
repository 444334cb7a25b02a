"""The table of an outcome measure: a row per therapy session, a column per item."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rater.tables import Judge, Repeats, Row, TableRows, read_table


@dataclass(frozen=True)
class OutcomeRow:
    """One session's item values, None where an item was not answered."""

    session_id: str
    values: Mapping[str, int | None]
    line: int


OutcomesFile = TableRows[OutcomeRow]


def read_outcomes(
    data: bytes,
    *,
    items: Mapping[str, Collection[int]],
    file: str = "outcomes.csv",
    rename: Mapping[str, str] | None = None,
    judge: Judge[OutcomeRow] | None = None,
) -> OutcomesFile:
    """The outcomes of the file, `items` naming each column and its points; raises BadInput with every fault."""
    table = read_table(data, file=file, required=("session_id", *items), rename=rename)
    rows: list[OutcomeRow] = []
    seen = Repeats()
    for row in table.rows:
        session = row.code("session_id")
        seen.check(row, "session_id", session)
        values = {item: _point(row, item, points) for item, points in items.items()}
        rows.append(OutcomeRow(session, values, row.line))
    return table.finish(rows, judge=judge)


def _point(row: Row, item: str, points: Collection[int]) -> int | None:
    value = row.whole(item)
    if value is not None and value not in points:
        remedy = "Points are {low} to {high}"
        params = {"value": value, "item": item, "low": min(points), "high": max(points)}
        row.fault(item, "{value} is not a point of {item}", remedy, **params)
    return value
