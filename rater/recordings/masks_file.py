"""The list of masked spans as a file: a row a span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rater.recordings.masking import LONGEST_NOTE, read_time
from rater.tables import Judge, Row, TableRows, read_table, shown
from rater.terms import MaskReason


@dataclass(frozen=True)
class MaskRow:
    """One span as the list gives it."""

    session_id: str
    start_s: float
    stop_s: float
    reason: MaskReason
    note: str
    line: int


MasksFile = TableRows[MaskRow]


def read_masks(
    data: bytes,
    *,
    file: str = "masks.csv",
    rename: Mapping[str, str] | None = None,
    judge: Judge[MaskRow] | None = None,
) -> MasksFile:
    """The spans of the file; raises BadInput with every fault."""
    required = ("session_id", "start", "stop", "reason")
    table = read_table(data, file=file, required=required, optional=("note",), rename=rename)
    rows: list[MaskRow] = []
    for row in table.rows:
        start, stop = _time(row, "start"), _time(row, "stop")
        reason = row.choice("reason", MaskReason, required=True) or MaskReason.OTHER
        note = row.note("note", required=False, longest=LONGEST_NOTE)
        rows.append(MaskRow(row.code("session_id"), start, stop, reason, note, row.line))
    return table.finish(rows, judge=judge)


def _time(row: Row, column: str) -> float:
    text = row.note(column, longest=32)
    seconds = read_time(text)
    if text and seconds is None:
        row.fault(column, "{value} is not a time", "Write minutes and seconds, such as 1:15.8", value=shown(text))
    return seconds or 0.0
