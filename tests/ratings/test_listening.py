"""What a player tells, kept with the assignment: merged, replay-safe, and the gate that rests on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused
from rater.ratings.coverage import may_rate
from rater.ratings.operations.listening import (
    gate_of,
    listening_of,
    my_hours,
    note_listening,
    refuse_unheard,
    share_at_submission,
    unheard_reason,
)
from rater.ratings.operations.saving import save_point
from rater.storage.models import Assignment, AuditEvent, Listening, Point, Study, WorkStretch
from rater.terms import Actor, RateAtEnd, RatingState, Role
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_recording,
    make_session,
    make_study,
)

WINDOW, OTHER = "a" * 32, "b" * 32


@dataclass
class Work:
    """A rater with two assignments in a study; the first has a recording of 60 s."""

    session: Session
    study: Study
    actor: Actor
    assignment: Assignment
    silent: Assignment

    def tell(
        self,
        heard: list[Any],
        *,
        window: str = WINDOW,
        position: float = 10,
        speed: float = 1,
        active: float = 15,
        after: float = 0,
        actor: Actor | None = None,
    ) -> float:
        """The share after the player has told this, so many seconds after noon."""
        now = NOON + timedelta(seconds=after)
        place = (position, speed, window, active)
        return note_listening(
            self.session, actor or self.actor, self.assignment.public_id, heard, *place, now=now
        ).share

    def stretches(self) -> dict[str, float]:
        """The seconds at work by window."""
        return {
            each.window: each.seconds for each in self.session.execute(select(WorkStretch.window, WorkStretch.seconds))
        }


@pytest.fixture
def work(session: Session) -> Work:
    study = make_study(session)
    rater = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    first, second = make_session(session, study, number=2), make_session(session, study, number=3)
    make_recording(session, first, "audio", "peaks", size=1, mime="audio/ogg")
    return Work(
        session,
        study,
        actor_of(rater),
        make_assignment(session, study, first, "R1"),
        make_assignment(session, study, second, "R1", place=2),
    )


def test_windows_add_up_and_replays_change_nothing(work: Work) -> None:
    assert work.tell([[0, 15, 1]]) == 0.25
    assert work.tell([[0, 30, 1]], after=15) == 0.5
    assert work.tell([[0, 15, 1]], after=16) == 0.5, "an older message that arrives late"
    assert work.tell([[15, 45, 1.5]], window=OTHER, after=20) == 0.75
    assert work.tell([[15, 45, 1.5]], window=OTHER, after=20) == 0.75
    kept = work.session.scalars(select(Listening)).one()
    assert [tuple(each) for each in kept.heard] == [(0.0, 30.0, 1.0), (15.0, 45.0, 1.5)]
    events = work.session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == work.actor.person_id)).all()
    assert not [each for each in events if "listen" in each]
    assert work.assignment.state == RatingState.OPEN, "hearing is not rating"


def test_stored_silence_does_not_count(work: Work) -> None:
    recording = work.assignment.therapy_session.recording
    assert recording is not None
    recording.silences = [[30, 60]]
    assert work.tell([[0, 15, 1]]) == 0.5


def test_the_screen_starts_where_the_rater_stopped(work: Work) -> None:
    fresh = listening_of(work.session, work.assignment.id)
    assert (fresh.position_s, fresh.speed, fresh.heard, fresh.share) == (0.0, None, [], 0.0)
    work.tell([[0, 15, 1]], position=15.5, speed=1)
    work.tell([[0, 15, 1]], position=12.5, speed=1.5, after=1)
    kept = listening_of(work.session, work.assignment.id)
    assert (kept.position_s, kept.speed, kept.heard, kept.share) == (12.5, 1.5, [(0.0, 15.0, 1.0)], 0.25)
    other = listening_of(work.session, work.silent.id)
    assert (other.position_s, other.speed, other.heard, other.share) == (0.0, 1.5, [], None)


def test_the_speed_of_another_rater_is_not_taken_over(work: Work) -> None:
    work.tell([], speed=2)
    stranger = make_assignment(work.session, work.study, make_session(work.session, work.study, number=4), "R2")
    assert listening_of(work.session, stranger.id).speed is None


def test_seconds_at_work_grow_no_faster_than_the_clock(work: Work) -> None:
    work.tell([], active=15)
    work.tell([], active=30, after=15)
    work.tell([], active=15, after=16)
    work.tell([], window=OTHER, active=9999, after=20)
    assert work.stretches() == {WINDOW: 30, OTHER: 60}
    work.tell([], window=OTHER, active=9999, after=120)
    assert work.stretches() == {WINDOW: 30, OTHER: 160}


def test_my_hours_are_mine_alone(work: Work) -> None:
    work.tell([], active=36)
    work.tell([], active=3600, after=3540)
    ben = make_person(work.session, "ben@example.org", (work.study, Role.RATER), code="R2")
    hours = my_hours(work.session, work.actor, work.study, now=NOON + timedelta(days=8), weeks=3)
    assert [round(each.hours, 3) for each in hours] == [0, 1, 0]
    assert {each.hours for each in my_hours(work.session, actor_of(ben), work.study, now=NOON)} == {0}
    elsewhere = make_study(work.session, "other")
    assert {each.hours for each in my_hours(work.session, work.actor, elsewhere, now=NOON)} == {0}


def test_nothing_is_kept_of_what_is_refused(work: Work) -> None:
    ben = make_person(work.session, "ben@example.org", (work.study, Role.RATER), code="R2")
    with pytest.raises(NotFound):
        work.tell([[0, 15, 1]], actor=actor_of(ben))
    with pytest.raises(NotFound):
        note_listening(work.session, work.actor, work.silent.public_id, [], 0, 1, WINDOW, 0, now=NOON)
    for wrong in (
        {"heard": [[0, 70, 1]]},
        {"heard": [[0, math.nan, 1]]},
        {"heard": [], "window": "A" * 32},
        {"heard": [], "window": "a" * 31},
        {"heard": [], "position": math.inf},
        {"heard": [], "speed": 9},
        {"heard": [], "active": -1},
        {"heard": [], "active": math.nan},
    ):
        with pytest.raises(BadInput):
            work.tell(**wrong)
    for state in (RatingState.SUBMITTED, RatingState.SET_ASIDE):
        work.assignment.state = state
        with pytest.raises(Refused):
            work.tell([[0, 15, 1]])
    work.assignment.state = RatingState.STARTED
    work.assignment.wave.locked_at = NOON
    with pytest.raises(Refused):
        work.tell([[0, 15, 1]])
    assert work.session.scalars(select(Listening)).all() == []
    work.assignment.wave.locked_at = None
    assert work.tell([[0, 15, 1]]) == 0.25, "the control: what was wrong above is all that was wrong"


def test_what_a_submission_keeps(work: Work) -> None:
    assert share_at_submission(work.session, work.assignment.id) is None
    assert share_at_submission(work.session, work.silent.id) is None
    work.tell([])
    assert share_at_submission(work.session, work.assignment.id) == 0.0
    work.tell([[0, 20, 1]])
    assert share_at_submission(work.session, work.assignment.id) == 0.3333


@dataclass(frozen=True)
class HeldPoint:
    """What the way of a point knows of its assignment."""

    id: int
    rate_at_end: str
    heard_share: float = 0.9
    given: frozenset[str] = frozenset()


def test_the_gate_of_a_study_that_requires_listening(work: Work) -> None:
    work.study.rate_at_end, work.study.heard_share = RateAtEnd.REQUIRE, 0.5
    connection = work.session.connection()
    held = HeldPoint(work.assignment.id, RateAtEnd.REQUIRE, 0.5)
    work.tell([[0, 29.9, 1]])
    with pytest.raises(Refused) as refused:
        refuse_unheard(connection, held)
    assert str(refused.value.reason).replace("\N{NO-BREAK SPACE}", " ") == (
        "Items open once 50 % of the recording has been heard; so far it is 49 %"
    )
    with pytest.raises(Refused, match="JavaScript"):
        refuse_unheard(connection, held, plain=True)
    assert not gate_of(work.session, work.assignment.id).open
    assert gate_of(work.session, work.assignment.id, has_points=True).open
    refuse_unheard(connection, HeldPoint(work.assignment.id, RateAtEnd.REQUIRE, 0.5, frozenset({"ghes1"})))
    for setting in (RateAtEnd.OFF, RateAtEnd.ADVISE):
        refuse_unheard(connection, HeldPoint(work.assignment.id, setting))
    work.tell([[0, 30, 1]])
    refuse_unheard(connection, held)
    assert gate_of(work.session, work.assignment.id).open


def test_points_are_refused_until_the_share_is_heard(work: Work) -> None:
    session, actor, rating = work.session, work.actor, work.assignment.public_id
    work.study.rate_at_end, work.study.heard_share = RateAtEnd.REQUIRE, 0.5
    session.flush()
    transaction = session.begin_nested()
    with pytest.raises(Refused):
        save_point(session, actor, rating, "ghes1", 3, None, now=NOON, seen=0)
    transaction.rollback()
    assert session.scalars(select(Point)).all() == []
    work.tell([[0, 31, 1]])
    assert save_point(session, actor, rating, "ghes1", 3, None, now=NOON, seen=0).done == 1


def test_a_rating_begun_before_the_setting_stays_open(work: Work) -> None:
    make_rating(work.session, work.assignment, dict([*all_points(work.study).items()][:1]), submitted=False)
    work.study.rate_at_end = RateAtEnd.REQUIRE
    work.session.flush()
    save_point(work.session, work.actor, work.assignment.public_id, "ghes2", 3, None, now=NOON, seen=0)


def test_the_reason_names_both_percentages() -> None:
    reason = unheard_reason(may_rate(RateAtEnd.REQUIRE, 0.634, 0.9))
    assert (reason.params["wanted"], reason.params["share"]) == ("90\N{NO-BREAK SPACE}%", "63\N{NO-BREAK SPACE}%")
