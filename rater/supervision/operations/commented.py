"""Comments that become homework, or moments to look at together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.recordings.masking import told_time
from rater.storage.models import Comment, Study, Trainee
from rater.storage.queries.supervision_tasks import comment_by_id, has_self_rated
from rater.supervision.flagged import Standing, may_take, told_as_task
from rater.supervision.operations.asking import SeenTrainee, supervised_session
from rater.supervision.operations.pairing import pair_for, side_of
from rater.supervision.standing import rates_oneself
from rater.supervision.tasks import Side
from rater.terms import Actor, Reason


@dataclass(frozen=True)
class FromComment:
    """A comment from which a task is made, and the words with which the task begins."""

    comment: Comment
    words: Reason


def task_from_comment(
    session: Session, actor: Actor, slug: str, trainee_id: str, comment_id: str, *, now: datetime
) -> FromComment:
    """The comment, if the actor may take it further into a task of this trainee; nothing is saved.

    Raises NotFound for any other comment, and Refused where the patient's consent to supervision does not stand.
    """
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    comment = comment_by_id(session, comment_id)
    if comment is None or comment.therapy_session.therapist_id != seen.trainee.therapist_id:
        raise NotFound
    supervised_session(session, actor, slug, comment.therapy_session.code, now=now)
    if not may_take_further(session, actor, seen, comment):
        raise NotFound
    root = comment.parent or comment
    time = "" if root.start_s is None else told_time(root.start_s)
    item = comment.item or root.item or ""
    return FromComment(comment, told_as_task(comment.therapy_session.code, comment.text, time, item))


def may_take_further(session: Session, actor: Actor, seen: SeenTrainee, comment: Comment) -> bool:
    """Whether the actor reads a comment of this trainee's session, now, in a way that the other may read too."""
    is_own = comment.by_id == actor.person_id
    side = side_of(seen)
    held_back = not is_own and side is Side.TRAINEE and is_held_back(
        session, seen.study, seen.trainee, comment.session_id
    )  # fmt: skip
    return may_take(Standing(is_own, comment.state, comment.audience), side, is_held_back=held_back)


def is_held_back(session: Session, study: Study, trainee: Trainee, session_id: int) -> bool:
    """Whether the trainee has to rate the session before anything of the supervisor's on it is shown."""
    rates = study.self_first and rates_oneself(study.rated_by)
    return rates and not has_self_rated(session, session_id, trainee.person_id)
