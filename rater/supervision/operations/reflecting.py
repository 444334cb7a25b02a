"""Reflections: a trainee's own, read by nobody else before they are shared with the present supervisor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import NotFound, NotPermitted
from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.storage.audit import record
from rater.storage.models import Reflection, ScaleVersion, Study, Trainee
from rater.storage.queries.reflections import reflection_by_id, reflections_of
from rater.storage.queries.studies import roles_in
from rater.storage.queries.supervision import own_trainee, supervises, trainees_in
from rater.studies.operations import reflection_scales_of
from rater.studies.permissions import Action
from rater.supervision.operations.asking import Seat, programme_for, seat_of
from rater.supervision.reflecting import read_reflection
from rater.terms import Actor, Role


@dataclass(frozen=True)
class Reflections:
    """What somebody sees of a programme's reflections: the own ones with the forms for more, and those shared."""

    study: Study
    trainee: Trainee | None
    forms: Sequence[tuple[ScaleVersion, Scale]]
    own: Sequence[Reflection]
    shared: Sequence[Reflection]


def reflections_for(session: Session, actor: Actor, slug: str, *, now: datetime) -> Reflections:
    """To a trainee the own reflections, to a supervisor those that the trainees supervised now have shared.

    Raises NotFound, and NotPermitted for anybody else, the lead included.
    """
    study = programme_for(session, actor, slug, Action.SEE_SUPERVISION, now=now)
    roles = roles_in(session, actor.person_id, study.id, now=now)
    if not {Role.TRAINEE, Role.SUPERVISOR} & roles:
        raise NotPermitted
    trainee = own_trainee(session, study.id, actor.person_id) if Role.TRAINEE in roles else None
    own = reflections_of(session, [trainee.id], shared_only=False) if trainee else []
    mine = [each.id for each in trainees_in(session, study.id) if _supervises(session, actor, each, roles, now)]
    shared = reflections_of(session, mine, shared_only=True)
    return Reflections(study, trainee, reflection_scales_of(study), own, shared)


def _supervises(session: Session, actor: Actor, trainee: Trainee, roles: frozenset[Role], now: datetime) -> bool:
    return Role.SUPERVISOR in roles and supervises(session, actor.person_id, trainee.id, now=now)


@dataclass(frozen=True)
class SeenReflection:
    """A reflection with its form, and as what the actor looks at it."""

    study: Study
    seat: Seat
    row: Reflection
    scale: Scale


def reflection_for(session: Session, actor: Actor, slug: str, reflection_id: str, *, now: datetime) -> SeenReflection:
    """One reflection, to its trainee, and to the present supervisor while shared. Raises NotFound, NotPermitted."""
    found = reflections_for(session, actor, slug, now=now)
    row = reflection_by_id(session, reflection_id)
    if row is None or row.trainee.study_id != found.study.id:
        raise NotFound
    seat = seat_of(session, actor, found.study, row.trainee, now=now)
    if seat is Seat.TRAINEE or (seat is Seat.SUPERVISOR and row.shared_at is not None):
        return SeenReflection(found.study, seat, row, load_scale(row.scale_version.source))
    raise NotFound


def form_for(session: Session, actor: Actor, slug: str, scale: str, *, now: datetime) -> tuple[Reflections, Scale]:
    """An empty form of the programme, to a trainee. Raises NotFound, NotPermitted."""
    found = reflections_for(session, actor, slug, now=now)
    form = next((each for row, each in found.forms if row.scale == scale), None)
    if found.trainee is None or form is None:
        raise NotFound
    return found, form


def fill_in(
    session: Session, actor: Actor, slug: str, scale: str, given: Mapping[str, str], *, now: datetime
) -> Reflection:
    """Keep a form that a trainee has filled in, unshared. Raises NotFound, NotPermitted, BadInput."""
    found, form = form_for(session, actor, slug, scale, now=now)
    points, words = read_reflection(form.items, given)
    version = next(row for row, _ in found.forms if row.scale == scale)
    if found.trainee is None:
        raise NotFound
    made = Reflection(
        trainee_id=found.trainee.id, scale_version_id=version.id, points=points, words=words, filled_at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "reflection.filled", f"reflection:{made.public_id}", now=now, study_id=found.study.id)
    return made


def share_reflection(
    session: Session, actor: Actor, slug: str, reflection_id: str, *, shared: bool, now: datetime
) -> None:
    """Share one's own reflection with whoever supervises, or take it back. Raises NotFound, NotPermitted."""
    found = reflection_for(session, actor, slug, reflection_id, now=now)
    if found.seat is not Seat.TRAINEE:
        raise NotFound
    if shared == (found.row.shared_at is not None):
        return
    found.row.shared_at = now if shared else None
    what = "shared" if shared else "unshared"
    record(session, actor, f"reflection.{what}", f"reflection:{reflection_id}", now=now, study_id=found.study.id)
    session.flush()
