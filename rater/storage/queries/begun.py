"""What counts as begun: work that a new draw leaves where it is."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from rater.storage.models import (
    Assignment,
    Concern,
    HomeworkReport,
    Listening,
    Note,
    Obstacle,
    OtherTask,
    TherapySession,
    Wave,
    WorkStretch,
)
from rater.terms import RatingState, kind_of_wave


def is_begun() -> ColumnElement[bool]:
    """Whether an assignment holds anything of its rater's: a rating, notes, reports, or seconds that were heard.

    To have opened the page, and nothing else, is no beginning.
    """
    heard = exists().where(Listening.assignment_id == Assignment.id, func.json_array_length(Listening.heard) > 0)
    left = (exists().where(each.assignment_id == Assignment.id) for each in _LEFT)
    return or_(Assignment.state != RatingState.OPEN, heard, *left)


_LEFT = (Note, HomeworkReport, OtherTask, Obstacle, Concern)


def begun_in(session: Session, study_id: int, wave: str) -> set[int]:
    """The ids of the assignments of a wave that have been begun."""
    of_wave = select(Assignment.id).join(Assignment.wave).where(Wave.study_id == study_id, Wave.name == wave)
    return set(session.scalars(of_wave.where(is_begun())))


def begun_among(session: Session, assignments: Collection[int]) -> set[int]:
    """Those of the assignments, by id, that have been begun."""
    return set(session.scalars(select(Assignment.id).where(Assignment.id.in_(assignments), is_begun())))


def drop_unbegun(session: Session, assignments: Collection[int]) -> None:
    """Delete assignments that have not been begun, with the traces of a page that was opened."""
    for visit in (WorkStretch, Listening):
        session.execute(delete(visit).where(visit.assignment_id.in_(assignments)))
    session.execute(delete(Assignment).where(Assignment.id.in_(assignments)))
    session.expire_all()


def sessions_in_others(session: Session, study_id: int, wave: str) -> set[str]:
    """The sessions that other waves of the same kind have, by code."""
    found = (
        select(TherapySession.code)
        .distinct()
        .join(Assignment, Assignment.session_id == TherapySession.id)
        .join(Assignment.wave)
        .where(Wave.study_id == study_id, Wave.kind == kind_of_wave(wave), Wave.name != wave)
    )
    return set(session.scalars(found))
