"""Ratings that are the sum of a session's and a rater's part: the crossed model where no residual variance is left.

There the restricted likelihood grows without end as the residual variance falls to zero, whatever the other two
variances are. These are then the most likely ones given the parts, which are known but for a constant in each group of
raters who share sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from rater.statistics.result import Floats, Ints

_NEGLIGIBLE = 1e-6
_NOTHING = 1e-20


@dataclass(frozen=True)
class Parts:
    """Sums of squares of the parts of sessions and raters about their groups' means, and what a group has.

    `level` is the mean of a group's sessions, its raters' parts adding up to zero; `residual` is the sum of squares of
    what is not additive, with `freedom` degrees of freedom.
    """

    session: float
    rater: float
    level: Floats
    sessions: Floats
    raters: Floats
    residual: float
    freedom: int


def parts(session: Ints, rater: Ints, y: Floats) -> Parts:
    """The ratings' parts by least squares; session and rater are indices 0, 1, ... without gaps."""
    sizes, rated = np.bincount(session), np.bincount(rater)
    s, r = len(sizes), len(rated)
    counts = csr_array((np.ones(len(y)), (session, rater)), shape=(s, r))
    shared: Any = counts.T @ csr_array((1 / sizes[session], (session, rater)), shape=(s, r))
    within = np.diag(rated.astype(float)) - shared.toarray()
    apart = np.bincount(rater, y - (np.bincount(session, y) / sizes)[session], minlength=r)
    of_rater = np.linalg.pinv(within, rcond=1e-10, hermitian=True) @ apart
    links = csr_array((np.ones(len(y)), (session, rater + s)), shape=(s + r, s + r))
    groups, group = connected_components(links, directed=False)
    raters = np.bincount(group[s:], minlength=groups).astype(float)
    of_rater = of_rater - (np.bincount(group[s:], of_rater, minlength=groups) / raters)[group[s:]]
    of_session = np.bincount(session, y - of_rater[rater]) / sizes
    sessions = np.bincount(group[:s], minlength=groups).astype(float)
    level = np.bincount(group[:s], of_session, minlength=groups) / sessions
    rest = y - of_rater[rater] - of_session[session]
    around = float(((of_session - level[group[:s]]) ** 2).sum())
    freedom = len(y) - s - r + groups
    return Parts(around, float((of_rater**2).sum()), level, sessions, raters, float((rest**2).sum()), freedom)


def is_additive(of: Parts) -> bool:
    """Whether what is left is below a millionth of the larger of the two variances."""
    larger = max(variances(of)) if of.freedom > 0 else 0.0
    return of.freedom > 0 and of.residual / of.freedom <= _NEGLIGIBLE * larger


def variances(of: Parts) -> tuple[float, float]:
    """The variances of sessions and raters that are most likely, by restricted likelihood, without a residual.

    Where all raters are linked by sessions they are the variances of the parts. A part that does not vary within the
    groups has variance zero.
    """
    groups, s, r = len(of.level), of.sessions.sum(), of.raters.sum()
    middle = of.level - np.average(of.level, weights=of.sessions)
    whole = of.session + of.rater + float((of.sessions * middle**2).sum())
    if of.rater <= _NOTHING * whole or r == groups:
        return (whole - of.rater) / (s - 1), 0.0
    if of.session <= _NOTHING * whole or s == groups:
        middle = of.level - np.average(of.level, weights=of.raters)
        return 0.0, (of.rater + float((of.raters * middle**2).sum())) / (r - 1)
    if groups == 1:
        return of.session / (s - 1), of.rater / (r - 1)
    spans = np.linspace(-30.0, 30.0, 121)
    best = spans[int(np.argmin([_deviance(of, each)[0] for each in spans]))]
    found = minimize_scalar(lambda at: _deviance(of, at)[0], bounds=(best - 0.5, best + 0.5), method="bounded",
                            options={"xatol": 1e-10})  # fmt: skip
    session = _deviance(of, float(found.x))[1]
    return session, session * float(np.exp(found.x))


def _deviance(of: Parts, log_ratio: float) -> tuple[float, float]:
    """The deviance at this logarithm of rater over session variance, and the session variance there."""
    ratio, groups = float(np.exp(log_ratio)), len(of.level)
    spread = 1 / of.sessions + ratio / of.raters
    middle = np.average(of.level, weights=1 / spread)
    squares = of.session + of.rater / ratio + float(((of.level - middle) ** 2 / spread).sum())
    freedom = float(of.sessions.sum() + of.raters.sum()) - groups - 1
    logs = float(np.log(spread).sum() + np.log((1 / spread).sum())) + (float(of.raters.sum()) - groups) * log_ratio
    return freedom * float(np.log(squares / freedom)) + logs, squares / freedom
