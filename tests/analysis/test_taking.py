"""Which points the analysis takes of a session that several have rated."""

from __future__ import annotations

import math

import pytest

from rater.analysis.taking import Taking
from rater.terms import AnalysisRule, Position

MAIN, SECOND, ALL = Position.MAIN, Position.SECOND, Position.ALL


def taken(rule: AnalysisRule, values: list[tuple[Position, float | None]], *agreed: float | None) -> float | None:
    """The value of one item under a rule; `agreed` is the consensus, if there is one."""
    consensus = {"S1": {"a": agreed[0]}} if agreed else {}
    return Taking(rule, consensus).of("S1", [(position, {"a": value}) for position, value in values]).get("a")


@pytest.mark.parametrize(
    ("rule", "values", "consensus", "expected"),
    [
        (AnalysisRule.MEAN, [(MAIN, 3.0), (SECOND, 2.0)], 4.0, 2.5),
        (AnalysisRule.MEAN, [(MAIN, 3.0), (SECOND, None)], 4.0, 3.0),
        (AnalysisRule.MEAN, [(MAIN, math.nan), (SECOND, None)], 4.0, None),
        (AnalysisRule.CONSENSUS, [(MAIN, 3.0), (SECOND, 2.0)], 4.0, 4.0),
        (AnalysisRule.CONSENSUS, [(MAIN, 3.0), (SECOND, 2.0)], 0.0, 0.0),
        (AnalysisRule.CONSENSUS, [(MAIN, None), (SECOND, None)], 1.0, 1.0),
        (AnalysisRule.MAIN, [(SECOND, 2.0), (MAIN, 3.0)], 4.0, 3.0),
        (AnalysisRule.MAIN, [(MAIN, None), (SECOND, 2.0)], 4.0, None),
        (AnalysisRule.MAIN, [(SECOND, 2.0)], 4.0, None),
        (AnalysisRule.MAIN, [], 4.0, None),
        (AnalysisRule.CONSENSUS, [(MAIN, 3.0), (SECOND, 2.0)], None, None),
        (AnalysisRule.MEAN, [(MAIN, 3.0), (SECOND, 2.0)], None, 2.5),
    ],
)
def test_the_analysis_takes_what_its_rule_says(
    rule: AnalysisRule, values: list[tuple[Position, float | None]], consensus: float | None, expected: float | None
) -> None:
    assert taken(rule, values, consensus) == expected


def test_without_a_consensus_the_mean_is_taken() -> None:
    assert taken(AnalysisRule.CONSENSUS, [(MAIN, 3.0), (SECOND, 2.0)]) == 2.5
    assert taken(AnalysisRule.CONSENSUS, [(MAIN, None), (SECOND, None)]) is None


def test_many_ratings_of_all_raters_are_averaged() -> None:
    assert taken(AnalysisRule.MEAN, [(ALL, 1.0), (ALL, 2.0), (ALL, None), (ALL, 3.0)]) == 2.0
