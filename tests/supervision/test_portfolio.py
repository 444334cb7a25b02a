"""A trainee's portfolio: what a term came to, and that nothing is in it that its reader may not see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.storage.models import Consent, Focus, Meeting, OutcomeValue, Reflection, SupervisionTask
from rater.supervision.operations.portfolio import Portfolio, portfolio_of
from rater.supervision.operations.reviewing import release_review
from rater.supervision.period import Period
from rater.supervision.rows import point_rows
from rater.terms import Audience, MeetingState, SupervisionTaskState
from tests.builders.study import NOON
from tests.supervision.desk import Desk

LATER = NOON + timedelta(days=2)
TERM = Period(NOON.date() - timedelta(days=100), LATER.date())
BEFORE = Period(date(2020, 1, 1), date(2020, 6, 30))


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def told(desk: Desk, name: str, period: Period = TERM, **more: Any) -> Portfolio:
    at = desk.programme.trainees["tom"].public_id
    return portfolio_of(desk.session, desk.actor(name), "clinic", at, period, now=LATER, **more)


def rated_by(found: Portfolio) -> set[object]:
    """Whose points the table has."""
    return {row[4] for row in point_rows(found.columns, found.page.profiles)}


@pytest.mark.parametrize("name", ["sven", "tina", "lea"])
def test_it_is_the_trainees_and_the_supervisors(desk: Desk, name: str) -> None:
    assert told(desk, "tom").page.seen.trainee.id == told(desk, "sara").page.seen.trainee.id
    with pytest.raises(NotFound):
        told(desk, name)


def test_a_supervisors_points_reach_the_trainees_table_with_the_release(desk: Desk) -> None:
    desk.programme.study.self_first = False
    desk.submit("sara", 3)
    assert (rated_by(told(desk, "sara")), rated_by(told(desk, "tom"))) == ({"supervisor"}, set())
    release_review(*desk.place("sara"), now=LATER)
    assert rated_by(told(desk, "tom")) == {"supervisor"}


def test_where_trainees_rate_first_the_table_waits_for_that(desk: Desk) -> None:
    desk.submit("sara", 3)
    release_review(*desk.place("sara"), now=LATER)
    assert rated_by(told(desk, "tom")) == set()
    desk.submit("tom", 1)
    assert rated_by(told(desk, "tom")) == {"self", "supervisor"}


def test_drafts_of_ratings_are_in_nobodys_table(desk: Desk) -> None:
    desk.fill("tom")
    desk.fill("sara")
    assert rated_by(told(desk, "sara")) == rated_by(told(desk, "tom")) == set()


def test_a_session_counts_on_its_day_and_else_on_that_of_its_recording(desk: Desk) -> None:
    desk.submit("tom")
    assert [each.code for each in told(desk, "tom").page.rated] == [desk.code]
    desk.target.held_on = BEFORE.last
    assert not told(desk, "tom").page.sessions
    assert [each.code for each in told(desk, "tom", BEFORE).page.rated] == [desk.code]


def test_sessions_are_counted_by_patient_and_a_closed_one_is_not(desk: Desk) -> None:
    desk.submit("sara")
    assert (told(desk, "sara").recorded, told(desk, "sara").reviewed) == ({"PT1": 1}, {})
    release_review(*desk.place("sara"), now=LATER)
    assert told(desk, "sara").reviewed == {"PT1": 1}
    desk.session.query(Consent).one().until = NOON.date()
    desk.session.flush()
    found = told(desk, "sara")
    assert (found.recorded, found.reviewed, found.page.closed, rated_by(found)) == ({}, {}, 1, set())


def test_comments_are_counted_where_both_read_them(desk: Desk) -> None:
    desk.released("sara", "Well explained", 5, item="sta1", tags=("rationale",))
    desk.released("sara", "For me alone", 6, item="sta2", audience=Audience.SUPERVISOR)
    desk.comment("sara", "Not out yet", 7, item="sta3", tags=("rationale",))
    found = told(desk, "sara")
    assert (found.comments, found.by_tag, found.by_item) == (1, {"rationale": 1}, {"sta1": 1})
    assert told(desk, "tom").comments == 0
    desk.submit("tom")
    assert (told(desk, "tom").comments, told(desk, "tom").by_item) == (1, {"sta1": 1})


def test_what_lies_in_the_period_is_in_it(desk: Desk) -> None:
    tom, sara = desk.programme.trainees["tom"], desk.programme.people["sara"]
    form = desk.programme.study.scale_versions[-1]
    desk.session.add_all([
        Meeting(trainee_id=tom.id, supervisor_id=sara.id, meets_on=NOON.date(), state=MeetingState.HELD,
                planned_at=NOON, held_at=NOON, evaluation={"helpful": 8, "understood": "", "change": ""}),
        Meeting(trainee_id=tom.id, supervisor_id=sara.id, meets_on=NOON.date(), planned_at=NOON),
        Focus(trainee_id=tom.id, item="sta1", chosen_at=NOON, ended_at=LATER),
        Focus(trainee_id=tom.id, item="gone", chosen_at=LATER),
        SupervisionTask(trainee_id=tom.id, proposed_by_id=sara.id, type="trying", task="Ask", proposed_at=NOON,
                        state=SupervisionTaskState.AGREED, agreed_at=NOON),
        SupervisionTask(trainee_id=tom.id, proposed_by_id=sara.id, type="trying", task="Proposed", proposed_at=NOON),
        Reflection(trainee_id=tom.id, scale_version_id=form.id, filled_at=NOON, words="Mine alone"),
        Reflection(trainee_id=tom.id, scale_version_id=form.id, filled_at=NOON, words="Shared", shared_at=NOON),
    ])  # fmt: skip
    desk.session.flush()
    for name in ("tom", "sara"):
        found = told(desk, name)
        assert [each.evaluation["helpful"] for each in found.meetings] == [8]
        assert [(each.row.item, each.item is None) for each in found.foci] == [("sta1", False), ("gone", True)]
        assert [each.task for each in found.tasks] == ["Ask"]
        assert [each.row.words for each in found.reflections] == ["Shared"]
        empty = told(desk, name, BEFORE)
        assert [*empty.meetings, *empty.foci, *empty.tasks, *empty.reflections] == []


def test_outcomes_are_loaded_where_they_are_wanted(desk: Desk) -> None:
    phq9 = next(each for each in desk.programme.study.scale_versions if each.scale == "phq9")
    values = {"session_id": desk.target.id, "scale_version_id": phq9.id, "value": 2}
    desk.session.add_all(OutcomeValue(item=f"phq{number}", **values) for number in range(1, 10))
    desk.session.flush()
    assert not told(desk, "sara").outcomes
    assert [each.patient for each in told(desk, "sara", with_outcomes=True).outcomes] == ["PT1"]
