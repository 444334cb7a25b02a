"""A study around one rater in which what is hidden from her can differ."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from rater.allocation.balance import balance
from rater.allocation.operations.recording import record_draw
from rater.allocation.plans import ALGORITHM, Plan, PlannedSession, SessionToRate, Settings, plan_digest
from rater.ratings.operations.logs import save_difficulty, save_homework_report
from rater.ratings.operations.messages import send_message
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.saving import save_point
from rater.storage.database import writing
from rater.storage.media.store import MediaStore
from rater.storage.models import Assignment, Exclusion, OutcomeValue, Study, TherapySession, Wave
from rater.studies.operations import scales_of
from rater.terms import COMMAND_LINE, Completed, Position, Role, WaveKind
from tests.application import make_app
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
    make_task,
)
from tests.web.world import LATER, PEAKS

SOUND = bytes(range(256)) * 20
MINE = [name * 22 for name in "ABC"]
AGAIN, MESSAGE = "g" * 22, "m" * 22
BENS, JOB, RECORDING, TASK, DRAW = "b" * 22, "j" * 22, "r" * 22, "t" * 22, "w" * 22


@dataclass
class Hidden:
    """What a rater must not be able to tell; each field is something that differs."""

    second: bool = False
    second_submitted: bool = False
    position: Position = Position.MAIN
    outcomes: int | None = None
    patient: str = "P01"
    number: int = 2
    therapist: str = "T1"
    held_on: date | None = None
    file_name: str = "a.mp3"
    earlier_rows: int = 0
    excluded: bool = False
    theirs_due: date | None = None
    again: bool = False


def build(home: Path, hidden: Hidden) -> Flask:
    """Anna's four sessions, the last of which may be the third again, and all that is hidden around them."""
    app = make_app(home)
    app.extensions["rater_clock"] = lambda: LATER
    app.config["SECRET_KEY"] = "the same in every variant"
    with app.app_context(), writing() as session:
        study = make_study(session)
        for number in range(hidden.earlier_rows):
            before = make_session(session, study, "Z01", number + 1)
            make_rating(session, make_assignment(session, study, before, "R7"), all_points(study))
        make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
        make_person(session, "ben@example.org", (study, Role.RATER), code="R2")
        _sessions(session, study, hidden, app.extensions["rater_media"])
        sent = send_message(session, COMMAND_LINE, study, "Please mind the decision of Monday.", now=NOON, to="R1")
        sent.public_id = MESSAGE
    return app


def _sessions(session: Session, study: Study, hidden: Hidden, store: MediaStore) -> None:
    sessions = [
        make_session(session, study, hidden.patient, hidden.number + place, therapist=hidden.therapist)
        for place in range(3)
    ]
    other = make_session(session, study, "P50", 1)
    audio, peaks = store.put_bytes(SOUND), store.put_bytes(PEAKS.to_bytes())
    recording = make_recording(session, sessions[0], audio, peaks, size=len(SOUND), mime="audio/ogg")
    recording.public_id, recording.parts = RECORDING, [{"sha256": hidden.file_name, "duration_s": 60.0}]
    task = make_task(session, study, other, sessions[0])
    task.public_id = TASK
    for place, (each, code) in enumerate(zip(sessions, ("KX7", "KB2", "KM9"), strict=True)):
        each.rating_code, each.held_on = code, hidden.held_on
        mine = make_assignment(session, study, each, "R1", position=hidden.position, place=place)
        mine.public_id, mine.due_on = MINE[place], date(2026, 11, 5 + place)
        if place == 2:
            make_rating(session, mine, all_points(study))
    _again(session, study, sessions[2], hidden)
    _record(session, study, sessions, hidden)
    if hidden.excluded:
        session.add(Exclusion(study_id=study.id, session_id=other.id, reason="unusable", excluded_at=NOON))
    if hidden.second:
        _second(session, study, sessions, hidden)
    if hidden.outcomes is not None:
        _outcomes(session, study, sessions, hidden.outcomes)


def _again(session: Session, study: Study, rated: TherapySession, hidden: Hidden) -> None:
    """An open session like any other, or one that she has submitted, given to her once more."""
    code = Assignment(public_id=AGAIN, wave=Wave(kind=WaveKind.RECALIBRATION), therapy_session=rated).shown_code
    wave = WaveKind.RECALIBRATION if hidden.again else WaveKind.MAIN
    others = [make_session(session, study, "P60", number) for number in (3, 4)]
    given = rated if hidden.again else others[1]
    if not hidden.again:
        given.rating_code = code
    position = Position.ALL if hidden.again else hidden.position
    made = make_assignment(session, study, given, "R1", position=position, wave=wave, place=3)
    made.public_id, made.due_on = AGAIN, date(2026, 11, 9)


def _second(session: Session, study: Study, sessions: list[TherapySession], hidden: Hidden) -> None:
    ben = actor_of(make_person(session, "ben@example.org"))
    theirs = Position.MAIN if hidden.position is Position.SECOND else Position.SECOND
    for each, public_id in ((sessions[0], BENS), (sessions[2], "c" * 22)):
        assignment = make_assignment(session, study, each, "R2", position=theirs)
        assignment.public_id, assignment.due_on = public_id, hidden.theirs_due
        session.flush()
        if hidden.second_submitted and each is sessions[0]:
            save_point(session, ben, BENS, "ghes1", 4, None, now=NOON, operation_id="op-000001")
            save_note(
                session, ben, BENS, "b" * 32, 12, "the other rater's own words", now=NOON, operation_id="op-000002"
            )
            save_homework_report(session, ben, BENS, TASK, Completed.NO, now=NOON)
            save_difficulty(session, ben, BENS, "lack_of_time", True, now=NOON)
        elif hidden.second_submitted:
            make_rating(session, assignment, all_points(study, 4))


def _outcomes(session: Session, study: Study, sessions: list[TherapySession], value: int) -> None:
    row = next(row for row, scale in scales_of(study) if not scale.observer)
    for each, item in itertools.product(sessions, row.items):
        session.add(OutcomeValue(session_id=each.id, scale_version_id=row.id, item=item, value=value))


def _record(session: Session, study: Study, sessions: list[TherapySession], hidden: Hidden) -> None:
    """The record of a draw whose plan is what differs."""
    second = "R2" if hidden.second else None
    inputs = [SessionToRate(each.code, hidden.therapist, hidden.patient, "I") for each in sessions]
    plan = [PlannedSession(each.code, "R1", second) for each in sessions]
    settings = Settings(float(hidden.second), hidden.earlier_rows, ("R1", "R2"))
    after = balance(Plan(tuple(plan), settings.seed), inputs, settings)
    more = {"algorithm": ALGORITHM, "digest": plan_digest(inputs, settings), "before": None, "after": after}
    drawn = record_draw(session, COMMAND_LINE, study, "main", (inputs, settings), plan, why="x", now=NOON, **more)
    drawn.public_id = DRAW
