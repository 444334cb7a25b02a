"""Restricted maximum likelihood for sessions crossed with raters: y = mean + session + rater + residual.

The diagonal session block is eliminated and the ratings enter through sums alone, pooled over sessions with equally
many ratings: one evaluation costs (raters squared) times (distinct numbers of ratings per session), however many
ratings there are.

References
----------
Bates, D., Maechler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models using lme4.
    Journal of Statistical Software, 67(1), 1-48.
Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance components. Wiley. (expected information)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from rater.statistics.additive import Parts, is_additive, parts, variances
from rater.statistics.result import Floats, Ints

_CAP = 1e6
_GRID = (0.0, 0.1, 1.0, 10.0, 1e3, _CAP)
_MOST_STEPS = 200
_FLAT = 1e-10
_TINY = 1e-6
_ZERO = 1e-9


@dataclass(frozen=True)
class Sums:
    """What the likelihood needs of the ratings, centred and brought to unit variance.

    `whole`: cross-products of the columns [one for each rater, 1, y] over all ratings. `blocks`: over m = distinct
    numbers of ratings per session, those of the same columns summed session by session. `sessions`: how many have m.
    """

    n: int
    scale: float
    m: Floats
    sessions: Floats
    whole: Floats
    blocks: Floats


def sums(session: Ints, rater: Ints, y: Floats) -> Sums:
    """Sums of ratings given as indices (0, 1, ... without gaps) of session and rater and a value each."""
    scale = float(y.std()) or 1.0
    z = (y - y.mean()) / scale
    rated, y_rated, sizes = np.bincount(rater), np.bincount(rater, z), np.bincount(session)
    r = len(rated)
    whole = np.zeros((r + 2, r + 2))
    whole[range(r), range(r)] = rated
    whole[:r, r:] = np.column_stack([rated, y_rated])
    whole[r:, :r] = whole[:r, r:].T
    whole[r:, r:] = [[len(z), z.sum()], [z.sum(), z @ z]]
    columns = csr_array((np.ones(len(z)), (session, rater)))
    added = np.column_stack([sizes, np.bincount(session, z)])
    distinct, sessions = np.unique(sizes, return_counts=True)
    blocks = np.empty((len(distinct), r + 2, r + 2))
    for block, m in zip(blocks, distinct, strict=True):
        rows = np.flatnonzero(sizes == m)
        part, more = columns[rows], added[rows]
        block[:r, :r], block[:r, r:], block[r:, r:] = (part.T @ part).toarray(), part.T @ more, more.T @ more
        block[r:, :r] = block[:r, r:].T
    return Sums(len(z), scale, distinct.astype(float), sessions.astype(float), whole, blocks)


class Likelihood:
    """The restricted likelihood at given ratios of session and rater variance to residual variance.

    With V the covariance over the residual variance, Z the two designs and P = V^-1 - V^-1 1 1' V^-1 / (1' V^-1 1),
    everything is expressed by V1 = I + session ratio x Zs Zs', whose inverse is known, and G = [Zr, 1]:
    P = V1^-1 - V1^-1 G K G' V1^-1, and Py = V1^-1 [G, y] v.
    """

    def __init__(self, of: Sums, session: float, rater: float) -> None:
        self.s, self.session, self.rater = of, session, rater
        r = self.r = len(of.whole) - 2
        d = self.d = 1 / (1 + session * of.m)
        self.through = of.whole - session * self._summed(d)
        self.e, g_y = self.through[:-1, :-1], self.through[:-1, -1]
        f = self.e[:r, r]
        roots, axes = np.linalg.eigh(self.e[:r, :r])
        inner = 1 + rater * np.maximum(roots, 0.0)
        q = (axes * (rater / inner)) @ axes.T
        kappa = np.ones(r + 1)
        kappa[:r] = -q @ f
        self.precision = float(self.e[r, r] + f @ kappa[:r])
        self.k = kappa[:, None] * kappa / self.precision
        self.k[:r, :r] += q
        self.v = np.ones(r + 2)
        self.v[:-1] = -self.k @ g_y
        self.squares = max(float(self.through[-1] @ self.v), 1e-300)
        self.mean = float(kappa @ g_y) / self.precision
        logdet = float(np.log1p(session * of.m) @ of.sessions + np.log(inner).sum() + np.log(self.precision))
        df = of.n - 1
        self.deviance = logdet + df * (1 + float(np.log(2 * np.pi * self.squares / df)))

    def _summed(self, weights: Floats) -> Floats:
        return np.asarray((weights @ self.s.blocks.reshape(len(weights), -1)).reshape(self.s.whole.shape))

    @cached_property
    def _w2(self) -> Floats:
        return self._summed(self.d**2)

    @cached_property
    def _w3(self) -> Floats:
        return self._summed(self.d**3 * self.s.m)

    @cached_property
    def _traces(self) -> tuple[float, float]:
        """Traces of Zs'PZs and Zr'PZr."""
        er = self.e[: self.r]
        session = float((self.s.m * self.d) @ self.s.sessions) - float((self.k * self._w2[:-1, :-1]).sum())
        return session, float(np.trace(er[:, :-1]) - ((er @ self.k) * er).sum())

    @cached_property
    def _of_raters(self) -> Floats:
        """Zr'Py."""
        return np.asarray(self.through[: self.r] @ self.v)

    @cached_property
    def _squares_of(self) -> tuple[float, float]:
        """y'P Zs Zs' P y and y'P Zr Zr' P y."""
        return float(self.v @ self._w2 @ self.v), float(self._of_raters @ self._of_raters)

    def gradient(self) -> Floats:
        """Derivatives of the deviance (residual variance profiled out) by the two ratios."""
        share = (self.s.n - 1) / self.squares
        return np.array([trace - share * each for trace, each in zip(self._traces, self._squares_of, strict=True)])

    def average_information(self) -> Floats:
        """Mean of observed and expected information, laid out as `information`; it makes steps like Newton's."""
        k, r, of_raters = self.k, self.r, self._of_raters
        through, across = (self._w2 @ self.v)[:-1], self.e[:r].T @ of_raters
        ss = self.v @ self._w3 @ self.v - through @ k @ through
        sr = through[:r] @ of_raters - through @ k @ across
        rr = of_raters @ self.e[:r, :r] @ of_raters - across @ k @ across
        (a, b), (of_s, of_r) = (self.session, self.rater), self._squares_of
        se, re = of_s - a * ss - b * sr, of_r - a * sr - b * rr
        ee = self.squares - a * of_s - b * of_r - a * se - b * re
        return np.array([[ss, sr, se], [sr, rr, re], [se, re, ee]]) * (self.s.n - 1) / (2 * self.squares)

    def information(self) -> Floats:
        """Expected information of (session, rater, residual) variance, for a residual variance of 1."""
        s, k, r, w2 = self.s, self.k, self.r, self._w2[:-1, :-1]
        er, kw = self.e[:r], k @ w2
        left = np.eye(r + 1, r) - k @ er.T
        ss = float((s.m * self.d) ** 2 @ s.sessions - 2 * np.trace(k @ self._w3[:-1, :-1]) + np.trace(kw @ kw))
        sr = float(np.trace(left.T @ w2 @ left))
        rr = float(((er[:, :r] - er @ k @ er.T) ** 2).sum())
        (a, b), (trace_s, trace_r) = (self.session, self.rater), self._traces
        se, re = trace_s - a * ss - b * sr, trace_r - a * sr - b * rr
        ee = s.n - 1 - a * trace_s - b * trace_r - a * se - b * re
        return np.array([[ss, sr, se], [sr, rr, re], [se, re, ee]]) / 2


