"""From complete rows to the figures of a mixed model: effects with tests, variances with limits, log-likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import stdtr, stdtrit

from rater.statistics.groups import NOTHING_LEFT, TOO_FEW_ROWS, Rows, Without
from rater.statistics.mixed import Likelihood, Products, minimise, products, uncertainty
from rater.statistics.result import Estimate, Floats, estimate, missing
from rater.terms import Reason

GROUPS_FIXED = Reason("the fixed effects tell all groups apart")
NO_SLOPE = Reason("the model has no random slope")
RANDOM = ("var_intercept", "var_slope", "cov", "var_residual")
_ICC = "var_intercept / (var_intercept + var_residual); limits: delta method on the logit"
_VARIANCE = "limits: delta method on the logarithm"
_COVARIANCE = "limits: delta method"
_Z = 1.959963984540054


@dataclass(frozen=True)
class FixedEffect:
    """A coefficient with standard error, Satterthwaite's degrees of freedom, t test and 95 % interval.

    Every number is finite or None; without degrees of freedom there is no test and no interval.
    """

    estimate: float | None
    se: float | None
    df: float | None
    t: float | None
    p: float | None
    ci95: tuple[float, float] | None

    def as_dict(self) -> dict[str, Any]:
        """`estimate`, `se`, `df`, `t`, `p`, `ci95`."""
        return asdict(self) | {"ci95": None if self.ci95 is None else list(self.ci95)}


NOTHING = FixedEffect(None, None, None, None, None, None)


@dataclass(frozen=True)
class Fitted:
    """What a fit comes to, in the units of the data."""

    fixed: Mapping[str, FixedEffect]
    random: Mapping[str, Estimate]
    icc: Estimate
    loglik: float
    singular: bool
    settled: bool


@dataclass(frozen=True)
class _Scaled:
    """The rows brought to a form that is easy on the arithmetic, and the way back.

    X = Q R with orthonormal Q; y less its regression on X and over `size`, the standard deviation of what remains; the
    slope variable centred and of unit variance, which the random effects follow by `turn`.
    """

    of: Products
    r: Floats
    start: Floats
    size: float
    turn: Floats


def fitted(rows: Rows, *, reml: bool) -> Fitted:
    """Fit the model; raises `Without` where no residual variance is left or no freedom to estimate it."""
    scaled = _scaled(rows, reml=reml)
    reason = _obstacle(scaled.of)
    if reason is not None:
        raise Without(reason, len(rows.y), rows.dropped, rows.groups)
    point, settled, singular = minimise(scaled.of)
    covariance = uncertainty(point)
    loglik = -point.deviance / 2 - scaled.of.df * float(np.log(scaled.size))
    if reml:
        loglik -= float(np.log(np.abs(np.diag(scaled.r))).sum())
    random, icc = _random(scaled, point, None if singular else covariance)
    fixed = dict(zip(rows.names, _fixed(scaled, point, covariance), strict=True))
    return Fitted(fixed, random, icc, loglik, singular, settled)


def _scaled(rows: Rows, *, reml: bool) -> _Scaled:
    q, r = np.linalg.qr(rows.x)
    start = q.T @ rows.y
    rest = rows.y - q @ start
    more = q.T @ rest
    start, rest = start + more, rest - q @ more
    size = float(np.sqrt((rest**2).mean()))
    if size <= 1e-11 * float(np.abs(rows.y).max()):
        raise Without(NOTHING_LEFT, len(rows.y), rows.dropped, rows.groups)
    z, turn = np.ones((len(rows.y), 1)), np.eye(1)
    if rows.slope is not None:
        middle, spread = float(rows.slope.mean()), float(rows.slope.std())
        z = np.column_stack([z, (rows.slope - middle) / spread])
        turn = np.array([[1.0, middle], [0.0, spread]])
    return _Scaled(products(z, q, rest / size, rows.group, reml=reml), r, start, size, turn)


def _obstacle(of: Products) -> Reason | None:
    """Groups, taken as fixed, must leave both freedom and variance, and differ from the fixed effects."""
    n, p = of.n, of.p
    if n - float((of.zw[:, 0, :p] ** 2).sum()) <= 1e-9 * n:
        return GROUPS_FIXED
    values, vectors = np.linalg.eigh(of.left[:p, :p])
    known = values > 1e-9
    if n - of.effects - int(known.sum()) < 1:
        return TOO_FEW_ROWS
    along = (vectors.T @ of.left[:p, p])[known]
    squares = float(of.left[p, p] - along @ (along / values[known]))
    return NOTHING_LEFT if squares <= 1e-12 * n else None


def _fixed(scaled: _Scaled, point: Likelihood, covariance: Floats) -> list[FixedEffect]:
    """Estimates with Satterthwaite's degrees of freedom for each column."""
    variance, back = point.squares / scaled.of.df, np.linalg.inv(scaled.r)
    beta = back @ (scaled.start + scaled.size * point.beta)
    x, corner = point.through[:, :, : scaled.of.p], np.tril_indices(len(point.root))
    found = []
    for row, value in zip(back, beta, strict=True):
        along = x @ (point.inverse @ row)
        v = variance * float(row @ point.inverse @ row)
        by_root = 2 * variance * (along.T @ along @ point.root)[corner]
        slope = np.append(by_root, 2 * v / np.sqrt(variance))
        spread = float(slope @ covariance @ slope)
        found.append(_effect(float(value), scaled.size * float(np.sqrt(v)), 2 * v**2 / spread if spread > 0 else 0.0))
    return found


