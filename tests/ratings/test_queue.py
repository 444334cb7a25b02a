"""My sessions: which one is next, what is due, what is set aside, and nothing that tells single from double."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from rater.ratings.operations.opening import my_queue
from rater.ratings.visibility import RATER_MAY_SEE, for_rater
from rater.storage.models import Assignment, Obstacle, Study
from rater.terms import Actor, ObstacleAnswer, ObstacleReason, Position, RatingState, Role
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_session,
    make_study,
)

TODAY = NOON.date()


@pytest.fixture
def study(session: Session) -> Study:
    return make_study(session)


@pytest.fixture
def anna(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "anna@example.org", (study, Role.RATER), code="R1"))


def assigned(session: Session, study: Study, *numbers: int, wave: str = "main") -> list[Assignment]:
    return [
        make_assignment(session, study, make_session(session, study, number=number), "R1", place=number, wave=wave)
        for number in numbers
    ]


def test_an_empty_queue(session: Session, study: Study, anna: Actor) -> None:
    queue = my_queue(session, anna, "pilot", now=NOON)
    assert (queue.rows, queue.next_id, queue.waves, queue.total) == ([], None, [], 0)


def test_a_begun_session_comes_before_an_open_one(session: Session, study: Study, anna: Actor) -> None:
    first, second, third = assigned(session, study, 1, 2, 3)
    make_rating(session, first, all_points(study))
    assert my_queue(session, anna, "pilot", now=NOON).next_id == second.public_id
    third.state = RatingState.STARTED
    assert my_queue(session, anna, "pilot", now=NOON).next_id == third.public_id


def test_the_queue_moves_on_past_what_is_set_aside(session: Session, study: Study, anna: Actor) -> None:
    first, second = assigned(session, study, 1, 2)
    first.state = RatingState.SET_ASIDE
    session.add(
        Obstacle(assignment_id=first.id, reason=ObstacleReason.KNOWS_PERSON, text="a neighbour", reported_at=NOON)
    )
    queue = my_queue(session, anna, "pilot", now=NOON)
    assert (queue.next_id, queue.total) == (second.public_id, 1)
    assert [row["obstacle"] for row in queue.rows] == [{"reason": "knows_person", "answer": None}, None]
    answer = {"answer": ObstacleAnswer.WITHDRAWN, "answered_at": NOON}
    session.add(Obstacle(assignment_id=first.id, reason=ObstacleReason.OTHER, text="x", reported_at=NOON, **answer))
    row = my_queue(session, anna, "pilot", now=NOON).rows[0]
    assert row["obstacle"] == {"reason": "other", "answer": "withdrawn"}


def test_nothing_of_a_locked_wave_is_next(session: Session, study: Study, anna: Actor) -> None:
    (trained,) = assigned(session, study, 1, wave="training")
    (main,) = assigned(session, study, 2)
    queue = my_queue(session, anna, "pilot", now=NOON)
    assert queue.next_id == trained.public_id
    assert [(wave, len(rows)) for wave, rows in queue.waves] == [("training", 1), ("main", 1)]
    trained.wave.locked_at = NOON
    queue = my_queue(session, anna, "pilot", now=NOON)
    assert queue.next_id == main.public_id
    assert [row["wave_locked"] for row in queue.rows] == [True, False]
    main.wave.locked_at = NOON
    assert my_queue(session, anna, "pilot", now=NOON).next_id is None


def test_due_dates_are_judged_by_the_day_of_the_place(session: Session, study: Study, anna: Actor) -> None:
    rows = assigned(session, study, 1, 2, 3, 4)
    for row, days in zip(rows, (-1, 0, 1), strict=False):
        row.due_on = TODAY + timedelta(days=days)
    due = [row["due"] for row in my_queue(session, anna, "pilot", now=NOON).rows]
    assert due == ["overdue", "today", "later", "none"]
    tomorrow = my_queue(session, anna, "pilot", now=NOON, today=TODAY + timedelta(days=1)).rows
    assert [row["due"] for row in tomorrow] == ["overdue", "overdue", "today", "none"]
    assert tomorrow[0]["due_on"] == date(2026, 11, 1)


def test_a_row_tells_only_what_is_listed(session: Session, study: Study, anna: Actor) -> None:
    """The control: position and patient are fields of an assignment, and they fall away."""
    (mine,) = assigned(session, study, 1)
    before = my_queue(session, anna, "pilot", now=NOON).rows
    make_assignment(session, study, mine.therapy_session, "R2", position=Position.SECOND)
    mine.position = Position.SECOND
    assert my_queue(session, anna, "pilot", now=NOON).rows == before
    assert set(before[0]) == RATER_MAY_SEE
    assert for_rater({"position": "second", "patient": "P01", "code": "KX7"}) == {"code": "KX7"}
