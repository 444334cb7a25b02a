"""The simulated study has the shape of the source study, and the agreement its model promises."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from rater.cli import simulation
from rater.cli.simulation import (
    ITEMS,
    AssignedTask,
    Sample,
    SimulatedSession,
    Task,
    hear,
    sessions_with_homework,
    simulate_difficulties,
    simulate_phq9,
    simulate_rating,
    simulate_sessions,
    simulate_tasks,
)
from rater.scales.loading import load_scale
from rater.terms import DIFFICULTY_TYPES, HOMEWORK_TYPES, Completed

BEGINS = date(2025, 9, 1)
RATERS = ("R1", "R2", "R3", "R4", "R5")
SCALES = Path(__file__).parents[2] / "scales"
GHES = [item for item in ITEMS if item.startswith("ghes")]
STHAR = [item for item in ITEMS if item.startswith("st")]
FORGOTTEN = Sample("x.opus", (Task("cognitive", "Sheet", Completed.PARTLY),), (), False, -1.0, -1.0)


def eligible(seed: int = 7) -> list[SimulatedSession]:
    return [each for each in simulate_sessions(seed, BEGINS) if not each.excluded]


def plain(given: dict[str, int | str], items: list[str]) -> float | None:
    """The mean of the items as the scale scores it: ghes5 turned, none where a point is missing."""
    rated = {item: point for item in items if isinstance(point := given[item], int)}
    points = [4 - point if item == "ghes5" else point for item, point in rated.items()]
    return float(np.mean(points)) if len(points) >= len(items) - 1 else None


def icc_2_1(matrix: np.ndarray) -> float:
    """ICC(2,1) from mean squares (Shrout & Fleiss 1979)."""
    n, k = matrix.shape
    rows, columns, grand = matrix.mean(1), matrix.mean(0), matrix.mean()
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    raters = n * ((columns - grand) ** 2).sum() / (k - 1)
    error = ((matrix - rows[:, None] - columns[None, :] + grand) ** 2).sum() / ((n - 1) * (k - 1))
    return float((between - error) / (between + (k - 1) * error + k * (raters - error) / n))


def mean_agreement(items: list[str], seed: int = 7) -> float:
    """Mean ICC(2,2) over the ten dyads, every session rated by all five raters."""
    rows = []
    for each in eligible(seed):
        scores = [plain(simulate_rating(each, rater, seed, due=True, assigned=True), items) for rater in RATERS]
        if None not in scores:
            rows.append(scores)
    matrix = np.array(rows, dtype=float)
    singles = [icc_2_1(matrix[:, list(pair)]) for pair in combinations(range(5), 2)]
    return float(np.mean([2 * each / (1 + each) for each in singles]))


def test_the_counts_are_those_of_the_source_study() -> None:
    sessions = simulate_sessions(7, BEGINS)
    lengths = Counter(each.patient for each in sessions)
    assert len(sessions) == 210
    assert len(lengths) == 22
    assert {each.therapist for each in sessions} == {"T1", "T2", "T3"}
    assert 8 <= min(lengths.values()) <= max(lengths.values()) <= 12
    assert Counter(each.excluded for each in sessions if each.excluded) == simulation.EXCLUDED
    assert sum(simulation.EXCLUDED.values()) == 13
    assert len({each.id for each in sessions}) == 210


def test_sessions_of_a_patient_follow_one_another_in_time() -> None:
    sessions = simulate_sessions(7, BEGINS)
    pairs = [(one, two) for one, two in pairwise(sessions) if one.patient == two.patient]
    assert all(one.held_on < two.held_on and one.number + 1 == two.number for one, two in pairs)


def test_one_seed_is_one_study_and_another_seed_another() -> None:
    one, same, other = (simulate_sessions(seed, BEGINS) for seed in (7, 7, 8))
    assert one == same != other
    assert simulate_tasks(one, 7) == simulate_tasks(same, 7) != simulate_tasks(one, 8)
    assert simulate_phq9(one, 7) == simulate_phq9(same, 7) != simulate_phq9(one, 8)
    rated = [simulate_rating(one[4], "R2", seed, due=True, assigned=True) for seed in (7, 7, 8)]
    assert rated[0] == rated[1] != rated[2]


def test_a_rating_does_not_depend_on_who_else_rates() -> None:
    first, second = eligible()[:2]
    alone = simulate_rating(second, "R2", 7, due=True, assigned=True)
    simulate_rating(first, "R1", 7, due=True, assigned=True)
    assert simulate_rating(second, "R2", 7, due=True, assigned=True) == alone
    assert simulate_rating(second, "R3", 7, due=True, assigned=True) != alone


@pytest.mark.parametrize("items", [GHES, STHAR])
def test_raters_agree_about_as_well_as_in_the_source_study(items: list[str]) -> None:
    assert 0.55 <= mean_agreement(items) <= 0.82


def test_agreement_falls_with_noisier_raters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "RATER_VIEW", 1.5)
    assert mean_agreement(GHES) < 0.55


def test_the_items_are_those_of_the_shipped_scales_and_the_points_and_codes_valid() -> None:
    scales = [load_scale((SCALES / f"{name}.yaml").read_bytes()) for name in ("ghes", "sthar")]
    assert list(ITEMS) == [item.id for scale in scales for item in scale.items]
    turned = {item.id for scale in scales for item in scale.items if item.reverse}
    assert turned == {item for item, model in ITEMS.items() if model.loading < 0}
    values = [
        value for each in eligible() for value in simulate_rating(each, "R1", 7, due=True, assigned=True).values()
    ]
    assert {value for value in values if isinstance(value, int)} == {0, 1, 2, 3, 4}


def test_missing_codes_follow_the_rules_of_rating() -> None:
    session = replace(eligible()[2], discussed=True, is_last=False)
    first = simulate_rating(session, "R1", 7, due=False, assigned=True)
    assert {first[item] for item in [*GHES, "str1", "str2", "str3"]} == {"NA_NO_PREVIOUS_HOMEWORK"}
    unheard = simulate_rating(replace(session, discussed=False), "R1", 7, due=True, assigned=True)
    assert {unheard[item] for item in GHES} == {"NOT_RATABLE"}
    assert {unheard[item] for item in ("str1", "str2", "str3")} <= {0, "NOT_RATABLE"}
    at_the_end = simulate_rating(replace(session, is_last=True), "R1", 7, due=True, assigned=False)
    assert {at_the_end[f"sta{number}"] for number in range(1, 6)} == {"NA_NO_NEW_HOMEWORK"}
    forgotten = simulate_rating(session, "R1", 7, due=True, assigned=False)
    assert {forgotten[f"sta{number}"] for number in range(1, 6)} <= {0, "NOT_RATABLE"}


def test_depression_falls_over_the_sessions() -> None:
    sessions = simulate_sessions(7, BEGINS)
    answers = simulate_phq9(sessions, 7)
    sums: dict[int, list[int]] = {number: [] for number in (1, 8)}
    for each in sessions:
        values = answers[each.id]
        assert len(values) == 9
        assert set(values) <= {0, 1, 2, 3, None}
        if each.number in sums and None not in values:
            sums[each.number].append(sum(value or 0 for value in values))
    assert 11 < np.mean(sums[1]) < 18
    assert np.mean(sums[1]) - np.mean(sums[8]) > 3


def test_the_homework_log_runs_from_each_session_to_the_next() -> None:
    sessions = {each.id: each for each in simulate_sessions(7, BEGINS)}
    tasks = simulate_tasks(list(sessions.values()), 7)
    for each in tasks:
        before = sessions[each.assigned_session_id]
        assert each.task.type in HOMEWORK_TYPES
        if each.reviewed_session_id is None:
            assert before.is_last
            continue
        after = sessions[each.reviewed_session_id]
        assert (after.patient, after.number) == (before.patient, before.number + 1)
    assert 300 < len(tasks) < 480
    due, assigned = sessions_with_homework(tasks)
    assert not any(sessions[each].number == 1 for each in due)
    assert len(assigned) > 150


def test_a_session_with_a_sample_reviews_what_is_to_be_heard_in_it() -> None:
    sessions = simulate_sessions(7, BEGINS)
    third = sessions[2].id
    heard = hear(sessions, {third: FORGOTTEN})
    due = [each for each in simulate_tasks(heard, 7) if each.reviewed_session_id == third]
    assert due == [AssignedTask(FORGOTTEN.due[0], sessions[1].id, third)]
    rating = simulate_rating(heard[2], "R4", 7, due=True, assigned=True)
    assert {rating[item] for item in GHES} == {"NOT_RATABLE"}
    assert [each for each in heard if each.id != third] == [each for each in sessions if each.id != third]


def test_difficulties_are_heard_where_homework_was_discussed() -> None:
    found = [kind for each in eligible() for kind in simulate_difficulties(each, "R1", 7, due=True)]
    assert set(found) == set(DIFFICULTY_TYPES)
    assert simulate_difficulties(replace(eligible()[0], discussed=False), "R1", 7, due=True) == []
    assert all(simulate_difficulties(each, "R1", 7, due=False) == [] for each in eligible())
