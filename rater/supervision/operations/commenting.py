"""Comments on a session: drafted, changed, released, withdrawn, answered; nothing released is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, fault
from rater.ratings.texts import checked_text
from rater.ratings.versions import next_version
from rater.storage.audit import record
from rater.storage.models import Comment
from rater.storage.queries.reviews import comment_by_id, comments_of_session, hold_session
from rater.studies.operations import scales_of
from rater.supervision.feedback import may_read
from rater.supervision.moments import LONGEST_COMMENT, WantedComment, comment_faults
from rater.supervision.operations.asking import Seat, SeenSession, supervised_session
from rater.supervision.operations.looking import reader_of, review_of
from rater.terms import Actor, Audience, CommentKind, Reason, ReviewState

NO_COMMENT, SAY = Reason("The comment is empty"), Reason("Write what you heard, or leave it")
STANDS = Reason("What was released is no longer changed or deleted. Withdraw it, and write another one")
NOT_OUT = Reason("Only what is released can be withdrawn")
CLOSED_ANSWER = "Only comments that are released can be answered"


def write_comment(
    session: Session, actor: Actor, slug: str, code: str, wanted: WantedComment, *, now: datetime
) -> Comment:
    """Keep a comment as a draft that nobody but its writer sees; one that was sent twice is kept once.

    Raises what `supervised_session` raises, and BadInput with every fault.
    """
    seen = _held(session, actor, slug, code, now=now)
    fields = _checked(seen, wanted)
    mine = (Comment.session_id == seen.therapy_session.id) & (Comment.by_id == actor.person_id)
    drafts = session.scalars(select(Comment).where(mine, Comment.state == ReviewState.DRAFT))
    same = next((each for each in drafts if _fields(each) == fields), None)
    if same is not None:
        return same
    review = review_of(session, actor, seen, now=now) if seen.seat is Seat.SUPERVISOR else None
    made = Comment(
        session_id=seen.therapy_session.id, by_id=actor.person_id, review_id=review and review.id,
        kind=CommentKind.COMMENT, state=ReviewState.DRAFT, written_at=now, version=1, **fields,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, actor, seen, "comment.written", made, now)
    return made


def change_comment(
    session: Session, actor: Actor, slug: str, code: str, comment_id: str, wanted: WantedComment,
    *, now: datetime, seen: int,
) -> Comment:  # fmt: skip
    """Change an own draft; `seen` is the version that was changed.

    Raises NotFound for another's, Refused once it is released, BadInput with every fault, and Stale with what is kept
    where another window has changed it since.
    """
    found, comment = _own(session, actor, slug, code, comment_id, now=now)
    if comment.state != ReviewState.DRAFT:
        raise Refused(STANDS)
    fields = _checked(found, wanted)
    version = next_version(seen, comment.version, _fields(comment), fields)
    if _fields(comment) != fields:
        for name, value in fields.items():
            setattr(comment, name, value)
        comment.version = version
        _record(session, actor, found, "comment.changed", comment, now)
    session.flush()
    return comment


def release_comment(session: Session, actor: Actor, slug: str, code: str, comment_id: str, *, now: datetime) -> Comment:
    """Let those whom it is for read an own comment, drafted or withdrawn before. Raises NotFound for another's."""
    found, comment = _own(session, actor, slug, code, comment_id, now=now)
    if comment.state != ReviewState.RELEASED:
        let_out(comment, now=now)
        _record(session, actor, found, "comment.released", comment, now, audience=str(comment.audience))
    session.flush()
    return comment


def withdraw_comment(
    session: Session, actor: Actor, slug: str, code: str, comment_id: str, *, now: datetime
) -> Comment:
    """Take an own released comment or answer back. Raises NotFound for another's, Refused where it was never out."""
    found, comment = _own(session, actor, slug, code, comment_id, now=now)
    if comment.state == ReviewState.DRAFT:
        raise Refused(NOT_OUT)
    if comment.state == ReviewState.RELEASED:
        take_back(comment, now=now)
        _record(session, actor, found, "comment.withdrawn", comment, now)
    session.flush()
    return comment


def delete_comment(session: Session, actor: Actor, slug: str, code: str, comment_id: str, *, now: datetime) -> None:
    """Delete an own draft. Raises NotFound for another's, Refused for what was released at any time."""
    found, comment = _own(session, actor, slug, code, comment_id, now=now)
    if comment.state != ReviewState.DRAFT:
        raise Refused(STANDS)
    _record(session, actor, found, "comment.deleted", comment, now)
    session.delete(comment)
    session.flush()


