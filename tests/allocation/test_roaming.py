"""Studies of other shapes that go on: late sessions, raters who leave, unusable recordings, another rate, bars."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rater.allocation.balance import balance
from rater.allocation.designs import allocate
from rater.allocation.plans import Bar, BarOn, BegunSession, Plan, PlannedSession, SessionToRate, Settings
from rater.errors import NoFeasibleAllocation
from tests.allocation.builders import broken_rules
from tests.allocation.measure import measured
from tests.allocation.optimum import excesses_of, least_excesses

Study = tuple[list[SessionToRate], Settings]
roaming = hypothesis_settings(
    deadline=None, derandomize=True, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)


def study_that_went_on(number: int) -> Study:
    """A study some time after its first draw, the same for a number on every machine."""
    chance = Random(number)
    raters = [f"R{place}" for place in range(chance.randint(2, 5))]
    treated_by = [f"T{chance.randint(1, 4)}" for _ in range(chance.randint(2, 9))]
    sessions = [_session(at, chance, treated_by) for at in range(chance.choice([8, 15, 30]))]
    bars = [_bar(chance, raters, sessions) for _ in range(chance.choice([0, 1, 2, 4]))]
    share = chance.choice([0, 0.1, 0.3, 0.4, 0.7])
    mean = len(sessions) * (1 + share) / len(raters)
    caps = {rater: chance.randint(int(mean * 0.5), int(mean * 1.5) + 1) for rater in raters if chance.random() < 0.2}
    kept: list[PlannedSession] = []
    begun: list[BegunSession] = []
    for row in _first_plan(
        sessions[: len(sessions) * chance.randint(0, 3) // 4], Settings(0.4, number, raters, bars, caps)
    ):
        main, second = chance.random() < 0.5, row.second_rater is not None and chance.random() < 0.5
        if main and chance.random() < 0.3:
            kept.append(row)
        elif main or second:
            begun.append(
                BegunSession(row.session_id, row.main_rater if main else None, row.second_rater if second else None)
            )
    unusable = {each.id for each in sessions if chance.random() < chance.choice([0, 0.1])}
    here = raters[: max(2, len(raters) - chance.choice([0, 0, 1, 2]))]
    kept = [row for row in kept if row.session_id not in unusable]
    begun = [row for row in begun if row.session_id not in unusable]
    bars = [bar for bar in bars if bar.on is not BarOn.SESSION or bar.value not in unusable]
    usable = [each for each in sessions if each.id not in unusable]
    return usable, Settings(share, number, here, bars, caps, kept, begun)


def _session(at: int, chance: Random, treated_by: list[str]) -> SessionToRate:
    patient = chance.randrange(len(treated_by))
    return SessionToRate(f"S{at:02d}", treated_by[patient], f"P{patient}", chance.choice(["I", "II", "III"]))


def _bar(chance: Random, raters: list[str], sessions: list[SessionToRate]) -> Bar:
    on = chance.choice(sessions)
    target = {BarOn.THERAPIST: on.therapist, BarOn.PATIENT: on.patient, BarOn.SESSION: on.id}
    kind = chance.choice(list(target))
    return Bar(chance.choice(raters), kind, target[kind])


def _first_plan(sessions: list[SessionToRate], settings: Settings) -> tuple[PlannedSession, ...]:
    try:
        return allocate(sessions, settings).sessions
    except NoFeasibleAllocation:
        return ()


def plan_of(study: Study) -> Plan | None:
    """The plan, or None where there is none."""
    try:
        return allocate(*study)
    except NoFeasibleAllocation:
        return None


@roaming
@given(st.integers(0, 10**6))
def test_what_is_drawn_later_breaks_no_rule_and_is_measured_alike_twice(number: int) -> None:
    sessions, settings = study_that_went_on(number)
    plan = plan_of((sessions, settings))
    if plan is None:
        return
    assert broken_rules(plan, sessions, settings) == set()
    found = balance(plan, sessions, settings)
    margins = {name: found[name] for name in ("total_load", "pairs", "main_load")} | found["by"]
    assert {name: margin["excess"] for name, margin in margins.items()} == measured(plan, sessions, settings)


def test_no_plan_of_a_study_that_went_on_is_more_even() -> None:
    seen: Counter[str] = Counter()
    for number in range(75):
        sessions, settings = study_that_went_on(number)
        plan = plan_of((sessions, settings))
        if plan is None:
            seen["refused"] += 1
            continue
        found = excesses_of(plan, sessions, settings)
        total, pairs, main = found
        if pairs or main or total:
            assert found == least_excesses(sessions, settings), number
        gone = any(each.main_rater and each.main_rater not in settings.raters for each in settings.begun)
        seen.update({"drawn": 1, "hindered": int(bool(pairs or main)), "somebody left": int(gone)})
    assert seen["drawn"] > 40
    assert min(seen["hindered"], seen["somebody left"]) >= 4, seen
