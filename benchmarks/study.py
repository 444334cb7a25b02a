"""A study for the benchmarks: twenty raters who each rate the same session-long recording."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from benchmarks.bench import Prepared
from rater.storage.models import Assignment, Study


def prepare(home: Path, recording: Path, raters: int, *, rated: int = 0) -> Prepared:
    """Make the study in `home` as an installation would have it, the recording taken in by Rater's own ingest.

    The first rater has rated and submitted `rated` other sessions before.
    """
    from rater.app import create_app
    from rater.config import Settings
    from rater.storage import schema
    from rater.storage.database import db, writing
    from rater.storage.media.audio import ingest
    from rater.terms import Role
    from tests.builders.study import make_assignment, make_person, make_recording, make_session, make_study

    app = create_app(Settings.load({}, home=home))
    with app.app_context():
        schema.upgrade(db.engine)
        store = app.extensions["rater_media"]
        made = store.temp()
        taken = ingest([recording], made)
        audio, peaks = store.put(made), store.put_bytes(taken.peaks.to_bytes())
        with writing() as session:
            study = make_study(session)
            held = make_session(session, study)
            row = make_recording(session, held, audio, peaks, size=taken.size, mime=taken.mime)
            row.duration_s = taken.duration_s
            assignments = {}
            for number in range(1, raters + 1):
                email, code = f"rater{number}@example.org", f"R{number}"
                make_person(session, email, (study, Role.RATER), code=code)
                assignments[email] = make_assignment(session, study, held, code).public_id
            public_id = row.public_id
            for number in range(2, rated + 2):
                other = make_session(session, study, number=number)
                _rate(session, study, make_assignment(session, study, other, "R1", place=number))
        db.engine.dispose()
    return Prepared(home, assignments, public_id, Path(audio[:2]) / audio, taken.size)


def _rate(session: Session, study: Study, assignment: Assignment) -> None:
    """Rate a session point by point, as the rating screen does, and submit it."""
    from rater.ratings.operations.saving import save_point
    from rater.ratings.operations.submitting import submit_rating
    from rater.terms import Actor
    from tests.builders.study import NOON, all_points

    person = assignment.rater.person
    actor = Actor(person.id, person.name)
    for number, item in enumerate(all_points(study)):
        operation = f"{assignment.public_id}-{item}"
        save_point(
            session, actor, assignment.public_id, item, float(number % 5), None, now=NOON, operation_id=operation
        )
    submit_rating(session, actor, assignment.public_id, now=NOON)
