"""Who may hear a recording, and the trace that each hearing leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused
from rater.recordings.masking import Mask, Stretch, hidden_from, version_key
from rater.storage.audit import record
from rater.storage.database import table_of
from rater.storage.models import (
    Assignment,
    AuditEvent,
    Membership,
    Obstacle,
    Rater,
    Recording,
    TherapySession,
)
from rater.storage.queries.masking import IS_MASKED, spans_of, version_of
from rater.storage.queries.studies import roles_in
from rater.terms import Actor, ObstacleAnswer, ObstacleReason, Reason, Role

TRACED_FOR = timedelta(minutes=15)
PREPARED = Reason("This recording is being prepared: a part of it is made silent. Try again in a minute")


@dataclass(frozen=True)
class Sound:
    """What is needed to send a recording: the names in the media store, the type and the bytes in all.

    `hidden` are the seconds that are silent in what this person gets.
    """

    recording_id: int
    study_id: int
    audio_name: str
    peaks_name: str
    mime: str
    size: int
    is_traced: bool
    is_masked: bool
    hidden: tuple[Stretch, ...] = ()


_OBSTACLES = table_of(Obstacle)
_RECORDINGS, _SESSIONS, _EVENTS = (table_of(each) for each in (Recording, TherapySession, AuditEvent))
_ASSIGNMENTS, _RATERS, _MEMBERSHIPS = (table_of(each) for each in (Assignment, Rater, Membership))
_HOLDS = (
    (_MEMBERSHIPS.c.study_id == _SESSIONS.c.study_id)
    & (_MEMBERSHIPS.c.person_id == bindparam("person_id"))
    & (_MEMBERSHIPS.c.since <= bindparam("now"))
    & or_(_MEMBERSHIPS.c.until.is_(None), _MEMBERSHIPS.c.until > bindparam("now"))
)
_ASSIGNED = exists().where(
    _ASSIGNMENTS.c.session_id == _SESSIONS.c.id,
    _ASSIGNMENTS.c.rater_id == _RATERS.c.id,
    _RATERS.c.person_id == bindparam("person_id"),
    _HOLDS,
    _MEMBERSHIPS.c.role == Role.RATER,
)
_KNOWS_SOMEBODY = exists().where(
    _OBSTACLES.c.assignment_id == _ASSIGNMENTS.c.id,
    _OBSTACLES.c.reason == ObstacleReason.KNOWS_PERSON,
    or_(_OBSTACLES.c.answer.is_(None), _OBSTACLES.c.answer == ObstacleAnswer.WITHDRAWN),
    _ASSIGNMENTS.c.session_id == _SESSIONS.c.id,
    _ASSIGNMENTS.c.rater_id == _RATERS.c.id,
    _RATERS.c.person_id == bindparam("person_id"),
)
_COORDINATES = exists().where(_HOLDS, _MEMBERSHIPS.c.role == Role.COORDINATOR)
_TRACED = exists().where(
    _EVENTS.c.actor_id == bindparam("person_id"),
    _EVENTS.c.action == "recording.played",
    _EVENTS.c.subject == bindparam("subject"),
    _EVENTS.c.at > bindparam("traced_since"),
)
_MASKED = exists().where(IS_MASKED)
_SOUND = (
    select(
        _RECORDINGS.c.id,
        _SESSIONS.c.study_id,
        _RECORDINGS.c.audio_name,
        _RECORDINGS.c.peaks_name,
        _RECORDINGS.c.mime,
        _RECORDINGS.c.size,
        _TRACED,
        _MASKED,
    )
    .join_from(_RECORDINGS, _SESSIONS, _SESSIONS.c.id == _RECORDINGS.c.session_id)
    .where(_RECORDINGS.c.public_id == bindparam("public_id"), or_(_ASSIGNED, _COORDINATES), ~_KNOWS_SOMEBODY)
)


def sound_for(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Sound:
    """A recording that the actor may hear now: raters those assigned to them, coordinators those of their study.

    Nobody hears a session in which he or she knows somebody, once that is said. Raises NotFound for any other.
    `is_traced` tells whether the audit already shows this hearing. Who may not hear some seconds gets the version in
    which they are silent; Refused is raised until that is made, and the recording itself is never given instead.
    """
    asked = {
        "person_id": actor.person_id,
        "public_id": public_id,
        "subject": f"recording:{public_id}",
        "now": now,
        "traced_since": now - TRACED_FOR,
    }
    session.flush()
    row = session.execute(_SOUND, asked).one_or_none()
    if row is None:
        raise NotFound
    sound = Sound(*row)
    return _silenced(session, actor, sound, now=now) if sound.is_masked else sound


def hidden_seconds(
    session: Session, person_id: int | None, recording_id: int, study_id: int, *, now: datetime
) -> tuple[Stretch, ...]:
    """The seconds of a recording that a person does not hear in any of the roles held in its study."""
    spans = spans_of(session.connection(), recording_id)
    masks = [Mask(start, stop, frozenset(map(Role, roles))) for start, stop, roles in spans]
    return hidden_from(masks, roles_in(session, person_id, study_id, now=now)) if masks else ()


def _silenced(session: Session, actor: Actor, sound: Sound, *, now: datetime) -> Sound:
    hidden = hidden_seconds(session, actor.person_id, sound.recording_id, sound.study_id, now=now)
    if not hidden:
        return sound
    made = version_of(session, sound.recording_id, version_key(sound.audio_name, hidden))
    if made is None:
        raise Refused(PREPARED)
    return replace(
        sound,
        audio_name=made.audio_name,
        peaks_name=made.peaks_name,
        mime=made.mime,
        size=made.size,
        hidden=hidden,
    )


def is_prepared(session: Session, recording: Recording, hidden: tuple[Stretch, ...]) -> bool:
    """Whether a person who does not hear these seconds can hear the rest by now."""
    return not hidden or version_of(session, recording.id, version_key(recording.audio_name, hidden)) is not None


def trace_hearing(session: Session, actor: Actor, public_id: str, sound: Sound, *, now: datetime) -> None:
    """Write that the actor hears this recording; committed before the first byte leaves."""
    record(session, actor, "recording.played", f"recording:{public_id}", now=now, study_id=sound.study_id)
