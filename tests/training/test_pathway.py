"""Which step is open: every arrangement of done, required and dated steps keeps to the rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rater.terms import StepKind
from rater.training.pathway import Progress, Step, StepState, is_through, next_step, progress, standing

TODAY = date(2026, 3, 2)
MANUAL = Step(1, StepKind.MANUAL, "Read the manual")
EXAMPLE = Step(2, StepKind.EXAMPLE, "Listen to an example", required=False)
TRIAL = Step(3, StepKind.TRIAL, "First trial rating")
TALK = Step(4, StepKind.DISCUSSION, "Discussion", opens_on=TODAY + timedelta(days=2))
PATHWAY = [MANUAL, EXAMPLE, TRIAL, TALK]


def done(*steps: Step) -> list[Step]:
    return [replace(step, done_on=TODAY) if step in steps else step for step in PATHWAY]


def states(steps: list[Step], today: date = TODAY) -> list[str]:
    return [str(each.state) for each in standing(steps, today)]


def test_the_first_step_is_open_and_those_after_it_wait_for_it():
    assert states(PATHWAY) == ["open", "waits_for", "waits_for", "waits_for"]
    assert {each.waits_for for each in standing(PATHWAY, TODAY)[1:]} == {MANUAL}


def test_an_optional_step_holds_nothing_up():
    found = standing(done(MANUAL), TODAY)
    assert [each.state for each in found] == ["done", "open", "open", "waits_for"]
    assert found[3].waits_for == TRIAL
    required = [replace(each, required=True) for each in done(MANUAL)]
    assert states(required) == ["done", "open", "waits_for", "waits_for"]


def test_a_dated_step_opens_on_its_day_and_not_before():
    steps = done(MANUAL, TRIAL)
    found = standing(steps, TODAY)[3]
    assert (found.state, found.opens_on, found.is_open) == (StepState.OPENS_LATER, TALK.opens_on, False)
    assert states(steps, TODAY + timedelta(days=1))[3] == "opens_later"
    assert states(steps, TODAY + timedelta(days=2))[3] == "open"


def test_a_step_done_out_of_order_stays_done_but_lets_nobody_past():
    assert states(done(TRIAL)) == ["open", "waits_for", "done", "waits_for"]
    assert standing(done(TRIAL), TODAY)[3].waits_for == MANUAL


def test_progress_and_the_end_count_required_steps_alone():
    assert (progress(PATHWAY), is_through(PATHWAY)) == (Progress(0, 3), False)
    assert progress(done(MANUAL, EXAMPLE)) == Progress(1, 3)
    assert is_through(done(MANUAL, TRIAL, TALK))
    assert not is_through(done(MANUAL, EXAMPLE, TRIAL))
    assert (progress([]).share, is_through([]), is_through([EXAMPLE])) == (1.0, True, True)
    assert progress(done(MANUAL)).share == pytest.approx(1 / 3)


def test_the_next_step_is_a_required_one_where_one_is_open():
    def title(steps: list[Step]) -> str | None:
        found = next_step(steps, TODAY)
        return found and found.step.title

    assert title(done(MANUAL)) == TRIAL.title
    assert title(done(MANUAL, TRIAL)) == EXAMPLE.title
    assert title(done(MANUAL, EXAMPLE, TRIAL)) is None


def test_steps_are_taken_in_the_order_of_their_places_and_no_two_share_one():
    assert standing(PATHWAY[::-1], TODAY) == standing(PATHWAY, TODAY)
    with pytest.raises(ValueError, match="one place"):
        standing([MANUAL, replace(TRIAL, place=1)], TODAY)


DATES = st.none() | st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))
STEPS = st.lists(st.tuples(st.booleans(), DATES, st.booleans()), max_size=7).map(
    lambda rows: [
        Step(place, StepKind.TRIAL, f"Trial {place}", required, opens, TODAY if finished else None)
        for place, (required, opens, finished) in enumerate(rows)
    ]
)


@given(STEPS)
def test_a_step_is_open_exactly_when_the_rule_says_so(steps: list[Step]):
    for place, found in enumerate(standing(steps, TODAY)):
        before = all(step.done_on for step in steps[:place] if step.required)
        come = found.step.opens_on is None or found.step.opens_on <= TODAY
        assert (found.state == "open") == (not found.step.done_on and before and come)
        assert (found.waits_for is not None) == (found.state == "waits_for") == (not found.step.done_on and not before)
