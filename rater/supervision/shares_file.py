"""Recordings of a research study that are to serve a programme too, as a file: a row a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rater.recordings.manifest import HIGHEST_NUMBER
from rater.tables import Judge, Repeats, TableRows, read_table

COLUMNS = ("research_session_id", "session_id", "patient_id", "therapist_id", "session_no")


@dataclass(frozen=True)
class ShareRow:
    """A session of the research study, and what it is called in the programme."""

    research_session_id: str
    session_id: str
    patient_id: str
    therapist_id: str
    session_no: int
    line: int


SharesFile = TableRows[ShareRow]


def read_shares(
    data: bytes,
    *,
    file: str = "shares.csv",
    rename: Mapping[str, str] | None = None,
    judge: Judge[ShareRow] | None = None,
) -> SharesFile:
    """The sessions of the file; raises BadInput with every fault."""
    table = read_table(data, file=file, required=COLUMNS, rename=rename)
    repeats, rows = Repeats(), []
    for row in table.rows:
        research, code = row.code("research_session_id"), row.code("session_id")
        repeats.check(row, "research_session_id", research)
        repeats.check(row, "session_id", code)
        number = row.whole("session_no", 0, HIGHEST_NUMBER, required=True)
        patient, therapist = row.code("patient_id"), row.code("therapist_id")
        rows.append(ShareRow(research, code, patient, therapist, number or 0, row.line))
    return table.finish(rows, judge=judge)
