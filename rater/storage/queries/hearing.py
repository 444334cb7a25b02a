"""The statements that say who may hear a recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import (
    Assignment,
    AuditEvent,
    Exclusion,
    Membership,
    Obstacle,
    Rater,
    Recording,
    TherapySession,
    Wave,
)
from rater.storage.prepared import Prepared
from rater.storage.queries.masking import IS_MASKED
from rater.storage.queries.supervision import IN_PROGRAMME, RESEARCH_ENDED, SUPERVISED, consented
from rater.storage.queries.training import is_held_back
from rater.terms import (
    ConsentScope,
    ExclusionScope,
    ObstacleAnswer,
    ObstacleReason,
    RatingState,
    Role,
    SessionUse,
    WaveKind,
)

_OBSTACLES, _EXCLUSIONS, _WAVES = (table_of(each) for each in (Obstacle, Exclusion, Wave))
_RECORDINGS, _SESSIONS, _EVENTS = (table_of(each) for each in (Recording, TherapySession, AuditEvent))
_ASSIGNMENTS, _RATERS, _MEMBERSHIPS = (table_of(each) for each in (Assignment, Rater, Membership))
_HOLDS = (
    (_MEMBERSHIPS.c.study_id == _SESSIONS.c.study_id)
    & (_MEMBERSHIPS.c.person_id == bindparam("person_id"))
    & (_MEMBERSHIPS.c.since <= bindparam("now"))
    & or_(_MEMBERSHIPS.c.until.is_(None), _MEMBERSHIPS.c.until > bindparam("now"))
)
_LEFT_OUT = (
    exists()
    .where(
        _EXCLUSIONS.c.lifted_at.is_(None),
        or_(_EXCLUSIONS.c.session_id == _SESSIONS.c.id, _EXCLUSIONS.c.patient_id == _SESSIONS.c.patient_id),
        or_(
            _EXCLUSIONS.c.scope == ExclusionScope.EVERYTHING,
            (_EXCLUSIONS.c.scope == ExclusionScope.MAIN) & (_WAVES.c.name == WaveKind.MAIN),
        ),
    )
    .correlate(_SESSIONS, _WAVES)
)
_WAITS = (
    exists()
    .where(_OBSTACLES.c.assignment_id == _ASSIGNMENTS.c.id, _OBSTACLES.c.answer.is_(None))
    .correlate(_ASSIGNMENTS)
)
_IS_OPEN = or_(_ASSIGNMENTS.c.state != RatingState.SET_ASIDE, _WAITS) & ~_LEFT_OUT
_ASSIGNED = exists().where(
    _ASSIGNMENTS.c.session_id == _SESSIONS.c.id,
    _ASSIGNMENTS.c.rater_id == _RATERS.c.id,
    _ASSIGNMENTS.c.wave_id == _WAVES.c.id,
    _RATERS.c.person_id == bindparam("person_id"),
    _HOLDS,
    _MEMBERSHIPS.c.role == Role.RATER,
    _IS_OPEN,
    ~is_held_back(),
)
_KNOWS_SOMEBODY = exists().where(
    _OBSTACLES.c.assignment_id == _ASSIGNMENTS.c.id,
    _OBSTACLES.c.reason == ObstacleReason.KNOWS_PERSON,
    or_(_OBSTACLES.c.answer.is_(None), _OBSTACLES.c.answer == ObstacleAnswer.WITHDRAWN),
    _ASSIGNMENTS.c.session_id == _SESSIONS.c.id,
    _ASSIGNMENTS.c.rater_id == _RATERS.c.id,
    _RATERS.c.person_id == bindparam("person_id"),
)
_COORDINATES = exists().where(_HOLDS, _MEMBERSHIPS.c.role == Role.COORDINATOR) & or_(
    ~IN_PROGRAMME, consented(ConsentScope.SUPERVISION)
)
_TRACED = exists().where(
    _EVENTS.c.actor_id == bindparam("person_id"),
    _EVENTS.c.action == "recording.played",
    _EVENTS.c.subject == bindparam("subject"),
    _EVENTS.c.at > bindparam("traced_since"),
)
_LEADS = exists().where(_HOLDS, _MEMBERSHIPS.c.role.in_((Role.TRAINER, Role.RESEARCHER)))
_REVEALED = exists().where(
    _ASSIGNMENTS.c.session_id == _SESSIONS.c.id,
    _ASSIGNMENTS.c.state == RatingState.SUBMITTED,
    _ASSIGNMENTS.c.wave_id == _WAVES.c.id,
    _WAVES.c.revealed_at.is_not(None),
    ~_LEFT_OUT,
)
_EXCLUDED = or_(
    _EXCLUSIONS.c.session_id == _SESSIONS.c.id, _EXCLUSIONS.c.patient_id == _SESSIONS.c.patient_id
) & _EXCLUSIONS.c.lifted_at.is_(None)
_FOR_EXPERTS = or_(
    _SESSIONS.c.use.in_((SessionUse.TRAINING, SessionUse.CALIBRATION)),
    exists().where(_EXCLUDED, _EXCLUSIONS.c.scope == ExclusionScope.MAIN),
) & ~exists().where(_EXCLUDED, _EXCLUSIONS.c.scope == ExclusionScope.EVERYTHING)
_ANY_SOUND = (
    select(
        _RECORDINGS.c.id,
        _SESSIONS.c.study_id,
        _RECORDINGS.c.audio_name,
        _RECORDINGS.c.peaks_name,
        _RECORDINGS.c.mime,
        _RECORDINGS.c.size,
        _TRACED,
        exists().where(IS_MASKED),
    )
    .join_from(_RECORDINGS, _SESSIONS, _SESSIONS.c.id == _RECORDINGS.c.session_id)
    .where(_RECORDINGS.c.public_id == bindparam("public_id"), ~_KNOWS_SOMEBODY)
)
_SOUND = Prepared(_ANY_SOUND.where(or_(_ASSIGNED & ~RESEARCH_ENDED, _COORDINATES, SUPERVISED)))
_LED = Prepared(_ANY_SOUND.where(_LEADS, or_(_REVEALED, _FOR_EXPERTS), ~RESEARCH_ENDED))
_OPEN = (
    select(_ASSIGNMENTS.c.id)
    .join_from(_ASSIGNMENTS, _SESSIONS, _SESSIONS.c.id == _ASSIGNMENTS.c.session_id)
    .join(_WAVES, _WAVES.c.id == _ASSIGNMENTS.c.wave_id)
    .where(_ASSIGNMENTS.c.id == bindparam("of_assignment"), _IS_OPEN)
)


def sound_of(
    session: Session, person_id: int | None, public_id: str, *, now: datetime, traced_since: datetime
) -> tuple[Any, ...] | None:
    """A recording if the person hears it: its ids, names in the store, type, bytes, and if it is traced and masked."""
    return _sound(session, _SOUND, person_id, public_id, now, traced_since)


def led_sound_of(
    session: Session, person_id: int | None, public_id: str, *, now: datetime, traced_since: datetime
) -> tuple[Any, ...] | None:
    """The same for who leads training in its study, of what may have a criterion or was rated in a revealed wave."""
    return _sound(session, _LED, person_id, public_id, now, traced_since)


def _sound(
    session: Session, statement: Prepared, person_id: int | None, public_id: str, now: datetime, since: datetime
) -> tuple[Any, ...] | None:
    asked = {
        "person_id": person_id,
        "public_id": public_id,
        "subject": f"recording:{public_id}",
        "now": now,
        "today": now.date(),
        "traced_since": since,
    }
    return statement.one(session.connection(), asked)


def opens_recording(session: Session, assignment_id: int) -> bool:
    """Whether an assignment lets its rater hear: not once it is withdrawn, or its session left out of its wave."""
    return session.execute(_OPEN, {"of_assignment": assignment_id}).one_or_none() is not None
