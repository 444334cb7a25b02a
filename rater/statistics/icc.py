"""Intraclass correlations of complete sessions x raters tables, many tables in one call.

References
----------
Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater reliability.
    Psychological Bulletin, 86, 420-428.
McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
    Psychological Methods, 1, 30-46.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import fdtri

from rater.statistics.result import (
    NO_VARIANCE,
    NOTHING_SHARED,
    ONE_RATER,
    ONE_UNIT,
    OUTSIDE_RANGE,
    Estimate,
    Floats,
    Ints,
    estimate,
    missing,
)
from rater.terms import Reason

FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
DESIGNS = {
    "1": "one-way random, absolute agreement",
    "2": "two-way random, absolute agreement",
    "3": "two-way mixed, consistency",
}
_STEPS = "limits: those of ICC(2,1) by Spearman-Brown"
_TINY = 1e-12
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Anova:
    """Mean squares of m tables, each an array of length m; `k` raters are common to all.

    `n` counts the rows without a gap; `constant` marks tables all of whose values are equal.
    """

    n: Ints
    k: int
    bms: Floats
    wms: Floats
    jms: Floats
    ems: Floats
    constant: np.ndarray

    def as_dict(self, table: int = 0) -> dict[str, float | int | None]:
        """Mean squares and degrees of freedom of one table; None where fewer than two rows or raters."""
        n, k = int(self.n[table]), self.k
        if n < 2 or k < 2:
            return dict.fromkeys(("bms", "wms", "jms", "ems", "df_units", "df_within", "df_raters", "df_residual"))
        return {
            "bms": float(self.bms[table]),
            "wms": float(self.wms[table]),
            "jms": float(self.jms[table]),
            "ems": float(self.ems[table]),
            "df_units": n - 1,
            "df_within": n * (k - 1),
            "df_raters": k - 1,
            "df_residual": (n - 1) * (k - 1),
        }


def anova(tables: Floats) -> Anova:
    """Closed-form two-way analysis of variance of each table.

    Parameters
    ----------
    tables : array, m x n x k (or n x k for one table)
        Ratings by session and rater. A row with a NaN is left out, so tables of unequal length are padded with NaN.

    Notes
    -----
    BMS between sessions, WMS within sessions, JMS between raters, EMS residual. Mean squares that are no larger than
    the rounding error of their table are set to zero, so that exact agreement is recognised.
    """
    cube = np.asarray(tables, dtype=float)
    cube = cube[None] if cube.ndim == 2 else cube
    k = cube.shape[2]
    kept = ~np.isnan(cube).any(axis=2)
    n = kept.sum(axis=1)
    filled = np.where(kept[:, :, None], cube, 0.0)
    largest = np.abs(filled).max(axis=(1, 2), initial=0.0)
    rows = np.maximum(n, 1)
    centred = np.where(kept[:, :, None], filled - (filled.sum(axis=(1, 2)) / (rows * max(k, 1)))[:, None, None], 0.0)
    row_means, rater_means = centred.mean(axis=2) if k else kept * 0.0, centred.sum(axis=1) / rows[:, None]
    residual = np.where(kept[:, :, None], centred - row_means[:, :, None] - rater_means[:, None, :], 0.0)
    between, raters, left = k * (row_means**2).sum(1), n * (rater_means**2).sum(1), (residual**2).sum((1, 2))
    noise = (64 * np.finfo(float).eps * largest) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = [
            between / (n - 1),
            (raters + left) / (n * (k - 1)),
            raters / (k - 1) if k > 1 else raters * np.nan,
            left / ((n - 1) * (k - 1)),
        ]
    bms, wms, jms, ems = (np.where(each <= noise, 0.0, each) for each in squares)
    return Anova(n, k, bms, wms, jms, ems, (bms <= 0) & (wms <= 0))


def _coefficients(a: Anova) -> dict[str, Floats]:
    """The six coefficients; NaN where a denominator is not positive."""
    n, k, b, w, j, e = a.n, a.k, a.bms, a.wms, a.jms, a.ems
    parts = {
        "1,1": (b - w, b + (k - 1) * w),
        "2,1": (b - e, b + (k - 1) * e + k * (j - e) / n),
        "3,1": (b - e, b + (k - 1) * e),
        "1,k": (b - w, b),
        "2,k": (b - e, b + (j - e) / n),
        "3,k": (b - e, b),
    }
    size = _TINY * (b + w + j + e)
    return {form: np.where(below > size, above / below, np.nan) for form, (above, below) in parts.items()}


def _ratio_limits(f: Any, df1: Any, df2: Any) -> tuple[Floats, Floats]:
    """Limits of the variance ratio behind an observed F."""
    return f / fdtri(df1, df2, 0.975), f * fdtri(df2, df1, 0.975)


def _two_way_limits(a: Anova, icc: Floats) -> tuple[Floats, Floats]:
    """Limits of ICC(2,1) with Satterthwaite's degrees of freedom, written without dividing by EMS."""
    n, k, b, j, e = a.n, a.k, a.bms, a.jms, a.ems
    df1, df2 = n - 1.0, (n - 1.0) * (k - 1)
    level = n * (1 + (k - 1) * icc) - k * icc
    above = df2 * (k * icc * j + level * e) ** 2
    below = df1 * (k * icc * j) ** 2 + (level * e) ** 2
    v = np.where(below > 0, above / below, df2)
    high_f, low_f = fdtri(df1, v, 0.975), fdtri(v, df1, 0.975)
    rest = k * j + (k * n - k - n) * e
    low = n * (b - high_f * e) / (high_f * rest + n * b)
    high = n * (low_f * b - e) / (rest + n * low_f * b)
    return low, high