@dataclass(frozen=True)
class Fit:
    """Variance components by restricted maximum likelihood.

    `boundary`: a component is estimated as zero. `loglik`: the restricted log-likelihood with its constants, None where
    the residual variance is zero: it then has no maximum.
    `covariance`: large-sample covariance of (session, rater, residual), None where it cannot be had.
    """

    session: float
    rater: float
    residual: float
    boundary: bool
    loglik: float | None
    mean: float
    covariance: Floats | None


def _climb(point: Likelihood) -> Likelihood:
    """Steps from a start, halved until the deviance falls; a ratio at zero that pulls below zero stays there."""
    for _ in range(_MOST_STEPS):
        ratios, slope = np.array([point.session, point.rater]), point.gradient()
        free = np.flatnonzero(((ratios > 0) | (slope < 0)) & ((ratios < _CAP) | (slope > 0)))
        if np.abs(slope[free] * np.maximum(ratios[free], _TINY)).max(initial=0.0) < _FLAT:
            break
        score = np.append(-slope, ratios @ slope) / 2
        for information in (point.average_information, point.information):
            nearer = _shortened(point, ratios, _step(information(), score, [*free, 2]))
            if nearer is not None:
                break
        else:
            break
        point = nearer
    return point


def _step(information: Floats, score: Floats, kept: list[int]) -> Floats:
    """Where the score leads the kept components; of least norm, so that directions without information stay put."""
    part, step = information[np.ix_(kept, kept)], np.zeros(3)
    size = np.sqrt(np.maximum(np.diag(part), 1e-300))
    step[kept] = np.linalg.lstsq(part / np.outer(size, size), score[kept] / size, rcond=1e-12)[0] / size
    return step


