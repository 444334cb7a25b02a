"""Due dates: the plan, how a day stands to it, and what is written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.ratings.due import DuePlan, DueState, OneDay, PerWeek, due_state, planned
from rater.ratings.operations.due import DueDates, set_due_dates
from rater.storage.models import Assignment, AuditEvent, Study
from rater.terms import COMMAND_LINE, RatingState
from tests.builders.study import NOON, make_assignment, make_session, make_study

TUESDAY = date(2026, 12, 1)
FRIDAYS = [date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 18)]


def test_so_many_a_week_are_due_on_its_friday() -> None:
    assert PerWeek(TUESDAY, 2).dates(5) == [FRIDAYS[0], FRIDAYS[0], FRIDAYS[1], FRIDAYS[1], FRIDAYS[2]]
    assert PerWeek(FRIDAYS[0], 1).dates(1) == [FRIDAYS[0]]
    assert PerWeek(FRIDAYS[0] + timedelta(days=1), 1).dates(1) == [FRIDAYS[1]]
    assert OneDay(TUESDAY).dates(2) == [TUESDAY, TUESDAY]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 100), st.integers(0, 300))
def test_a_spread_keeps_the_order_and_the_number_a_week(first: date, a_week: int, count: int) -> None:
    dates = PerWeek(first, a_week).dates(count)
    assert dates == sorted(dates)
    assert all(day.weekday() == 4 and day >= first for day in dates)
    assert all(dates.count(day) == a_week for day in set(dates[: count - count % a_week]))


@pytest.mark.parametrize("wrong", [0, -1, 101])
def test_a_week_holds_some_sessions(wrong: int) -> None:
    with pytest.raises(BadInput):
        PerWeek(TUESDAY, wrong)
    with pytest.raises(BadInput):
        PerWeek(date.max, 1).dates(2)


def test_how_a_day_stands_to_today() -> None:
    assert [due_state(TUESDAY + timedelta(days=n), TUESDAY) for n in (-1, 0, 1)] == [
        DueState.OVERDUE,
        DueState.TODAY,
        DueState.LATER,
    ]
    assert due_state(None, TUESDAY) is DueState.NONE


def test_a_submitted_session_keeps_its_place() -> None:
    """The control: without its place, the dates of the others would move when the plan is run again."""
    plan = PerWeek(TUESDAY, 1)
    assert planned(plan, [False, False, False]) == list(FRIDAYS)
    assert planned(plan, [True, False, False]) == [None, FRIDAYS[1], FRIDAYS[2]]
    assert plan.dates(2) != planned(plan, [True, False, False])[1:]


@pytest.fixture
def study(session: Session) -> Study:
    """R1 has three sessions, R2 has one, in another order than they were made."""
    made = make_study(session)
    for place in (3, 1, 2):
        make_assignment(session, made, make_session(session, made, number=place), "R1", place=place)
    make_assignment(session, made, make_session(session, made, number=4), "R2")
    return made


def dates_of(session: Session) -> dict[tuple[str, int], date | None]:
    session.flush()
    return {(row.rater.code, row.queue_place): row.due_on for row in session.scalars(select(Assignment))}


def set_dates(session: Session, study: Study, plan: DuePlan, *raters: str) -> DueDates:
    return set_due_dates(session, COMMAND_LINE, study, "main", plan, now=NOON, raters=raters)


def events(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "due.set")) or 0


def test_each_queue_gets_its_dates_and_again_the_same(session: Session, study: Study) -> None:
    plan = PerWeek(TUESDAY, 1)
    assert set_dates(session, study, plan) == DueDates(4, 0, 0)
    wanted = {("R1", 1): FRIDAYS[0], ("R1", 2): FRIDAYS[1], ("R1", 3): FRIDAYS[2], ("R2", 1): FRIDAYS[0]}
    assert dates_of(session) == wanted
    assert set_dates(session, study, plan) == DueDates(0, 4, 0)
    assert events(session) == 1
    first = session.scalars(select(Assignment).where(Assignment.queue_place == 1)).first()
    assert first is not None
    first.state = RatingState.SUBMITTED
    assert set_dates(session, study, plan) == DueDates(0, 3, 1)
    assert dates_of(session) == wanted


def test_submitted_sessions_are_left_alone_and_raters_can_be_named(session: Session, study: Study) -> None:
    set_dates(session, study, OneDay(TUESDAY))
    for row in session.scalars(select(Assignment).where(Assignment.queue_place == 1)):
        row.state = RatingState.SUBMITTED
    assert set_dates(session, study, OneDay(FRIDAYS[2]), "R1") == DueDates(2, 0, 1)
    assert set(dates_of(session).items()) == {
        (("R1", 1), TUESDAY),
        (("R1", 2), FRIDAYS[2]),
        (("R1", 3), FRIDAYS[2]),
        (("R2", 1), TUESDAY),
    }


def test_what_cannot_be_planned_is_said(session: Session, study: Study) -> None:
    with pytest.raises(BadInput, match="R1, R2"):
        set_dates(session, study, OneDay(TUESDAY), "R7")
    with pytest.raises(BadInput, match="nobody has sessions"):
        set_due_dates(session, COMMAND_LINE, study, "training", OneDay(TUESDAY), now=NOON)
    for row in session.scalars(select(Assignment)):
        row.wave.locked_at = NOON
    with pytest.raises(BadInput, match="locked"):
        set_dates(session, study, OneDay(TUESDAY))
    assert set(dates_of(session).values()) == {None}