def _limits(a: Anova, icc: dict[str, Floats]) -> dict[str, tuple[Floats, Floats]]:
    """95 % limits of the six coefficients by the F method."""
    n, k = a.n, a.k
    df1, within, residual = n - 1.0, n * (k - 1.0), (n - 1.0) * (k - 1)
    found: dict[str, tuple[Floats, Floats]] = {}
    for model, error, df2 in (("1", a.wms, within), ("3", a.ems, residual)):
        low, high = _ratio_limits(a.bms / error, df1, df2)
        perfect = (error <= 0) & (a.bms > 0)
        found[f"{model},1"] = _single(low, k, perfect), _single(high, k, perfect)
        found[f"{model},k"] = np.where(perfect, 1.0, 1 - 1 / low), np.where(perfect, 1.0, 1 - 1 / high)
    low, high = found["2,1"] = _two_way_limits(a, icc["2,1"])
    found["2,k"] = _stepped_up(low, k), _stepped_up(high, k)
    return found


def _single(ratio: Floats, k: int, perfect: Any) -> Floats:
    """The coefficient of a single rating that belongs to a ratio of mean squares."""
    return np.where(perfect, 1.0, (ratio - 1) / (ratio + k - 1))


def _stepped_up(icc: Floats, k: int) -> Floats:
    """Spearman-Brown for k ratings; NaN where it is not defined."""
    below = 1 + (k - 1) * icc
    return np.where(below > _TINY, k * icc / below, np.nan)


def _reason(a: Anova, table: int, form: str) -> Reason | None:
    """Why a coefficient of one table has no value, where it has none."""
    if a.k < 2:
        return ONE_RATER
    if a.n[table] < 2:
        return ONE_UNIT if a.n[table] else NOTHING_SHARED
    if a.constant[table] or (form[0] == "3" and a.bms[table] <= 0 and a.ems[table] <= 0):
        return NO_VARIANCE
    return None


def iccs(tables: Floats, forms: Sequence[str] = FORMS) -> list[dict[str, Estimate]]:
    """The intraclass correlations of each table, keyed "1,1", "2,1", "3,1", "1,k", "2,k", "3,k".

    Parameters
    ----------
    tables : array, m x n x k (or n x k for one table)
        Ratings by session and rater; rows with a NaN are left out, and `n` of each estimate counts the others.
    forms : sequence of str
        Which of the six to return.

    Returns
    -------
    list of dict
        One per table. Without a value: fewer than two rows or raters; no variance; a coefficient whose denominator is
        not positive ("outside range"). Negative values are kept as they are.

    Notes
    -----
    ICC(1,1) = (BMS-WMS)/(BMS+(k-1)WMS); ICC(2,1) = (BMS-EMS)/(BMS+(k-1)EMS+k(JMS-EMS)/n);
    ICC(3,1) = (BMS-EMS)/(BMS+(k-1)EMS); ICC(1,k) = (BMS-WMS)/BMS; ICC(2,k) = (BMS-EMS)/(BMS+(JMS-EMS)/n);
    ICC(3,k) = (BMS-EMS)/BMS. Intervals by the F method (normality assumed), for ICC(2,1) with Satterthwaite's degrees
    of freedom; the limits of ICC(2,k) are those of ICC(2,1) stepped up by Spearman-Brown, and there is no interval
    where a limit leaves the range of that formula, nor where so few degrees of freedom are left that the limits do not
    enclose the value.
    """
    squares = anova(tables)
    with np.errstate(all="ignore"):
        values = _coefficients(squares)
        limits = _limits(squares, values)
    return [{form: _named(squares, table, form, values, limits) for form in forms} for table in range(len(squares.n))]


def icc_values(tables: Floats, form: str) -> Floats:
    """One coefficient of each table by itself, NaN where `iccs` gives a reason; for many tables at once."""
    squares = anova(tables)
    with np.errstate(all="ignore"):
        values = _coefficients(squares)[form]
    without = (squares.n < 2) | squares.constant | (squares.k < 2)
    if form[0] == "3":
        without |= (squares.bms <= 0) & (squares.ems <= 0)
    return np.where(without, np.nan, values)


def _named(
    a: Anova, table: int, form: str, values: dict[str, Floats], limits: dict[str, tuple[Floats, Floats]]
) -> Estimate:
    design, n = DESIGNS[form[0]], int(a.n[table])
    kind = "single rating" if form.endswith("1") else "mean of k ratings"
    reason = _reason(a, table, form)
    value = float(values[form][table])
    if reason is None and np.isnan(value):
        reason = OUTSIDE_RANGE
    if reason is not None:
        return missing(reason, n, design=design, form=kind)
    low, high = (float(limit[table]) for limit in limits[form])
    if not low - _ROUNDING <= value <= high + _ROUNDING:
        low = high = np.nan
    return estimate(value, n, low, high, design=design, form=kind, definition=_STEPS if form == "2,k" else "")


def sem(tables: Floats) -> list[Estimate]:
    """Standard error of measurement (agreement) of one rating, in scale points, for each table.

    Square root of rater plus residual variance, from the mean squares: sqrt((JMS + (n - 1) EMS) / n). The rater
    variance is not cut off at zero, so that the figure belongs to ICC(2,1).
    """
    a = anova(tables)
    found = []
    for table, n in enumerate(a.n):
        reason = ONE_RATER if a.k < 2 else NOTHING_SHARED if n == 0 else ONE_UNIT if n == 1 else None
        if reason is not None:
            found.append(missing(reason, n))
        else:
            value = float(np.sqrt((a.jms[table] + (n - 1) * a.ems[table]) / n))
            found.append(estimate(value, n, definition="square root of rater and residual variance"))
    return found
