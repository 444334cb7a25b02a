"""Two columns of ratings of the same sessions: how far they differ, agree, and order the sessions alike.

References
----------
McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
    Psychological Methods, 1, 30-46.
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
    Statistical Association, 22, 209-212.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rater.scales.schema import Score
from rater.scales.scoring import combined
from rater.statistics.agreement import mean_difference, pairs_within
from rater.statistics.icc import iccs
from rater.statistics.result import Estimate, Floats
from rater.training.over_items import over_items

Cells = Mapping[tuple[str, str], float | None]
"""One person's points by session id and item id; None, NaN or absent where no point was given.

A session counts as rated by that person as soon as it has an entry. An item without a point in it is missing.
"""

Pair = tuple[float | None, float | None]
POOLED = "all items of all sessions together; the interval takes them for independent, so it is rather too narrow"


@dataclass(frozen=True)
class Comparison:
    """One item in two columns of ratings.

    Attributes
    ----------
    n : int
        Sessions with a point in both columns; all figures rest on them.
    n_missing, n_both_missing : int
        Sessions without a point in one column or both, and in both; they are left out of the figures.
    difference : Estimate
        Mean of first minus second, in points, with the paired t interval from two sessions on.
    exact, within_one : Estimate
        Share of sessions with equal points, and with points at most one apart, with Wilson's interval.
    icc : Estimate
        ICC(2,1): two-way random, absolute agreement, single rating.
    """

    n: int
    n_missing: int
    n_both_missing: int
    difference: Estimate
    exact: Estimate
    within_one: Estimate
    icc: Estimate

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        counts = {"n": self.n, "n_missing": self.n_missing, "n_both_missing": self.n_both_missing}
        return counts | _told(self, ("difference", "exact", "within_one", "icc"))


@dataclass(frozen=True)
class ScoreComparison:
    """One score in two columns of ratings, and its items together.

    `difference` and `icc` (2,1) are those of the score over the `n` sessions that have it in both columns. `exact`
    and `within_one` pool the points of all items of the score. `item_mean` and `item_median` are the mean and median
    over the items of their ICC(2,1) (see `over_items.over_items`).
    """

    n: int
    difference: Estimate
    icc: Estimate
    exact: Estimate
    within_one: Estimate
    item_mean: Estimate
    item_median: Estimate

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        names = ("difference", "icc", "exact", "within_one", "item_mean", "item_median")
        return {"n": self.n} | _told(self, names)


def _told(each: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(each, name).as_dict() for name in names}


def sessions_of(cells: Cells) -> set[str]:
    """The sessions that the person rated."""
    return {session for session, _ in cells}


def point(cells: Cells, session: str, item: str) -> float | None:
    """The point given, or None; NaN is none."""
    value = cells.get((session, item))
    return None if value is None or value != value else float(value)


def shared(first: Cells, second: Cells) -> list[str]:
    """The sessions rated in both columns, in the order of their ids."""
    return sorted(sessions_of(first) & sessions_of(second))


def score_in(cells: Cells, session: str, wanted: Score) -> float | None:
    """A score of one session from keyed points; None where too few of its items are valid."""
    values = [value for item in wanted.items if (value := point(cells, session, item)) is not None]
    return combined(wanted, values)


def compare(pairs: Sequence[Pair]) -> Comparison:
    """One item: the two points of each session rated in both columns, None for a missing one."""
    table = table_of(pairs)
    gaps = [(one is None) + (other is None) for one, other in pairs]
    return Comparison(
        n=gaps.count(0),
        n_missing=len(gaps) - gaps.count(0),
        n_both_missing=gaps.count(2),
        difference=mean_difference(table),
        exact=pairs_within(table),
        within_one=pairs_within(table, 1.0),
        icc=iccs(table, ("2,1",))[0]["2,1"],
    )


def compare_score(first: Cells, second: Cells, wanted: Score) -> ScoreComparison:
    """One score over the sessions rated in both columns, from keyed points."""
    sessions = shared(first, second)
    table = table_of([(score_in(first, each, wanted), score_in(second, each, wanted)) for each in sessions])
    by_item = [
        table_of([(point(first, each, item), point(second, each, item)) for each in sessions]) for item in wanted.items
    ]
    pooled, items = np.concatenate(by_item), over_items(np.stack(by_item), "2,1")
    exact, within_one = (replace(pairs_within(pooled, apart), definition=POOLED) for apart in (0.0, 1.0))
    icc = iccs(table, ("2,1",))[0]["2,1"]
    return ScoreComparison(icc.n, mean_difference(table), icc, exact, within_one, *items)


def table_of(pairs: Sequence[Pair]) -> Floats:
    """Sessions x 2, NaN for a missing point."""
    return np.array(pairs, dtype=float).reshape(len(pairs), 2)
