"""What a trainee and the present supervisor have between them: open to these two, and to nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.storage.models import Trainee
from rater.supervision.operations.asking import Seat, SeenTrainee, trainee_for
from rater.supervision.tasks import Side
from rater.terms import Actor


def pair_for(session: Session, actor: Actor, slug: str, trainee_id: str, *, now: datetime) -> SeenTrainee:
    """A trainee, to him- or herself or the one who supervises now; NotFound for anybody else, the lead included."""
    seen = trainee_for(session, actor, slug, trainee_id, now=now)
    if seen.seat not in (Seat.TRAINEE, Seat.SUPERVISOR):
        raise NotFound
    return seen


def side_of(seen: SeenTrainee) -> Side:
    """The actor's side."""
    return Side.TRAINEE if seen.seat is Seat.TRAINEE else Side.SUPERVISOR


def side_of_person(trainee: Trainee, person_id: int | None) -> Side:
    """The side of whoever did something; a former supervisor's is the supervisor's."""
    return Side.TRAINEE if person_id == trainee.person_id else Side.SUPERVISOR
