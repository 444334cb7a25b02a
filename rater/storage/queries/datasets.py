"""Everything that an export reads, as plain rows in an order that the data alone decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from rater.storage.models import (
    Assignment,
    ConsensusPoint,
    CriterionPoint,
    Difficulty,
    Draw,
    HomeworkEntry,
    HomeworkReport,
    HomeworkTask,
    Listening,
    Note,
    OtherTask,
    OutcomeValue,
    Patient,
    Rater,
    Rating,
    Revision,
    Therapist,
    TherapySession,
    Wave,
)
from rater.storage.queries.exclusions import left_out

Row = tuple[Any, ...]
"""A row whose fields the docstring of its query names in order."""


def session_rows(session: Session, study_id: int) -> list[Row]:
    """Each session by code: patient, therapist, number, phase, day, minutes, why and of what it is left out, its use.

    Then what is kept of its homework: the status, the reason for none, and whether there are tasks.
    """
    out = left_out(session, study_id)
    rows = session.execute(
        select(
            TherapySession.code,
            Patient.code,
            Therapist.code,
            TherapySession.number,
            TherapySession.phase,
            TherapySession.held_on,
            TherapySession.duration_min,
            TherapySession.use,
            HomeworkEntry.status,
            HomeworkEntry.reason,
            exists().where(HomeworkTask.assigned_session_id == TherapySession.id),
        )
        .join(TherapySession.patient)
        .join(TherapySession.therapist)
        .outerjoin(HomeworkEntry, HomeworkEntry.session_id == TherapySession.id)
        .where(TherapySession.study_id == study_id)
    )
    return sorted(((*row[:7], out.get(str(row[0])), *row[7:]) for row in map(tuple, rows)), key=lambda row: row[0])


def task_rows(session: Session, study_id: int) -> list[Row]:
    """Code, assigning and reviewing session, type, description and completion of each task, by code."""
    assigned, reviewed = aliased(TherapySession), aliased(TherapySession)
    rows = session.execute(
        select(
            HomeworkTask.code,
            assigned.code,
            reviewed.code,
            HomeworkTask.type,
            HomeworkTask.description,
            HomeworkTask.completed,
        )
        .join(assigned, HomeworkTask.assigned_session_id == assigned.id)
        .outerjoin(reviewed, HomeworkTask.reviewed_session_id == reviewed.id)
        .where(HomeworkTask.study_id == study_id)
    )
    return sorted(map(tuple, rows), key=lambda row: row[0])


def _counting(session: Session, study_id: int, rows: Iterable[Row], *, wave_at: int = 0) -> list[Row]:
    """The rows of sessions that have a part in the wave; the session stands behind the wave."""
    out = left_out(session, study_id)
    return [row for row in rows if row[wave_at + 1] not in out or not out[row[wave_at + 1]].bars(row[wave_at])]


_SUBMITTED = (
    select(Rating.assignment_id)
    .join(Revision, Revision.rating_id == Rating.id)
    .where(Revision.submitted_at.is_not(None))
)


def report_rows(session: Session, study_id: int) -> list[Row]:
    """Task, wave, session, rater and completion of each rater's report whose rating has been submitted."""
    rows = session.execute(
        select(HomeworkTask.code, Wave.name, TherapySession.code, Rater.code, HomeworkReport.completed)
        .join(HomeworkReport, HomeworkReport.task_id == HomeworkTask.id)
        .join(Assignment, Assignment.id == HomeworkReport.assignment_id)
        .join(Assignment.wave)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .where(
            HomeworkTask.study_id == study_id,
            HomeworkReport.completed.is_not(None),
            Assignment.id.in_(_SUBMITTED),
        )
    )
    return sorted(_counting(session, study_id, map(tuple, rows), wave_at=1))


def other_task_rows(session: Session, study_id: int) -> list[Row]:
    """Wave, session, rater, type, description and completion of each task that a rater of a submitted rating added."""
    rows = session.execute(
        select(Wave.name, TherapySession.code, Rater.code, OtherTask.type, OtherTask.description, OtherTask.completed)
        .join(Assignment, Assignment.id == OtherTask.assignment_id)
        .join(Assignment.wave)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .where(Wave.study_id == study_id, Assignment.id.in_(_SUBMITTED))
    )
    return sorted(_counting(session, study_id, map(tuple, rows)), key=lambda row: (*row[:5], row[5] or ""))


def consensus_rows(session: Session, study_id: int) -> list[Row]:
    """Wave, session, item, value, missing code and rationale of all that raters agreed on when they met."""
    rows = session.execute(
        select(
            Wave.name,
            TherapySession.code,
            ConsensusPoint.item,
            ConsensusPoint.value,
            ConsensusPoint.missing_code,
            ConsensusPoint.rationale,
        )
        .join(ConsensusPoint.wave)
        .join(ConsensusPoint.therapy_session)
        .where(Wave.study_id == study_id)
    )
    return sorted(_counting(session, study_id, map(tuple, rows)), key=lambda row: row[:3])


