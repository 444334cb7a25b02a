"""A supervision programme in which every relation occurs once: who opens what of it is asked of it, cell by cell."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from rater.storage.database import db, writing
from rater.storage.media.store import MediaStore
from rater.storage.models import (
    Comment,
    Meeting,
    Recording,
    Reflection,
    Review,
    SupervisionTask,
    TaskAttachment,
    TaskTemplate,
    TherapySession,
)
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Audience, ReviewState, Role, SupervisionTaskState, SupervisionTaskType
from tests.application import make_app
from tests.builders.study import NOON, make_assignment, make_person, make_recording, make_session, make_study
from tests.builders.supervision import Programme, make_programme, make_supervised
from tests.web.world import LATER, NOBODY, PEAKS, SOUND, Visitor, World

PEOPLE = ("tom", "tina", "sara", "sven", "lea", "carl", "rita", "adam", "gone")


def build_clinic(home: Path) -> World:
    """The programme `clinic`, and the research study `trial` in which rita rates one of its recordings."""
    app = make_app(home)
    app.extensions["rater_clock"] = lambda: LATER
    with app.app_context():
        with writing() as session:
            ids = _fill(session, app.extensions["rater_media"])
        db.engine.dispose()
    for name in ("uploads", "kept-uploads"):
        (home / name).mkdir(exist_ok=True)
    world = World(app, home / "kept.sqlite", ids)
    world.visitors[NOBODY] = Visitor(app.test_client())
    for name in PEOPLE:
        world.visitors[name] = Visitor(app.test_client(), f"{name}@example.org")
    with app.app_context():
        db.engine.dispose()
    shutil.copy(world.database, world.kept)
    return world


def _fill(session: Session, store: MediaStore) -> dict[str, str]:
    programme = make_programme(session)
    audio, peaks = store.put_bytes(SOUND), store.put_bytes(PEAKS.to_bytes())
    before, _ = _heard(session, programme, 1, audio, peaks)
    made, recording = _heard(session, programme, 2, audio, peaks)
    closed, closed_recording = _heard(session, programme, 3, audio, peaks, until=NOON.date() - timedelta(days=1))
    trial = make_study(session, "trial")
    rated = make_session(session, trial, "P07")
    same = make_recording(session, rated, audio, peaks, size=len(SOUND), mime="audio/ogg")
    make_person(session, "rita@example.org", (trial, Role.RATER), code="R1")
    make_person(session, "carl@example.org", (trial, Role.COORDINATOR))
    rating = make_assignment(session, trial, rated, "R1")
    make_person(session, "adam@example.org").is_administrator = True
    gone = make_person(session, "gone@example.org", (programme.study, Role.SUPERVISOR))
    end_membership(session, COMMAND_LINE, programme.study, gone, Role.SUPERVISOR, now=NOON + timedelta(minutes=1))
    return {
        "session": made.code,
        "first_session": before.code,
        "closed_session": closed.code,
        "recording": recording.public_id,
        "closed_recording": closed_recording.public_id,
        "research_recording": same.public_id,
        "rating": rating.public_id,
        "trainee": programme.trainees["tom"].public_id,
        "other_trainee": programme.trainees["tina"].public_id,
        **_worked(session, programme, made, audio),
    }


def _heard(
    session: Session, programme: Programme, number: int, audio: str, peaks: str, *, until: date | None = None
) -> tuple[TherapySession, Recording]:
    """A session of tom's whose recording is in the store."""
    made, recording = make_supervised(session, programme, "tom", number, until=until)
    recording.audio_name, recording.peaks_name = audio, peaks
    recording.size, recording.mime = len(SOUND), "audio/ogg"
    session.flush()
    return made, recording


def _worked(session: Session, programme: Programme, of: TherapySession, audio: str) -> dict[str, str]:
    """A draft of a review with a comment, a meeting, a task, a template and a reflection of tom's; their ids."""
    study, tom, sara = programme.study, programme.trainees["tom"], programme.people["sara"]
    review = Review(session_id=of.id, by_id=sara.id, began_at=NOON)
    session.add(review)
    session.flush()
    comment = Comment(
        session_id=of.id, review_id=review.id, by_id=sara.id, start_s=12.5, text="A plan is made here",
        audience=Audience.BOTH, state=ReviewState.DRAFT, written_at=NOON,
    )  # fmt: skip
    meeting = Meeting(trainee_id=tom.id, supervisor_id=sara.id, meets_on=LATER.date(), planned_at=NOON)
    task = SupervisionTask(
        trainee_id=tom.id, proposed_by_id=sara.id, state=SupervisionTaskState.AGREED, due_on=LATER.date(),
        type=SupervisionTaskType.TRYING, task="Ask what may come between", proposed_at=NOON, agreed_at=NOON,
    )  # fmt: skip
    template = TaskTemplate(
        study_id=study.id, title="Listen again", type=SupervisionTaskType.SELF_OBSERVATION,
        task="Hear the last five minutes", made_at=NOON, by_id=sara.id,
    )  # fmt: skip
    reflection = Reflection(trainee_id=tom.id, scale_version_id=study.scale_versions[-1].id, filled_at=NOON)
    rows: dict[str, Any] = {
        "review": review, "comment": comment, "meeting": meeting, "task": task, "template": template,
        "reflection": reflection,
    }  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    rows["attachment"] = TaskAttachment(
        task_id=task.id, title="A memo", stored_as=audio, mime="audio/ogg", size=len(SOUND), duration_s=60,
        added_at=NOON, by_id=tom.person_id,
    )  # fmt: skip
    session.add(rows["attachment"])
    session.flush()
    return {name: row.public_id for name, row in rows.items()}
