"""A session that cannot be rated goes to the coordinator, and the queue moves on."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, Refused
from rater.ratings.operations.locking import lock_wave
from rater.ratings.operations.opening import my_queue, open_rating
from rater.ratings.operations.reopening import reopen_rating
from rater.ratings.operations.saving import save_point
from rater.ratings.operations.setting_aside import (
    answer_obstacle,
    last_obstacle,
    obstacles_of,
    set_aside,
    take_back,
)
from rater.recordings.operations.hearing import sound_for
from rater.storage.models import Message
from rater.storage.queries.progress import progress
from rater.storage.queries.studies import has_open_ratings
from rater.terms import ObstacleReason, Position, RatingState, Role
from tests.builders.study import (
    NOON,
    actor_of,
    make_assignment,
    make_person,
    make_rating,
    make_recording,
    make_session,
)
from tests.ratings.closing import Work, details, make_work, submit_all


@pytest.fixture
def work(session: Session) -> Work:
    return make_work(session)


def test_the_queue_moves_on_and_the_marks_are_kept(session: Session, work: Work) -> None:
    later = make_assignment(session, work.study, make_session(session, work.study, number=3), "R1", place=2)
    save_point(session, work.anna, work.id, "ghes1", 3, None, now=NOON)
    obstacle = set_aside(session, work.anna, work.id, "unusable_audio", " only noise ", now=NOON)
    assert (work.assignment.state, obstacle.reason, obstacle.text) == (
        RatingState.SET_ASIDE,
        "unusable_audio",
        "only noise",
    )
    assert my_queue(session, work.anna, "pilot", now=NOON).next_id == later.public_id
    assert open_rating(session, work.anna, work.id, now=NOON).points["ghes1"].value == 3
    assert details(session, "session.set_aside") == [{"reason": "unusable_audio"}]
    with pytest.raises(Refused, match="set aside"):
        save_point(session, work.anna, work.id, "ghes1", 1, None, now=NOON)
    with pytest.raises(Refused, match="set aside"):
        set_aside(session, work.anna, work.id, "other", "again", now=NOON)


@pytest.mark.parametrize(
    ("reason", "text"), [("other", " "), ("other", "no"), ("boredom", "long"), ("", ""), ("other", "x" * 1001)]
)
def test_a_reason_that_says_nothing_is_refused(session: Session, work: Work, reason: str, text: str) -> None:
    with pytest.raises(BadInput):
        set_aside(session, work.anna, work.id, reason, text, now=NOON)
    assert work.assignment.state == RatingState.OPEN


def test_what_was_submitted_is_not_set_aside(session: Session, work: Work) -> None:
    submit_all(session, work)
    with pytest.raises(Refused):
        set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)
    reopen_rating(session, work.anna, work.id, "to look again", now=NOON)
    with pytest.raises(Refused, match="submitted once"):
        set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)


@pytest.mark.parametrize("begun", [False, True])
def test_the_rater_takes_it_back_while_nobody_has_answered(session: Session, work: Work, begun: bool) -> None:
    if begun:
        save_point(session, work.anna, work.id, "ghes1", 3, None, now=NOON)
    obstacle = set_aside(session, work.anna, work.id, "deviates_from_manual", "", now=NOON)
    take_back(session, work.anna, work.id, now=NOON)
    assert work.assignment.state == (RatingState.STARTED if begun else RatingState.OPEN)
    assert obstacles_of(session, work.study) == []
    save_point(session, work.anna, work.id, "ghes1", 1, None, now=NOON)
    with pytest.raises(Refused, match="not set aside"):
        take_back(session, work.anna, work.id, now=NOON)
    with pytest.raises(Refused, match="answered already"):
        answer_obstacle(session, work.carla, obstacle.public_id, "withdrawn", "", now=NOON)


def test_the_coordinator_gives_it_back_with_a_word(session: Session, work: Work) -> None:
    obstacle = set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)
    session.flush()
    with pytest.raises(BadInput):
        answer_obstacle(session, work.carla, obstacle.public_id, "given_back", " ", now=NOON)
    answer_obstacle(session, work.carla, obstacle.public_id, "given_back", "Use headphones, please", now=NOON)
    assert work.assignment.state == RatingState.OPEN
    message = session.scalars(select(Message)).one()
    assert message.text == f"{work.assignment.therapy_session.rating_code}: Use headphones, please"
    assert message.rater_id == work.assignment.rater_id
    with pytest.raises(Refused):
        answer_obstacle(session, work.carla, obstacle.public_id, "withdrawn", "", now=NOON)
    assert details(session, "session.given_back") == [{"reason": "unusable_audio"}]


def test_what_is_withdrawn_stays_aside_and_leaves_the_rater_free(session: Session, work: Work) -> None:
    obstacle = set_aside(session, work.anna, work.id, "knows_person", "", now=NOON)
    session.flush()
    assert has_open_ratings(session, work.anna.person_id, work.study.id)
    answer_obstacle(session, work.carla, obstacle.public_id, "withdrawn", "", now=NOON)
    assert work.assignment.state == RatingState.SET_ASIDE
    assert not has_open_ratings(session, work.anna.person_id, work.study.id)
    with pytest.raises(Refused, match="decided"):
        take_back(session, work.anna, work.id, now=NOON)
    last = last_obstacle(session, work.assignment.id)
    assert last is not None
    assert (last.answer, last.answered_by_id) == ("withdrawn", work.carla.person_id)


def test_who_may_answer(session: Session, work: Work) -> None:
    obstacle = set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)
    session.flush()
    both = actor_of(make_person(session, "both@example.org", (work.study, Role.RATER), (work.study, Role.COORDINATOR)))
    make_assignment(session, work.study, make_session(session, work.study, number=4), "R2")
    for stranger in (work.anna, work.rosa, both):
        with pytest.raises(NotPermitted):
            answer_obstacle(session, stranger, obstacle.public_id, "withdrawn", "", now=NOON)
    outside = actor_of(make_person(session, "out@example.org"))
    with pytest.raises(NotFound):
        answer_obstacle(session, outside, obstacle.public_id, "withdrawn", "", now=NOON)
    with pytest.raises(NotFound):
        answer_obstacle(session, work.carla, "nothing", "withdrawn", "", now=NOON)


def test_nothing_comes_back_to_a_locked_wave(session: Session, work: Work) -> None:
    obstacle = set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)
    lock_wave(session, work.rosa, work.study, "main", now=NOON)
    for act in (
        lambda: take_back(session, work.anna, work.id, now=NOON),
        lambda: answer_obstacle(session, work.carla, obstacle.public_id, "given_back", "please rate", now=NOON),
    ):
        with pytest.raises(Refused, match="locked"):
            act()
    answer_obstacle(session, work.carla, obstacle.public_id, "withdrawn", "", now=NOON)


@pytest.mark.parametrize("reason", list(ObstacleReason))
def test_a_recording_of_somebody_known_is_closed_at_once(session: Session, work: Work, reason: ObstacleReason) -> None:
    recording = make_recording(session, work.assignment.therapy_session, "a", "p", size=1, mime="audio/ogg")
    make_assignment(
        session, work.study, work.assignment.therapy_session, "R1", wave="calibration", position=Position.ALL
    )
    session.flush()
    assert sound_for(session, work.anna, recording.public_id, now=NOON)
    set_aside(session, work.anna, work.id, reason, "it is so", now=NOON)
    if reason is ObstacleReason.KNOWS_PERSON:
        with pytest.raises(NotFound):
            sound_for(session, work.anna, recording.public_id, now=NOON)
    else:
        assert sound_for(session, work.anna, recording.public_id, now=NOON)
    assert sound_for(session, work.carla, recording.public_id, now=NOON)
    take_back(session, work.anna, work.id, now=NOON)
    assert sound_for(session, work.anna, recording.public_id, now=NOON)


def test_progress_counts_what_is_set_aside_apart(session: Session, work: Work) -> None:
    make_rating(session, make_assignment(session, work.study, work.assignment.therapy_session, "R2"), {"ghes1": 2})
    before = progress(session, work.study.id, "main")
    assert (before.ratings_total, before.ratings_set_aside, before.double_required) == (2, 0, 1)
    set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)
    after = progress(session, work.study.id, "main")
    assert (after.ratings_total, after.ratings_submitted, after.ratings_set_aside) == (2, 1, 1)
    assert (after.double_required, after.double_done) == (0, 0)
    assert [(each.code, each.submitted, each.set_aside) for each in after.raters] == [("R1", 0, 1), ("R2", 1, 0)]
