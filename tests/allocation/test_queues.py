"""The order in which a rater meets the sessions."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rater.allocation.queues import queue_order
from tests.allocation.builders import example_sessions

PATIENTS = {session.id: session.patient for session in example_sessions()}
EVERY_FOURTH = sorted(PATIENTS)[::4]


def neighbours(order: list[str], patients: dict[str, str]) -> int:
    """How often a patient's session follows another of the same patient."""
    return sum(patients[a] == patients[b] for a, b in pairwise(order))


@given(st.lists(st.integers(0, 5), max_size=30), st.integers())
def test_all_sessions_once_and_patients_apart_wherever_possible(of: list[int], seed: int) -> None:
    patients = {f"S{place:02d}": f"P{patient}" for place, patient in enumerate(of)}
    order = queue_order(patients, "R1", seed, patients)
    assert sorted(order) == sorted(patients)
    most = max(Counter(of).values(), default=0)
    assert neighbours(order, patients) == max(0, 2 * most - len(of) - 1)


def test_the_seed_and_the_rater_decide_and_the_order_handed_in_does_not() -> None:
    order = queue_order(EVERY_FOURTH, "R1", 7, PATIENTS)
    assert queue_order(EVERY_FOURTH[::-1], "R1", 7, PATIENTS) == order
    assert queue_order(EVERY_FOURTH, "R2", 7, PATIENTS) != order
    assert queue_order(EVERY_FOURTH, "R1", -7, PATIENTS) != order


def test_place_in_the_queue_does_not_follow_the_session_number() -> None:
    drawn = [queue_order(EVERY_FOURTH, "R1", seed, PATIENTS) for seed in range(200)]
    early = [int(order[0].rsplit("S", 1)[1]) for order in drawn]
    late = [int(order[-1].rsplit("S", 1)[1]) for order in drawn]
    assert abs(sum(early) - sum(late)) / 200 < 1.0
    in_number_order = sorted(EVERY_FOURTH, key=lambda session_id: int(session_id.rsplit("S", 1)[1]))
    assert int(in_number_order[-1].rsplit("S", 1)[1]) - int(in_number_order[0].rsplit("S", 1)[1]) > 5


def test_a_sorted_list_would_put_patients_side_by_side() -> None:
    assert neighbours(EVERY_FOURTH, PATIENTS) > 20
    assert neighbours(queue_order(EVERY_FOURTH, "R1", 7, PATIENTS), PATIENTS) == 0
