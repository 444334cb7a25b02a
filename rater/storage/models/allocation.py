"""The record of each allocation that was drawn and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey
from rater.storage.models.people import Person
from rater.storage.models.studies import Study


class Draw(Base):
    """One draw that was kept: what it was drawn from, what came out, who kept it and why; never changed.

    `inputs` suffice to draw the same plan again with the same `algorithm`; `digest` is the hash of them.
    `balance_before` is that of the plan which this one replaced, empty where there was none.
    """

    __tablename__ = "draw"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    wave: Mapped[Code]
    algorithm: Mapped[Code]
    digest: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[dict[str, Any]]
    plan: Mapped[list[Any]]
    balance_before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    balance_after: Mapped[dict[str, Any]]
    why: Mapped[str] = mapped_column(Text)
    drawn_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    study: Mapped[Study] = relationship()
    by: Mapped[Person | None] = relationship()
