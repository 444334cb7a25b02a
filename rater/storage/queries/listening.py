"""The statements of listening: what was heard, where a rater stopped, and the seconds at work; in Core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import (
    Assignment,
    Listening,
    Membership,
    Rater,
    Recording,
    Study,
    TherapySession,
    Wave,
    WorkStretch,
)
from rater.storage.queries.masking import IS_MASKED
from rater.storage.queries.own import IS_OWN, RATES_IN_STUDY

_ASSIGNMENTS, _WAVES, _RATERS, _MEMBERSHIPS = (table_of(each) for each in (Assignment, Wave, Rater, Membership))
_RECORDINGS, _STUDIES, _SESSIONS = (table_of(each) for each in (Recording, Study, TherapySession))
_LISTENINGS, _STRETCHES = table_of(Listening), table_of(WorkStretch)
_assignment, _wave, _rater, _membership = (each.c for each in (_ASSIGNMENTS, _WAVES, _RATERS, _MEMBERSHIPS))
_recording, _study, _listening, _stretch = _RECORDINGS.c, _STUDIES.c, _LISTENINGS.c, _STRETCHES.c

_MASKED = exists().where(IS_MASKED)
_LOCK = select(_assignment.id).where(_assignment.public_id == bindparam("public_id")).with_for_update()
_HELD = (
    select(
        _assignment.id,
        _assignment.state,
        _wave.locked_at,
        _recording.duration_s,
        _recording.silences,
        _listening.heard,
        _stretch.id,
        _stretch.seconds,
        _stretch.began_at,
        _recording.id,
        _MASKED,
    )
    .join_from(_ASSIGNMENTS, _WAVES, _wave.id == _assignment.wave_id)
    .join(_RATERS, _rater.id == _assignment.rater_id)
    .join(_MEMBERSHIPS, RATES_IN_STUDY)
    .outerjoin(_RECORDINGS, _recording.session_id == _assignment.session_id)
    .outerjoin(_LISTENINGS, _listening.assignment_id == _assignment.id)
    .outerjoin(_STRETCHES, (_stretch.assignment_id == _assignment.id) & (_stretch.window == bindparam("of_window")))
    .where(IS_OWN)
)
_ADD = insert(_LISTENINGS)
_CHANGE = update(_LISTENINGS).where(_listening.assignment_id == bindparam("of_assignment"))
_BEGIN = insert(_STRETCHES)
_LENGTHEN = update(_STRETCHES).where(_stretch.id == bindparam("of_stretch"))
_HEARD = (
    select(
        _recording.duration_s,
        _recording.silences,
        _listening.heard,
        _listening.position_s,
        _listening.speed,
        _study.rate_at_end,
        _study.heard_share,
        _recording.id,
        _MASKED,
    )
    .join_from(_ASSIGNMENTS, _WAVES, _wave.id == _assignment.wave_id)
    .join(_STUDIES, _study.id == _wave.study_id)
    .outerjoin(_RECORDINGS, _recording.session_id == _assignment.session_id)
    .outerjoin(_LISTENINGS, _listening.assignment_id == _assignment.id)
    .where(_assignment.id == bindparam("of_assignment"))
)
_OWN = _ASSIGNMENTS.alias()
_LAST_SPEED = (
    select(_listening.speed)
    .join_from(_LISTENINGS, _ASSIGNMENTS, _assignment.id == _listening.assignment_id)
    .join(_OWN, _OWN.c.rater_id == _assignment.rater_id)
    .where(_OWN.c.id == bindparam("of_assignment"))
    .order_by(_listening.changed_at.desc(), _listening.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class HeldListening:
    """An assignment held while it is told what was heard; `heard` is None where nothing has been told yet.

    `duration_s` is None without a recording; `stretch_id` is None where the window is new.
    """

    id: int
    state: str
    locked_at: datetime | None
    duration_s: float | None
    silences: list[Any] | None
    heard: list[Any] | None
    stretch_id: int | None
    seconds: float | None
    began_at: datetime | None
    recording_id: int | None
    is_masked: bool


@dataclass(frozen=True)
class KeptListening:
    """What is kept of listening to one assignment, and the study's setting; a field is None where there is none."""

    duration_s: float | None
    silences: list[Any] | None
    heard: list[Any] | None
    position_s: float | None
    speed: float | None
    rate_at_end: str
    wanted: float
    recording_id: int | None
    is_masked: bool


def hold_listening(
    connection: Connection, person_id: int | None, public_id: str, window: str, *, now: datetime
) -> HeldListening | None:
    """The assignment with this id, held, if the person is its rater and still a rater in its study."""
    if connection.dialect.name != "sqlite":  # SQLite has one writer; others must wait before they look
        connection.execute(_LOCK, {"public_id": public_id})
    asked = {"public_id": public_id, "person_id": person_id, "now": now, "of_window": window}
    row = connection.execute(_HELD, asked).one_or_none()
    return None if row is None else HeldListening(*row)


def keep_heard(connection: Connection, held: HeldListening, fresh: dict[str, Any]) -> None:
    """Write heard, position_s, speed and changed_at of an assignment."""
    if held.heard is None:
        connection.execute(_ADD, {"assignment_id": held.id, **fresh})
    else:
        connection.execute(_CHANGE, {"of_assignment": held.id, **fresh})


def keep_seconds(connection: Connection, held: HeldListening, window: str, seconds: float, *, now: datetime) -> None:
    """Write the seconds at work in one window; a new window begins now."""
    if held.stretch_id is None:
        row = {"assignment_id": held.id, "window": window, "seconds": seconds, "began_at": now}
        connection.execute(_BEGIN, row)
    else:
        connection.execute(_LENGTHEN, {"of_stretch": held.stretch_id, "seconds": seconds})


def kept_listening(connection: Connection, assignment_id: int) -> KeptListening:
    """What is kept of listening to an assignment."""
    return KeptListening(*connection.execute(_HEARD, {"of_assignment": assignment_id}).one())


def last_speed(connection: Connection, assignment_id: int) -> float | None:
    """The speed at which the rater of an assignment heard the session heard last, if any."""
    speed: float | None = connection.execute(_LAST_SPEED, {"of_assignment": assignment_id}).scalar_one_or_none()
    return speed


def stretches_of(
    session: Session, person_id: int | None, study_id: int, since: datetime
) -> Sequence[tuple[datetime, float]]:
    """When each stretch of a person's work in a study began, and its seconds, from a moment on."""
    rows = session.execute(
        select(_stretch.began_at, _stretch.seconds)
        .join_from(_STRETCHES, _ASSIGNMENTS, _assignment.id == _stretch.assignment_id)
        .join(_RATERS, _rater.id == _assignment.rater_id)
        .where(_rater.person_id == person_id, _rater.study_id == study_id, _stretch.began_at >= since)
    )
    return [(began_at, seconds) for began_at, seconds in rows]
