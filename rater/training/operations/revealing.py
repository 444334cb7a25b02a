"""The reveal: from that moment on the raters of a wave, and who leads them, see each other's ratings of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused
from rater.storage.audit import record
from rater.storage.models import Study, Wave
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, Reason


def wave_of(session: Session, study: Study, name: str) -> Wave:
    """A wave by its name. Raises NotFound."""
    wave = session.scalar(select(Wave).where(Wave.study_id == study.id, Wave.name == name))
    if wave is None:
        raise NotFound
    return wave


def revealed_wave(session: Session, study: Study, name: str) -> Wave:
    """A wave whose ratings may be seen. Raises NotFound, and Refused before its reveal."""
    wave = wave_of(session, study, name)
    if wave.revealed_at is None:
        raise Refused(Reason("The ratings of the wave are not revealed yet"))
    return wave


def reveal_wave(session: Session, actor: Actor, study: Study, name: str, *, now: datetime) -> Wave:
    """Reveal a wave's ratings; safe to repeat, and never taken back.

    Raises NotFound, NotPermitted, and Refused while the wave is not locked: what is seen before the lock could be
    rated after.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    wave = wave_of(session, study, name)
    session.refresh(wave, with_for_update=True)
    if wave.locked_at is None:
        raise Refused(Reason("The wave is not locked yet; its ratings are revealed after the lock"))
    if wave.revealed_at is None:
        wave.revealed_at = now
        session.flush()
        record(session, actor, "wave.revealed", f"wave:{wave.id}", now=now, study_id=study.id, wave=name)
    return wave
