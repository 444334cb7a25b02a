"""Counts, descriptives and homework of small studies, worked out by hand."""

from __future__ import annotations

import json

import pytest

from rater.analysis.counts import counts, missingness
from rater.analysis.data import AnalysisData
from rater.analysis.descriptives import descriptives
from rater.analysis.homework import AssignedTask, homework
from rater.analysis.models import Model, Plan
from rater.analysis.report import analyse
from rater.homework.reconciliation import LoggedTask
from rater.reliability.matrix import RatedSession
from rater.terms import Completed, Position
from tests.builders.reliability import make_rated, make_scale
from tests.exports.builders import make_listed

SESSIONS = [make_listed("S1", "P1", 1), make_listed("S2", "P1", 2), make_listed("X", "P1", 3, excluded="poor_audio")]
RATINGS = [
    make_rated("S1", "R1", Position.MAIN, {"a1": 4, "a2": 0}),
    make_rated("S1", "R2", Position.SECOND, {"a1": 2, "a2": None}, {"a2": "NOT_RATABLE"}),
    make_rated("S2", "R2", Position.MAIN, {"a1": 1, "a2": 1}),
]


def test_counts_add_up() -> None:
    told = counts(SESSIONS, RATINGS)
    assert (told["sessions_held"], told["sessions_eligible"], told["excluded"]) == (3, 2, {"poor_audio": 1})
    assert (told["ratings"], told["double_coded"], told["pairs"]) == (3, 1, {"R1-R2": 1})
    assert (told["main_per_rater"], told["total_per_rater"]) == ({"R1": 1, "R2": 1}, {"R1": 1, "R2": 2})
    assert (told["points"], told["missing_codes"]) == (5, {"NOT_RATABLE": 1})
    assert missingness(RATINGS, ["a2"]) == {
        "a2": {"ratings": 3, "points": 2, "codes": {"NOT_RATABLE": 1}, "not_given": 0}
    }


def test_items_are_turned_and_averaged_over_raters() -> None:
    scale = make_scale(reverse=["a2"])
    told = descriptives(AnalysisData("s", [scale], SESSIONS, RATINGS).variables())["overall"]
    assert (told["a1"]["mean"], told["a2"]["mean"]) == (2.0, 3.5)
    assert told["A"] == {
        "mean": 2.75, "sd": pytest.approx(1.0606601717798212), "n": 2, "min": 2.0, "max": 3.5, "floor": 0.0,
        "ceiling": 0.0, "ci95": pytest.approx([2.75 - 9.5296535, 2.75 + 9.5296535]),
    }  # fmt: skip
    assert told["a2"]["ceiling"] == 0.5


def test_homework_that_raters_report_differently_is_told_so() -> None:
    tasks = [
        AssignedTask("S1", LoggedTask("walk", True, False, None, (Completed.YES, Completed.NO))),
        AssignedTask("S1", LoggedTask("read", True, False, None, (Completed.YES,))),
        AssignedTask("S2", LoggedTask("walk", False, None)),
        AssignedTask("X", LoggedTask("walk", False, None)),
    ]
    told = homework(tasks, [("S1", "time"), ("X", "time")], {"S1", "S2"})
    assert (told["assigned"], told["by_type"], told["left_out"]) == (3, {"read": 1, "walk": 2}, 1)
    assert {key: n for key, n in told["completed"].items() if n} == {"yes": 1, "raters_differ": 1, "not_recorded": 1}
    assert told["difficulties"] == {"time": 1}


@pytest.mark.parametrize("ratings", [[], RATINGS[:1], RATINGS[1:2]])
def test_a_study_with_little_in_it_is_told_in_finite_json(ratings: list[RatedSession]) -> None:
    plan = Plan({"m": Model("A ~ time"), "absent": Model("A ~ nothing_here")})
    told = analyse(AnalysisData("s", [make_scale()], SESSIONS, ratings, plan=plan))
    json.dumps(told, allow_nan=False)
    assert told["models"]["absent"]["loglik"] is None
    assert told["models"]["absent"]["reason"]
    assert told["consistency"]["A"]["alpha"]["value"] is None
