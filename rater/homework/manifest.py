"""The homework log as files: `homework.csv` and `difficulties.csv`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rater.tables import Judge, Repeats, TableRows, read_table
from rater.terms import DIFFICULTY_TYPES, HOMEWORK_TYPES, Completed


@dataclass(frozen=True)
class HomeworkRow:
    """One task assigned; without `completed` nobody recorded what became of it."""

    homework_id: str | None
    assigned_session_id: str
    reviewed_session_id: str | None
    type: str
    description: str
    completed: Completed | None
    line: int


@dataclass(frozen=True)
class DifficultyRow:
    """One difficulty with homework that was mentioned in a session; without a rater it is the study's own."""

    session_id: str
    difficulty_type: str
    rater_id: str | None
    line: int


HomeworkFile = TableRows[HomeworkRow]
DifficultiesFile = TableRows[DifficultyRow]


def read_homework(
    data: bytes,
    *,
    file: str = "homework.csv",
    types: Sequence[str] = HOMEWORK_TYPES,
    rename: Mapping[str, str] | None = None,
    judge: Judge[HomeworkRow] | None = None,
) -> HomeworkFile:
    """The tasks of the file, each of one of the `types`; raises BadInput with every fault."""
    table = read_table(
        data,
        file=file,
        required=("assigned_session_id", "type"),
        optional=("homework_id", "reviewed_session_id", "description", "completed"),
        rename=rename,
    )
    rows: list[HomeworkRow] = []
    seen = Repeats()
    for row in table.rows:
        code = row.code("homework_id", required=False)
        assigned = row.code("assigned_session_id")
        reviewed = row.code("reviewed_session_id", required=False)
        seen.check(row, "homework_id", code)
        if assigned and assigned == reviewed:
            cause = "The task is reviewed in the session that assigned it"
            row.fault("reviewed_session_id", cause, "Name a later session or leave the cell empty")
        rows.append(
            HomeworkRow(
                code or None,
                assigned,
                reviewed or None,
                row.choice("type", types, required=True) or "",
                row.note("description", required=False),
                row.choice("completed", Completed),
                row.line,
            )
        )
    return table.finish(rows, judge=judge)


def read_difficulties(
    data: bytes,
    *,
    file: str = "difficulties.csv",
    types: Sequence[str] = DIFFICULTY_TYPES,
    rename: Mapping[str, str] | None = None,
    judge: Judge[DifficultyRow] | None = None,
) -> DifficultiesFile:
    """The difficulties of the file, each of one of the `types`; a repeated row is among the faults of BadInput."""
    table = read_table(
        data, file=file, required=("session_id", "difficulty_type"), optional=("rater_id",), rename=rename
    )
    rows: list[DifficultyRow] = []
    seen = Repeats()
    for row in table.rows:
        session, rater = row.code("session_id"), row.rater("rater_id", required=False)
        kind = row.choice("difficulty_type", types, required=True) or ""
        seen.check(row, "difficulty_type", kind, key=(session, kind, rater), remedy="Remove the row")
        rows.append(DifficultyRow(session, kind, rater or None, row.line))
    return table.finish(rows, judge=judge)
