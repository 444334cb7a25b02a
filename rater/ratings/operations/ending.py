"""How one's own rating stands towards its end: heard, submitted, reopened, set aside, worried about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.ratings.operations.concerns import Told, whom_to_tell
from rater.ratings.operations.listening import share_at_submission
from rater.ratings.operations.opening import find_assignment
from rater.ratings.operations.reopening import is_reopened
from rater.ratings.operations.setting_aside import last_obstacle
from rater.storage.models import Assignment, Concern, Obstacle, Rating, Revision
from rater.terms import Actor, ObstacleAnswer, ObstacleReason, RatingState


@dataclass(frozen=True)
class Ending:
    """What the rating screen says below the scales; `obstacle` is the one that keeps the session aside."""

    assignment: Assignment
    share: float | None
    submitted: Revision | None
    draft: Revision | None
    obstacle: Obstacle | None
    told: Told
    concerns: Sequence[Concern]

    @property
    def locked_at(self) -> datetime | None:
        """When the wave was locked."""
        return self.assignment.wave.locked_at

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be changed now."""
        return self.locked_at is not None or self.assignment.state in (RatingState.SUBMITTED, RatingState.SET_ASIDE)

    @property
    def is_reopened(self) -> bool:
        """Whether an earlier submission counts until this draft is submitted."""
        return is_reopened(self.draft)

    @property
    def may_reopen(self) -> bool:
        """Whether the rater can take the rating back."""
        return self.locked_at is None and self.assignment.state == RatingState.SUBMITTED

    @property
    def may_take_back(self) -> bool:
        """Whether the rater can rate a session after all that he or she has set aside."""
        return self.locked_at is None and self.obstacle is not None and self.obstacle.answer is None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the coordinator has taken the session from the rater."""
        return self.obstacle is not None and self.obstacle.answer == ObstacleAnswer.WITHDRAWN

    @property
    def may_hear(self) -> bool:
        """Whether the recording is open to the rater: not where he or she knows somebody in it."""
        return self.obstacle is None or self.obstacle.reason != ObstacleReason.KNOWS_PERSON


def ending_of(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Ending:
    """How one of the actor's own ratings stands. Raises NotFound."""
    assignment = find_assignment(session, actor, public_id, now=now)
    revisions = session.scalars(
        select(Revision).join(Revision.rating).where(Rating.assignment_id == assignment.id).order_by(Revision.number)
    ).all()
    aside = assignment.state == RatingState.SET_ASIDE
    return Ending(
        assignment=assignment,
        share=share_at_submission(session, assignment.id),
        submitted=next((each for each in reversed(revisions) if each.submitted_at is not None), None),
        draft=next((each for each in revisions if each.submitted_at is None), None),
        obstacle=last_obstacle(session, assignment.id) if aside else None,
        told=whom_to_tell(session, assignment.wave.study, now=now),
        concerns=session.scalars(
            select(Concern).where(Concern.assignment_id == assignment.id).order_by(Concern.id)
        ).all(),
    )
