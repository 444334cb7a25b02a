"""The variables of an analysis: a column for each score, item and outcome, a row for each session analysed.

Items are keyed (turned where the scale reverses them) means over raters, so that a higher value means the same
everywhere; `analysis.csv` holds them as rated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rater.analysis.sessions import AnalysedSession
from rater.analysis.taking import Points
from rater.scales.schema import Item, Scale
from rater.scales.scoring import keyed
from rater.statistics.result import Floats


@dataclass(frozen=True)
class Variables:
    """The columns by name, NaN where a session has no value, beside the sessions they belong to.

    `ranges` holds the lowest and the highest value that a variable can take, where that is known.
    """

    sessions: tuple[AnalysedSession, ...]
    scores: Mapping[str, Floats] = field(default_factory=dict)
    items: Mapping[str, Floats] = field(default_factory=dict)
    outcomes: Mapping[str, Floats] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Floats]:
        """Scores, then outcomes, then items; a score keeps its name where an item bears it too."""
        return {**self.items, **self.outcomes, **self.scores}

    @property
    def described(self) -> list[str]:
        """The names in the order in which they are reported."""
        return list(dict.fromkeys([*self.scores, *self.outcomes, *self.items]))

    @property
    def numbers(self) -> list[int]:
        """Which running number each session has among its patient's."""
        return [each.session.session_no for each in self.sessions]


def variables(scales: Sequence[Scale], sessions: Iterable[AnalysedSession]) -> Variables:
    """Every score and item of the observer scales and every score of the outcomes."""
    rows = tuple(sessions)
    scores: dict[str, Floats] = {}
    items: dict[str, Floats] = {}
    outcomes: dict[str, Floats] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for scale in scales:
        kept = scores if scale.observer else outcomes
        for name, wanted in scale.scores.items():
            kept[name] = _column([each.scores[name] for each in rows])
            limits = score_range(scale, wanted.items, mean=wanted.rule == "mean")
            if limits is not None:
                ranges[name] = limits
        for item in scale.items if scale.observer else ():
            if item.scorable:
                items[item.id] = item_values(item, [each.points for each in rows])
                if item.minimum is not None and item.maximum is not None:
                    ranges.setdefault(item.id, (float(item.minimum), float(item.maximum)))
    return Variables(rows, scores, items, outcomes, ranges)


def score_items(scale: Scale, name: str, sessions: Sequence[AnalysedSession]) -> Floats:
    """Sessions x items of a score, keyed; items that come from the previous session are that session's."""
    wanted = scale.score(name)
    columns = [
        item_values(
            item,
            [(each.previous or {}) if item.id in wanted.from_previous_session else each.points for each in sessions],
        )
        for item in scale.items
        if item.id in wanted.items
    ]
    return np.column_stack(columns) if columns else np.empty((len(sessions), 0))


def item_values(item: Item, points: Iterable[Points]) -> Floats:
    """The keyed value of an item in each of these sessions, NaN where there is none."""
    raw = [each.get(item.id) for each in points]
    return _column([None if value is None else keyed(item, value) for value in raw])


def score_range(scale: Scale, items: Sequence[str], *, mean: bool) -> tuple[float, float] | None:
    """The lowest and the highest value that a mean or a sum of these items can take; None where an item has no end."""
    ends = [(item.minimum, item.maximum) for item in scale.items if item.id in items]
    low, high = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
    if not ends or len(low) < len(ends) or len(high) < len(ends):
        return None
    share = len(ends) if mean else 1
    return sum(low) / share, sum(high) / share


def _column(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if each is None else each for each in values], dtype=float)
