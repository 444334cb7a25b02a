"""`results.json`: the figures of a study that a bundle lets others recompute, and what scores are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rater.exports.contents import StudyData
from rater.scales.schema import Scale, Score


def results(data: StudyData, counts: Mapping[str, Any]) -> dict[str, Any]:
    """The counts, the reliability of each wave with ratings, the analysis, and the rules that lead there from points.

    Data that were frozen before there was an analysis have none.
    """
    told = {"study": data.study, "counts": counts, "scoring": _scoring(data), "reliability": dict(data.reliability)}
    return told | ({"analysis": dict(data.analysis)} if data.analysis else {})


def _scoring(data: StudyData) -> dict[str, Any]:
    """Of each score its rule, of each rated item its points, lowest first, of every item its range and direction."""
    return {
        "scores": {name: _rule(scale, each) for scale in data.scales for name, each in scale.scores.items()},
        "points": {item.id: list(item.points) for _, item in data.rated_items},
        "items": {
            item.id: {"min": item.minimum, "max": item.maximum, "reversed": item.reverse}
            for scale in data.scales
            for item in scale.items
            if item.scorable
        },
    }


def _rule(scale: Scale, score: Score) -> dict[str, Any]:
    """`outcome` names the measure, None for what raters scored; `items` stand in the order of the scale."""
    return {
        "rule": score.rule.value,
        "min_valid": score.min_valid,
        "items": [item.id for item in scale.items if item.id in score.items],
        "from_previous_session": list(score.from_previous_session),
        "outcome": None if scale.observer else scale.id,
    }
