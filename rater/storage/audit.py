"""Write the audit event of a change, inside the transaction of the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rater.storage.models import AuditEvent
from rater.terms import Actor


def record(
    session: Session,
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
    return session.execute(insert(AuditEvent).returning(AuditEvent.id), row).scalar_one()


def earlier(session: Session, actor: Actor, operation_id: str | None) -> dict[str, Any] | None:
    """The detail of the event that this actor's operation id already caused, if any: its replay is harmless."""
    if operation_id is None:
        return None
    return session.scalar(
        select(AuditEvent.detail).where(AuditEvent.actor_id == actor.person_id, AuditEvent.operation_id == operation_id)
    )


def data_version(session: Session, study_id: int) -> int:
    """The sequence number of the study's last event: results carry it to say which data they belong to."""
    newest = select(AuditEvent.id).where(AuditEvent.study_id == study_id).order_by(AuditEvent.id.desc()).limit(1)
    return session.scalar(newest) or 0
