"""A drift document as flat tables, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Row = tuple[Any, ...]
Told = Mapping[str, Any]
_STATISTIC = ("figure", "n", "value", "low", "high", "reason")
_WEEK = ("week", "n", "shift", "low", "high", "drifted", "reason")


def severity(told: Told) -> list[Row]:
    """A row for each score, rater and figure: severity, shrunken, and difference from the mean of the raters."""
    rows = [
        (score, rater, *_statistic(figure, each))
        for score, found in told["scores"].items()
        for figure in ("severity", "difference")
        for rater, each in found[figure].items()
    ]
    return [("score", "rater", *_STATISTIC), *rows]


def shifts(told: Told) -> list[Row]:
    """A row for each score, rater and week, with the control band."""
    rows = [
        (score, rater, *(each[name] for name in _WEEK))
        for score, found in told["scores"].items()
        for rater, weeks in found["by_week"].items()
        for each in weeks
    ]
    return [("score", "rater", *_WEEK), *rows]


def agreement(told: Told) -> list[Row]:
    """A row for each score and week: the change of the share of items within one point, with the control band."""
    rows = [
        (score, *(each[name] for name in _WEEK))
        for score, found in told["scores"].items()
        for each in found["agreement"]
    ]
    return [("score", *_WEEK), *rows]


def repeats(told: Told) -> list[Row]:
    """A row for each rater, score or item, and figure of the sessions that were given again."""
    rows = [
        (rater, own["n"], own["days_between"], name, *_statistic(figure, statistic))
        for rater, own in told["repeats"].items()
        for part in ("scores", "items")
        for name, each in own[part].items()
        for figure, statistic in _statistics(each)
    ]
    return [("rater", "sessions", "days_between", "of", *_STATISTIC), *rows]


def _statistics(each: Told) -> Iterator[tuple[str, Told]]:
    return ((name, value) for name, value in each.items() if isinstance(value, Mapping))


def _statistic(figure: str, each: Told) -> Row:
    return figure, each["n"], each["value"], *(each["ci95"] or (None, None)), each["reason"]


TABLES: Mapping[str, Callable[[Told], Sequence[Row]]] = {
    "severity": severity,
    "shifts": shifts,
    "agreement": agreement,
    "repeats": repeats,
}
