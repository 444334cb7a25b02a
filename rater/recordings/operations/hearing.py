"""Who may hear a recording, and the trace that each hearing leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.storage.audit import record
from rater.storage.models import Assignment, AuditEvent, Membership, Rater, Recording, TherapySession
from rater.terms import Actor, Role

TRACED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Sound:
    """What is needed to send a recording: the names in the media store, the type and the bytes in all."""

    recording_id: int
    study_id: int
    audio_name: str
    peaks_name: str
    mime: str
    size: int
    is_traced: bool


def sound_for(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Sound:
    """A recording that the actor may hear now: raters those assigned to them, coordinators those of their study.

    Raises NotFound for any other. `is_traced` tells whether the audit already shows this hearing.
    """
    holds = (
        (Membership.study_id == TherapySession.study_id)
        & (Membership.person_id == actor.person_id)
        & (Membership.since <= now)
        & or_(Membership.until.is_(None), Membership.until > now)
    )
    assigned = exists().where(
        Assignment.session_id == TherapySession.id,
        Assignment.rater_id == Rater.id,
        Rater.person_id == actor.person_id,
        holds,
        Membership.role == Role.RATER,
    )
    coordinates = exists().where(holds, Membership.role == Role.COORDINATOR)
    traced = exists().where(
        AuditEvent.actor_id == actor.person_id,
        AuditEvent.action == "recording.played",
        AuditEvent.subject == "recording:" + public_id,
        AuditEvent.at > now - TRACED_FOR,
    )
    row = session.execute(
        select(
            Recording.id,
            TherapySession.study_id,
            Recording.audio_name,
            Recording.peaks_name,
            Recording.mime,
            Recording.size,
            traced,
        )
        .join(TherapySession, TherapySession.id == Recording.session_id)
        .where(Recording.public_id == public_id, or_(assigned, coordinates))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Sound(*row)


def trace_hearing(session: Session, actor: Actor, public_id: str, sound: Sound, *, now: datetime) -> None:
    """Write that the actor hears this recording; committed before the first byte leaves."""
    record(session, actor, "recording.played", f"recording:{public_id}", now=now, study_id=sound.study_id)
