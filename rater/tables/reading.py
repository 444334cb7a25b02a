"""Reading a table from bytes: header, rows and everything that can be wrong with their shape."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence

from rater.errors import BadInput, fault
from rater.tables.dialect import Dialect, decode, detect
from rater.tables.faults import Faults, nearest, shown
from rater.tables.quotes import bad_quote
from rater.tables.table import Row, Table

LARGEST = 200_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


def read_table(
    data: bytes,
    *,
    file: str,
    required: Sequence[str],
    optional: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
) -> Table:
    """The table that the bytes write; columns beside `required` and `optional` are listed as unknown.

    `rename` maps names in the file to names known here. Faults of the file or its header raise `BadInput`;
    those of single rows gather in the table, whose `finish` raises them with the faults of the cells.
    """
    renames = dict(rename or {})
    source, header_line, header = _opened(data, file, {*required, *optional, *renames})
    table = _with_header(source, header_line, header, [*required, *optional], required, renames)
    source.faults.raise_if_any()
    _fill(table, source, header)
    return table


def read_header(data: bytes, *, file: str, known: Collection[str]) -> tuple[str, ...]:
    """The names of the file's columns, as `read_table` would find them; raises `BadInput` where it finds no header."""
    _, _, header = _opened(data, file, known)
    return tuple(header)


def _opened(data: bytes, file: str, known: Collection[str]) -> tuple[_Source, int, list[str]]:
    _refuse_size(data, file)
    text, encoding, mark = decode(data, file)
    if not text.strip("\ufeff \t\r\n,;"):
        raise BadInput(fault("The file is empty", "Send a table with a header and at least one row", file=file))
    dialect, start = detect(text, encoding, mark, known, file)
    source = _Source(text, start, dialect, Faults(file))
    header_line, header = next(source, (1, []))
    source.faults.raise_if_any()
    return source, header_line, header


def parse_renames(renames: Sequence[str]) -> dict[str, str]:
    """`["item_id=item"]` as `{"item_id": "item"}`, the file's name first; raises `BadInput`."""
    faults = Faults("--map")
    found: dict[str, str] = {}
    for rename in renames:
        theirs, equals, ours = (unicodedata.normalize("NFC", part.strip()) for part in rename.rpartition("="))
        if not (theirs and equals and ours):
            faults.add("{value} does not name two columns", "Write --map item_id=item", value=shown(rename))
        elif theirs in found or ours in found.values():
            faults.add("{value} maps a column a second time", "Map each column once", value=shown(rename))
        else:
            found[theirs] = ours
    faults.raise_if_any()
    return found


def _refuse_size(data: bytes, file: str) -> None:
    if len(data) > LARGEST:
        cause = "The file has {size} MB, at most {largest} MB are read"
        sizes = {"size": len(data) // 1_000_000, "largest": LARGEST // 1_000_000}
        raise BadInput(fault(cause, "Split it into several files", file=file, **sizes))


class _Source(Iterator[tuple[int, list[str]]]):
    """Rows that are not blank, each with the line it starts in; ends at a quote that cannot be followed."""

    def __init__(self, text: str, start: int, dialect: Dialect, faults: Faults) -> None:
        self.text = text
        self.dialect = dialect
        self.faults = faults
        stream = io.StringIO(text, newline="")
        self._skipped = 1 if start else 0
        if start:
            stream.readline()
        self._reader = csv.reader(stream, delimiter=dialect.separator, skipinitialspace=True, strict=True)
        self._composed = unicodedata.is_normalized("NFC", text)
        self._clean = _CONTROL.search(text) is None
        self._neutralised = "'" in text
        self.names: list[str] = []

    def __next__(self) -> tuple[int, list[str]]:
        while True:
            line = self._reader.line_num + self._skipped + 1
            try:
                cells = [cell.strip() for cell in next(self._reader)]
            except csv.Error:
                self._note_quotes(line)
                raise StopIteration from None
            if any(cells):
                return line, self._cleaned(line, cells)

    def _cleaned(self, line: int, cells: list[str]) -> list[str]:
        if not self._composed:
            cells = [unicodedata.normalize("NFC", cell) for cell in cells]
        if self._neutralised:
            cells = [cell[1:] if _NEUTRALISED.match(cell) else cell for cell in cells]
        if not self._clean:
            self._note_controls(line, cells)
        return cells

    def _note_controls(self, line: int, cells: list[str]) -> None:
        for place, cell in enumerate(cells):
            if found := _CONTROL.search(cell):
                sign = "NUL" if found.group() == "\x00" else f"U+{ord(found.group()):04X}"
                cause, remedy = "The cell holds a control character ({sign})", "Type the cell anew"
                self.faults.add(cause, remedy, line=line, column=self._name(place), sign=sign)

    def _note_quotes(self, line: int) -> None:
        bad = bad_quote(self.text, line, self.dialect.separator)
        column = None if bad.place is None else self._name(bad.place)
        self.faults.add(bad.cause, bad.remedy, line=bad.line, column=column)

    def _name(self, place: int) -> str | int:
        return self.names[place] if place < len(self.names) and self.names[place] else place + 1


def _with_header(
    source: _Source,
    line: int,
    header: list[str],
    known: list[str],
    required: Sequence[str],
    renames: dict[str, str],
) -> Table:
    """The still empty table; faults: columns missing, named twice, or mapped from or to nothing."""
    faults = source.faults
    for theirs, ours in renames.items():
        if theirs not in header:
            remedy = "Map one of the columns that the file has: {columns}"
            cause, columns = "There is no column {name} to map", shown(", ".join(filter(None, header)))
            faults.add(cause, remedy, line=line, column=theirs, name=theirs, columns=columns)
        elif ours not in known:
            remedy = "Map to one of: {known}"
            cause = "{name} is not a column of this file"
            faults.add(cause, remedy, line=line, column=theirs, name=ours, known=", ".join(known))
    names = source.names = [renames.get(name, name) for name in header]
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in places:
            cause = "Two columns are called {name}"
            faults.add(cause, "Rename or remove one of them", line=line, column=shown(name), name=shown(name))
        elif name:
            places[name] = place
    _note_missing(faults, line, [name for name in required if name not in places], set(names) - set(known))
    unknown = tuple(name or f"column {place + 1}" for place, name in enumerate(names) if name not in known)
    return Table(source.dialect, line, places, unknown, faults)


def _note_missing(faults: Faults, line: int, missing: list[str], spare: set[str]) -> None:
    for name in missing:
        guess = nearest(name, spare)
        if guess:
            remedy = "If {guess} is meant, map it: --map {guess}={name}"
        else:
            remedy = "Add it, or map the column that holds it: --map YOURS={name}"
        cause = "The column {name} is missing"
        faults.add(cause, remedy, line=line, column=name, name=name, guess=shown(guess) if guess else None)


def _fill(table: Table, source: _Source, header: list[str]) -> None:
    width = len(header)
    for line, cells in source:
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            table.rows.append(Row(table, line, cells))
        else:
            _note_width(table, line, len(cells), width)


def _note_width(table: Table, line: int, found: int, width: int) -> None:
    cause = "The row has {found} cells, the header has {width}"
    if found < width:
        remedy = "Complete the row, or check the separator and the quotes in it"
    else:
        remedy = "Put quotes around a cell that holds the separator, or remove what is too much"
    table.faults.add(cause, remedy, line=line, column=min(found, width) + 1, found=found, width=width)
