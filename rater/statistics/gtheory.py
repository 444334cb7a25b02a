"""Reliability when not every rater rates every session: variance components of all ratings, and what follows.

References
----------
Putka, D. J., Le, H., McCloy, R. A., & Diaz, T. (2008). Ill-structured measurement designs in organizational research:
    implications for estimating interrater reliability. Journal of Applied Psychology, 93, 959-981.
ten Hove, D., Jorgensen, T. D., & van der Ark, L. A. (2025). How to estimate intraclass correlation coefficients for
    interrater reliability from planned incomplete data. Multivariate Behavioral Research.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from rater.statistics.crossed import Fit, fit
from rater.statistics.result import (
    NO_VARIANCE,
    NOTHING_DOUBLE_CODED,
    NOTHING_SHARED,
    ONE_RATER,
    ONE_UNIT,
    TOO_FEW_RATINGS,
    Estimate,
    Floats,
    Ints,
    estimate,
    missing,
)
from rater.terms import Reason

DRAWS = 10_000
NOT_CONNECTED = Reason("the raters fall into groups that share no session: rater and session effects are confounded")
BOUNDARY = Reason("variance at boundary")
CONVERGED = Reason("converged")
_DESIGN = "sessions crossed with raters, both random, restricted maximum likelihood"
_LIMITS = "limits: {draws} draws of the variances from their large-sample distribution, cut off at zero"

Formula = Callable[[Floats, Floats, Floats], Floats]


@dataclass(frozen=True)
class Design:
    """Who rated what: the harmonic mean k of ratings per unit, q (the share of rater variance that remains), groups."""

    n_units: int
    n_raters: int
    n_double: int
    k: float
    q: float
    groups: int


@dataclass(frozen=True)
class GStudy:
    """Variance components, the coefficients that follow from them, and how the fit ended."""

    design: Design
    n_ratings: int
    variance: dict[str, Estimate]
    coefficients: dict[str, Estimate]
    status: Reason | None
    warnings: tuple[Reason, ...] = ()
    fit: Fit | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a generalizability study; every figure with its interval, n or reason."""
        return {
            "n_units": self.design.n_units,
            "n_raters": self.design.n_raters,
            "n_ratings": self.n_ratings,
            "n_double": self.design.n_double,
            "k_harmonic": self.design.k if self.design.n_units else None,
            "q": self.design.q if self.design.n_units else None,
            "variance": {name: each.as_dict() for name, each in self.variance.items()},
            **{name: each.as_dict() for name, each in self.coefficients.items()},
            "loglik": None if self.fit is None else self.fit.loglik,
            "status": None if self.status is None else str(self.status),
            "warnings": [str(each) for each in self.warnings],
        }


def design_of(unit: Ints, rater: Ints) -> Design:
    """The design behind ratings given as indices (0, 1, ... without gaps), no unit twice by one rater.

    Notes
    -----
    With k_s raters of unit s and c_st raters shared by units s and t of N: k = N / sum(1 / k_s) and
    q = 1 / k - sum over s != t of c_st / (k_s k_t) / (N (N - 1)), summed rater by rater. q is 0 where all rate all
    and 1 / k where no two units share a rater.
    """
    if not len(unit):
        return Design(0, 0, 0, 0.0, 0.0, 0)
    sizes = np.bincount(unit)
    n, raters = len(sizes), int(rater.max()) + 1
    times = np.bincount(sizes)
    k = n / float((times[1:] / np.arange(1, len(times))).sum())
    weight = 1 / sizes[unit]
    shared = np.bincount(rater, weight) ** 2 - np.bincount(rater, weight**2)
    q = 1 / k - float(shared.sum()) / (n * (n - 1)) if n > 1 else 1 / k
    links = csr_array((np.ones(len(unit)), (unit, rater + n)), shape=(n + raters, n + raters))
    groups = int(connected_components(links, directed=False)[0])
    return Design(n, raters, int((sizes > 1).sum()), k, max(0.0, q) if q > -1e-12 else q, groups)


def formulas(k: float, q: float) -> dict[str, tuple[str, Formula]]:
    """What each coefficient is of, and its formula in session, rater and residual variance."""
    return {
        "icc_a1": ("absolute agreement, single rating", lambda s, r, e: s / (s + r + e)),
        "icc_a_k": ("absolute agreement, mean of k_harmonic ratings", lambda s, r, e: s / (s + (r + e) / k)),
        "icc_a_2": ("absolute agreement, mean of 2 ratings", lambda s, r, e: s / (s + (r + e) / 2)),
        "icc_c1": ("consistency, single rating", lambda s, r, e: s / (s + e)),
        "icc_c_k": ("consistency, mean of k_harmonic ratings", lambda s, r, e: s / (s + e / k)),
        "g_q_k": ("mean of the ratings as they were made", lambda s, r, e: s / (s + q * r + e / k)),
        "sem": ("single rating", lambda s, r, e: np.sqrt(r + e)),
    }


