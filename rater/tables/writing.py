"""Writing a table so that spreadsheets run nothing in it and `read_table` gives it back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def neutral(cell: object) -> str:
    """The cell as text with an apostrophe before what a spreadsheet would run; numbers and None (empty) aside.

    A carriage return becomes a line feed: the csv module leaves a lone one unquoted, and it would begin a row.
    """
    text = "" if cell is None else str(cell)
    text = text if _FORMULA.match(text) is None or _NUMBER.fullmatch(text) else "'" + text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Standard CSV: UTF-8, commas, LF, cells neutralised."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()
