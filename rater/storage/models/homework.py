"""The homework log: tasks assigned, what raters report of them, and difficulties."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import ClientId, Code, Key, PublicId, StudyKey
from rater.storage.models.recordings import TherapySession
from rater.storage.models.studies import Rater


class HomeworkTask(Base):
    """A task assigned at one therapy session and due at a later one."""

    __tablename__ = "homework_task"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]
    assigned_session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    reviewed_session_id: Mapped[int | None] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    type: Mapped[Code]
    description: Mapped[str] = mapped_column(Text, default="")
    completed: Mapped[str | None] = mapped_column(Text)
    assigned_session: Mapped[TherapySession] = relationship(foreign_keys=[assigned_session_id])
    reviewed_session: Mapped[TherapySession | None] = relationship(foreign_keys=[reviewed_session_id])


class HomeworkReport(Base):
    """One rater's own report of how far a task was completed."""

    __tablename__ = "homework_report"
    __table_args__ = (UniqueConstraint("assignment_id", "task_id"),)

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("homework_task.id"), index=True)
    completed: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int]
    changed_at: Mapped[datetime]
    task: Mapped[HomeworkTask] = relationship()


class OtherTask(Base):
    """A task that a rater heard of in a session and that the homework log does not hold; the rater's own row."""

    __tablename__ = "other_task"
    __table_args__ = (UniqueConstraint("assignment_id", "public_id"),)

    id: Mapped[Key]
    public_id: Mapped[ClientId]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    description: Mapped[str] = mapped_column(Text)
    type: Mapped[Code]
    completed: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int]
    changed_at: Mapped[datetime]


class Difficulty(Base):
    """A difficulty with homework heard in a therapy session; without a rater where the study does not say whose."""

    __tablename__ = "difficulty"
    __table_args__ = (UniqueConstraint("session_id", "type", "rater_id"),)

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"))
    rater_id: Mapped[int | None] = mapped_column(ForeignKey("rater.id"), index=True)
    type: Mapped[Code]
    therapy_session: Mapped[TherapySession] = relationship()
    rater: Mapped[Rater | None] = relationship()
