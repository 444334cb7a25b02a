"""Lock a wave: from then on everything in it stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, fault
from rater.storage.audit import record
from rater.storage.models import Assignment, Rating, Revision, Study, Wave
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState


@dataclass(frozen=True)
class WaveStanding:
    """Where the ratings of a wave stand; `reopened` are those started ones that were submitted before."""

    name: str
    locked_at: datetime | None
    open: int
    started: int
    submitted: int
    set_aside: int
    reopened: int

    @property
    def total(self) -> int:
        """All ratings assigned."""
        return self.open + self.started + self.submitted + self.set_aside

    @property
    def unfinished(self) -> int:
        """The ratings that a lock would leave without a submission, or with an earlier one."""
        return self.open + self.started


def waves_of(session: Session, study: Study) -> list[WaveStanding]:
    """The waves of a study in the order in which they were made."""
    states = session.execute(
        select(Assignment.wave_id, Assignment.state, func.count())
        .join(Assignment.wave)
        .where(Wave.study_id == study.id)
        .group_by(Assignment.wave_id, Assignment.state)
    )
    counts = {(wave, state): count for wave, state, count in states}
    rows = session.execute(
        select(Assignment.wave_id, func.count(func.distinct(Assignment.id)))
        .join(Assignment.wave)
        .join(Rating, Rating.assignment_id == Assignment.id)
        .join(Revision, Revision.rating_id == Rating.id)
        .where(Wave.study_id == study.id, Assignment.state == RatingState.STARTED, Revision.submitted_at.is_not(None))
        .group_by(Assignment.wave_id)
    )
    reopened: dict[int, int] = {row[0]: row[1] for row in rows}
    waves = session.scalars(select(Wave).where(Wave.study_id == study.id).order_by(Wave.id))
    return [
        WaveStanding(
            wave.name,
            wave.locked_at,
            **{state.value: counts.get((wave.id, state), 0) for state in RatingState},
            reopened=reopened.get(wave.id, 0),
        )
        for wave in waves
    ]


def wave_standing(session: Session, actor: Actor, study: Study, name: str, *, now: datetime) -> WaveStanding:
    """What somebody who is about to lock a wave wants to know. Raises NotFound, NotPermitted."""
    permit(session, actor, study, Action.LOCK_WAVE, now=now)
    for wave in waves_of(session, study):
        if wave.name == name:
            return wave
    raise NotFound


def lock_wave(session: Session, actor: Actor, study: Study, name: str, *, now: datetime) -> WaveStanding:
    """Lock a wave for good, and say where its ratings stood; safe to repeat.

    A change that is being saved at this moment comes before the lock, any later one is refused. Raises NotFound,
    NotPermitted.
    """
    permit(session, actor, study, Action.LOCK_WAVE, now=now)
    wave = session.scalar(select(Wave).where(Wave.study_id == study.id, Wave.name == name))
    if wave is None:
        raise NotFound
    held = select(Assignment.id).where(Assignment.wave_id == wave.id).order_by(Assignment.id).with_for_update()
    session.execute(held).all()
    session.refresh(wave, ["locked_at"], with_for_update=True)
    standing = wave_standing(session, actor, study, name, now=now)
    if wave.locked_at is None:
        wave.locked_at = now
        counts = {state.value: getattr(standing, state.value) for state in RatingState}
        record(session, actor, "wave.locked", f"wave:{wave.id}", now=now, study_id=study.id, wave=name, **counts)
    return standing


def wave_named(session: Session, study: Study, name: str) -> WaveStanding:
    """The wave a command names. Raises BadInput with the waves there are."""
    waves = {wave.name: wave for wave in waves_of(session, study)}
    if name not in waves:
        known = ", ".join(waves) or "none"
        raise BadInput(fault("there is no wave {name}", "Waves of this study: {known}", name=name, known=known))
    return waves[name]
