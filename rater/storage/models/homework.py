"""The homework log: tasks assigned, what raters report of them, and difficulties."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import ClientId, Code, Key, PublicId, StudyKey, Word
from rater.storage.models.people import Person
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
    place: Mapped[int] = mapped_column(default=0)
    assigned_session: Mapped[TherapySession] = relationship(foreign_keys=[assigned_session_id])
    reviewed_session: Mapped[TherapySession | None] = relationship(foreign_keys=[reviewed_session_id])


class HomeworkEntry(Base):
    """What the log knows of one session's homework, as it was entered last; a session without a row is not entered."""

    __tablename__ = "homework_entry"

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), unique=True)
    status: Mapped[Word]
    reason: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int]
    entered_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    therapy_session: Mapped[TherapySession] = relationship()
    by: Mapped[Person | None] = relationship()


class HomeworkAuthor(Base):
    """Somebody who has entered or changed a session's homework, and therefore does not rate it."""

    __tablename__ = "homework_author"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]


class LogType(Base):
    """A type of homework or of difficulty on a study's own list; a study without rows uses the shipped list."""

    __tablename__ = "log_type"
    __table_args__ = (UniqueConstraint("study_id", "list", "code"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    list: Mapped[Word]
    code: Mapped[Code]
    label_en: Mapped[str] = mapped_column(String(120))
    label_de: Mapped[str] = mapped_column(String(120))
    place: Mapped[int]


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
