"""A covariate of the patients: numbers where every cell that is filled is one, else words."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?")


def covariate(cells: Sequence[str]) -> list[float | None] | list[str | None]:
    """The values of the cells; None where a cell is empty. `nan`, `inf` and `1_000` are words."""
    given = [each.strip() for each in cells]
    if all(_NUMBER.fullmatch(each) for each in given if each):
        return [float(each) if each else None for each in given]
    return [each or None for each in given]