def _shortened(point: Likelihood, ratios: Floats, step: Floats) -> Likelihood | None:
    """The point that lies a step ahead, or half, a quarter ... of it; None where none has a lower deviance."""
    for halving in range(40):
        part = step / 2**halving
        if part[2] <= -0.9:
            continue
        ahead = np.clip((ratios + part[:2]) / (1 + part[2]), 0.0, _CAP)
        reached = Likelihood(point.s, float(ahead[0]), float(ahead[1]))
        if reached.deviance < point.deviance:
            return reached
        smaller = np.abs(reached.gradient() * ahead).max() < np.abs(point.gradient() * ratios).max()
        if smaller and reached.deviance < point.deviance + 1e-9:
            return reached
    return None


def fit(session: Ints, rater: Ints, y: Floats) -> Fit:
    """Fit the crossed model.

    Parameters
    ----------
    session, rater : array of int
        Indices without gaps.
    y : array of float
        Ratings; they must vary.

    Notes
    -----
    The deviance, with mean and residual variance profiled out, is minimised over the two variance ratios by halved
    Newton steps with the average information, from the best point of a coarse grid and from a second start; a ratio
    that pulls below zero is held at zero. A residual variance below 1e-6 of the session's or the rater's is reported
    as zero, the other two then follow from the parts of sessions and raters; see `additive`.
    """
    known = parts(session, rater, y)
    if is_additive(known):
        return _without_residual(known)
    s = sums(session, rater, y)
    lowest = min((Likelihood(s, a, b) for a in _GRID for b in _GRID), key=lambda each: each.deviance)
    point = min(_climb(lowest), _climb(Likelihood(s, 1.0, 0.1)), key=lambda each: each.deviance)
    a, b = (0.0 if each < _ZERO else each for each in (point.session, point.rater))
    point = Likelihood(s, a, b)
    unit = point.squares / (s.n - 1) * s.scale**2
    if max(a, b) >= _CAP:
        return _without_residual(known)
    loglik = -point.deviance / 2 - (s.n - 1) * float(np.log(s.scale))
    covariance = _inverse(point.information() / unit**2)
    return Fit(a * unit, b * unit, unit, min(a, b) <= 0, loglik, float(y.mean()) + point.mean * s.scale, covariance)


def _without_residual(known: Parts) -> Fit:
    session, rater = variances(known)
    spread = np.maximum(session / known.sessions + rater / known.raters, 1e-300)
    return Fit(session, rater, 0.0, True, None, float(np.average(known.level, weights=1 / spread)), None)


def _inverse(information: Floats) -> Floats | None:
    """The inverse of a positive definite matrix, or None."""
    size = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information / np.outer(size, size)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] < 1e-10:
        return None
    return np.asarray(np.linalg.inv(scaled) / np.outer(size, size))
