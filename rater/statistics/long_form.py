"""Whole answers for ratings in long form, as `rater stats reliability` and `rater stats gstudy` print them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rater.statistics import gtheory
from rater.statistics.agreement import pairs_within, pearson, point_counts
from rater.statistics.alpha import METRICS, alpha
from rater.statistics.gwet import gwet
from rater.statistics.icc import anova, iccs, sem
from rater.statistics.kappa import WEIGHTS, kappa, scale_points
from rater.statistics.result import NOT_TWO_RATERS, OUTSIDE_CATEGORIES, Estimate, Floats, Ints, missing
from rater.terms import Reason

Labels = Sequence[Any]
Values = Sequence[float | None]
TOO_MANY_POINTS = Reason("too many different values; declare the categories")
_MOST_CELLS = 50_000_000


def coded(units: Labels, raters: Labels, values: Values) -> tuple[Ints, Ints, Floats, int, int]:
    """Indices of unit and rater in sorted order, the values, and how many units and raters there are.

    Missing values (None, NaN) are left out. Raises `ValueError` where the three differ in length, a value is infinite
    or a rater rated a unit twice.
    """
    if not len(units) == len(raters) == len(values):
        raise ValueError("units, raters and values differ in length")
    y = np.array([np.nan if each is None else each for each in values], dtype=float)
    if np.isinf(y).any():
        raise ValueError("a value is infinite")
    given = np.flatnonzero(~np.isnan(y))
    names, unit = np.unique(np.array([str(each) for each in units], dtype=str)[given], return_inverse=True)
    codes, rater = np.unique(np.array([str(each) for each in raters], dtype=str)[given], return_inverse=True)
    cells = unit.astype(np.int64) * max(len(codes), 1) + rater
    if len(np.unique(cells)) < len(cells):
        raise ValueError("a rater rated a unit twice")
    return unit.astype(np.int64), rater.astype(np.int64), y[given], len(names), len(codes)


def wide(units: Labels, raters: Labels, values: Values) -> Floats:
    """Units x raters, both in sorted order, NaN where there is no value; raises as `coded`."""
    unit, rater, y, n, k = coded(units, raters, values)
    table = np.full((n, k), np.nan)
    table[unit, rater] = y
    return table


def agreement_of(table: Floats, categories: Sequence[float] | None = None) -> dict[str, Any]:
    """Kappa, alpha, Gwet's coefficients, percent and within-one agreement of a units x raters table, as JSON.

    `categories` are the declared scale points; without them the values that occur take their place. Kappa is for two
    raters and says so for any other number.
    """
    points = scale_points(table, categories)
    seen = scale_points(table, None)
    n = int((~np.isnan(table)).sum(axis=1).__ge__(2).sum())
    return {
        "kappa": {each: _kappa(table, points, each, n).as_dict() for each in WEIGHTS},
        "alpha": {each: _counted(table, seen, n, each, alpha).as_dict() for each in METRICS},
        "gwet": {
            name: _counted(table, points, n, weights, gwet).as_dict()
            for name, weights in zip(("ac1", "ac2_linear", "ac2_quadratic"), WEIGHTS, strict=True)
        },
        "percent_agreement": pairs_within(table).as_dict(),
        "within_1": pairs_within(table, 1.0).as_dict(),
    }


def _kappa(table: Floats, points: Floats, weights: str, n: int) -> Estimate:
    if table.shape[1] != 2:
        return missing(NOT_TWO_RATERS, n, form=weights)
    if len(points) ** 2 > _MOST_CELLS:
        return missing(TOO_MANY_POINTS, n, form=weights)
    return kappa(table[:, 0], table[:, 1], [float(each) for each in points], weights)


def _counted(table: Floats, points: Floats, n: int, form: str, coefficient: Any) -> Estimate:
    if max(len(table), len(points)) * len(points) > _MOST_CELLS:
        return missing(TOO_MANY_POINTS, n, form=form)
    counts = point_counts(table, points)
    if counts is None:
        return missing(OUTSIDE_CATEGORIES, n, form=form)
    found: Estimate = coefficient(counts, points, form)
    return found


def reliability_of(
    units: Labels, raters: Labels, values: Values, categories: Sequence[float] | None = None
) -> dict[str, Any]:
    """Every coefficient for one variable in long form.

    Parameters
    ----------
    units, raters : sequence
        One label per rating; compared as text.
    values : sequence of float or None
        None or NaN where there is no point.
    categories : sequence of float, optional
        The declared scale points, for kappa and Gwet's coefficients.

    Returns
    -------
    dict
        `n_units`, `n_raters`, `complete`, `icc` (on units that all raters rated), `anova`, `sem`, `kappa`, `alpha`,
        `gwet`, `percent_agreement`, `within_1`, `pearson`; a figure that cannot be estimated has a reason.

    Raises
    ------
    ValueError
        As `coded`.
    """
    table = wide(units, raters, values)
    return {
        "n_units": table.shape[0],
        "n_raters": table.shape[1],
        "complete": bool(table.size) and not bool(np.isnan(table).any()),
        "icc": {form: each.as_dict() for form, each in iccs(table)[0].items()},
        "anova": anova(table).as_dict(),
        "sem": sem(table)[0].as_dict(),
        **agreement_of(table, categories),
        "pearson": pearson(table).as_dict(),
    }


def gstudy_of(units: Labels, raters: Labels, values: Values, *, seed: int = 1) -> dict[str, Any]:
    """Variance components and reliability of ratings in long form, as JSON; see `gtheory.gstudy`, raises as `coded`."""
    unit, rater, y, _, _ = coded(units, raters, values)
    return gtheory.gstudy(unit, rater, y, seed=seed).as_dict()
