"""Work done in the background, a row each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
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
