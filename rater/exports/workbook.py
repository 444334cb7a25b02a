"""Tables as Excel workbooks: typed cells, and text that Excel never takes for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rater.errors import BadInput, fault
from rater.exports.formats import typed
from rater.exports.resource import Resource

MOST_ROWS = 1_048_576
REMEDY = "Leave the format xlsx out"
CREATED = datetime(1980, 1, 1)
FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss", "duration": "[h]:mm:ss"}


class WorkbookWriter:
    """Writes one sheet row by row, so that memory stays bounded; equal rows give equal bytes.

    Text is written as text; unless it begins with a letter or digit, it bears the mark of a quoted text too, so that
    it stays text when somebody edits the cell. `row` raises BadInput where Excel has no room for rows or a text.
    """

    def __init__(self, resource: Resource, path: Path) -> None:
        import xlsxwriter

        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._name, self._resource, self._columns, self._row = path.name, resource, resource.columns, 0
        self._book = xlsxwriter.Workbook(path, options)
        self._book.set_properties({"title": resource.title, "created": CREATED})
        self._sheet = self._book.add_worksheet("data")
        self._sheet.freeze_panes(1, 0)
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._formats = {kind: self._book.add_format({"num_format": each}) for kind, each in FORMATS.items()}
        heading = self._book.add_format({"bold": True, "quote_prefix": True})
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, column.name, heading)

    def row(self, values: Sequence[object]) -> None:
        """Take one row."""
        self._row += 1
        if self._row >= MOST_ROWS:
            raise BadInput(
                fault("{name} would have more than {most} rows", REMEDY, name=self._name, most=MOST_ROWS - 1)
            )
        for place, (column, value) in enumerate(zip(self._columns, self._resource.cells_of(values), strict=True)):
            self._write(place, column.type, typed(column, value))

    def _write(self, place: int, kind: str, value: Any) -> None:
        at = (self._row, place)
        if value in (None, ""):
            return
        if kind == "string":
            marked = None if value[0].isalnum() else self._quoted
            if self._sheet.write_string(*at, value, marked) != 0:
                cause = "{name} would have a text of more than 32767 signs in row {row}"
                raise BadInput(fault(cause, REMEDY, name=self._name, row=self._row + 1))
        elif kind == "boolean":
            self._sheet.write_boolean(*at, value)
        elif kind in FORMATS:
            moment = value.replace(tzinfo=None) if kind == "datetime" else value
            self._sheet.write_datetime(*at, moment, self._formats[kind])
        else:
            self._sheet.write_number(*at, value)

    def close(self) -> None:
        """End the file. Raises OSError where the disk refuses."""
        import xlsxwriter.exceptions

        try:
            self._book.close()
        except xlsxwriter.exceptions.XlsxFileError as error:
            raise OSError(str(error)) from error
