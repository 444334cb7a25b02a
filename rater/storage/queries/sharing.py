"""Who has to do in supervision with a recording that a research study has too."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from rater.storage.models import Assignment, Rater, Recording, Supervision, TherapySession, Trainee
from rater.storage.queries.begun import is_begun


def barred_by_supervision(session: Session, study_id: int) -> set[tuple[str, str]]:
    """(rater, session) wherever the rater is, in a programme with the same recording, the therapist or a supervisor.

    Whoever has ever supervised the therapist counts; a session that the rater has begun to rate is not among them.
    """
    shared, its_session = aliased(Recording), aliased(TherapySession)
    begun = exists().where(Assignment.session_id == TherapySession.id, Assignment.rater_id == Rater.id, is_begun())
    supervised = exists().where(Supervision.trainee_id == Trainee.id, Supervision.person_id == Rater.person_id)
    rows = session.execute(
        select(Rater.code, TherapySession.code)
        .join(TherapySession, TherapySession.study_id == Rater.study_id)
        .join(Recording, Recording.session_id == TherapySession.id)
        .join(shared, (shared.audio_name == Recording.audio_name) & (shared.id != Recording.id))
        .join(its_session, its_session.id == shared.session_id)
        .join(Trainee, Trainee.therapist_id == its_session.therapist_id)
        .where(
            Rater.study_id == study_id,
            Rater.person_id.is_not(None),
            or_(Trainee.person_id == Rater.person_id, supervised),
            ~begun,
        )
    )
    return {(row[0], row[1]) for row in rows}
