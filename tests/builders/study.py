"""Small studies for tests: plain functions that call the operations or add rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from rater.config import data_folder
from rater.people.operations import invite_person, person_by_email
from rater.storage.models import (
    Assignment,
    HomeworkTask,
    Patient,
    Person,
    Point,
    Rating,
    Recording,
    Revision,
    Study,
    Therapist,
    TherapySession,
)
from rater.studies.operations import add_member, create_study, ensure_raters, ensure_wave, scales_of
from rater.terms import COMMAND_LINE, Actor, Position, RatingState, Role, SessionUse

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PASSWORD = "a quiet reading room"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Hashes that sign people in as any others do, made and compared in little time."""


def shipped(*ids: str) -> list[tuple[str, str]]:
    """The sources of shipped scales."""
    return [(f"{each}.yaml", (data_folder("scales") / f"{each}.yaml").read_text(encoding="utf-8")) for each in ids]


def make_study(session: Session, slug: str = "pilot", *, scales: Sequence[str] = ("ghes", "sthar", "phq9")) -> Study:
    """A study with the shipped scales and phases 1-4 and 5-."""
    return create_study(session, COMMAND_LINE, slug, f"Study {slug}", shipped(*scales), now=NOON, phases="1-4,5-")


def make_person(
    session: Session, email: str, *roles: tuple[Study, Role], code: str | None = None, password: str = PASSWORD
) -> Person:
    """Somebody who can sign in with the password, in the given roles."""
    person = person_by_email(session, email)
    if person is None:
        person, _ = invite_person(session, COMMAND_LINE, email, email.split("@")[0].title(), now=NOON)
        person.password_hash = QUICK.hash(password)
    for study, role in roles:
        add_member(session, COMMAND_LINE, study, person, role, now=NOON, rater_code=code)
    return person


def actor_of(person: Person) -> Actor:
    """The person as operations want to see one."""
    return Actor(person.id, person.name)


def make_session(
    session: Session, study: Study, patient: str = "P01", number: int = 1, *, therapist: str = "T1"
) -> TherapySession:
    """A therapy session of main use; patient and therapist are made at need."""
    found_patient = session.query(Patient).filter_by(study_id=study.id, code=patient).one_or_none()
    found_therapist = session.query(Therapist).filter_by(study_id=study.id, code=therapist).one_or_none()
    patient_row = found_patient or Patient(study_id=study.id, code=patient)
    therapist_row = found_therapist or Therapist(study_id=study.id, code=therapist)
    session.add_all([patient_row, therapist_row])
    session.flush()
    made = TherapySession(
        study_id=study.id,
        code=f"{patient}-S{number:02}",
        rating_code=f"K{patient}{number}",
        patient_id=patient_row.id,
        therapist_id=therapist_row.id,
        number=number,
        phase="I" if number < 5 else "II",
        use=SessionUse.MAIN,
    )
    session.add(made)
    session.flush()
    return made


def make_assignment(
    session: Session,
    study: Study,
    therapy_session: TherapySession,
    code: str,
    *,
    position: Position = Position.MAIN,
    wave: str = "main",
    place: int = 1,
) -> Assignment:
    """An open assignment of a session to a rater's code."""
    made = Assignment(
        wave_id=ensure_wave(session, study, wave).id,
        session_id=therapy_session.id,
        rater_id=ensure_raters(session, study, [code])[code].id,
        position=position,
        queue_place=place,
        state=RatingState.OPEN,
        assigned_at=NOON,
    )
    session.add(made)
    session.flush()
    return made


def make_rating(
    session: Session,
    assignment: Assignment,
    points: Mapping[str, float | str],
    *,
    submitted: bool = True,
) -> Rating:
    """A rating whose points are values, or missing codes where they are words."""
    rating = Rating(assignment_id=assignment.id, code=f"RT{assignment.id}", started_at=NOON)
    session.add(rating)
    session.flush()
    revision = Revision(rating_id=rating.id, number=1, submitted_at=NOON if submitted else None)
    session.add(revision)
    session.flush()
    rows = {item: row for row, _ in scales_of(assignment.wave.study) for item in row.items}
    for item, given in points.items():
        session.add(
            Point(
                revision_id=revision.id,
                scale_version_id=rows[item].id,
                item=item,
                value=None if isinstance(given, str) else given,
                missing_code=given if isinstance(given, str) else None,
                version=1,
                changed_at=NOON,
            )
        )
    assignment.state = RatingState.SUBMITTED if submitted else RatingState.STARTED
    session.flush()
    return rating


def all_points(study: Study, value: float = 2) -> dict[str, float | str]:
    """The same value for every item that raters see."""
    return {item: value for row, scale in scales_of(study, observer_only=True) for item in scale.item_ids}


def make_task(
    session: Session, study: Study, assigned: TherapySession, reviewed: TherapySession | None, *, code: str = "HW1"
) -> HomeworkTask:
    """A task assigned at one session and due at another."""
    task = HomeworkTask(
        study_id=study.id,
        code=code,
        assigned_session_id=assigned.id,
        reviewed_session_id=reviewed.id if reviewed else None,
        type="behavioral",
        description="Walk ten minutes each morning",
    )
    session.add(task)
    session.flush()
    return task


def make_recording(
    session: Session, therapy_session: TherapySession, audio_name: str, peaks_name: str, *, size: int, mime: str
) -> Recording:
    """A recording whose files are in the media store already."""
    made = Recording(
        session_id=therapy_session.id,
        audio_name=audio_name,
        peaks_name=peaks_name,
        mime=mime,
        codec="opus",
        duration_s=60.0,
        sample_rate=48000,
        channels=1,
        size=size,
        sha256="0" * 64,
        parts=[],
        ingested_at=NOON,
    )
    session.add(made)
    session.flush()
    return made
