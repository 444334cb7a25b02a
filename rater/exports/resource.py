"""One table of a bundle: its columns with their meaning, its rows, and how cells are written."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from rater.scales.schema import Item, Scale, Score
from rater.tables import neutral

LOCALE = "en"
LARGEST_EXACT = 2.0**53
MOST_KEPT = 4096
Cells = tuple[object, ...]


@dataclass(frozen=True)
class Column:
    """A column, or one item's part of it; `type` is a field type of Frictionless Table Schema."""

    name: str
    type: str
    label: str
    item: str = ""
    scale: str = ""
    scale_version: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    reversed: bool | None = None
    points: Mapping[int, str] = field(default_factory=dict)
    missing_codes: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""


@dataclass(frozen=True)
class Resource:
    """A CSV file; `parts` describe what a long column holds item by item and appear in the codebook alone.

    With `in_pieces` a row is a sequence of pieces, whose cells stand one after another. What many rows have in common
    is then one and the same object, which is turned into text once.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Any]]
    parts: tuple[Column, ...] = field(default=())
    in_pieces: bool = False

    def cells_of(self, row: Sequence[Any]) -> Sequence[object]:
        """The cells of one of the rows, one for each column."""
        return tuple(chain.from_iterable(row)) if self.in_pieces else row


@dataclass(frozen=True)
class NotGiven:
    """A point that was not given, and the missing code that says why; an empty cell but in SPSS files."""

    code: str


@dataclass(frozen=True)
class WrittenFile:
    """A file of a bundle; `rows` without the header, None where it is no table."""

    name: str
    rows: int | None
    sha256: str
    size: int

    def as_dict(self) -> dict[str, object]:
        """What `rater export --json` tells of the file."""
        return {"name": self.name, "rows": self.rows, "sha256": self.sha256}


def cell(value: object) -> str:
    """One cell: numbers in their shortest form that reads back the same, moments in UTC, formulas made harmless.

    None, NaN and NotGiven are empty; a span of time is an ISO 8601 duration in days and seconds; lines in a text end
    with LF, since a lone carriage return is not quoted and would start a new row.
    """
    if isinstance(value, str):
        return _text(str(value))
    if value is None or isinstance(value, NotGiven):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    raise TypeError(f"no cell can hold {value!r}")


@lru_cache(MOST_KEPT)
def _text(text: str) -> str:
    return neutral(text).replace("\r\n", "\n").replace("\r", "\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) <= LARGEST_EXACT else repr(value)


def _duration(span: timedelta) -> str:
    """Whole days and whole seconds; spans are never negative here."""
    return f"P{span.days}D" + (f"T{span.seconds}S" if span.seconds else "")


class CsvWriter:
    """Writes rows as they come, as UTF-8 with commas and LF."""

    def __init__(self, resource: Resource, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._writer.writerow([neutral(column.name) for column in resource.columns])
        self._in_pieces = resource.in_pieces
        self._texts: dict[int, tuple[Cells, str]] = {}

    def row(self, values: Sequence[Any]) -> None:
        """Take one row."""
        if not self._in_pieces:
            self._writer.writerow([cell(value) for value in values])
            return
        known = self._texts
        texts = [(known.get(id(piece)) or self._text_of(piece))[1] for piece in values]
        self._stream.write("".join(texts)[:-1] + "\n")

    def _text_of(self, piece: Cells) -> tuple[Cells, str]:
        """The piece, kept so that no other takes its id, and its cells as text, each with a comma behind it."""
        if len(self._texts) >= MOST_KEPT:
            self._texts.clear()
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow([*map(cell, piece), ""])
        made = self._texts[id(piece)] = (piece, text.getvalue()[:-1])
        return made

    def close(self) -> None:
        """End the file."""
        self._stream.close()


def described(path: Path, rows: int | None = None) -> WrittenFile:
    """Name, rows, SHA-256 and size of a file that has been written."""
    with path.open("rb") as stream:
        return WrittenFile(path.name, rows, hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size)


def item_column(scale: Scale, item: Item, name: str, *, rule: str = "") -> Column:
    """A column that holds the points of one item."""
    anchors = item.short_anchors or item.anchors
    return Column(
        name,
        "number",
        item.text.in_(LOCALE),
        item=item.id,
        scale=scale.id,
        scale_version=scale.version,
        minimum=item.minimum,
        maximum=item.maximum,
        reversed=item.reverse,
        points={point: anchors[point].in_(LOCALE) for point in sorted(anchors)},
        missing_codes={code.id: code.label.in_(LOCALE) for code in scale.missing_codes_for(item.id)},
        rule=rule,
    )


def score_column(scale: Scale, score: Score, name: str, *, rule: str = "") -> Column:
    """A column that holds a score."""
    return Column(
        name,
        "number",
        score.title.in_(LOCALE) or score.name,
        item=score.name,
        scale=scale.id,
        scale_version=scale.version,
        rule="; ".join(filter(None, (rule, score_rule(scale, score)))),
    )


def score_rule(scale: Scale, score: Score) -> str:
    """In words: which items a score is made of, which are turned, how many it needs, and from which session."""
    named = [f"{each} (reversed)" if scale.item(each).reverse else each for each in score.items]
    words = f"{score.rule.value} of {', '.join(named)}; at least {score.min_valid} valid"
    if score.lagged:
        words += f"; {', '.join(score.from_previous_session)} from the patient's previous session"
    return words
