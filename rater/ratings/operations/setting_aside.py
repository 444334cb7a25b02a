"""A session that its rater cannot rate: said by the rater, decided by the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.errors import BadInput, Fault, NotFound, Refused
from rater.ratings.operations.messages import send_message
from rater.ratings.operations.reopening import held, is_reopened, refuse_locked
from rater.ratings.operations.saving import open_for_change
from rater.ratings.texts import checked_text
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.excluding import exclude
from rater.storage.audit import record
from rater.storage.models import Assignment, Obstacle, Study, Wave
from rater.storage.queries.ratings import latest_revision
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, ObstacleAnswer, ObstacleReason, RatingState, Reason

LONGEST_TEXT = 1000


def set_aside(session: Session, actor: Actor, public_id: str, reason: str, text: str, *, now: datetime) -> Obstacle:
    """Put one's own session aside as one that cannot be rated, and ask the coordinator; what was given is kept.

    `text` may be empty but for the reason `other`. Raises NotFound, BadInput, Refused for a rating that is
    submitted, reopened, locked or set aside already.
    """
    if reason not in set(ObstacleReason):
        raise BadInput(Fault(Reason("No reason was chosen"), Reason("Choose one of the reasons")))
    text = checked_text(
        text,
        LONGEST_TEXT,
        empty=Reason("The reason is missing"),
        remedy=Reason("Say in a few words what stands in the way"),
        shortest=3 if reason == ObstacleReason.OTHER else 0,
    )
    assignment = open_for_change(session, actor, public_id, now=now)
    if is_reopened(latest_revision(session, assignment.id)):
        raise Refused(Reason("This rating was submitted once; leave it as it was submitted first"))
    obstacle = Obstacle(assignment_id=assignment.id, reason=ObstacleReason(reason), text=text, reported_at=now)
    session.add(obstacle)
    assignment.state = RatingState.SET_ASIDE
    _record(session, actor, assignment, "session.set_aside", now, reason=reason)
    return obstacle


def take_back(session: Session, actor: Actor, public_id: str, *, now: datetime) -> None:
    """Rate the session after all, as long as the coordinator has not answered. Raises NotFound, Refused."""
    assignment = held(session, actor, public_id, now=now)
    refuse_locked(assignment)
    obstacle = last_obstacle(session, assignment.id)
    if assignment.state != RatingState.SET_ASIDE or obstacle is None:
        raise Refused(Reason("This session is not set aside"))
    if obstacle.answer is not None:
        raise Refused(Reason("The coordinator has decided about this session already"))
    _answer(session, actor, obstacle, ObstacleAnswer.TAKEN_BACK, now)


def last_obstacle(session: Session, assignment_id: int) -> Obstacle | None:
    """What was said last against rating an assignment."""
    said = select(Obstacle).where(Obstacle.assignment_id == assignment_id).order_by(Obstacle.id.desc()).limit(1)
    return session.scalar(said)


def obstacles_of(session: Session, study: Study) -> Sequence[Obstacle]:
    """What raters of a study said and coordinators answered: first what waits, oldest first, then the newest answers.

    Whoever calls this has asked `permit` for `ANSWER_OBSTACLES`.
    """
    rows = session.scalars(
        select(Obstacle)
        .join(Obstacle.assignment)
        .join(Assignment.wave)
        .where(Wave.study_id == study.id, Obstacle.answer.is_distinct_from(ObstacleAnswer.TAKEN_BACK))
        .options(
            joinedload(Obstacle.assignment).joinedload(Assignment.therapy_session),
            joinedload(Obstacle.assignment).joinedload(Assignment.rater),
            joinedload(Obstacle.assignment).joinedload(Assignment.wave),
        )
        .order_by(Obstacle.id)
    ).all()
    return [each for each in rows if each.answer is None] + [each for each in rows if each.answer][::-1]


def obstacle_study(session: Session, actor: Actor, obstacle_id: str, *, now: datetime) -> Study:
    """The study of what a rater said, for whoever may answer it. Raises NotFound, NotPermitted."""
    study = _found(session, obstacle_id).assignment.wave.study
    permit(session, actor, study, Action.ANSWER_OBSTACLES, now=now)
    return study


def _found(session: Session, obstacle_id: str) -> Obstacle:
    obstacle = session.scalar(select(Obstacle).where(Obstacle.public_id == obstacle_id))
    if obstacle is None:
        raise NotFound
    return obstacle


def answer_obstacle(
    session: Session,
    actor: Actor,
    obstacle_id: str,
    answer: str,
    message: str,
    *,
    now: datetime,
    leave_out: tuple[str, str] | None = None,
) -> Obstacle:
    """Give the session back to its rater, or take it from the rater; `message` reaches the rater with its code.

    What is given back needs a message. With `leave_out`, a reason and a scope, a session that is withdrawn is excluded
    in the same step. Raises NotFound, NotPermitted, BadInput, and Refused where it was answered
    already or the wave is locked.
    """
    obstacle = _found(session, obstacle_id)
    assignment, study = obstacle.assignment, obstacle_study(session, actor, obstacle_id, now=now)
    if answer not in (ObstacleAnswer.GIVEN_BACK, ObstacleAnswer.WITHDRAWN):
        raise BadInput(Fault(Reason("No answer was chosen"), Reason("Give the session back or withdraw it")))
    message = checked_text(
        message,
        LONGEST_TEXT,
        empty=Reason("The rater needs a word from you"),
        remedy=Reason("Say why the session can be rated after all"),
        shortest=3 if answer == ObstacleAnswer.GIVEN_BACK else 0,
    )
    session.refresh(assignment, ["state"], with_for_update=True)
    session.refresh(obstacle, ["answer"])
    session.refresh(assignment.wave, ["locked_at"])
    if obstacle.answer is not None:
        raise Refused(Reason("This has been answered already"))
    if answer == ObstacleAnswer.GIVEN_BACK:
        refuse_locked(assignment)
        if leave_out is not None:
            raise BadInput(Fault(Reason("A session that is given back is not left out"), Reason("Clear the reason")))
    _answer(session, actor, obstacle, ObstacleAnswer(answer), now)
    if message and assignment.rater.person_id is not None:
        text = f"{assignment.shown_code}: {message}"
        send_message(session, actor, study, text, now=now, to=assignment.rater.code)
    if leave_out is not None:
        exclude(session, actor, study, Wanted(assignment.therapy_session.code, "", *leave_out), now=now)
    return obstacle


def _answer(session: Session, actor: Actor, obstacle: Obstacle, answer: ObstacleAnswer, now: datetime) -> None:
    assignment = obstacle.assignment
    obstacle.answer, obstacle.answered_at, obstacle.answered_by_id = answer, now, actor.person_id
    if answer is not ObstacleAnswer.WITHDRAWN:
        begun = latest_revision(session, assignment.id) is not None
        assignment.state = RatingState.STARTED if begun else RatingState.OPEN
    _record(session, actor, assignment, f"session.{answer}", now, reason=obstacle.reason)


def _record(session: Session, actor: Actor, assignment: Assignment, action: str, now: datetime, **detail: Any) -> None:
    subject = f"assignment:{assignment.id}"
    record(session, actor, action, subject, now=now, study_id=assignment.wave.study_id, **detail)
