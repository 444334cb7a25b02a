"""Figures of a wave as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Cell = str | float | None


def figure_rows(lead: Sequence[Cell], figures: Mapping[str, Any]) -> list[list[Cell]]:
    """One row for each estimate among the figures: name, value, limits, n and the reason; counts are passed over."""
    return [
        [*lead, name, each["value"], *(each["ci95"] or (None, None)), each["n"], each["reason"]]
        for name, each in figures.items()
        if isinstance(each, Mapping)
    ]
