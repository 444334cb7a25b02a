"""A study in training: sets that all raters rate, the criterion of their sessions, and a gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.ratings.operations.locking import lock_wave
from rater.storage.models import Assignment, CriterionPoint, Study, TherapySession
from rater.studies.operations import scales_of
from rater.terms import COMMAND_LINE, Position, SessionUse, kind_of_wave
from rater.training.operations.revealing import reveal_wave
from tests.builders.study import NOON, make_assignment, make_rating, make_session

GATE = {"gate": {"statistic": "within_one", "threshold": 0.9, "minimum_sessions": 2}}


def make_set(
    session: Session, study: Study, wave: str, numbers: Sequence[int], raters: Sequence[str], *, patient: str = "P09"
) -> list[TherapySession]:
    """Sessions of the wave's use, each with a criterion of 3 on every item, given to these raters."""
    made = [make_session(session, study, patient, number) for number in numbers]
    items = [item for _, scale in scales_of(study, observer_only=True) for item in scale.item_ids]
    for place, each in enumerate(made, start=1):
        each.use = SessionUse(str(kind_of_wave(wave)))
        for item in items:
            session.add(CriterionPoint(session_id=each.id, item=item, value=3.0, changed_at=NOON))
        for code in raters:
            make_assignment(session, study, each, code, position=Position.ALL, wave=wave, place=place)
    session.flush()
    return made


def rate_set(session: Session, study: Study, wave: str, values: Mapping[str, Sequence[float]]) -> None:
    """Ratings of a wave by rater: the points of each session's items in turn, over and over."""
    items = [item for _, scale in scales_of(study, observer_only=True) for item in scale.item_ids]
    for each in session.scalars(select(Assignment).order_by(Assignment.id)):
        given = values.get(each.rater.code)
        if each.wave.name == wave and each.wave.study_id == study.id and given and each.rating is None:
            shift = each.queue_place
            make_rating(session, each, {item: given[(at + shift) % len(given)] for at, item in enumerate(items)})
    session.flush()


def reveal(session: Session, study: Study, wave: str, *, now: datetime = NOON) -> None:
    """Lock a wave and reveal it."""
    lock_wave(session, COMMAND_LINE, study, wave, now=now)
    reveal_wave(session, COMMAND_LINE, study, wave, now=now)
