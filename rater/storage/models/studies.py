"""Studies, who takes part in them, and the scales they use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey, Word
from rater.storage.models.people import Person
from rater.terms import DEFAULT_DOUBLE_RATE, DEFAULT_HEARD_SHARE, RateAtEnd, RatedBy, StudyKind


class Study(Base):
    """A set of patients, therapists, sessions, scales and raters with one design, or a supervision programme.

    In a programme, `self_first` keeps the supervisor's view from trainees who have not rated a session themselves, and
    `rated_by` says whose ratings there are.
    """

    __tablename__ = "study"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    phases: Mapped[str] = mapped_column(String(100), default="")
    synthetic: Mapped[bool] = mapped_column(default=False)
    rate_at_end: Mapped[Word] = mapped_column(default=RateAtEnd.OFF)
    heard_share: Mapped[float] = mapped_column(default=DEFAULT_HEARD_SHARE)
    double_rate: Mapped[float] = mapped_column(default=DEFAULT_DOUBLE_RATE)
    concern_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    concern_contact: Mapped[str] = mapped_column(Text, default="")
    min_valid: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON, default=dict)
    consent_version: Mapped[str] = mapped_column(String(64), default="")
    consent_text: Mapped[str] = mapped_column(Text, default="")
    ends_on: Mapped[date | None]
    retention_months: Mapped[int | None]
    originals: Mapped[str] = mapped_column(Text, default="")
    analysis_yaml: Mapped[str] = mapped_column(Text, default="")
    gate_required: Mapped[bool] = mapped_column(default=False)
    training: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kind: Mapped[Word] = mapped_column(default=StudyKind.RESEARCH)
    self_first: Mapped[bool] = mapped_column(default=True)
    rated_by: Mapped[Word] = mapped_column(default=RatedBy.BOTH)
    created_at: Mapped[datetime]
    scale_versions: Mapped[list[ScaleVersion]] = relationship(
        order_by="ScaleVersion.order",
        primaryjoin="and_(ScaleVersion.study_id == Study.id, ScaleVersion.superseded_at.is_(None))",
        back_populates="study",
    )


class Membership(Base):
    """One role of one person in one study, for a time."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("study_id", "person_id", "role"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[Word]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    study: Mapped[Study] = relationship()
    person: Mapped[Person] = relationship()


class Rater(Base):
    """A rater's code in a study; a person stands behind it only where somebody rates in Rater itself.

    `certified` and `recertify_on` are what the last `Certification` said.
    """

    __tablename__ = "rater"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    certified: Mapped[bool] = mapped_column(default=False)
    recertify_on: Mapped[date | None]
    person: Mapped[Person | None] = relationship()


class ScaleVersion(Base):
    """One version of a scale as the study uses it; its source never changes once it is here.

    From `superseded_at` on a version of other wording has its place; waves locked before keep it. `changes` is what
    this version changed, for raters to read, in Markdown.
    """

    __tablename__ = "scale_version"
    __table_args__ = (UniqueConstraint("study_id", "scale", "version"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    scale: Mapped[Code]
    version: Mapped[int]
    kind: Mapped[Word]
    order: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    items: Mapped[list[Any]]
    added_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    changes: Mapped[str] = mapped_column(Text, default="")
    study: Mapped[Study] = relationship(back_populates="scale_versions")


class Message(Base):
    """What a coordinator tells one rater of a study, or all of them where `rater_id` is empty."""

    __tablename__ = "message"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    rater_id: Mapped[int | None] = mapped_column(ForeignKey("rater.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rater: Mapped[Rater | None] = relationship()


class MessageReading(Base):
    """That a person has read a message."""

    __tablename__ = "message_reading"
    __table_args__ = (UniqueConstraint("message_id", "person_id"),)

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    read_at: Mapped[datetime]


class Manual(Base):
    """The rating manual of one scale version, in Markdown."""

    __tablename__ = "manual"

    id: Mapped[Key]
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), unique=True)
    source: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    scale_version: Mapped[ScaleVersion] = relationship()


class Decision(Base):
    """A dated ruling on how to rate unclear cases, for one item or for a whole scale; never changed."""

    __tablename__ = "decision"

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    scale: Mapped[Code]
    item: Mapped[str | None] = mapped_column(String(64))
    decided_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
