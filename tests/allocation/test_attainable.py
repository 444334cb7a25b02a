"""The bound beside each excess, and main ratings by stratum that reach it under bars."""

from __future__ import annotations

import pytest

from rater.allocation import strata
from rater.allocation.attainable import with_bounds
from rater.allocation.balance import balance
from rater.allocation.constraints import OpenWork, parse_bars
from rater.allocation.designs import allocate
from rater.allocation.noise import Noise
from rater.allocation.plans import SessionToRate, Settings
from rater.allocation.rotations import Arrangement
from tests.allocation.builders import FIVE, broken_rules, example_sessions, make_sessions

THREE = ("R1", "R2", "R3")


def bounded(sessions: list[SessionToRate], settings: Settings) -> dict[str, tuple[int, int]]:
    """Excess and bound of every margin of the plan that is drawn."""
    plan = allocate(sessions, settings)
    assert broken_rules(plan, sessions, settings) == set()
    found = with_bounds(balance(plan, sessions, settings), plan, sessions, settings)
    margins = {name: found[name] for name in ("total_load", "pairs", "main_load")} | found["by"]
    return {name: (margin["excess"], margin["least_excess"]) for name, margin in margins.items()}


def test_a_bound_by_hand() -> None:
    sessions = [SessionToRate(f"S{at}", "T1" if at < 6 else "T2", f"P{at % 3}", "I") for at in range(9)]
    found = bounded(sessions, Settings(0.0, 1, THREE, parse_bars(["R1=therapist:T1"])))
    assert found["main_load"] == (0, 0)
    assert found["therapist"] == (6, 6), "R1 has all three of T2: 9 where 3 would be even"
    assert found["phase"] == (0, 0)


def test_the_source_study_with_a_bar_reaches_the_bound_of_every_margin() -> None:
    found = bounded(example_sessions(), Settings(0.4, 1, FIVE, parse_bars(["R1=therapist:T1"])))
    assert all(excess == least for excess, least in found.values()), found
    assert found["therapist"][0] > 100, "R1 makes up with the other therapists for what T1 may not give"


def test_no_other_seed_falls_below_the_bound() -> None:
    sessions, bars = make_sessions(6, 3, 6), parse_bars(["R1=therapist:T1", "R2=patient:P02", "R3=session:P03-S01"])
    drawn = [bounded(sessions, Settings(0.3, seed, FIVE, bars, {"R5": 5})) for seed in range(12)]
    for margin in drawn[0]:
        assert max(found[margin][1] for found in drawn) <= min(found[margin][0] for found in drawn)
    assert any(least > 0 for _, least in drawn[0].values())


def test_labels_go_round_where_no_two_sessions_can_exchange_them(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, raters = make_sessions(15, 3, 16), [f"R{at}" for at in range(9)]
    settings = Settings(
        0.4, 1, raters, parse_bars([f"{name}=therapist:T{at % 3 + 1}" for at, name in enumerate(raters)])
    )
    excess, least = bounded(sessions, settings)["therapist"]
    assert excess <= least + 2

    def left_alone(work: OpenWork, arrangement: Arrangement, noise: Noise) -> None:
        """No chains, only exchanges between two sessions."""

    monkeypatch.setattr(strata, "rotate", left_alone)
    assert bounded(sessions, settings)["therapist"][0] > 10 * (least + 2)


def test_a_programme_that_would_be_too_large_leaves_the_bound_at_nothing() -> None:
    sessions, settings = example_sessions(), Settings(0.4, 1, FIVE, parse_bars(["R1=therapist:T1"]))
    plan = allocate(sessions, settings)
    found = with_bounds(balance(plan, sessions, settings), plan, sessions, settings, most_columns=2)
    assert found["by"]["therapist"]["least_excess"] == 0 < found["by"]["therapist"]["excess"]
