"""Supervision: consent, trainees and their supervisors, reviews with comments, meetings, supervision homework."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rater.storage.database import Base
from rater.storage.models.columns import Code, Key, PublicId, StudyKey, Word
from rater.storage.models.people import Person
from rater.storage.models.recordings import Recording, Therapist, TherapySession
from rater.storage.models.studies import ScaleVersion
from rater.terms import CommentKind, MeetingState, ReviewState, SupervisionTaskState

_STANDS = text("until IS NULL")


class Consent(Base):
    """What a patient has agreed that one recording may serve, from a day to a day; none stands once withdrawn."""

    __tablename__ = "consent"

    id: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), index=True)
    scope: Mapped[Word]
    given_on: Mapped[date]
    until: Mapped[date | None]
    noted_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recording: Mapped[Recording] = relationship()


class Trainee(Base):
    """The person behind a therapist's code in a supervision programme."""

    __tablename__ = "trainee"
    __table_args__ = (UniqueConstraint("study_id", "person_id"), UniqueConstraint("therapist_id"))

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    since: Mapped[datetime]
    person: Mapped[Person] = relationship()
    therapist: Mapped[Therapist] = relationship()
    supervisions: Mapped[list[Supervision]] = relationship(order_by="Supervision.since", back_populates="trainee")


class Supervision(Base):
    """That a person supervises a trainee, for a time; a trainee has one supervisor at a time.

    `handover` is what the supervisor leaves to the one who follows.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        Index("uq_supervision_standing", "trainee_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    id: Mapped[Key]
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    handover: Mapped[str] = mapped_column(Text, default="")
    trainee: Mapped[Trainee] = relationship(back_populates="supervisions")
    person: Mapped[Person] = relationship()


class Focus(Base):
    """The item that a trainee and the supervisor have chosen to work on; the one without an end stands."""

    __tablename__ = "focus"

    id: Mapped[Key]
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    item: Mapped[Code]
    reason: Mapped[str] = mapped_column(Text, default="")
    chosen_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class SessionRating(Base):
    """A trainee's rating of an own session, or the supervisor's of it (`kind`); submitted, it is compared."""

    __tablename__ = "session_rating"
    __table_args__ = (UniqueConstraint("session_id", "by_id", "kind"),)

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[Word]
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    by: Mapped[Person] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()
    points: Mapped[list[SessionPoint]] = relationship(back_populates="rating")


class SessionPoint(Base):
    """The raw value, or the missing code, of one item of a session's rating; `version` counts its changes."""

    __tablename__ = "session_point"
    __table_args__ = (UniqueConstraint("rating_id", "item"),)

    id: Mapped[Key]
    rating_id: Mapped[int] = mapped_column(ForeignKey("session_rating.id", ondelete="CASCADE"))
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    item: Mapped[Code]
    value: Mapped[float | None]
    missing_code: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    rating: Mapped[SessionRating] = relationship(back_populates="points")
    scale_version: Mapped[ScaleVersion] = relationship()


class Review(Base):
    """A supervisor's look at one session; the trainee sees nothing of it before it is released."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("session_id", "by_id"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[Word] = mapped_column(default=ReviewState.DRAFT)
    summary: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    began_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    by: Mapped[Person] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()


class Comment(Base):
    """Words at a second or a stretch of a session's recording, or an answer to such (`parent_id`).

    `stop_s` is empty for a moment; `tags` are single words; `audience` says who reads it once it is released.
    """

    __tablename__ = "comment"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    session_id: Mapped[int] = mapped_column(ForeignKey("therapy_session.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[Word] = mapped_column(default=CommentKind.COMMENT)
    start_s: Mapped[float | None]
    stop_s: Mapped[float | None]
    item: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    audience: Mapped[Word]
    state: Mapped[Word] = mapped_column(default=ReviewState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    by: Mapped[Person] = relationship()
    therapy_session: Mapped[TherapySession] = relationship()
    parent: Mapped[Comment | None] = relationship(remote_side="Comment.id")


class Meeting(Base):
    """A supervision meeting: what is written under each point of the agenda, the minutes, how it was found.

    `handling` is how each side rated the handling of supervision homework in it: the scale version, and by side the
    raw values by item.
    """

    __tablename__ = "meeting"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    meets_on: Mapped[date]
    state: Mapped[Word] = mapped_column(default=MeetingState.PLANNED)
    agenda: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    minutes: Mapped[str] = mapped_column(Text, default="")
    evaluation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    handling: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    trainee: Mapped[Trainee] = relationship()
    supervisor: Mapped[Person] = relationship()


class SupervisionTask(Base):
    """Homework of a trainee, agreed in supervision: what, why, when, what may come between, and what came of it.

    `confidence` is how sure the trainee is to do it, 0 to 100; `meeting_id` is where it was agreed, `comment_id` what
    it came from, `reviewed_in_id` the meeting that looked at it.
    """

    __tablename__ = "supervision_task"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[Word] = mapped_column(default=SupervisionTaskState.PROPOSED)
    type: Mapped[Word]
    task: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text, default="")
    when_where: Mapped[str] = mapped_column(Text, default="")
    how_often: Mapped[str] = mapped_column(Text, default="")
    how_long: Mapped[str] = mapped_column(Text, default="")
    obstacles: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[int | None]
    due_on: Mapped[date | None]
    proposed_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    record: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime | None]
    completed: Mapped[str | None] = mapped_column(String(32))
    difficulties: Mapped[str] = mapped_column(Text, default="")
    conclusions: Mapped[str] = mapped_column(Text, default="")
    self_efficacy: Mapped[str] = mapped_column(Text, default="")
    reviewed_in_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    reviewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    trainee: Mapped[Trainee] = relationship()
    proposed_by: Mapped[Person] = relationship()
    meeting: Mapped[Meeting | None] = relationship(foreign_keys=[meeting_id])
    comment: Mapped[Comment | None] = relationship()
    attachments: Mapped[list[TaskAttachment]] = relationship(order_by="TaskAttachment.added_at", back_populates="task")


class TaskAttachment(Base):
    """What a trainee adds to a task: a text, or sound that went through the same ingest as recordings do."""

    __tablename__ = "task_attachment"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    task_id: Mapped[int] = mapped_column(ForeignKey("supervision_task.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    stored_as: Mapped[str | None] = mapped_column(String(64))
    mime: Mapped[str] = mapped_column(String(32), default="")
    size: Mapped[int] = mapped_column(default=0)
    duration_s: Mapped[float | None]
    added_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    task: Mapped[SupervisionTask] = relationship(back_populates="attachments")


class TaskTemplate(Base):
    """A task to begin from, for all supervisors of a programme."""

    __tablename__ = "task_template"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    study_id: Mapped[StudyKey]
    title: Mapped[str] = mapped_column(String(200))
    type: Mapped[Word]
    task: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text, default="")
    when_where: Mapped[str] = mapped_column(Text, default="")
    how_often: Mapped[str] = mapped_column(Text, default="")
    how_long: Mapped[str] = mapped_column(Text, default="")
    obstacles: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Reflection(Base):
    """A self-reflection or belief form that a trainee has filled in; nobody else reads it before it is shared."""

    __tablename__ = "reflection"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), index=True)
    scale_version_id: Mapped[int] = mapped_column(ForeignKey("scale_version.id"), index=True)
    points: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[str] = mapped_column(Text, default="")
    filled_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    trainee: Mapped[Trainee] = relationship()
    scale_version: Mapped[ScaleVersion] = relationship()
