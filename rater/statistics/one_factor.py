"""The one-factor model by maximum likelihood: covariance = loadings loadings' + diagonal uniquenesses.

References
----------
Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. Psychometrika, 32, 443-482.
Clarke, M. R. B. (1970). A rapidly convergent method for maximum-likelihood factor analysis. British Journal of
    Mathematical and Statistical Psychology, 23, 43-52.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rater.statistics.result import Floats
from rater.terms import Reason

SINGULAR = Reason("the covariances of the items are singular")
HEYWOOD = Reason("Heywood case: the one-factor model leaves an item no variance of its own")
NOT_CONVERGED = Reason("the fit did not converge")
SEVERAL_SOLUTIONS = Reason("several one-factor solutions fit equally well")
STARTS = 8
_LEAST = float(np.log(1e-3))
_MOST_STEPS = 200
_FLAT = 1e-9
_SAME = 1e-6


@dataclass(frozen=True)
class OneFactor:
    """Loadings and uniquenesses in the units of the items; the sum of loadings is not negative."""

    loadings: Floats
    uniquenesses: Floats

    @property
    def omega(self) -> float:
        """(sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses)."""
        common = float(self.loadings.sum()) ** 2
        return common / (common + float(self.uniquenesses.sum()))


class _Point:
    """The discrepancy at given logarithms of the uniquenesses, the loadings being the best for these.

    With the eigenvalues t and vectors w of the correlations over the roots of the uniquenesses, the first one left to
    the factor: sum of t - log t, its slope sum of (1 - t) w^2, and its curvature.
    """

    def __init__(self, correlation: Floats, at: Floats) -> None:
        self.correlation, self.at = correlation, at
        root = np.exp(at / 2)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        common = values[-1] > 1
        rest, w = (values[:-1], vectors[:, :-1]) if common else (values, vectors)
        self.misfit = float((rest - np.log(rest)).sum())
        self.slope = (w**2) @ (1 - rest)
        self.loadings = root * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0))
        self.curvature = (w @ w.T) * ((w * rest) @ w.T)
        if common:
            first = vectors[:, -1]
            weights = (1 - rest) * (values[-1] + rest) / np.maximum(values[-1] - rest, 1e-12)
            self.curvature += np.outer(first, first) * ((w * weights) @ w.T)

    @property
    def free(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The items whose uniqueness is not held at its least value."""
        return np.flatnonzero((self.at > _LEAST) | (self.slope < 0))

    @property
    def settled(self) -> bool:
        return bool(np.abs(self.slope[self.free]).max(initial=0.0) < _FLAT)


def one_factor(covariance: Floats) -> OneFactor | Reason:
    """The model of three or more items, or why there is none.

    The discrepancy is minimised over the uniquenesses by Newton steps from eight starts. A uniqueness below 0.1 % of
    its item's variance is a Heywood case.
    """
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    if np.linalg.eigvalsh(correlation)[0] < 1e-9:
        return SINGULAR
    ends = (_descend(_Point(correlation, start)) for start in _starts(correlation))
    settled = sorted((each for each in ends if each.settled), key=lambda each: each.misfit)
    if not settled:
        return NOT_CONVERGED
    best = [each for each in settled if each.misfit < settled[0].misfit + _SAME]
    if any(each.at.min() <= _LEAST for each in best):
        return HEYWOOD
    models = [_model(each, sd) for each in best]
    if np.ptp([each.omega for each in models]) > 1e-3:
        return SEVERAL_SOLUTIONS
    return models[0]


def _starts(correlation: Floats) -> list[Floats]:
    k, rng = len(correlation), np.random.default_rng(1)
    usual = (1 - 0.5 / k) / np.diag(np.linalg.inv(correlation))
    fixed = [usual, np.full(k, 0.5), np.full(k, 0.9)]
    drawn = [rng.uniform(0.05, 0.95, k) for _ in range(STARTS - len(fixed))]
    return [np.maximum(np.log(each), _LEAST) for each in (*fixed, *drawn)]


def _descend(point: _Point) -> _Point:
    """Newton steps, halved until the discrepancy falls; where the curvature is negative it is made positive."""
    for _ in range(_MOST_STEPS):
        free = point.free
        if point.settled:
            break
        values, vectors = np.linalg.eigh(point.curvature[np.ix_(free, free)])
        step = np.zeros(len(point.at))
        step[free] = -vectors @ ((vectors.T @ point.slope[free]) / np.maximum(np.abs(values), 1e-6))
        step *= min(1.0, 2 / np.abs(step).max())
        for halving in range(40):
            ahead = _Point(point.correlation, np.maximum(point.at + step / 2**halving, _LEAST))
            if ahead.misfit < point.misfit or (ahead.settled and ahead.misfit < point.misfit + 1e-12):
                break
        else:
            break
        point = ahead
    return point


def _model(point: _Point, sd: Floats) -> OneFactor:
    loadings = point.loadings * sd
    return OneFactor(loadings if loadings.sum() >= 0 else -loadings, np.exp(point.at) * sd**2)
