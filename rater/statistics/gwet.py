"""Gwet's AC1 and AC2 for any number of raters and with missing points.

References
----------
Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement.
    British Journal of Mathematical and Statistical Psychology, 61, 29-48.
Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.). Advanced Analytics.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from rater.statistics.kappa import agreement_weights
from rater.statistics.result import NOTHING_SHARED, Estimate, Floats, estimate, missing


def gwet(counts: Floats, points: Floats, weights: str = "unweighted") -> Estimate:
    """AC1 (unweighted) or AC2 (linear or quadratic weights).

    Parameters
    ----------
    counts : array, units x points
        Number of ratings of a unit that gave a point. Units with one rating shape chance agreement only.
    points : array of float
        The declared scale points; those that nobody gave count too.
    weights : {"unweighted", "linear", "quadratic"}

    Returns
    -------
    Estimate
        (pa - pe) / (1 - pe), where pe = sum(weights) sum(p (1 - p)) / (q (q - 1)) over q points given in shares p.
        Constant data give 1. The interval uses the linearised variance, given the raters, and Student's t; it is cut
        off at -1 and 1 and left out for one unit or a variance of zero. `n` counts units with two or more ratings.
    """
    form = "AC1" if weights == "unweighted" else f"AC2 {weights}"
    rated = counts[counts.sum(axis=1) >= 1]
    sizes = rated.sum(axis=1)
    pairable = sizes >= 2
    n, paired, q = len(rated), int(pairable.sum()), len(points)
    if paired == 0:
        return missing(NOTHING_SHARED, 0, form=form)
    w = agreement_weights(points, weights)
    per_unit = np.where(pairable, (rated * (rated @ w - 1)).sum(axis=1) / np.maximum(sizes * (sizes - 1), 1), 0.0)
    observed = per_unit.sum() / paired
    shares = (rated / sizes[:, None]).mean(axis=0)
    weight = w.sum() / (q * (q - 1)) if q > 1 else 0.0
    chance = weight * (shares * (1 - shares)).sum()
    value = float((observed - chance) / (1 - chance))
    if n < 2:
        return estimate(value, paired, form=form)
    direct = n / paired * (per_unit - chance * pairable) / (1 - chance)
    through_chance = (weight * (rated @ (1 - shares)) / sizes - chance) / (1 - chance)
    spread = ((direct - 2 * (1 - value) * through_chance - value) ** 2).sum() / (n * (n - 1))
    if spread <= 1e-18:
        return estimate(value, paired, form=form)
    reach = float(student.ppf(0.975, n - 1) * np.sqrt(spread))
    return estimate(value, paired, max(-1.0, value - reach), min(1.0, value + reach), form=form)
