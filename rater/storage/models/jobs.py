"""Work done in the background, a row each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Key, PublicId, StudyKey, Word
from rater.storage.models.studies import Study


class Job(Base):
    """A piece of background work: what was asked, by whom, where it stands, and its result.

    `lease_until` lets another worker take over work whose worker died. `data_version` names the state of
    the study's data that the result belongs to.
    """

    __tablename__ = "job"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    kind: Mapped[Word]
    asked: Mapped[dict[str, Any]]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    state: Mapped[Word]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    data_version: Mapped[int]
    result: Mapped[dict[str, Any] | None]
    fault: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    study: Mapped[Study] = relationship()


class KeptFigure(Base):
    """A picture that a job has drawn from its result, in one language; `svg` is complete in itself."""

    __tablename__ = "figure"
    __table_args__ = (UniqueConstraint("job_id", "locale", "name"),)

    id: Mapped[Key]
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    locale: Mapped[Word]
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(Text)
    alt: Mapped[str] = mapped_column(Text)
    svg: Mapped[str] = mapped_column(Text)
    job: Mapped[Job] = relationship()
