"""Consents as a file: a row for a recording and a use of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rater.tables import Judge, Repeats, TableRows, read_table
from rater.terms import ConsentScope


@dataclass(frozen=True)
class ConsentRow:
    """One consent as the list gives it."""

    session_id: str
    scope: ConsentScope
    given_on: date
    until: date | None
    line: int


ConsentsFile = TableRows[ConsentRow]


def read_consents(
    data: bytes,
    *,
    file: str = "consents.csv",
    rename: Mapping[str, str] | None = None,
    judge: Judge[ConsentRow] | None = None,
) -> ConsentsFile:
    """The consents of the file; raises BadInput with every fault."""
    required = ("session_id", "scope", "given_on")
    table = read_table(data, file=file, required=required, optional=("until",), rename=rename)
    repeats, rows = Repeats(), []
    for row in table.rows:
        code, scope = row.code("session_id"), row.choice("scope", ConsentScope, required=True)
        given_on, until = row.date("given_on", required=True), row.date("until")
        repeats.check(row, "session_id", code, key=(code, scope))
        rows.append(ConsentRow(code, scope or ConsentScope.RESEARCH, given_on or date.min, until, row.line))
    return table.finish(rows, judge=judge)
