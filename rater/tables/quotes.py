"""Where the quotes of a table go wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice

from rater.tables.dialect import line_at

LONGEST_CELL = 128 * 1024
"""Signs that Python's csv reader takes in a cell, unless a program has told it otherwise."""


@dataclass(frozen=True)
class BadQuote:
    """What stopped the reading, the line it stands in, and the cell's place in its row (from 0) where it is known."""

    cause: str
    remedy: str
    line: int
    place: int | None


def bad_quote(text: str, line: int, separator: str) -> BadQuote:
    """What is wrong in the row that starts in `line` and that the csv reader refused."""
    lines = io.StringIO(text, newline="")
    start = sum(len(each) for each in islice(lines, line - 1))
    at = text.find('"', start)
    while at != -1:
        if not _opens_cell(text, start, at, separator):
            at = text.find('"', at + 1)
            continue
        close = _closing(text, at + 1)
        if close == -1 or close - at > LONGEST_CELL or not _ends_cell(text, close, separator):
            return _described(text, at, close, line_at(text, at), _place(text[start:at], separator))
        at = text.find('"', close + 1)
    return BadQuote("A cell is too long to be read", "Shorten it, or look for a quote that is missing", line, None)


def _described(text: str, at: int, close: int, line: int, place: int) -> BadQuote:
    """A quote whose cell goes on after it is closed in the same line, or that swallows the lines below."""
    if close != -1 and line_at(text, close) == line:
        cause = "Text follows the closing quote of a cell"
        return BadQuote(cause, 'Double each quote that belongs to the text ("")', line, place)
    return BadQuote("A quote is opened here and never closed", "Close it, or remove it", line, place)


def _opens_cell(text: str, start: int, at: int, separator: str) -> bool:
    while at > start and text[at - 1] == " ":
        at -= 1
    return at == start or text[at - 1] in (separator, "\r", "\n")


def _ends_cell(text: str, close: int, separator: str) -> bool:
    return text[close + 1 : close + 2] in ("", separator, "\r", "\n")


def _closing(text: str, at: int) -> int:
    """The quote that closes the cell whose text starts at `at`, or -1."""
    close = text.find('"', at)
    while close != -1 and text[close + 1 : close + 2] == '"':
        close = text.find('"', close + 2)
    return close


def _place(before: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(before, newline=""), delimiter=separator, skipinitialspace=True)
    rows = list(reader)
    return max(len(rows[-1]) - 1, 0) if rows else 0