def answer_comment(
    session: Session, actor: Actor, slug: str, code: str, comment_id: str, kind: str, text: str, *, now: datetime
) -> Comment:
    """Answer a released comment, or say as the trainee what one will try because of it; read at once by who reads it.

    Raises NotFound where the actor does not see the comment, BadInput.
    """
    seen = _held(session, actor, slug, code, now=now)
    asked = comment_by_id(session, seen.therapy_session.id, comment_id)
    reader = reader_of(session, actor, seen)
    if asked is None or not may_read(asked.by_id, asked.state, asked.audience, reader):
        raise NotFound
    if asked.state != ReviewState.RELEASED or asked.parent_id is not None:
        raise BadInput(fault(CLOSED_ANSWER, "Load the page again"))
    kinds = {CommentKind.REPLY} | ({CommentKind.WILL_TRY} if seen.seat is Seat.TRAINEE else set())
    if kind not in kinds:
        raise BadInput(fault("{value} is no kind of answer", "Load the page again", value=kind[:40] or "–"))
    text = checked_text(text, LONGEST_COMMENT, empty=NO_COMMENT, remedy=SAY)
    for each in comments_of_session(session, seen.therapy_session.id):
        if (each.parent_id, each.by_id, each.kind, each.text, each.state) == (
            asked.id, actor.person_id, kind, text, ReviewState.RELEASED,
        ):  # fmt: skip
            return each
    made = Comment(
        session_id=seen.therapy_session.id, by_id=actor.person_id, parent_id=asked.id, kind=kind, text=text, tags=[],
        audience=asked.audience, state=ReviewState.RELEASED, version=1, written_at=now, released_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, actor, seen, "comment.answered", made, now, kind=kind)
    return made


def let_out(comment: Comment, *, now: datetime) -> None:
    """Release a comment."""
    comment.state, comment.released_at, comment.withdrawn_at = ReviewState.RELEASED, now, None
    comment.version += 1


def take_back(comment: Comment, *, now: datetime) -> None:
    """Withdraw a comment."""
    comment.state, comment.withdrawn_at = ReviewState.WITHDRAWN, now
    comment.version += 1


def _held(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SeenSession:
    seen = supervised_session(session, actor, slug, code, now=now)
    hold_session(session, seen.therapy_session.id)
    return seen


def _own(
    session: Session, actor: Actor, slug: str, code: str, comment_id: str, *, now: datetime
) -> tuple[SeenSession, Comment]:
    seen = _held(session, actor, slug, code, now=now)
    comment = comment_by_id(session, seen.therapy_session.id, comment_id)
    if comment is None or comment.by_id != actor.person_id:
        raise NotFound
    return seen, comment


def _checked(seen: SeenSession, wanted: WantedComment) -> dict[str, Any]:
    """The columns of a comment. Raises BadInput with every fault; trainees write for both."""
    recording = seen.therapy_session.recording
    items = [item for _, scale in scales_of(seen.study, observer_only=True) for item in scale.item_ids]
    faults, text = comment_faults(wanted, items, recording.duration_s if recording else None), ""
    try:
        text = checked_text(wanted.text, LONGEST_COMMENT, empty=NO_COMMENT, remedy=SAY)
    except BadInput as error:
        faults = [*error.faults, *faults]
    if faults:
        raise BadInput(faults)
    audience = wanted.audience if seen.seat is Seat.SUPERVISOR else Audience.BOTH
    return {
        "text": text, "start_s": wanted.start_s, "stop_s": wanted.stop_s, "item": wanted.item,
        "tags": list(wanted.tags), "audience": str(audience),
    }  # fmt: skip


def _fields(comment: Comment) -> dict[str, Any]:
    return {name: getattr(comment, name) for name in ("text", "start_s", "stop_s", "item", "tags", "audience")}


def _record(
    session: Session, actor: Actor, seen: SeenSession, action: str, comment: Comment, now: datetime, **detail: Any
) -> None:
    """That it happened; the words stay out of the audit."""
    told = {"of_session": seen.therapy_session.code, **detail}
    record(session, actor, action, f"comment:{comment.public_id}", now=now, study_id=seen.study.id, **told)
