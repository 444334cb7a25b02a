"""Patients, therapists, therapy sessions, their recordings, exclusions and outcomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey, Word
from rater.storage.models.people import Person
from rater.terms import ExclusionScope, LeftOut, strongest

_STANDING = text("lifted_at IS NULL")


class Patient(Base):
    """A patient, known by the study's code alone; `covariates` are the cells of the patients' list by column."""

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]
    covariates: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    exclusions: Mapped[list[Exclusion]] = relationship(
        primaryjoin="and_(Exclusion.patient_id == Patient.id, Exclusion.lifted_at.is_(None))", viewonly=True
    )


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
    exclusions: Mapped[list[Exclusion]] = relationship(
        primaryjoin="and_(Exclusion.session_id == TherapySession.id, Exclusion.lifted_at.is_(None))", viewonly=True
    )

    @property
    def left_out(self) -> LeftOut | None:
        """Why it is left out and of what, for its own sake or its patient's; None if it is not."""
        return strongest(each.left_out for each in (*self.exclusions, *self.patient.exclusions))


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
    """A therapy session, or a patient with all sessions, left out, and why; one that is lifted stays here.

    `from_list`: it came with a list of sessions, and later lists may change it. `note` is never exported.
    """

    __tablename__ = "exclusion"
    __table_args__ = (
        CheckConstraint("(session_id IS NULL) <> (patient_id IS NULL)", name="one_subject"),
        Index(
            "uq_exclusion_standing_session",
            "session_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index(
            "uq_exclusion_standing_patient",
            "patient_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("therapy_session.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    reason: Mapped[Code]
    scope: Mapped[Word] = mapped_column(default=ExclusionScope.MAIN)
    note: Mapped[str] = mapped_column(Text, default="")
    from_list: Mapped[bool] = mapped_column(Boolean, default=False)
    excluded_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lift_reason: Mapped[str] = mapped_column(Text, default="")
    therapy_session: Mapped[TherapySession | None] = relationship()
    patient: Mapped[Patient | None] = relationship()
    by: Mapped[Person | None] = relationship(foreign_keys=by_id)
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=lifted_by_id)

    @property
    def left_out(self) -> LeftOut:
        """What it says of each session that it is about."""
        return LeftOut(self.reason, ExclusionScope(self.scope))


class OutcomeValue(Base):
    """One item of an outcome scale at one therapy session; never shown to raters."""

    __tablename__ = "outcome_value"
    __table_args__ = (UniqueConstraint("session_id", "scale_version_id", "item"),)

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"))
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    item: Mapped[Code]
    value: Mapped[float | None]
