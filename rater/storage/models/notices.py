"""Mails to people: whom, about what, and where each stands. What they say is made when they are sent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Key, Word
from rater.storage.models.people import Person


class Mail(Base):
    """One mail to one person; `about` is the worry that it tells of, empty for the digest of a day."""

    __tablename__ = "mail"
    __table_args__ = (UniqueConstraint("person_id", "kind", "day", "about"), Index(None, "state", "next_try_at"))

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[Word]
    day: Mapped[date]
    about: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[Word]
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()
