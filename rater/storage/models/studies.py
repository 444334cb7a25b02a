"""Studies, who takes part in them, and the scales they use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, StudyKey, Word
from rater.storage.models.people import Person


class Study(Base):
    """A set of patients, therapists, sessions, scales and raters with one design."""

    __tablename__ = "study"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    phases: Mapped[str] = mapped_column(String(100), default="")
    synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    scale_versions: Mapped[list[ScaleVersion]] = relationship(order_by="ScaleVersion.order", back_populates="study")


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
    """A rater's code in a study; a person stands behind it only where somebody rates in Rater itself."""

    __tablename__ = "rater"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[Key]
    study_id: Mapped[StudyKey]
    code: Mapped[Code]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()


class ScaleVersion(Base):
    """One version of a scale as the study uses it; its source never changes once it is here."""

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
    study: Mapped[Study] = relationship(back_populates="scale_versions")
