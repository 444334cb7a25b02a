"""The formats in which tables are written, and how a value is typed in those that have types."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from rater.errors import BadInput, Fault, fault
from rater.exports.resource import Column, NotGiven


class Format(StrEnum):
    """A format of tables; `CSV` is always written."""

    CSV = "csv"
    PARQUET = "parquet"
    SAV = "sav"
    XLSX = "xlsx"


def formats_named(names: Iterable[str]) -> tuple[Format, ...]:
    """The formats of these names, CSV first and each once. Raises BadInput with the names that are none."""
    wanted = list(filter(None, (each.strip().casefold() for each in names)))
    known = ", ".join(Format)
    faults: list[Fault] = [
        fault("{name} is no format of tables", "Formats: {known}", file="--formats", name=each, known=known)
        for each in wanted
        if each not in list(Format)
    ]
    if not wanted:
        faults.append(fault("no format is named", "Formats: {known}", file="--formats", known=known))
    if faults:
        raise BadInput(faults)
    return tuple(each for each in Format if each is Format.CSV or each in wanted)


class TableWriter(Protocol):
    """One file that is being written."""

    def row(self, values: Sequence[object]) -> None:
        """Take one row, with a value for each column."""

    def close(self) -> None:
        """Finish the file."""


def _text(value: Any) -> str:
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _same(value: Any) -> Any:
    return value


def _moment(value: datetime) -> datetime:
    return value.astimezone(UTC)


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": _same,
    "datetime": _moment,
    "duration": _same,
}


def typed(column: Column, value: object) -> Any:
    """The value as its column's type has it, moments in UTC; None where there is none, NaN and NotGiven included."""
    if value is None or isinstance(value, NotGiven) or (isinstance(value, float) and math.isnan(value)):
        return None
    return _KINDS[column.type](value)