DEFINITIONS = {
    "icc_a1": "vS / (vS + vR + vE)",
    "icc_a_k": "vS / (vS + (vR + vE) / k)",
    "icc_a_2": "vS / (vS + (vR + vE) / 2)",
    "icc_c1": "vS / (vS + vE)",
    "icc_c_k": "vS / (vS + vE / k)",
    "g_q_k": "vS / (vS + q vR + vE / k)",
    "sem": "sqrt(vR + vE)",
}


def gstudy(unit: Ints, rater: Ints, y: Floats, *, seed: int = 1, draws: int = DRAWS) -> GStudy:
    """Variance components and reliability from all ratings, whoever rated what.

    Parameters
    ----------
    unit, rater : array of int
        Indices 0, 1, ... without gaps; no unit twice by the same rater.
    y : array of float
        The ratings, none missing.
    seed : int
        Of the draws behind the intervals.

    Returns
    -------
    GStudy
        Without values, and with the reason, where there is one unit or rater, nothing is double-coded, nothing varies
        or the ratings are too few to tell three variances apart. Values come with a warning where raters fall into
        groups without a common session, and with the status "variance at boundary" where a component is zero.

    Notes
    -----
    y = mean + session + rater + residual, all normal; G(q,k) = vS / (vS + q vR + vE / k), ICC(A,1) =
    vS / (vS + vR + vE), ICC(A,k) with (vR + vE) / k, ICC(C,.) without vR, and the standard error of measurement
    sqrt(vR + vE). Limits are percentiles of seeded draws of the three variances from a normal distribution with the
    estimates as means and the inverse expected information as covariance, negative draws set to zero.
    """
    design = design_of(unit, rater)
    reason = obstacle(design, y)
    if reason is not None:
        nothing = missing(reason, design.n_units, design=_DESIGN)
        names = (*formulas(1, 1),)
        return GStudy(
            design, len(y), dict.fromkeys(("unit", "rater", "residual"), nothing), dict.fromkeys(names, nothing), None
        )
    fitted = fit(unit, rater, y)
    warnings = (NOT_CONNECTED,) if design.groups > 1 else ()
    variance, coefficients = _figures(fitted, design, np.random.default_rng(seed), draws)
    status = BOUNDARY if fitted.boundary else CONVERGED
    return GStudy(design, len(y), variance, coefficients, status, warnings, fitted)


def obstacle(design: Design, y: Floats) -> Reason | None:
    """Why the variances cannot be estimated, if so."""
    if design.n_units < 2:
        return ONE_UNIT if design.n_units else NOTHING_SHARED
    if design.n_raters < 2:
        return ONE_RATER
    if design.n_double == 0:
        return NOTHING_DOUBLE_CODED
    if np.ptp(y) <= 64 * np.finfo(float).eps * np.abs(y).max():
        return NO_VARIANCE
    if len(y) - design.n_units - design.n_raters + design.groups < 1:
        return TOO_FEW_RATINGS
    return None


def _figures(
    fitted: Fit, design: Design, rng: np.random.Generator, draws: int
) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    point = np.array([fitted.session, fitted.rater, fitted.residual])
    drawn = np.empty((0, 3))
    if fitted.covariance is not None:
        root = np.linalg.cholesky(fitted.covariance)
        drawn = np.maximum(point + rng.standard_normal((draws, 3)) @ root.T, 0.0)
    note = _LIMITS.format(draws=draws) if len(drawn) else ""
    n = design.n_units
    variance = {
        name: estimate(float(point[i]), n, *_limits(drawn[:, i]), design=_DESIGN, definition=note)
        for i, name in enumerate(("unit", "rater", "residual"))
    }
    coefficients = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, (form, formula) in formulas(design.k, design.q).items():
            limits, words = _limits(formula(*drawn.T)), "; ".join(filter(None, (DEFINITIONS[name], note)))
            value = float(formula(*point))
            if np.isnan(value):
                coefficients[name] = missing(NO_VARIANCE, n, design=_DESIGN, form=form)
            else:
                coefficients[name] = estimate(value, n, *limits, design=_DESIGN, form=form, definition=words)
    return variance, coefficients


def _limits(drawn: Floats) -> tuple[float, float]:
    known = drawn[np.isfinite(drawn)]
    if len(known) < 2:
        return np.nan, np.nan
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
