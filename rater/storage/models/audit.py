"""The append-only record of every change of state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rater.storage.database import Base
from rater.storage.models.columns import Key, Word


class AuditEvent(Base):
    """Who did what to what, when; `id` is the order in which the server took it.

    `operation_id` is made by the client that asked: asked twice under one id, a thing is done once.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("actor_id", "operation_id"),
        Index(None, "actor_id", "action", "subject", "at"),
        Index(None, "study_id", "id"),
    )

    id: Mapped[Key]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[Word]
    subject: Mapped[str] = mapped_column(String(128))
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id"))
    detail: Mapped[dict[str, Any]]
    operation_id: Mapped[str | None] = mapped_column(String(64))
