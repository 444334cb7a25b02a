"""A table that was read: rows that know their line, and getters that note what is wrong with a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

from rater.tables import cells
from rater.tables.dialect import Dialect
from rater.tables.faults import Faults, nearest, shown
from rater.terms import Reason

Content = TypeVar("Content")
Word = TypeVar("Word", bound=str)
Quantity = TypeVar("Quantity", int, float)
LONGEST_CODE = 64
LONGEST_TEXT = 4_000
RATER_CODE = re.compile(r"[A-Za-z0-9_]+")
_CORRECT_CELL = "Correct the cell"
_WITH_COMMA = "Write digits with a decimal comma, as in the rest of the file, or leave the cell empty"
_WITH_POINT = "Write digits with a decimal point, as in the rest of the file, or leave the cell empty"


class Row:
    """One row; after a fault a getter answers with a stand-in, which `Table.finish` keeps from being used."""

    __slots__ = ("_cells", "_table", "line")

    def __init__(self, table: Table, line: int, written: list[str]) -> None:
        self._table = table
        self._cells = written
        self.line = line

    def text(self, column: str) -> str:
        """The cell without blanks around it; empty where the file lacks the column."""
        place = self._table.places.get(column)
        return "" if place is None else self._cells[place]

    def fault(self, column: str, cause: str, remedy: str, **params: Any) -> None:
        """Note that this row's cell is wrong."""
        self._table.faults.add(cause, remedy, line=self.line, column=column, **params)

    def _given(self, column: str, required: bool) -> str:
        text = self.text(column)
        if required and not text:
            self.fault(column, "The cell is empty", "Fill in {name}", name=column)
        return text

    def note(self, column: str, required: bool = True, longest: int = LONGEST_TEXT) -> str:
        """Free text, line breaks allowed, of at most `longest` characters."""
        text = self._given(column, required)
        if len(text) > longest:
            cause = "The cell holds {count} characters, at most {longest} are taken"
            self.fault(column, cause, "Shorten it", count=len(text), longest=longest)
        return text

    def code(self, column: str, required: bool = True) -> str:
        """A name of something, such as a session id: at most 64 characters, all of them visible."""
        text = self.note(column, required, LONGEST_CODE)
        if not text.isprintable():
            cause = "{value} holds a character that cannot be seen"
            self.fault(column, cause, "Type it anew", value=shown(text))
        return text

    def rater(self, column: str, required: bool = True) -> str:
        """A rater's code: letters A to Z, digits and underscores."""
        text = self.code(column, required)
        if text and not RATER_CODE.fullmatch(text):
            self.fault(
                column,
                "{value} is not a rater code",
                "Use letters A to Z, digits and underscores, such as R1",
                value=shown(text),
            )
        return text

    def whole(self, column: str, low: int | None = None, high: int | None = None, required: bool = False) -> int | None:
        """A whole number from `low` to `high`; None where the cell is empty or wrong."""
        text = self._given(column, required)
        value = cells.whole(text, self._table.dialect.decimal_comma)
        if text and value is None:
            cause, remedy = "{value} is not a whole number", _remedy(low, high, required)
            self.fault(column, cause, remedy, value=shown(text), low=low, high=high)
        return self._within(column, value, low, high)

    def number(
        self, column: str, low: float | None = None, high: float | None = None, required: bool = False
    ) -> float | None:
        """A number from `low` to `high`; None where the cell is empty or wrong."""
        text = self._given(column, required)
        value = cells.number(text, self._table.dialect.decimal_comma)
        if text and value is None:
            remedy = _WITH_COMMA if self._table.dialect.decimal_comma else _WITH_POINT
            self.fault(column, "{value} is not a number", remedy, value=shown(text))
        return self._within(column, value, low, high)

    def _within(
        self, column: str, value: Quantity | None, low: Quantity | None, high: Quantity | None
    ) -> Quantity | None:
        if value is None:
            return None
        if low is not None and value < low:
            self.fault(column, "{value} is less than {low}", _CORRECT_CELL, value=value, low=low)
            return None
        if high is not None and value > high:
            self.fault(column, "{value} is more than {high}", _CORRECT_CELL, value=value, high=high)
            return None
        return value

    def date(self, column: str, required: bool = False) -> date | None:
        """A date, ISO or day.month.year; None where the cell is empty or wrong."""
        text = self._given(column, required)
        value = cells.day(text)
        if text and value is None:
            self.fault(
                column,
                "{value} is not a date",
                "Write year-month-day, as in 2018-01-27, or day.month.year, as in 27.01.2018",
                value=shown(text),
            )
        return value

    def choice(self, column: str, options: Iterable[Word], required: bool = False) -> Word | None:
        """One of the options, whatever the case, with blanks or hyphens for underscores; None where empty or wrong."""
        text = self._given(column, required)
        if not text:
            return None
        words = list(options)
        key = cells.choice_key(text)
        for word in words:
            if cells.choice_key(str(word)) == key:
                return word
        guess = nearest(text, map(str, words))
        remedy = "Did you mean {guess}? Use one of: {options}" if guess else "Use one of: {options}"
        listed = ", ".join(map(str, words))
        self.fault(column, "{value} is not known here", remedy, value=shown(text), guess=guess, options=listed)
        return None


@dataclass(frozen=True)
class TableRows(Generic[Content]):
    """What a file said, free of faults, beside how it was written, its columns, and those that were not used."""

    rows: tuple[Content, ...]
    dialect: Dialect
    unknown_columns: tuple[str, ...]
    file: str
    notes: tuple[Reason, ...] = ()
    columns: frozenset[str] = frozenset()


Judge: TypeAlias = Callable[[TableRows[Content], Faults], object]
"""Notes what is wrong with rows that can be read as such, for instance a session that the study does not have."""


class Table:
    """The rows of one file; faults of its cells gather in `faults` until `finish` is called."""

    def __init__(
        self,
        dialect: Dialect,
        header_line: int,
        places: dict[str, int],
        unknown_columns: tuple[str, ...],
        faults: Faults,
    ) -> None:
        self.dialect = dialect
        self.header_line = header_line
        self.places = places
        self.unknown_columns = unknown_columns
        self.faults = faults
        self.rows: list[Row] = []

    def has(self, column: str) -> bool:
        """Whether the file has the column, under its own or a mapped name."""
        return column in self.places

    def is_number(self, text: str) -> bool:
        """Whether a cell of this file, written so, is a number."""
        return cells.number(text, self.dialect.decimal_comma) is not None

    def finish(
        self, rows: Sequence[Content], notes: Sequence[Reason] = (), judge: Judge[Content] | None = None
    ) -> TableRows[Content]:
        """The rows as the file's content; raises `BadInput` with every fault of the file, the judge's among them."""
        columns, file = frozenset(self.places), self.faults.file
        content = TableRows(tuple(rows), self.dialect, self.unknown_columns, file, tuple(notes), columns)
        if judge is not None:
            judge(content, self.faults)
        self.faults.raise_if_any()
        return content


def _remedy(low: float | None, high: float | None, required: bool) -> str:
    if low is None or high is None:
        return "Write a whole number" if required else "Write a whole number or leave the cell empty"
    return "Write a whole number from {low} to {high}" + ("" if required else " or leave the cell empty")
