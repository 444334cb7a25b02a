"""Tables as SPSS files: labels of columns and points, and the missing codes as user-missing values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rater.exports.formats import typed
from rater.exports.resource import Column, NotGiven, Resource
from rater.scales.schema import Scale

if TYPE_CHECKING:
    import pandas as pd

HIGHEST_CODE = -99
MADE = b"01 Jan 8000:00:00"
MADE_AT = 92
LONGEST_LABEL, LONGEST_VALUE_LABEL = 255, 120
RESERVED = {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}


def missing_numbers(scales: Iterable[Scale]) -> dict[str, int]:
    """A number below every point for each missing code of the scales: -99 and on downwards, the same in all files."""
    scales = list(scales)
    lowest = min((item.minimum for scale in scales for item in scale.items if item.minimum is not None), default=0)
    first = min(HIGHEST_CODE, lowest - 1)
    codes = dict.fromkeys(code for scale in scales for code in scale.missing_codes)
    return {code: first - place for place, code in enumerate(codes)}


class SpssWriter:
    """Gathers the rows and writes them at the end; equal rows give equal bytes.

    The file's own moment of making is a fixed one, and spans of time are seconds. Names that SPSS does not allow are
    changed; the column's label then begins with the name that it has in the other formats.
    """

    def __init__(self, resource: Resource, path: Path, numbers: Mapping[str, int]) -> None:
        self._resource, self._path, self._numbers = resource, path, numbers
        self._values: list[list[Any]] = [[] for _ in resource.columns]

    def row(self, values: Sequence[object]) -> None:
        """Take one row."""
        cells = self._resource.cells_of(values)
        for column, gathered, value in zip(self._resource.columns, self._values, cells, strict=True):
            if isinstance(value, NotGiven) and value.code in column.missing_codes:
                gathered.append(self._numbers[value.code])
            else:
                gathered.append(typed(column, value))

    def close(self) -> None:
        """Write the file."""
        import pyreadstat

        columns, names = self._resource.columns, spss_names(self._resource.columns)
        frame = self._frame(names)
        named = dict(zip(names, columns, strict=True))
        labels: list[str | None] = [_cut(_label(column, name), LONGEST_LABEL) for name, column in named.items()]
        coded = {name: self._codes(column) for name, column in named.items()}
        words = {name: self._words(column) for name, column in named.items()}
        pyreadstat.write_sav(
            frame,
            self._path,
            file_label=_cut(self._resource.title, 64),
            column_labels=labels,
            variable_value_labels={name: each for name, each in words.items() if each},
            missing_ranges={name: _ranges(each) for name, each in coded.items() if each},
        )
        with self._path.open("r+b") as file:
            file.seek(MADE_AT)
            file.write(MADE)

    def _frame(self, names: Sequence[str]) -> pd.DataFrame:
        import pandas as pd

        made = {}
        for column, name, values in zip(self._resource.columns, names, self._values, strict=True):
            if column.type == "duration":
                values = [None if each is None else each.total_seconds() for each in values]
            if column.type == "datetime":
                made[name] = pd.Series(values, dtype="datetime64[us, UTC]").dt.tz_localize(None)
            elif column.type in ("string", "date"):
                made[name] = pd.Series(values, dtype="object")
            else:
                made[name] = pd.Series(values, dtype="float64")
        return pd.DataFrame(made)

    def _codes(self, column: Column) -> dict[str, int]:
        return {code: self._numbers[code] for code in column.missing_codes}

    def _words(self, column: Column) -> dict[float, str]:
        words: dict[float, str] = {float(point): word for point, word in column.points.items()}
        words |= {float(self._numbers[code]): f"{code}: {label}" for code, label in column.missing_codes.items()}
        words |= {0.0: "false", 1.0: "true"} if column.type == "boolean" else {}
        return {number: _cut(word, LONGEST_VALUE_LABEL) for number, word in words.items()}


def spss_names(columns: Iterable[Column]) -> list[str]:
    """A name that SPSS allows for each column, no two equal up to case."""
    names: list[str] = []
    taken = set(RESERVED)
    for column in columns:
        name = "".join(sign if sign.isascii() and (sign.isalnum() or sign == "_") else "_" for sign in column.name)
        name = (name if name[:1].isalpha() else f"v_{name}")[:60].rstrip("_") or "v"
        free, number = name, 1
        while free.upper() in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free.upper())
        names.append(free)
    return names


def _label(column: Column, name: str) -> str:
    label = f"{column.label}, in seconds" if column.type == "duration" else column.label
    return label if name == column.name else f"{column.name}: {label}"


def _ranges(codes: Mapping[str, int]) -> list[Any]:
    numbers = sorted(codes.values())
    return list(map(float, numbers)) if len(numbers) <= 3 else [{"lo": float(numbers[0]), "hi": float(numbers[-1])}]


def _cut(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8."""
    return text.encode()[:most].decode(errors="ignore")
