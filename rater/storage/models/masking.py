"""Seconds of a recording that nobody in a role may hear, and the versions in which they are silent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rater.storage.database import Base
from rater.storage.models.columns import Key, PublicId, Word


class MaskedSpan(Base):
    """Seconds of a recording that the roles named do not hear, until the span is removed."""

    __tablename__ = "masked_span"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), index=True)
    start_s: Mapped[float]
    stop_s: Mapped[float]
    reason: Mapped[Word]
    note: Mapped[str] = mapped_column(Text, default="")
    roles: Mapped[list[Any]]
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class SilencedVersion(Base):
    """A recording with some of its seconds silent.

    `key` names the stored file that it was made from and the seconds; without one the version is not handed out, and
    its files are about to be deleted. With a `size` of 0 it is in the making: its names are written down before the
    files are, so that none is forgotten where the work is cut off.
    """

    __tablename__ = "silenced_version"
    __table_args__ = (UniqueConstraint("recording_id", "key"),)

    id: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"))
    key: Mapped[str | None] = mapped_column(String(64))
    audio_name: Mapped[str] = mapped_column(String(64))
    peaks_name: Mapped[str] = mapped_column(String(64))
    mime: Mapped[Word]
    size: Mapped[int]
    made_at: Mapped[datetime]
