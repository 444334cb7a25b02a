"""Patients, therapists, therapy sessions, their recordings, exclusions and outcomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey, Word


class Patient(Base):
    """A patient, known by the study's code alone."""

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]


class Therapist(Base):
    """A therapist, known by the study's code alone."""

    __tablename__ = "therapist"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]


class TherapySession(Base):
    """A patient's session with its running number; exists without a recording.

    `code` is the study's own; `rating_code` is what raters see, and tells neither patient nor number.
    """

    __tablename__ = "therapy_session"
    __table_args__ = (
        UniqueConstraint("study_id", "code"),
        UniqueConstraint("study_id", "rating_code"),
        UniqueConstraint("patient_id", "number"),
    )

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]
    rating_code: Mapped[str] = mapped_column(String(12))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    number: Mapped[int]
    phase: Mapped[str | None] = mapped_column(String(16))
    held_on: Mapped[date | None]
    duration_min: Mapped[float | None]
    use: Mapped[Word]
    patient: Mapped[Patient] = relationship()
    therapist: Mapped[Therapist] = relationship()
    recording: Mapped[Recording | None] = relationship(back_populates="therapy_session")
    exclusion: Mapped[Exclusion | None] = relationship(back_populates="therapy_session")


class Recording(Base):
    """The audio of a therapy session: one canonical file without tags, and its peaks, in the media store."""

    __tablename__ = "recording"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), unique=True)
    audio_name: Mapped[str] = mapped_column(String(64))
    peaks_name: Mapped[str] = mapped_column(String(64))
    mime: Mapped[Word]
    codec: Mapped[Word]
    duration_s: Mapped[float]
    sample_rate: Mapped[int]
    channels: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    parts: Mapped[list[Any]]
    loudness_db: Mapped[float | None]
    silent: Mapped[bool] = mapped_column(Boolean, default=False)
    silences: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    ingested_at: Mapped[datetime]
    therapy_session: Mapped[TherapySession] = relationship(back_populates="recording")


class Exclusion(Base):
    """A therapy session left out of the main wave, and why."""

    __tablename__ = "exclusion"

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), unique=True)
    reason: Mapped[Code]
    excluded_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    therapy_session: Mapped[TherapySession] = relationship(back_populates="exclusion")


class OutcomeValue(Base):
    """One item of an outcome scale at one therapy session; never shown to raters."""

    __tablename__ = "outcome_value"
    __table_args__ = (UniqueConstraint("session_id", "scale_version_id", "item"),)

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"))
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    item: Mapped[Code]
    value: Mapped[float | None]
