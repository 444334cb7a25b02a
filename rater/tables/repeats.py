"""What may stand in a file only once."""

from __future__ import annotations

from collections.abc import Hashable

from rater.tables.faults import shown
from rater.tables.table import Row


class Repeats:
    """Notes a fault for each row that repeats what an earlier row said of a column."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, Hashable], int] = {}

    def check(self, row: Row, column: str, name: str, *, key: Hashable = None, remedy: str = "") -> None:
        """Note a fault if `key`, or else `name`, has stood in an earlier line; an empty name is passed over."""
        if not name:
            return
        first = self._lines.setdefault((column, name if key is None else key), row.line)
        if first != row.line:
            remedy = remedy or "Keep one of the two rows or correct the other"
            row.fault(column, "{value} stands in line {first} already", remedy, value=shown(name), first=first)
