"""Correlations of two scores by who rated them: one rater both, or different raters one each.

Where one rater hears a session and gives both scores, the impression of the whole can colour both (halo; Thorndike,
1920, Journal of Applied Psychology, 4, 25-29) and raise their correlation. On sessions rated more than once each score
can be taken from another rater.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

import numpy as np

from rater.analysis.sessions import ListedSession
from rater.reliability.matrix import RatedSession, by_session
from rater.scales.schema import Scale
from rater.scales.scoring import lagged_score, mean_points, score
from rater.statistics.agreement import fisher_limits
from rater.statistics.result import NO_VARIANCE, NOTHING_DOUBLE_CODED, ONE_UNIT, Estimate, estimate, missing
from rater.terms import Reason

NO_SESSION_WITH_BOTH = Reason("no session rated more than once has both scores")
_SHARED = (
    "Pearson's r of single ratings of the sessions rated more than once, each session with the same weight; limits: "
    "Fisher's z with n sessions, taken as independent"
)
SAME = f"both scores of a session from one rater; {_SHARED}"
DIFFERENT = f"the two scores of a session from different raters, each way round; {_SHARED}"
Given = tuple[Scale, str]
Pairs = list[list[tuple[float, float]]]


def correlations_by_rater(
    scales: Sequence[Scale], sessions: Iterable[ListedSession], ratings: Iterable[RatedSession]
) -> dict[str, dict[str, Any]]:
    """`same_rater` and `different_raters` for every two observer scores without a common item, under the key `A~B`.

    Both rest on the analysed sessions with two or more of the `ratings`. With scores a and b, raters i and j of a
    session, `same_rater` pairs a_i with b_i, `different_raters` a_i with b_j for every two raters, so that neither has
    to be the first. Items that a score takes from the previous session are means over the raters of that session; for
    `different_raters` without the one who gives the other score. Two scores that both do so are passed over.
    """
    heard = _Heard(sessions, ratings)
    named = [(scale, name) for scale in scales if scale.observer for name in scale.scores]
    told = {}
    for one, other in combinations(named, 2):
        wanted = [scale.score(name) for scale, name in (one, other)]
        if set(wanted[0].items) & set(wanted[1].items) or all(each.lagged for each in wanted):
            continue
        same, different = heard.pairs(one, other, _both), heard.pairs(one, other, _each_way)
        told[f"{one[1]}~{other[1]}"] = {
            "same_rater": _correlation(same, heard.double_coded, SAME),
            "different_raters": _correlation(different, heard.double_coded, DIFFERENT),
        }
    return told


def _both(raters: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((each, each) for each in raters)


def _each_way(raters: Sequence[str]) -> Iterator[tuple[str, str]]:
    return permutations(raters, 2)


class _Heard:
    """The ratings of each analysed session, and where the session before stands."""

    def __init__(self, sessions: Iterable[ListedSession], ratings: Iterable[RatedSession]) -> None:
        analysed = {each.session_id: each for each in sessions if each.analysed}
        given = by_session(each for each in ratings if each.session_id in analysed)
        self.points = {code: {each.rater_id: each.points for each in found} for code, found in given.items()}
        self.double_coded = [code for code, found in self.points.items() if len(found) > 1]
        places = {(each.patient_id, each.session_no): code for code, each in analysed.items()}
        before = {code: (each.patient_id, each.session_no - 1) for code, each in analysed.items()}
        self.before = {code: places.get(place) for code, place in before.items()}

    def pairs(self, one: Given, other: Given, who: Callable[[Sequence[str]], Iterator[tuple[str, str]]]) -> Pairs:
        """For each session rated more than once, the pairs of values that it has; sessions without any are left out."""
        found = []
        for session in self.double_coded:
            values = [
                (self._value(one, session, i, but=j), self._value(other, session, j, but=i))
                for i, j in who(list(self.points[session]))
            ]
            whole = [(a, b) for a, b in values if a is not None and b is not None]
            if whole:
                found.append(whole)
        return found

    def _value(self, given: Given, session: str, rater: str, *, but: str) -> float | None:
        (scale, name), points = given, self.points[session][rater]
        if not scale.score(name).lagged:
            return score(scale, name, points)
        raters: Mapping[str, Mapping[str, float | None]] = self.points.get(self.before[session] or "", {})
        earlier = [each for code, each in raters.items() if code != but or but == rater]
        return lagged_score(scale, name, points, mean_points(earlier) if earlier else None)


def _correlation(pairs: Pairs, double_coded: Sequence[str], definition: str) -> dict[str, Any]:
    return _estimate(pairs, double_coded, definition).as_dict()


def _estimate(pairs: Pairs, double_coded: Sequence[str], definition: str) -> Estimate:
    n = len(pairs)
    if n == 0:
        return missing(NO_SESSION_WITH_BOTH if double_coded else NOTHING_DOUBLE_CODED, 0, definition=definition)
    if n == 1:
        return missing(ONE_UNIT, 1, definition=definition)
    table = np.array([pair for each in pairs for pair in each])
    weights = np.repeat([1 / len(each) for each in pairs], [len(each) for each in pairs])
    if (np.ptp(table, axis=0) <= 1e-12 * np.abs(table).max(axis=0)).any():
        return missing(NO_VARIANCE, n, definition=definition)
    centred = (table - np.average(table, axis=0, weights=weights)) / np.ptp(table, axis=0)
    products = (centred * weights[:, None]).T @ centred
    value = float(np.clip(products[0, 1] / np.sqrt(products[0, 0] * products[1, 1]), -1, 1))
    return estimate(value, n, *fisher_limits(value, n), definition=definition)
