"""Omega total from a one-factor model, the reliability of a sum of items.

References
----------
McDonald, R. P. (1999). Test theory: a unified treatment. Erlbaum.
Raykov, T. (2002). Analytic estimation of standard error and confidence interval for scale reliability.
    Multivariate Behavioral Research, 37, 89-103.
Eisinga, R., te Grotenhuis, M., & Pelzer, B. (2013). The reliability of a two-item scale. International Journal of
    Public Health, 58, 637-642.
"""

from __future__ import annotations

import numpy as np

from rater.statistics.one_factor import OneFactor, one_factor
from rater.statistics.result import OUTSIDE_RANGE, Estimate, Floats, estimate, missing
from rater.terms import Reason

OMEGA = (
    "omega total = (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses); one factor, maximum likelihood "
    "on covariances of complete cases; limits: delta method on the logit"
)
SPEARMAN_BROWN = (
    "two items: Spearman-Brown, 2 r / (1 + r), in place of a factor model; limits: those of r by Fisher's z, stepped up"
)
_Z = 1.959963984540054


def omega(covariance: Floats, n: int) -> Estimate:
    """Omega total of the sum of two or more items from their covariances in `n` complete cases; see `OMEGA`."""
    if len(covariance) == 2:
        return _spearman_brown(covariance, n)
    model = one_factor(covariance)
    if isinstance(model, Reason):
        return missing(model, n, definition=OMEGA)
    return estimate(model.omega, n, *_limits(model, n), definition=OMEGA)


def _spearman_brown(covariance: Floats, n: int) -> Estimate:
    r = float(np.clip(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]), -1, 1))
    if r < -1 + 1e-12:
        return missing(OUTSIDE_RANGE, n, definition=SPEARMAN_BROWN)
    limits = np.full(2, np.nan)
    if n > 3 and r < 1 - 1e-12:
        limits = np.tanh(np.arctanh(r) + np.array([-1.0, 1.0]) * 1.959963984540054 / np.sqrt(n - 3))
    low, high = (float(2 * each / (1 + each)) for each in limits)
    return estimate(2 * r / (1 + r), n, low, high, definition=SPEARMAN_BROWN)


def _limits(model: OneFactor, n: int) -> tuple[float, float]:
    """Limits from the expected information of loadings and uniquenesses under normality."""
    loadings, psi, k = model.loadings, model.uniquenesses, len(model.loadings)
    value, total = model.omega, float(loadings.sum())
    precision = np.linalg.inv(np.outer(loadings, loadings) + np.diag(psi))
    slopes = np.zeros((2 * k, k, k))
    for i in range(k):
        slopes[i, i] += loadings
        slopes[i, :, i] += loadings
        slopes[k + i, i, i] = 1.0
    moved = precision @ slopes
    information = np.einsum("aij,bji->ab", moved, moved) * (n - 1) / 2
    size = np.sqrt(np.diag(information))
    scaled = information / np.outer(size, size)
    if not 0 < value < 1 or np.linalg.eigvalsh(scaled)[0] < 1e-10:
        return np.nan, np.nan
    whole = total**2 + float(psi.sum())
    by = np.append(np.full(k, 2 * total * float(psi.sum())), np.full(k, -(total**2))) / whole**2 / size
    error = float(np.sqrt(by @ np.linalg.solve(scaled, by)))
    middle, reach = np.log(value / (1 - value)), _Z * error / (value * (1 - value))
    low, high = 1 / (1 + np.exp(-np.clip(middle + np.array([-reach, reach]), -700.0, 700.0)))
    return float(low), float(high)
