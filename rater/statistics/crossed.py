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

    The arrays over m = distinct numbers of ratings per session: how many sessions have it, the sum and the sum of
    squares of their totals, totals by rater, and the cross-products of [ratings by rater, ratings in all].
    """

    n: int
    scale: float
    m: Floats
    sessions: Floats
    y: Floats
    y_squared: Floats
    y_by_rater: Floats
    blocks: Floats
    rated: Floats
    y_rated: Floats
    y_y: float
    y_all: float


def sums(session: Ints, rater: Ints, y: Floats) -> Sums:
    """Sums of ratings given as indices (0, 1, ... without gaps) of session and rater and a value each."""
    scale = float(y.std()) or 1.0
    z = (y - y.mean()) / scale
    counts = csr_array((np.ones(len(z)), (session, rater)))
    sizes, totals = np.bincount(session), np.bincount(session, z)
    blocks, by_rater, pooled = [], [], []
    for m in np.unique(sizes):
        rows = np.flatnonzero(sizes == m)
        part, t = counts[rows], totals[rows]
        shared, given = (part.T @ part).toarray(), np.asarray(part.sum(axis=0), dtype=float).ravel()
        corner = np.full((1, 1), m * m * len(rows))
        blocks.append(np.block([[shared, m * given[:, None]], [m * given[None, :], corner]]))
        by_rater.append(part.T @ t)
        pooled.append((m, len(rows), t.sum(), (t**2).sum()))
    m_, n_, y_, yy_ = np.array(pooled, dtype=float).T
    return Sums(
        n=len(z), scale=scale, m=m_, sessions=n_, y=y_, y_squared=yy_, y_by_rater=np.array(by_rater),
        blocks=np.array(blocks), rated=np.bincount(rater).astype(float), y_rated=np.bincount(rater, z).astype(float),
        y_y=float(z @ z), y_all=float(z.sum()),
    )  # fmt: skip


class Likelihood:
    """The restricted likelihood at given ratios of session and rater variance to residual variance.

    With V the covariance over the residual variance, Z the two designs and P = V^-1 - V^-1 1 1' V^-1 / (1' V^-1 1),
    everything is expressed by V1 = I + session ratio x Zs Zs', whose inverse is known, and G = [Zr, 1]:
    P = V1^-1 - V1^-1 G K G' V1^-1.
    """

    def __init__(self, of: Sums, session: float, rater: float) -> None:
        s, self.s, self.session, self.rater = of, of, session, rater
        r = self.r = len(s.rated)
        d = self.d = 1 / (1 + session * s.m)
        blocks = np.einsum("m,mij->ij", d, s.blocks)
        self.e = np.diag(np.append(s.rated, 0.0)) - session * blocks
        self.e[:r, r] = self.e[r, :r] = s.rated - session * blocks[:r, r]
        self.e[r, r] = s.n - session * blocks[r, r]
        inner = np.eye(r) + rater * self.e[:r, :r]
        q = rater * np.linalg.inv(inner)
        f = self.e[:r, r]
        kappa = np.append(-q @ f, 1.0)
        self.precision = float(self.e[r, r] - f @ q @ f)
        self.k = np.outer(kappa, kappa) / self.precision
        self.k[:r, :r] += (q + q.T) / 2
        self.g_y = np.append(s.y_rated - session * (d @ s.y_by_rater), s.y_all - session * (d @ (s.m * s.y)))
        within_sessions = s.y_y - session * float(d @ s.y_squared)
        self.squares = max(float(within_sessions - self.g_y @ self.k @ self.g_y), 1e-300)
        self.mean = float(kappa @ self.g_y) / self.precision
        logdet = float(np.log1p(session * s.m) @ s.sessions + np.linalg.slogdet(inner)[1] + np.log(self.precision))
        df = s.n - 1
        self.deviance = logdet + df * (1 + float(np.log(2 * np.pi * self.squares / df)))

    @cached_property
    def _w2(self) -> Floats:
        return np.asarray(np.einsum("m,mij->ij", self.d**2, self.s.blocks))

    @cached_property
    def _traces(self) -> tuple[float, float]:
        """Traces of Zs'PZs and Zr'PZr."""
        er = self.e[: self.r]
        session = float((self.s.m * self.d) @ self.s.sessions) - float(np.trace(self.k @ self._w2))
        return session, float(np.trace(self.e[: self.r, : self.r] - er @ self.k @ er.T))

    @cached_property
    def _w3(self) -> Floats:
        return np.asarray(np.einsum("m,mij->ij", self.d**3 * self.s.m, self.s.blocks))

    @cached_property
    def _squares_of(self) -> tuple[float, float]:
        """y'P Zs Zs' P y and y'P Zr Zr' P y."""
        s, c = self.s, self.k @ self.g_y
        session = float(self.d**2 @ s.y_squared - 2 * c @ self._with_y(self.d**2) + c @ self._w2 @ c)
        return session, float(((self.g_y - self.e @ c)[: self.r] ** 2).sum())

    def _with_y(self, weights: Floats) -> Floats:
        """[ratings by rater, ratings in all] times the sessions' totals, weighted by number of ratings."""
        return np.append(weights @ self.s.y_by_rater, weights @ (self.s.m * self.s.y))

    def gradient(self) -> Floats:
        """Derivatives of the deviance (residual variance profiled out) by the two ratios."""
        share = (self.s.n - 1) / self.squares
        return np.array([trace - share * each for trace, each in zip(self._traces, self._squares_of, strict=True)])

    def average_information(self) -> Floats:
        """Mean of observed and expected information, laid out as `information`; it makes steps like Newton's."""
        s, k, c, er, d3 = self.s, self.k, self.k @ self.g_y, self.e[: self.r], self.d**3 * self.s.m
        through = self._with_y(self.d**2) - self._w2 @ c
        of_raters = (self.g_y - self.e @ c)[: self.r]
        across = er.T @ of_raters
        ss = d3 @ s.y_squared - 2 * c @ self._with_y(d3) + c @ self._w3 @ c - through @ k @ through
        sr = through[: self.r] @ of_raters - through @ k @ across
        rr = of_raters @ self.e[: self.r, : self.r] @ of_raters - across @ k @ across
        (a, b), (of_s, of_r) = (self.session, self.rater), self._squares_of
        se, re = of_s - a * ss - b * sr, of_r - a * sr - b * rr
        ee = self.squares - a * of_s - b * of_r - a * se - b * re
        return np.array([[ss, sr, se], [sr, rr, re], [se, re, ee]]) * (s.n - 1) / (2 * self.squares)

    def information(self) -> Floats:
        """Expected information of (session, rater, residual) variance, for a residual variance of 1."""
        s, k, r, d = self.s, self.k, self.r, self.d
        er, kw = self.e[:r], k @ self._w2
        left = np.eye(r + 1, r) - k @ er.T
        ss = float((s.m * d) ** 2 @ s.sessions - 2 * np.trace(k @ self._w3) + np.trace(kw @ kw))
        sr = float(np.trace(left.T @ self._w2 @ left))
        rr = float(((self.e[:r, :r] - er @ k @ er.T) ** 2).sum())
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
