"""Cohen's kappa for two raters, unweighted and weighted over declared scale points.

References
----------
Cohen, J. (1968). Weighted kappa. Psychological Bulletin, 70, 213-220.
Fleiss, J. L., Cohen, J., & Everitt, B. S. (1969). Large sample standard errors of kappa and weighted kappa.
    Psychological Bulletin, 72, 323-327.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rater.statistics.result import (
    NO_VARIANCE,
    NOTHING_SHARED,
    OUTSIDE_CATEGORIES,
    Estimate,
    Floats,
    Ints,
    Names,
    estimate,
    missing,
)

WEIGHTS = ("unweighted", "linear", "quadratic")


def scale_points(values: Floats, categories: Sequence[float] | None) -> Floats:
    """The declared categories in order, or where none are declared the values that occur."""
    return np.unique(values[~np.isnan(values)] if categories is None else np.asarray(categories, dtype=float))


def positions(values: Floats, points: Floats) -> Ints | None:
    """The place of each value among the scale points, -1 for NaN; None where a value is not among them."""
    given = ~np.isnan(values)
    if not points.size:
        return None if given.any() else np.full(values.shape, -1)
    place = np.clip(np.searchsorted(points, np.where(given, values, points[0])), 0, len(points) - 1)
    if not np.array_equal(points[place[given]], values[given]):
        return None
    return np.where(given, place, -1)


def agreement_weights(points: Floats, weights: str) -> Floats:
    """Weights of agreement, 1 on the diagonal: 1 - |a - b| / range, its squared form, or the identity."""
    if weights == "unweighted" or len(points) < 2:
        return np.eye(len(points))
    distance = np.abs(points[:, None] - points[None, :]) / (points[-1] - points[0])
    return np.asarray(1 - (distance if weights == "linear" else distance**2), dtype=float)


def kappa(
    first: Floats, second: Floats, categories: Sequence[float] | None = None, weights: str = "unweighted"
) -> Estimate:
    """Cohen's kappa of two raters.

    Parameters
    ----------
    first, second : array of float, one value per session
        NaN where there is no point; only sessions with both points count.
    categories : sequence of float, optional
        The declared scale points; their distances give the weights. Without it, the values that occur.
    weights : {"unweighted", "linear", "quadratic"}

    Returns
    -------
    Estimate
        kappa = (po - pe) / (1 - pe) with weighted agreement po and chance agreement pe from the two raters' margins;
        without a value where pe is 1 ("no variance"), nothing is shared or a value is not a declared one. The interval
        is kappa +- 1.96 standard errors (Fleiss, Cohen & Everitt), cut off at -1 and 1, and is left out where the
        standard error is zero.
    """
    names: Names = {"design": "two raters", "form": weights}
    both = ~(np.isnan(first) | np.isnan(second))
    a, b, n = first[both], second[both], int(both.sum())
    if n == 0:
        return missing(NOTHING_SHARED, 0, **names)
    points = scale_points(np.concatenate([a, b]), categories)
    rows, columns = positions(a, points), positions(b, points)
    if rows is None or columns is None:
        return missing(OUTSIDE_CATEGORIES, n, **names)
    size = len(points)
    table = np.bincount(rows * size + columns, minlength=size**2).reshape(size, size) / n
    w = agreement_weights(points, weights)
    of_a, of_b = table.sum(1), table.sum(0)
    by_chance = np.outer(of_a, of_b)
    if float(((1 - w) * by_chance).sum()) <= 1e-15:
        return missing(NO_VARIANCE, n, **names)
    observed, chance = float((w * table).sum()), float((w * by_chance).sum())
    value = (observed - chance) / (1 - chance)
    margin = (w @ of_b)[:, None] + (of_a @ w)[None, :]
    spread = (table * (w - margin * (1 - value)) ** 2).sum() - (value - chance * (1 - value)) ** 2
    error = float(np.sqrt(max(float(spread), 0.0) / n) / (1 - chance))
    if error <= 1e-9:
        return estimate(value, n, **names)
    return estimate(value, n, max(-1.0, value - 1.959964 * error), min(1.0, value + 1.959964 * error), **names)
