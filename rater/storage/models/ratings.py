"""Waves, assignments, and what a rater gives for one session: revisions of points, and notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey, Word
from rater.storage.models.recordings import TherapySession
from rater.storage.models.studies import Rater, ScaleVersion, Study


class Wave(Base):
    """A batch of rating work in a study."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    name: Mapped[Code]
    kind: Mapped[Word]
    locked_at: Mapped[datetime | None]
    study: Mapped[Study] = relationship()


class Assignment(Base):
    """One rater x one therapy session x one wave."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("wave_id", "session_id", "rater_id"), Index(None, "rater_id", "state"))

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id"))
    position: Mapped[Word]
    queue_place: Mapped[int]
    state: Mapped[Word]
    assigned_at: Mapped[datetime]
    wave: Mapped[Wave] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()
    rater: Mapped[Rater] = relationship()
    rating: Mapped[Rating | None] = relationship(back_populates="assignment")


class Rating(Base):
    """A rater's work on one session in one wave; its revisions hold the points."""

    __tablename__ = "rating"

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    code: Mapped[Code]
    started_at: Mapped[datetime]
    assignment: Mapped[Assignment] = relationship(back_populates="rating")
    revisions: Mapped[list[Revision]] = relationship(order_by="Revision.number", back_populates="rating")


class Revision(Base):
    """A complete set of points; never changed once submitted. The highest number counts."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("rating_id", "number"),)

    id: Mapped[Key]
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"))
    number: Mapped[int]
    submitted_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    rating: Mapped[Rating] = relationship(back_populates="revisions")
    points: Mapped[list[Point]] = relationship(back_populates="revision")


class Point(Base):
    """The raw value, or the missing code, that a rater gave one item; `version` counts its changes."""

    __tablename__ = "point"
    __table_args__ = (UniqueConstraint("revision_id", "item"),)

    id: Mapped[Key]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    item: Mapped[Code]
    value: Mapped[float | None]
    missing_code: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int]
    changed_at: Mapped[datetime]
    revision: Mapped[Revision] = relationship(back_populates="points")
    scale_version: Mapped[ScaleVersion] = relationship()


class Note(Base):
    """A rater's private note at one second of the recording."""

    __tablename__ = "note"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    second: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
