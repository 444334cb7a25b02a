"""Krippendorff's alpha for any number of raters and with missing points.

References
----------
Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.
Hayes, A. F., & Krippendorff, K. (2007). Answering the call for a standard reliability measure for coding data.
    Communication Methods and Measures, 1, 77-89.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from rater.statistics.result import NO_VARIANCE, NOTHING_SHARED, Estimate, Floats, estimate, missing

METRICS = ("nominal", "ordinal", "interval")
_JACKKNIFE = "limits: delete-one-unit jackknife"


def alpha(counts: Floats, points: Floats, metric: str = "nominal") -> Estimate:
    """Krippendorff's alpha from how often each scale point was given to each unit.

    Parameters
    ----------
    counts : array, units x points
        Number of ratings of a unit that gave a point; units with fewer than two ratings do not count.
    points : array of float
        The scale points in ascending order; points that nobody gave change nothing.
    metric : {"nominal", "ordinal", "interval"}

    Returns
    -------
    Estimate
        alpha = 1 - Do / De, the disagreement within units over that among all pairable values; `n` counts pairable
        units. Without a value where nothing is pairable or all pairable values are equal.

    Notes
    -----
    The ordinal difference of two points equals the difference of their mid-ranks among all pairable values, so both
    ordinal and interval disagreement are sums of squared differences. The interval is a delete-one-unit jackknife with
    Student's t, cut off at -1 and 1; it is left out for fewer than three units or a standard error of zero.
    """
    paired = counts[counts.sum(axis=1) >= 2]
    n = len(paired)
    if n == 0:
        return missing(NOTHING_SHARED, 0, form=metric)
    if np.count_nonzero(paired.sum(axis=0)) < 2:
        return missing(NO_VARIANCE, n, form=metric)
    sizes = paired.sum(axis=1)
    outer = paired.T @ (paired / (sizes - 1)[:, None]) - np.diag((paired / (sizes - 1)[:, None]).sum(axis=0))
    whole = alphas(paired[None], points, metric)[0]
    if n < 3:
        return estimate(float(whole), n, form=metric)
    without = _without_each(paired, sizes, outer, points, metric)
    used = without[np.isfinite(without)]
    if len(used) < n:
        return estimate(float(whole), n, form=metric)
    error = float(np.sqrt((n - 1) / n * ((used - used.mean()) ** 2).sum()))
    if error <= 1e-9:
        return estimate(float(whole), n, form=metric)
    reach = float(student.ppf(0.975, n - 1)) * error
    low, high = max(-1.0, float(whole) - reach), min(1.0, float(whole) + reach)
    return estimate(float(whole), n, low, high, form=metric, definition=_JACKKNIFE)


def alphas(counts: Floats, points: Floats, metric: str = "nominal") -> Floats:
    """The values of many tables at once, tables x units x points as in `alpha`; NaN where there is none."""
    sizes = counts.sum(axis=2)
    paired, share = counts * (sizes >= 2)[:, :, None], 1 / np.maximum(sizes - 1, 1)
    margins = paired.sum(axis=1)
    total = margins.sum(axis=1)
    if metric == "nominal":
        same = (((paired - 1) * paired).sum(axis=2) * share).sum(axis=1)
        within, among = total - same, total**2 - (margins**2).sum(axis=1)
    else:
        ranks = np.cumsum(margins, axis=1) - margins / 2
        x = ranks if metric == "ordinal" else np.broadcast_to(points - points.mean(), margins.shape)
        sums, squares = ((paired @ each[:, :, None])[:, :, 0] for each in (x, x**2))
        spread = (margins * x**2).sum(axis=1)
        within = 2 * (spread - ((sums**2 - squares) * share).sum(axis=1))
        among = 2 * (total * spread - (margins * x).sum(axis=1) ** 2)
    return _from_disagreement(margins, total, within, among)


def _from_disagreement(margins: Floats, total: Floats, within: Floats, among: Floats) -> Floats:
    """1 - Do / De; NaN where all pairable values are equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        varied = np.count_nonzero(margins, axis=1) > 1
        return np.asarray(np.where(varied, 1 - (total - 1) * within / among, np.nan), dtype=float)


def _without_each(paired: Floats, sizes: Floats, outer: Floats, points: Floats, metric: str) -> Floats:
    """Alpha with each unit taken out of the table; NaN where nothing varies then.

    `outer` holds the coincidences (ordered pairs within units, each unit weighted by 1 / (size - 1)).
    """
    removed = paired
    margins = paired.sum(axis=0)[None, :] - removed
    total = margins.sum(axis=1)
    share = removed / np.maximum(sizes - 1, 1)[:, None]
    if metric == "nominal":
        same = np.trace(outer) - ((removed - 1) * share).sum(axis=1)
        within, among = total - same, total**2 - (margins**2).sum(axis=1)
    else:
        ranks = np.cumsum(margins, axis=1) - margins / 2
        x = ranks if metric == "ordinal" else np.broadcast_to(points - points.mean(), margins.shape)
        cross = ((x @ outer) * x).sum(axis=1) - ((removed * x).sum(1) * (share * x).sum(1) - (share * x**2).sum(1))
        within = 2 * ((margins * x**2).sum(axis=1) - cross)
        among = 2 * (total * (margins * x**2).sum(axis=1) - (margins * x).sum(axis=1) ** 2)
    return _from_disagreement(margins, total, within, among)
