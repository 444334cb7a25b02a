"""Intra-rater agreement: a rater's own two ratings of one session, the second given without knowing that it is one.

Signed differences are second minus first: a positive one says that the rater has come to give higher points.

References
----------
Kottner, J., et al. (2011). Guidelines for reporting reliability and agreement studies (GRRAS) were proposed. Journal of
    Clinical Epidemiology, 64, 96-106: intra-rater reliability and the time between ratings are to be reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from rater.scales.schema import Score
from rater.training.comparison import Comparison, ScoreComparison, compare, compare_score, point


@dataclass(frozen=True)
class Repeat:
    """One session that a rater rated twice: keyed points by item (None for a missing code) and the days of submission.

    `first` is the main rating, `second` that of the hidden recalibration.
    """

    rater_id: str
    session_id: str
    first: Mapping[str, float | None]
    second: Mapping[str, float | None]
    first_day: date
    second_day: date

    @property
    def days_between(self) -> int:
        """From the first rating to the second."""
        return (self.second_day - self.first_day).days


@dataclass(frozen=True)
class RepeatAgreement:
    """How far one rater agrees with herself or himself.

    Attributes
    ----------
    rater_id : str
        The rater's code.
    n : int
        Sessions rated twice.
    days_between : float
        Median of the days from first to second rating.
    items, scores : dict
        Comparisons by item id and by name of score; the first column is the second rating, so that differences are
        second minus first. ICC(2,1) is that of a single rating, absolute agreement.
    """

    rater_id: str
    n: int
    days_between: float
    items: dict[str, Comparison]
    scores: dict[str, ScoreComparison]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "rater": self.rater_id,
            "n": self.n,
            "days_between": self.days_between,
            "items": {item: each.as_dict() for item, each in self.items.items()},
            "scores": {name: each.as_dict() for name, each in self.scores.items()},
        }


def with_themselves(
    repeats: Sequence[Repeat], items: Sequence[str], scores: Sequence[Score]
) -> dict[str, RepeatAgreement]:
    """The agreement of each rater with her or his own earlier ratings, by code in sorted order.

    Parameters
    ----------
    repeats
        At most one per rater and session, the second no earlier than the first. Raises ValueError otherwise.
    items
        Ids of the items that are compared.
    scores
        Those that join two sessions are passed over.
    """
    if len({(each.rater_id, each.session_id) for each in repeats}) < len(repeats):
        raise ValueError("a rater repeats a session more than once")
    if any(each.days_between < 0 for each in repeats):
        raise ValueError("a second rating is earlier than the first")
    by_rater: dict[str, list[Repeat]] = {}
    for each in sorted(repeats, key=lambda each: (each.rater_id, each.session_id)):
        by_rater.setdefault(each.rater_id, []).append(each)
    return {rater: _own(rater, own, items, scores) for rater, own in by_rater.items()}


def _own(rater: str, repeats: Sequence[Repeat], items: Sequence[str], scores: Sequence[Score]) -> RepeatAgreement:
    sessions = [each.session_id for each in repeats]
    first = {(each.session_id, item): each.first.get(item) for each in repeats for item in items}
    second = {(each.session_id, item): each.second.get(item) for each in repeats for item in items}
    return RepeatAgreement(
        rater,
        len(repeats),
        float(median(each.days_between for each in repeats)),
        {item: compare([(point(second, each, item), point(first, each, item)) for each in sessions]) for item in items},
        {each.name: compare_score(second, first, each) for each in scores if not each.lagged},
    )
