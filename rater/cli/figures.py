"""Figures as the commands print them: the value with its interval, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click


def figure(told: Mapping[str, Any], digits: int = 3) -> str:
    """`.620 [.070, .930]`, or a dash and the reason."""
    if told["value"] is None:
        return f"- ({told['reason']})"
    return short(told["value"], digits) + interval(told, digits)


def interval(told: Mapping[str, Any], digits: int = 3) -> str:
    """The 95 % limits in brackets after a blank; nothing where there are none."""
    if told["ci95"] is None:
        return ""
    low, high = (short(each, digits) for each in told["ci95"])
    return f" [{low}, {high}]"


def short(value: float | None, digits: int = 3) -> str:
    """The value with a fixed number of decimals; a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def print_columns(rows: Sequence[tuple[str, ...]], *, indent: str = "  ") -> None:
    """Rows in columns as wide as their longest cell, the first one a header."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        click.echo((indent + "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True))).rstrip())
