"""In which dialect of CSV a file is written: its encoding, separator, decimal sign and dates."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from rater.errors import BadInput, fault
from rater.terms import Reason

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_FOREIGN_SEPARATORS = ("|", ":", " ", "^")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONTROL_BYTES = bytes(sorted({*range(32), 127} - {9, 10, 13}))
_MOST_CONTROL = 0.01
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
)
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ ]*(?:\r\n?|\n|$)')
_LINE_END = re.compile(r"\r\n?|\n")
_DECIMAL_COMMA = re.compile(r"(?m)(?:^|[;\t\"])[ ]*[+-]?[0-9]+,[0-9]+[ ]*(?=[;\t\"\r\n]|$)")
_QUOTED_DECIMAL_COMMA = re.compile(r"\"[ ]*[+-]?[0-9]+,(?![0-9]{3}[ ]*\")[0-9]+[ ]*\"")
_DAY_FIRST = re.compile(r"(?m)(?:^|[,;\t\"])[ ]*[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}[ ]*(?=[,;\t\"\r\n]|$)")
HEADER_SIZE = 100_000


@dataclass(frozen=True)
class Dialect:
    """How a file is written; the defaults are the standard that Rater itself writes."""

    encoding: str = "utf-8"
    byte_order_mark: bool = False
    separator: str = ","
    separator_line: bool = False
    carriage_returns: bool = False
    decimal_comma: bool = False
    day_first: bool = False

    @property
    def is_standard(self) -> bool:
        """Whether there is nothing to report."""
        return self == Dialect()

    @property
    def needs_confirming(self) -> bool:
        """Whether something was inferred that, inferred wrongly, would change what the cells say."""
        inferred = self.encoding == "windows-1252" or self.decimal_comma or self.day_first
        return inferred or self.separator != ","

    @property
    def notes(self) -> tuple[Reason, ...]:
        """One phrase for each way in which the file departs from the standard."""
        phrases = (
            (self.encoding != "utf-8", Reason("the encoding is {encoding}", {"encoding": self.encoding})),
            (self.byte_order_mark, Reason("it starts with a byte order mark")),
            (self.separator == ";", Reason("columns are separated by semicolons")),
            (self.separator == "\t", Reason("columns are separated by tabs")),
            (self.separator_line, Reason("its first line names the separator")),
            (self.carriage_returns, Reason("lines end with a carriage return")),
            (self.decimal_comma, Reason("decimals are written with a comma")),
            (self.day_first, Reason("dates are written as day.month.year")),
        )
        return tuple(note for applies, note in phrases if applies)

    @property
    def sentence(self) -> str:
        """All notes in one English sentence for the person who sent the file."""
        if self.is_standard:
            return "The file is standard CSV."
        return "How the file was read: " + "; ".join(str(note) for note in self.notes) + "."


def line_at(text: str, position: int) -> int:
    """The physical line, counted from 1, that holds the character at `position`."""
    return len(_LINE_END.findall(text, 0, position)) + 1


def decode(data: bytes, file: str) -> tuple[str, str, bool]:
    """Text, encoding and whether a byte order mark led; raises `BadInput` for what is not text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data, mark, encoding, file), encoding, True
    _refuse_other_kinds(data, file)
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError as broken:
        return _decode_windows(data, broken.start, file), "windows-1252", False


def _decode_marked(data: bytes, mark: bytes, encoding: str, file: str) -> str:
    """Decode by the mark; UTF-16 and UTF-32 need it to tell their byte order, so it stays in place for them."""
    marked = data[len(mark) :] if encoding == "utf-8" else data
    try:
        return marked.decode(encoding)
    except UnicodeDecodeError as broken:
        before = marked[: broken.start].decode(encoding, errors="replace")
        raise BadInput(
            fault(
                "The file says that it is {encoding}, but this line is not, or it breaks off",
                "Save it again as CSV in UTF-8",
                file=file,
                line=line_at(before, len(before)),
                encoding=encoding,
            )
        ) from broken


def _refuse_other_kinds(data: bytes, file: str) -> None:
    if data.startswith(_WORKBOOKS):
        raise BadInput(
            fault("This is a spreadsheet workbook, not CSV", "Save the sheet as CSV in UTF-8", file=file, line=1)
        )
    if len(data) > 3 and 0.4 < data.count(0) / len(data) < 0.6:
        raise BadInput(
            fault("The file is UTF-16 without a byte order mark", "Save it as CSV in UTF-8", file=file, line=1)
        )
    control = len(data) - len(data.translate(None, delete=_CONTROL_BYTES))
    if control > max(3, len(data) * _MOST_CONTROL):
        raise BadInput(fault("The file is not text", "Send a table saved as CSV in UTF-8", file=file, line=1))


def _decode_windows(data: bytes, first_bad: int, file: str) -> str:
    line = len(re.findall(rb"\r\n?|\n", data[:first_bad])) + 1
    if _MULTIBYTE.search(data):
        raise BadInput(
            fault(
                "The file mixes encodings: most of it is UTF-8, but this line is not",
                "Save it again as CSV in UTF-8 and look at the letters in this line",
                file=file,
                line=line,
            )
        )
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as broken:
        raise BadInput(
            fault(
                "The file is neither UTF-8 nor Windows-1252",
                "Save it again as CSV in UTF-8",
                file=file,
                line=len(re.findall(rb"\r\n?|\n", data[: broken.start])) + 1,
            )
        ) from broken


def detect(text: str, encoding: str, mark: bool, known: Collection[str], file: str) -> tuple[Dialect, int]:
    """The dialect, and where in the text the header starts; raises `BadInput` for a separator that is not taken.

    `known` are the column names that a header may bear: the separator that yields most of them is the file's.
    """
    named = _SEPARATOR_LINE.match(text)
    start = named.end() if named else 0
    separator = named.group(1) if named else _separator(text[start : start + HEADER_SIZE], known)
    if separator not in SEPARATORS:
        raise BadInput(
            fault(
                "The columns are separated by {separator!r}",
                "Save the table with commas, semicolons or tabs between the columns",
                file=file,
                line=line_at(text, len(text) - len(text.lstrip())),
                separator=separator,
            )
        )
    decimal = _QUOTED_DECIMAL_COMMA if separator == "," else _DECIMAL_COMMA
    return Dialect(
        encoding,
        mark,
        separator,
        bool(named),
        "\r" in text,
        "," in text and decimal.search(text, start) is not None,
        "." in text and _DAY_FIRST.search(text, start) is not None,
    ), start


def _separator(head: str, known: Collection[str]) -> str:
    wanted = {name.casefold() for name in known}

    def fit(separator: str) -> tuple[int, int]:
        names = {name.strip().casefold() for name in first_row(head, separator)}
        return len(names & wanted), len(names)

    best = max(SEPARATORS, key=fit)
    foreign = max(_FOREIGN_SEPARATORS, key=fit)
    return foreign if fit(foreign)[0] > max(1, fit(best)[0]) else best


def first_row(text: str, separator: str) -> list[str]:
    """The cells of the first row that is not blank, or none where it cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        return next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []
