"""The rows of a table that a mixed model rests on, and why there may be too little in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rater.statistics.consistency import no_variance_in
from rater.statistics.formula import Formula, fixed_columns, is_numeric
from rater.statistics.result import Floats, Ints
from rater.terms import Reason

if TYPE_CHECKING:
    import pandas as pd

NO_ROWS = Reason("no row has all variables of the model")
ONE_GROUP = Reason("only one group")
TOO_FEW_ROWS = Reason("too few rows for so many parameters")
NOTHING_LEFT = Reason("the model leaves no residual variance")
_COLLINEAR = 1e-10


class Without(Exception):
    """There is no model, and why; `n` rows in `groups` groups were complete, `dropped` were not."""

    def __init__(self, reason: Reason, n: int = 0, dropped: int = 0, groups: int = 0) -> None:
        super().__init__(str(reason))
        self.reason, self.n, self.dropped, self.groups = reason, n, dropped, groups


@dataclass(frozen=True)
class Rows:
    """Complete rows: outcome, fixed columns with their names, slope variable, and group as 0, 1, ... without gaps."""

    y: Floats
    x: Floats
    names: tuple[str, ...]
    slope: Floats | None
    group: Ints
    groups: int
    dropped: int


def rows_of(data: pd.DataFrame, formula: Formula, group: str, slope: str | None) -> Rows:
    """The rows that have all variables; raises `Without` where they cannot bear the model."""
    wanted = tuple(dict.fromkeys((formula.response, *formula.variables, group, *([slope] if slope else []))))
    absent = [name for name in wanted if name not in data.columns]
    if absent:
        raise Without(Reason("there is no column {names}", {"names": ", ".join(absent)}), dropped=len(data))
    numbers = (formula.response, *([slope] if slope else []))
    if labels := [name for name in numbers if not is_numeric(data, name) and data[name].notna().any()]:
        raise Without(Reason("{names} holds no numbers", {"names": ", ".join(labels)}), dropped=len(data))
    used = data.loc[:, list(wanted)].dropna()
    n, dropped = len(used), len(data) - len(used)
    labels_of, place = np.unique(np.array([str(each) for each in used[group]]), return_inverse=True)
    groups = len(labels_of)
    reason = _obstacle(used, formula, slope, groups)
    if reason is not None:
        raise Without(reason, n, dropped, groups)
    x, names = fixed_columns(used, formula)
    along = None if slope is None else used[slope].to_numpy(dtype=float)
    rows = Rows(used[formula.response].to_numpy(dtype=float), x, names, along, place, groups, dropped)
    reason = _too_little(rows)
    if reason is not None:
        raise Without(reason, n, dropped, groups)
    return rows


def _obstacle(used: pd.DataFrame, formula: Formula, slope: str | None, groups: int) -> Reason | None:
    if not len(used):
        return NO_ROWS
    numeric = [name for name in used.columns if is_numeric(used, name)]
    endless = [name for name in numeric if not np.isfinite(used[name].to_numpy(dtype=float)).all()]
    if endless:
        return Reason("{names} holds a value that is not finite", {"names": ", ".join(endless)})
    if groups < 2:
        return ONE_GROUP
    told = (formula.response, *formula.variables, *([slope] if slope else []))
    constant = [name for name in dict.fromkeys(told) if _is_constant(used, name)]
    return no_variance_in(constant) if constant else None


def _is_constant(used: pd.DataFrame, name: str) -> bool:
    if not is_numeric(used, name):
        return used[name].nunique() < 2
    cells = used[name].to_numpy(dtype=float)
    return bool(np.ptp(cells) <= 64 * np.finfo(float).eps * np.abs(cells).max())


def _too_little(rows: Rows) -> Reason | None:
    n, p = rows.x.shape
    effects = rows.groups * (1 if rows.slope is None else 2)
    if n <= p or n <= effects:
        return TOO_FEW_ROWS
    collinear = dependent(rows.x)
    if collinear:
        names = ", ".join(rows.names[place] for place in collinear)
        return Reason("collinear columns: {names} follows from the others", {"names": names})
    return None


def dependent(x: Floats) -> Sequence[int]:
    """The columns that follow from those before them."""
    kept: list[Floats] = []
    found = []
    for place, column in enumerate((x / np.maximum(np.linalg.norm(x, axis=0), 1e-300)).T):
        rest = column
        for _ in range(2):
            for each in kept:
                rest = rest - (rest @ each) * each
        length = float(np.linalg.norm(rest))
        if length < _COLLINEAR:
            found.append(place)
        else:
            kept.append(rest / length)
    return found
