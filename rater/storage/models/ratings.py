"""Waves, assignments, and what a rater gives for one session: revisions of points, and notes."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import ClientId, Code, Key, PublicId, StudyKey, Word
from rater.storage.models.recordings import TherapySession
from rater.storage.models.studies import Rater, ScaleVersion, Study
from rater.terms import CODE_LETTERS, CODE_SIGNS, WaveKind


class Wave(Base):
    """A batch of rating work in a study; its ratings are seen by others from `revealed_at` on."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    name: Mapped[Code]
    kind: Mapped[Word]
    locked_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]
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
    due_on: Mapped[date | None]
    wave: Mapped[Wave] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()
    rater: Mapped[Rater] = relationship()
    rating: Mapped[Rating | None] = relationship(back_populates="assignment")

    @property
    def shown_code(self) -> str:
        """The code that the rater sees; a session given again has another one, so that it is not recognised by it."""
        if self.wave.kind != WaveKind.RECALIBRATION:
            return self.therapy_session.rating_code
        number = int(sha256(self.public_id.encode()).hexdigest(), 16)
        code = CODE_LETTERS[number % len(CODE_LETTERS)]
        for place in range(1, len(self.therapy_session.rating_code)):
            code += CODE_SIGNS[number // 1000**place % len(CODE_SIGNS)]
        return code

    @property
    def shown_wave(self) -> str:
        """The wave that the rater is told; a session given again looks like one of the main wave."""
        return WaveKind.MAIN.value if self.wave.kind == WaveKind.RECALIBRATION else self.wave.name


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
    heard_share: Mapped[float | None]
    rating: Mapped[Rating] = relationship(back_populates="revisions")
    points: Mapped[list[Point]] = relationship(back_populates="revision")


class Point(Base):
    """The raw value, or the missing code, that a rater gave one item; `version` counts its changes.

    Neither where the rater has only marked the item as unsure so far, or took the point back.
    """

    __tablename__ = "point"
    __table_args__ = (UniqueConstraint("revision_id", "item"),)

    id: Mapped[Key]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    item: Mapped[Code]
    value: Mapped[float | None]
    missing_code: Mapped[str | None] = mapped_column(String(64))
    unsure: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    changed_at: Mapped[datetime]
    revision: Mapped[Revision] = relationship(back_populates="points")
    scale_version: Mapped[ScaleVersion] = relationship()


class Note(Base):
    """A rater's private note at one second of the recording; its id is made by the browser that wrote it."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("assignment_id", "public_id"),)

    id: Mapped[Key]
    public_id: Mapped[ClientId]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    second: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime]


class Listening(Base):
    """What a rater has heard of a recording: merged [start, stop, speed] in seconds, and where he or she stopped."""

    __tablename__ = "listening"

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    heard: Mapped[list[Any]]
    position_s: Mapped[float]
    speed: Mapped[float]
    changed_at: Mapped[datetime]


class WorkStretch(Base):
    """Seconds at work on one assignment in one window of a browser, since the server first heard of the window."""

    __tablename__ = "work_stretch"
    __table_args__ = (UniqueConstraint("assignment_id", "window"), Index(None, "began_at"))

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    window: Mapped[ClientId]
    seconds: Mapped[float]
    began_at: Mapped[datetime]


class Obstacle(Base):
    """Why a rater cannot rate a session, and what the coordinator has answered."""

    __tablename__ = "obstacle"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    reason: Mapped[Word]
    text: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assignment: Mapped[Assignment] = relationship()


class Concern(Base):
    """That a rater is worried about a patient, told at once to the person whom the study names."""

    __tablename__ = "concern"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    told_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    seen_at: Mapped[datetime | None]
    assignment: Mapped[Assignment] = relationship()
