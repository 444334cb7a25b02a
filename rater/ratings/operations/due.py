"""Give the sessions of a wave their due dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from rater.errors import BadInput, fault
from rater.ratings.due import DuePlan, planned
from rater.storage.audit import record
from rater.storage.models import Assignment, Rater, Study, Wave
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState


@dataclass(frozen=True)
class DueDates:
    """How many due dates were set, stood already, or were left since the session is submitted."""

    changed: int
    unchanged: int
    submitted: int


def set_due_dates(
    session: Session,
    actor: Actor,
    study: Study,
    wave: str,
    plan: DuePlan,
    *,
    now: datetime,
    raters: Sequence[str] = (),
) -> DueDates:
    """Spread a plan over each rater's queue in a wave (`raters`: only over theirs); submitted sessions are left alone.

    Safe to repeat. Raises BadInput for a wave or a rater without sessions, and for a wave that is locked.
    """
    permit(session, actor, study, Action.SEE_PROGRESS, now=now)
    rows = _queues(session, study, wave)
    _check(rows, wave, raters)
    changed, unchanged = 0, 0
    for code, queue in groupby(rows, key=lambda row: row.rater.code):
        if raters and code not in raters:
            continue
        mine = list(queue)
        dates = planned(plan, [row.state == RatingState.SUBMITTED for row in mine])
        for row, day in zip(mine, dates, strict=True):
            changed += day is not None and row.due_on != day
            unchanged += day is not None and row.due_on == day
            row.due_on = day if day is not None else row.due_on
    left = sum(row.state == RatingState.SUBMITTED for row in rows if not raters or row.rater.code in raters)
    if changed:
        subject, codes = f"study:{study.slug}", sorted(raters)
        record(session, actor, "due.set", subject, now=now, study_id=study.id, wave=wave, raters=codes, changed=changed)
    return DueDates(changed, unchanged, left)


def _queues(session: Session, study: Study, wave: str) -> Sequence[Assignment]:
    """The assignments of a wave, rater by rater, each in queue order."""
    return session.scalars(
        select(Assignment)
        .join(Assignment.rater)
        .join(Assignment.wave)
        .where(Wave.study_id == study.id, Wave.name == wave)
        .order_by(Rater.code, Assignment.queue_place, Assignment.id)
        .options(contains_eager(Assignment.rater), contains_eager(Assignment.wave))
    ).all()


def _check(rows: Sequence[Assignment], wave: str, raters: Sequence[str]) -> None:
    if not rows:
        raise BadInput(fault("nobody has sessions in the wave {wave}", "Allocate them first", wave=wave))
    if rows[0].wave.locked_at is not None:
        raise BadInput(fault("the wave {wave} is locked", "Nothing is due in it any more", wave=wave))
    known = sorted({row.rater.code for row in rows})
    unknown = [code for code in raters if code not in known]
    if unknown:
        cause = "{code} has no sessions in the wave {wave}"
        remedy = "Raters there: {known}"
        raise BadInput([fault(cause, remedy, code=code, wave=wave, known=", ".join(known)) for code in unknown])
