"""How severe or lenient raters are: their effects in the crossed model, and the same stretch by stretch.

References
----------
Henderson, C. R. (1975). Best linear unbiased estimation and prediction under a selection model. Biometrics, 31,
    423-447.
Robinson, G. K. (1991). That BLUP is a good thing: the estimation of random effects. Statistical Science, 6, 15-32.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.stats import norm

from rater.statistics.crossed import Fit
from rater.statistics.result import Estimate, Floats, Ints, Names, estimate, missing
from rater.terms import Reason

NO_RESIDUAL = Reason("raters differ by the same amount on every session: there is no residual to judge severity by")
_DESIGN = "sessions crossed with raters, both random, restricted maximum likelihood"
_FIXED = "sessions random, raters fixed; variances from the crossed model"
_PREDICTED: Names = {
    "design": _DESIGN,
    "form": "difference from the average rater",
    "definition": "best linear unbiased prediction; limits from its prediction error, the mean's error included",
}
_ESTIMATED: Names = {
    "design": _FIXED,
    "form": "difference from the mean of these raters",
    "definition": "generalised least squares",
}
_NORMAL = float(norm.ppf(0.975))


def severities(unit: Ints, rater: Ints, y: Floats, fitted: Fit) -> list[Estimate]:
    """Each rater's effect, shrunken towards the average rater: above 0 for one who gives higher points than others.

    Parameters
    ----------
    unit, rater : array of int
        Indices without gaps.
    y : array of float
        The ratings that `fitted` belongs to.
    fitted : Fit
        The variance components of the crossed model.

    Returns
    -------
    list of Estimate
        One for each rater, in points of the scale, n being the rater's ratings. All are 0, without limits, where the
        raters' variance is estimated as zero; a reason where there is no residual variance.

    Notes
    -----
    Henderson's mixed model equations, the sessions' block, which is diagonal, eliminated. The variance of prediction
    error is the raters' block of the inverse: with the error of the mean, without that of the variances, so that the
    limits are too narrow where few raters tell of the raters' variance; `differences` does not use it.
    """
    given = np.bincount(rater)
    if fitted.residual <= 0:
        return [missing(NO_RESIDUAL, int(n), design=_DESIGN) for n in given]
    if fitted.rater <= 0:
        return [_figure(0.0, np.nan, int(n), _PREDICTED) for n in given]
    left, right = _without_sessions(unit, rater, y, fitted)
    total = left.sum(axis=1)
    equations = np.block([[np.full((1, 1), total.sum()), total[None, :]], [total[:, None], left]])
    equations[1:, 1:] += np.diag(np.full(len(given), fitted.residual / fitted.rater))
    inverse = np.linalg.inv(equations) * fitted.residual
    effects = inverse[1:] @ np.append(right.sum(), right) / fitted.residual
    errors = np.sqrt(np.diag(inverse)[1:])
    return [_figure(*each, _PREDICTED) for each in zip(effects.tolist(), errors.tolist(), given.tolist(), strict=True)]


def differences(unit: Ints, rater: Ints, y: Floats, fitted: Fit) -> list[Estimate]:
    """Each rater's level less the mean of all raters' levels, not shrunken, sessions held equal; see `severities`.

    Notes
    -----
    Generalised least squares with the raters fixed (`stretches`), the limits from the contrast's error.
    """
    given = np.bincount(rater)
    found = stretches(unit, rater, y, fitted)
    if found is None:
        return [missing(NO_RESIDUAL, int(n), design=_FIXED) for n in given]
    k = len(given)
    contrasts = np.eye(k) - 1 / k
    return [_figure(*found.compare(each), int(n), _ESTIMATED) for each, n in zip(contrasts, given, strict=True)]


def _figure(effect: float, error: float, n: int, names: Names) -> Estimate:
    reach = _NORMAL * error
    return estimate(effect, n, effect - reach, effect + reach, **names)


def _without_sessions(unit: Ints, column: Ints, y: Floats, fitted: Fit) -> tuple[Floats, Floats]:
    """Cross-products of indicator columns with themselves and with `y`, given sessions as random (residual = 1)."""
    one = csr_array((np.ones(len(y)), (unit, column)))
    left, right = np.diag(np.bincount(column).astype(float)), np.bincount(column, y).astype(float)
    if fitted.session <= 0:
        return left, right
    weight = 1 / (np.bincount(unit) + fitted.residual / fitted.session)
    held = one.T @ diags_array(weight)
    return left - (held @ one).toarray(), right - held @ np.bincount(unit, y)


@dataclass(frozen=True)
class Stretches:
    """Means of stretches of rating, adjusted for the sessions that were rated in them.

    `level` in points, one for each stretch; `covariance` of their errors, given the variance components.
    """

    level: Floats
    covariance: Floats

    def compare(self, weights: Floats) -> tuple[float, float]:
        """A contrast of stretches (weights that add up to 0) and its standard error."""
        return float(weights @ self.level), max(float(weights @ self.covariance @ weights), 0.0) ** 0.5


def stretches(unit: Ints, stretch: Ints, y: Floats, fitted: Fit) -> Stretches | None:
    """The level of each stretch (such as one rater in one week), without shrinkage; None without residual variance.

    Parameters
    ----------
    unit, stretch : array of int
        Indices without gaps.
    y : array of float
        The ratings.
    fitted : Fit
        Variance components of all the ratings; their own error is left out.

    Notes
    -----
    Generalised least squares: y = level of the stretch + session + residual, sessions random. A session that was rated
    twice tells of the difference between its two stretches, one that was rated once counts as a draw of sessions.
    """
    if fitted.residual <= 0:
        return None
    left, right = _without_sessions(unit, stretch, y, fitted)
    inverse = np.asarray(np.linalg.inv(left), dtype=np.float64)
    return Stretches(inverse @ right, inverse * fitted.residual)
