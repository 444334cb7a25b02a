"""Write the audit event of a change, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from rater.storage.database import table_of, way_of
from rater.storage.models import AuditEvent
from rater.storage.prepared import Prepared, Way
from rater.terms import Actor

_EVENTS = table_of(AuditEvent)
_APPEND = Prepared(insert(_EVENTS).returning(_EVENTS.c.id))
_EARLIER = Prepared(
    select(_EVENTS.c.action, _EVENTS.c.subject, _EVENTS.c.detail).where(
        _EVENTS.c.actor_id == bindparam("actor_id"), _EVENTS.c.operation_id == bindparam("operation_id")
    )
)


@dataclass(frozen=True)
class Earlier:
    """An event that has happened already."""

    action: str
    subject: str
    detail: dict[str, Any]


def record(
    session: Session | Way,
    actor: Actor,
    action: str,
    subject: str,
    *,
    now: datetime,
    study_id: int | None = None,
    operation_id: str | None = None,
    **detail: Any,
) -> int:
    """Append one event (`subject` is `noun:id`) and return its sequence number."""
    row = {
        "at": now,
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "action": action,
        "subject": subject,
        "study_id": study_id,
        "detail": detail,
        "operation_id": operation_id,
    }
    written = _APPEND.one(way_of(session), row)
    if written is None:
        raise RuntimeError("the record of the change was not written")
    return int(written[0])


def earlier(session: Session, actor: Actor, operation_id: str) -> Earlier | None:
    """The event that this actor's operation id already caused, if any."""
    row = _EARLIER.one(way_of(session), {"actor_id": actor.person_id, "operation_id": operation_id})
    return Earlier(*row) if row else None


def data_version(session: Session, study_id: int) -> int:
    """The sequence number of the study's last event: results carry it to say which data they belong to."""
    newest = select(AuditEvent.id).where(AuditEvent.study_id == study_id).order_by(AuditEvent.id.desc()).limit(1)
    return session.scalar(newest) or 0