def _effect(value: float, error: float, df: float) -> FixedEffect:
    if not np.isfinite([value, error]).all() or error <= 0:
        return FixedEffect(value if np.isfinite(value) else None, None, None, None, None, None)
    t = value / error
    if not np.isfinite(df) or df <= 0:
        return FixedEffect(value, error, None, t, None, None)
    reach = float(stdtrit(df, 0.975)) * error
    limits = (value - reach, value + reach) if np.isfinite(reach) else None
    return FixedEffect(value, error, df, t, 2 * float(stdtr(df, -abs(t))), limits)


def _random(scaled: _Scaled, point: Likelihood, covariance: Floats | None) -> tuple[dict[str, Estimate], Estimate]:
    """The variances and the covariance, and the ICC of an intercept; limits where they are not at the boundary."""
    n, q, root = scaled.of.n, len(point.root), point.root
    variance, back = point.squares / scaled.of.df, np.linalg.inv(scaled.turn)
    unit, sigma, t = variance * scaled.size**2, float(np.sqrt(variance)), back @ root @ (back @ root).T
    places = {"var_intercept": (0, 0), "var_slope": (1, 1), "cov": (1, 0)}
    found = {}
    for name, (i, j) in places.items():
        if max(i, j) >= q:
            found[name] = missing(NO_SLOPE, n)
            continue
        by_root = np.outer(back[i], back[j] @ root) + np.outer(back[j], back[i] @ root)
        slope = np.append(by_root[np.tril_indices(q)] * unit, 2 * t[i, j] * unit / sigma)
        found[name] = _variance(float(t[i, j]) * unit, slope, covariance, n, signed=i != j)
    last = np.append(np.zeros(q * (q + 1) // 2), 2 * unit / sigma)
    found["var_residual"] = _variance(unit, last, covariance, n)
    icc = float(t[0, 0] / (1 + t[0, 0]))
    if covariance is None or not 0 < icc < 1:
        return found, estimate(icc, n, definition=_ICC)
    middle = float(np.log(t[0, 0]))
    reach = min(2 * _Z * float(np.sqrt(covariance[0, 0]) / root[0, 0]), 700.0)
    low, high = 1 / (1 + np.exp(-np.array([middle - reach, middle + reach])))
    return found, estimate(icc, n, float(low), float(high), definition=_ICC)


def _variance(value: float, slope: Floats, covariance: Floats | None, n: int, *, signed: bool = False) -> Estimate:
    if covariance is None or not (signed or value > 0):
        return estimate(value, n)
    reach = _Z * float(np.sqrt(max(0.0, float(slope @ covariance @ slope))))
    if signed:
        return estimate(value, n, value - reach, value + reach, definition=_COVARIANCE)
    factor = float(np.exp(min(reach / value, 700.0)))
    return estimate(value, n, value / factor, value * factor, definition=_VARIANCE)
