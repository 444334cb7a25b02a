"""The data of a study as they stood at a moment that somebody named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey
from rater.storage.models.people import Person
from rater.storage.models.studies import Study


class Freeze(Base):
    """All that a dataset of one moment is made of, under a name; never changed.

    `data` is the document compressed, `sha256` that of the document; `files` are name and SHA-256 of each file of the
    de-identified bundle that `release` wrote from it.
    """

    __tablename__ = "data_freeze"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    name: Mapped[Code]
    note: Mapped[str] = mapped_column(Text)
    release: Mapped[Code]
    sha256: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, Any]]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    data_version: Mapped[int]
    frozen_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    study: Mapped[Study] = relationship()
    by: Mapped[Person | None] = relationship()
