"""After the lock of a wave nothing in it can be changed, by anybody."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound, NotPermitted, Refused
from rater.ratings.operations.locking import lock_wave, wave_standing, waves_of
from rater.ratings.operations.logs import save_difficulty
from rater.ratings.operations.notes import delete_note, save_note
from rater.ratings.operations.reopening import keep_as_submitted, reopen_rating
from rater.ratings.operations.saving import save_point, save_unsure
from rater.ratings.operations.setting_aside import set_aside
from rater.ratings.operations.submitting import submit_rating
from rater.storage.database import db, writing
from rater.storage.models import Point, Wave
from rater.storage.queries.studies import has_open_ratings
from rater.terms import Actor, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session
from tests.ratings.closing import Work, details, make_work, submit_all

NOTE = "0123456789abcdef" * 2


@pytest.fixture
def work(session: Session) -> Work:
    return make_work(session)


def test_nothing_can_be_changed_after_the_lock(session: Session, work: Work) -> None:
    save_note(session, work.anna, work.id, NOTE, 3, "a note", now=NOON)
    save_point(session, work.anna, work.id, "ghes1", 2, None, now=NOON)
    lock_wave(session, work.rosa, work.study, "main", now=NOON)
    for change in (
        lambda: save_point(session, work.anna, work.id, "ghes1", 1, None, now=NOON),
        lambda: save_unsure(session, work.anna, work.id, "ghes1", True, now=NOON),
        lambda: save_note(session, work.anna, work.id, NOTE, 3, "other words", now=NOON),
        lambda: delete_note(session, work.anna, work.id, NOTE, now=NOON),
        lambda: save_difficulty(session, work.anna, work.id, "lack_of_time", True, now=NOON),
        lambda: submit_rating(session, work.anna, work.id, now=NOON),
        lambda: set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON),
    ):
        with pytest.raises(Refused, match="locked"):
            change()


def test_other_waves_stay_open(session: Session, work: Work) -> None:
    other = make_assignment(session, work.study, work.assignment.therapy_session, "R1", wave="calibration")
    lock_wave(session, work.rosa, work.study, "main", now=NOON)
    assert save_point(session, work.anna, other.public_id, "ghes1", 1, None, now=NOON).version == 1


def test_the_counts_are_told_and_kept(session: Session, work: Work) -> None:
    sessions = [make_session(session, work.study, number=number) for number in (3, 4, 5)]
    ids = [make_assignment(session, work.study, each, "R1").public_id for each in sessions]
    submit_all(session, work)
    reopen_rating(session, work.anna, work.id, "to look again", now=NOON)
    save_point(session, work.anna, ids[0], "ghes1", 2, None, now=NOON)
    set_aside(session, work.anna, ids[1], "unusable_audio", "", now=NOON)
    standing = lock_wave(session, work.rosa, work.study, "main", now=NOON)
    assert (standing.open, standing.started, standing.submitted, standing.set_aside) == (1, 2, 0, 1)
    assert (standing.total, standing.unfinished, standing.reopened) == (4, 3, 1)
    counts = {"open": 1, "started": 2, "submitted": 0, "set_aside": 1}
    assert details(session, "wave.locked") == [{"wave": "main", **counts}]
    with pytest.raises(Refused, match="locked"):
        keep_as_submitted(session, work.anna, work.id, now=NOON)


def test_locked_twice_is_locked_once(session: Session, work: Work) -> None:
    for _ in range(2):
        lock_wave(session, work.rosa, work.study, "main", now=NOON)
    assert len(details(session, "wave.locked")) == 1
    assert [(wave.name, wave.locked_at) for wave in waves_of(session, work.study)] == [("main", NOON)]


def test_who_may_lock(session: Session, work: Work) -> None:
    mixed = actor_of(
        make_person(session, "mixed@example.org", (work.study, Role.RATER), (work.study, Role.RESEARCHER), code="R2")
    )
    make_assignment(session, work.study, make_session(session, work.study, number=4), "R2")
    for stranger in (work.anna, work.carla, mixed):
        for act in (lock_wave, wave_standing):
            with pytest.raises(NotPermitted):
                act(session, stranger, work.study, "main", now=NOON)
    with pytest.raises(NotFound):
        lock_wave(session, work.rosa, work.study, "calibration", now=NOON)


def test_a_locked_wave_leaves_nobody_with_ratings_to_do(session: Session, work: Work) -> None:
    assert has_open_ratings(session, work.anna.person_id, work.study.id)
    lock_wave(session, work.rosa, work.study, "main", now=NOON)
    assert not has_open_ratings(session, work.anna.person_id, work.study.id)
    make_assignment(session, work.study, work.assignment.therapy_session, "R1", wave="recalibration")
    assert has_open_ratings(session, work.anna.person_id, work.study.id)


def test_a_change_on_its_way_comes_before_the_lock_or_not_at_all(app: Flask) -> None:
    """Points saved in a thread while another one locks: none is younger than the lock."""
    with app.app_context(), writing() as session:
        made = make_work(session)
        anna, rosa, public_id, slug = made.anna, made.rosa, made.id, made.study.slug
    outcomes: list[str] = []
    begun = threading.Event()

    def rate() -> None:
        with app.app_context():
            for value in range(40):
                try:
                    with writing() as session:
                        save_point(session, anna, public_id, "ghes1", value % 5, None, now=NOON)
                    outcomes.append("saved")
                except Refused:
                    outcomes.append("refused")
                begun.set()
            db.session.remove()

    thread = threading.Thread(target=rate)
    thread.start()
    begun.wait(20)
    with app.app_context():
        _lock(rosa, slug)
        with writing() as session:
            at_lock = session.scalars(select(Point.version)).one()
    thread.join(60)
    with app.app_context(), writing() as session:
        assert session.scalars(select(Point.version)).one() == at_lock == outcomes.count("saved")
        assert session.scalars(select(Wave.locked_at)).one() == NOON
    assert sorted(outcomes, reverse=True) == outcomes


def _lock(rosa: Actor, slug: str) -> None:
    from rater.storage.queries.studies import study_by_slug

    with writing() as session:
        study = study_by_slug(session, slug)
        assert study is not None
        lock_wave(session, rosa, study, "main", now=NOON)
