"""Plain agreement: shares of agreeing pairs, correlation and mean difference."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from rater.statistics.kappa import positions
from rater.statistics.result import (
    NO_VARIANCE,
    NOT_TWO_RATERS,
    NOTHING_SHARED,
    ONE_UNIT,
    Estimate,
    Floats,
    estimate,
    missing,
)

_Z = 1.959963984540054


def point_counts(table: Floats, points: Floats) -> Floats | None:
    """Units x points: how many raters gave each point; None where a value is not among the points."""
    place = positions(table, points)
    if place is None:
        return None
    units, size = table.shape[0], len(points)
    given = place >= 0
    cells = (np.arange(units)[:, None] * size + place)[given]
    return np.bincount(cells, minlength=units * size).reshape(units, size).astype(float)


def pairs_within(table: Floats, distance: float = 0.0) -> Estimate:
    """Share of pairs of ratings of a unit that differ by no more than `distance` scale points.

    Parameters
    ----------
    table : array, units x raters
        NaN where there is no point.
    distance : float
        0 for percent agreement (as a share, 0 to 1), 1 for agreement within one point.

    Returns
    -------
    Estimate
        The mean over units with two or more ratings of the share of agreeing pairs. Wilson's interval where no unit
        has more than two ratings, else none.
    """
    given = ~np.isnan(table)
    sizes = given.sum(axis=1)
    paired = table[sizes >= 2]
    n = len(paired)
    if n == 0:
        return missing(NOTHING_SHARED, 0)
    close, pairs = np.zeros(n), np.zeros(n)
    for i in range(paired.shape[1] - 1):
        apart = np.abs(paired[:, i + 1 :] - paired[:, [i]])
        close += (apart <= distance + 1e-9).sum(axis=1)
        pairs += (~np.isnan(apart)).sum(axis=1)
    value = float((close / pairs).mean())
    if pairs.max() > 1:
        return estimate(value, n, definition="mean over units of the share of agreeing pairs")
    return estimate(value, n, *wilson(value, n))


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % limits of a share (Wilson, 1927)."""
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * float(np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def pearson(table: Floats) -> Estimate:
    """Product-moment correlation of two raters over units that both rated, with Fisher's z interval."""
    if table.shape[1] != 2:
        return missing(NOT_TWO_RATERS, len(table))
    pairs = table[~np.isnan(table).any(axis=1)]
    n = len(pairs)
    if n < 2:
        return missing(ONE_UNIT if n else NOTHING_SHARED, n)
    if (np.ptp(pairs, axis=0) == 0).any():
        return missing(NO_VARIANCE, n)
    centred = pairs - pairs.mean(axis=0)
    a, b = (centred / np.abs(centred).max(axis=0)).T
    value = float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))
    return estimate(value, n, *fisher_limits(value, n))


def fisher_limits(r: float, n: int) -> tuple[float, float]:
    """95 % limits of a correlation by Fisher's z; NaN for fewer than four units, or where r is 1 or -1."""
    if n < 4 or abs(r) >= 1:
        return np.nan, np.nan
    middle, reach = np.arctanh(r), _Z / np.sqrt(n - 3)
    return float(np.tanh(middle - reach)), float(np.tanh(middle + reach))


def mean_difference(table: Floats) -> Estimate:
    """Mean of the first rater's values minus the second's, in scale points, with the paired t interval."""
    if table.shape[1] != 2:
        return missing(NOT_TWO_RATERS, len(table))
    differences = (table[:, 0] - table[:, 1])[~np.isnan(table).any(axis=1)]
    n = len(differences)
    if n == 0:
        return missing(NOTHING_SHARED, 0)
    value = float(differences.mean())
    if n == 1:
        return estimate(value, n, definition="first minus second")
    reach = float(stdtrit(n - 1, 0.975) * differences.std(ddof=1) / np.sqrt(n))
    return estimate(value, n, value - reach, value + reach, definition="first minus second")
