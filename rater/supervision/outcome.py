"""A patient's outcome over the sessions, and what in it asks for attention at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rater.scales.schema import Scale, Score
from rater.scales.scoring import scores_of

RISK: Mapping[tuple[str, str], float] = {("phq9", "phq9"): 1.0}
"""The least point of an item that is a risk flag, by scale and item.

Item 9 of the PHQ-9 asks for thoughts of death or self-harm; any point above 0 calls for a look at the patient's safety
(Kroenke, Spitzer & Williams 2001, Journal of General Internal Medicine 16, 606-613).
"""

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class OutcomeTrend:
    """One score of an outcome scale over sessions; `flagged` are the places of the sessions with a risk flag."""

    score: Score
    minimum: float
    maximum: float
    values: tuple[float | None, ...]
    flagged: tuple[int, ...]


def outcome_trends(scale: Scale, sessions: Sequence[Values]) -> list[OutcomeTrend]:
    """The scores of an outcome scale that have a value in any of the sessions, in the sessions' order."""
    flagged = tuple(at for at, values in enumerate(sessions) if _is_risk(scale, values))
    low, high = ({item.id: float(item.points[at]) for item in scale.items if item.points} for at in (0, -1))
    found = []
    for name, score in scale.scores.items():
        if score.lagged:
            continue
        values = tuple(scores_of(scale, each)[name] for each in sessions)
        ends = sorted(scores_of(scale, each)[name] or 0.0 for each in (low, high))
        if any(each is not None for each in values):
            found.append(OutcomeTrend(score, ends[0], ends[-1], values, flagged))
    return found


def _is_risk(scale: Scale, values: Values) -> bool:
    for (name, item), least in RISK.items():
        value = values.get(item)
        if scale.id == name and value is not None and value >= least:
            return True
    return False
