"""Imports of sessions that are being prepared in the browser, and the files handed in for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Key, PublicId, StudyKey, Word
from rater.storage.models.jobs import Job
from rater.storage.models.people import Person
from rater.storage.models.studies import Study


class SessionImport(Base):
    """One import of sessions, from the choice of the list to its end; seen by the person who began it alone.

    `folder` is the random name of its folder of uploads. When it ends, the folder, the names of its files and its
    list's name go; `result` keeps the counts. `result` of a draft holds the faults that the worker found.
    """

    __tablename__ = "session_import"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[Word]
    folder: Mapped[str] = mapped_column(String(32))
    list_name: Mapped[str] = mapped_column(String(255), default="")
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    study: Mapped[Study] = relationship()
    by: Mapped[Person] = relationship()
    job: Mapped[Job | None] = relationship()
    uploads: Mapped[list[Upload]] = relationship(
        back_populates="session_import", order_by="Upload.path", cascade="all, delete-orphan"
    )


class Upload(Base):
    """A file handed in for an import: its name in the folder it came from, its size, and what it turned out to be.

    `edges` is the SHA-256 of its first and last MiB, by which it is known again; empty where a browser cannot tell.
    `found` is the sound that it holds, or its faults, once it was decoded.
    """

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("import_id", "path"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    import_id: Mapped[int] = mapped_column(ForeignKey("session_import.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(1024))
    size: Mapped[int] = mapped_column(BigInteger)
    edges: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(32))
    complete_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    session_import: Mapped[SessionImport] = relationship(back_populates="uploads")