def criterion_rows(session: Session, study_id: int) -> list[Row]:
    """Session, item, value, missing code and rationale of the criterion ratings."""
    rows = session.execute(
        select(
            TherapySession.code,
            CriterionPoint.item,
            CriterionPoint.value,
            CriterionPoint.missing_code,
            CriterionPoint.rationale,
        )
        .join(CriterionPoint.therapy_session)
        .where(TherapySession.study_id == study_id)
    )
    return sorted(map(tuple, rows), key=lambda row: row[:2])


def listening_rows(session: Session, study_id: int) -> list[Row]:
    """Wave, session, rater, rating and the intervals heard for each submitted rating that was listened to."""
    rows = session.execute(
        select(Wave.name, TherapySession.code, Rater.code, Rating.code, Listening.heard)
        .join(Assignment, Assignment.id == Listening.assignment_id)
        .join(Rating, Rating.assignment_id == Assignment.id)
        .join(Assignment.wave)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .where(Wave.study_id == study_id, Assignment.id.in_(_SUBMITTED))
    )
    return sorted(_counting(session, study_id, map(tuple, rows)), key=lambda row: row[:4])


def note_rows(session: Session, study_id: int) -> list[Row]:
    """Wave, session, rater, rating, second and text of each note that a rater of a submitted rating kept."""
    rows = session.execute(
        select(Wave.name, TherapySession.code, Rater.code, Rating.code, Note.second, Note.text)
        .join(Assignment, Assignment.id == Note.assignment_id)
        .join(Rating, Rating.assignment_id == Assignment.id)
        .join(Assignment.wave)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .where(Wave.study_id == study_id, Assignment.id.in_(_SUBMITTED))
    )
    return sorted(_counting(session, study_id, map(tuple, rows)))


def draw_rows(session: Session, study_id: int) -> list[Row]:
    """Wave, algorithm, digest, inputs, plan, reason and moment of each draw that was kept, the first first."""
    columns = (Draw.wave, Draw.algorithm, Draw.digest, Draw.inputs, Draw.plan, Draw.why, Draw.drawn_at)
    rows = session.execute(select(*columns).where(Draw.study_id == study_id).order_by(Draw.id))
    return [tuple(row) for row in rows]


def difficulty_rows(session: Session, study_id: int) -> list[Row]:
    """Session, type and rater of each difficulty."""
    rows = session.execute(
        select(TherapySession.code, Difficulty.type, Rater.code)
        .join(Difficulty.therapy_session)
        .outerjoin(Rater, Rater.id == Difficulty.rater_id)
        .where(TherapySession.study_id == study_id)
    )
    return sorted(map(tuple, rows), key=lambda row: (row[0], row[1], row[2] or ""))


def assigned_rows(session: Session, study_id: int, wave: str) -> list[Row]:
    """Session, rater and position of each assignment of a wave."""
    rows = session.execute(
        select(TherapySession.code, Rater.code, Assignment.position)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .join(Assignment.wave)
        .where(Wave.study_id == study_id, Wave.name == wave)
    )
    out = {code for code, each in left_out(session, study_id).items() if each.bars(wave)}
    return sorted(tuple(row) for row in rows if row[0] not in out)


def assignment_counts(session: Session, study_id: int) -> dict[str, int]:
    """How many assignments each wave has of sessions that have a part in it."""
    rows = session.execute(
        select(Wave.name, TherapySession.code)
        .join(Assignment, Assignment.wave_id == Wave.id)
        .join(Assignment.therapy_session)
        .where(Wave.study_id == study_id)
    )
    return dict(Counter(row[0] for row in _counting(session, study_id, map(tuple, rows))))


def outcome_values(session: Session, study_id: int) -> dict[str, dict[str, float | None]]:
    """The outcome items of each session that has any."""
    rows = session.execute(
        select(TherapySession.code, OutcomeValue.item, OutcomeValue.value)
        .join(TherapySession, TherapySession.id == OutcomeValue.session_id)
        .where(TherapySession.study_id == study_id)
    )
    found: dict[str, dict[str, float | None]] = {}
    for code, item, value in rows:
        found.setdefault(code, {})[item] = value
    return found


def covariates(session: Session, study_id: int) -> dict[str, dict[str, str]]:
    """The covariates of each patient, by code, in that order."""
    rows = session.execute(select(Patient.code, Patient.covariates).where(Patient.study_id == study_id))
    return dict(sorted((code, dict(cells)) for code, cells in rows))
