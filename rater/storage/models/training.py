"""Rater training: the pathway and who has done which step, examples, criterion, consensus, certification, alerts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey, Word
from rater.storage.models.people import Person
from rater.storage.models.ratings import Wave
from rater.storage.models.recordings import Recording, TherapySession
from rater.storage.models.studies import Rater, ScaleVersion


class Example(Base):
    """Some seconds of a recording that show one point of an item, cut out and stored as recordings are.

    `starts_s` and `stops_s` are seconds of the recording that it was cut from, `stored_as` the name of the cut.
    """

    __tablename__ = "example"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), index=True)
    item: Mapped[Code]
    point: Mapped[float | None]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    starts_s: Mapped[float]
    stops_s: Mapped[float]
    stored_as: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recording: Mapped[Recording] = relationship()
    scale_version: Mapped[ScaleVersion] = relationship()


class TrainingStep(Base):
    """A step of a study's training pathway; what it is about depends on its kind."""

    __tablename__ = "training_step"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    place: Mapped[int]
    kind: Mapped[Word]
    title: Mapped[str] = mapped_column(String(200))
    required: Mapped[bool] = mapped_column(default=True)
    opens_on: Mapped[date | None]
    scale: Mapped[str | None] = mapped_column(String(64))
    example_id: Mapped[int | None] = mapped_column(ForeignKey("example.id"), index=True)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), index=True)
    example: Mapped[Example | None] = relationship()
    wave: Mapped[Wave | None] = relationship()


class StepDone(Base):
    """That a rater has done a step; trial and calibration ratings tell it themselves, by their submission."""

    __tablename__ = "step_done"
    __table_args__ = (UniqueConstraint("step_id", "rater_id"),)

    id: Mapped[Key]
    step_id: Mapped[int] = mapped_column(ForeignKey("training_step.id", ondelete="CASCADE"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id"), index=True)
    done_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CriterionPoint(Base):
    """What experts agree an item of a session is, or the missing code that they agree on."""

    __tablename__ = "criterion_point"
    __table_args__ = (UniqueConstraint("session_id", "item"),)

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"))
    item: Mapped[Code]
    value: Mapped[float | None]
    missing_code: Mapped[str | None] = mapped_column(String(64))
    rationale: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by: Mapped[Person | None] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()


class ConsensusPoint(Base):
    """What the raters of a wave agreed on when they met, with their reasons; their own points stay as they are."""

    __tablename__ = "consensus_point"
    __table_args__ = (UniqueConstraint("wave_id", "session_id", "item"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    item: Mapped[Code]
    value: Mapped[float | None]
    missing_code: Mapped[str | None] = mapped_column(String(64))
    rationale: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    decided_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by: Mapped[Person | None] = relationship()
    wave: Mapped[Wave] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()


class AnchorProposal(Base):
    """Another wording for one anchor of an item, or for its description where `point` is empty."""

    __tablename__ = "anchor_proposal"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    item: Mapped[Code]
    point: Mapped[float | None]
    text: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    scale_version: Mapped[ScaleVersion] = relationship()


class ChangelogReading(Base):
    """That a person has read what a scale version changed."""

    __tablename__ = "changelog_reading"
    __table_args__ = (UniqueConstraint("scale_version_id", "person_id"),)

    id: Mapped[Key]
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    read_at: Mapped[datetime]


class Certification(Base):
    """A decision on whether a rater may do main-wave work; the last one counts, the others are history.

    `figures` is what the gate saw, with its reasons; `reason` is what the person wrote who decided otherwise.
    """

    __tablename__ = "certification"

    id: Mapped[Key]
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id"), index=True)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    ground: Mapped[Word]
    certified: Mapped[bool]
    recertify_on: Mapped[date | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rater: Mapped[Rater] = relationship()
    wave: Mapped[Wave | None] = relationship()
    by: Mapped[Person | None] = relationship()


class DriftAlert(Base):
    """That a rater, or the agreement of all where there is none, left the control band of a score in some week."""

    __tablename__ = "drift_alert"
    __table_args__ = (UniqueConstraint("wave_id", "rater_id", "score", "week"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    rater_id: Mapped[int | None] = mapped_column(ForeignKey("rater.id"), index=True)
    score: Mapped[Code]
    week: Mapped[date]
    shift: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    found_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rater: Mapped[Rater | None] = relationship()
    wave: Mapped[Wave] = relationship()
