"""A revealed trial in the world: two raters, one session, a criterion and a consensus to talk over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from rater.storage.models import CriterionPoint, Note, Study
from rater.studies.operations import ensure_wave
from rater.terms import Position, SessionUse
from tests.builders.study import NOON, all_points, make_assignment, make_rating, make_session

CODE = "KP071"


def fill_trial(session: Session, study: Study, first: str = "R1", second: str = "R2") -> None:
    """Session P07-S01 in the wave training: both raters give 2 everywhere, but the second one 4 for ghes1."""
    target = make_session(session, study, "P07", 1)
    target.use = SessionUse.TRAINING
    for code in (first, second):
        given = make_assignment(session, study, target, code, position=Position.ALL, wave="training", place=9)
        make_rating(session, given, all_points(study) | ({"ghes1": 4} if code == second else {}))
        note = f"#ghes1 it is named, says {code}"
        session.add(Note(public_id=code * 8, assignment_id=given.id, second=7, text=note, written_at=NOON))
    session.add(CriterionPoint(session_id=target.id, item="ghes1", value=3.0, changed_at=NOON))
    session.flush()
    wave = ensure_wave(session, study, "training")
    wave.locked_at = wave.revealed_at = NOON
    session.flush()
