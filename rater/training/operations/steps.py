"""The steps of a study's training pathway: laid out by the trainer, taken by the raters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from rater.errors import BadInput, NotFound, Refused, fault
from rater.storage.audit import record
from rater.storage.models import Assignment, Example, Rater, Rating, Revision, StepDone, Study, TrainingStep, Wave
from rater.storage.queries.training import RATED
from rater.studies.operations import permit, scales_of
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState, Reason, SessionUse, StepKind
from rater.training.pathway import Step, StepStanding, standing

LONGEST_TITLE = 200


@dataclass(frozen=True)
class StepPlan:
    """What a step is to be; `scale`, `example` and `wave` name what it is about, as its kind wants."""

    kind: StepKind
    title: str
    required: bool = True
    opens_on: date | None = None
    scale: str | None = None
    example: str | None = None
    wave: str | None = None


@dataclass(frozen=True)
class OwnStep:
    """A step with its row and where one rater stands with it; of a wave, the sessions submitted of those given."""

    row: TrainingStep
    standing: StepStanding
    submitted: int = 0
    given: int = 0


def steps_of(session: Session, study: Study) -> Sequence[TrainingStep]:
    """The steps of a study in their order."""
    return session.scalars(
        select(TrainingStep)
        .where(TrainingStep.study_id == study.id)
        .order_by(TrainingStep.place)
        .options(joinedload(TrainingStep.wave), joinedload(TrainingStep.example))
    ).all()


def add_step(session: Session, actor: Actor, study: Study, plan: StepPlan, *, now: datetime) -> TrainingStep:
    """Put a step at the end of the pathway. Raises NotPermitted, and BadInput with every fault."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    wave = _wave(session, study, plan)
    example = _example(session, study, plan)
    scales = {scale.id for _, scale in scales_of(study, observer_only=True)}
    faults = []
    if not plan.title.strip() or len(plan.title) > LONGEST_TITLE:
        faults.append(fault("The step has no title of at most {most} characters", "Write one", most=LONGEST_TITLE))
    if plan.kind is StepKind.MANUAL and plan.scale not in scales:
        known = ", ".join(sorted(scales))
        faults.append(fault("The step names no scale of the study", "Choose among: {known}", known=known))
    if plan.kind is StepKind.EXAMPLE and example is None:
        faults.append(fault("The step names no example", "Make the example first, then choose it"))
    if plan.kind in (*RATED, StepKind.DISCUSSION) and wave is None:
        remedy = "Give the sessions first, on the page Allocation or with rater allocate, then choose the wave"
        faults.append(fault("The step names no training or calibration wave of the study", remedy))
    if faults:
        raise BadInput(faults)
    last = session.scalar(select(func.max(TrainingStep.place)).where(TrainingStep.study_id == study.id)) or 0
    step = TrainingStep(
        study_id=study.id,
        place=last + 1,
        kind=plan.kind,
        title=plan.title.strip(),
        required=plan.required,
        opens_on=plan.opens_on,
        scale=plan.scale if plan.kind is StepKind.MANUAL else None,
        example_id=example.id if example else None,
        wave_id=wave.id if wave else None,
    )
    session.add(step)
    session.flush()
    _recorded(session, actor, study, "step.added", step, now)
    return step


def change_step(
    session: Session, actor: Actor, study: Study, public_id: str, *,
    title: str, required: bool, opens_on: date | None, now: datetime,
) -> None:  # fmt: skip
    """Change what a step is called, whether it is required, and from when it is open. Raises NotFound, BadInput."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    step = _step(session, study, public_id)
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise BadInput(fault("The step has no title of at most {most} characters", "Write one", most=LONGEST_TITLE))
    step.title, step.required, step.opens_on = title.strip(), required, opens_on
    _recorded(session, actor, study, "step.changed", step, now)


def move_step(session: Session, actor: Actor, study: Study, public_id: str, up: bool, *, now: datetime) -> None:
    """Let a step change places with the one before it (`up`) or after it. Raises NotFound, NotPermitted."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    step, steps = _step(session, study, public_id), list(steps_of(session, study))
    other = steps.index(step) + (-1 if up else 1)
    if 0 <= other < len(steps):
        step.place, steps[other].place = steps[other].place, step.place
        _recorded(session, actor, study, "step.moved", step, now)


def remove_step(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> None:
    """Take a step out of the pathway; ratings and waves stay. Raises NotFound, NotPermitted."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    step = _step(session, study, public_id)
    _recorded(session, actor, study, "step.removed", step, now)
    for done in session.scalars(select(StepDone).where(StepDone.step_id == step.id)):
        session.delete(done)
    session.flush()
    session.delete(step)
    session.flush()


def pathways(
    session: Session, study: Study, *, today: date, raters: Iterable[Rater] | None = None
) -> dict[str, list[OwnStep]]:
    """Where each rater (`raters`: these) stands with each step, by the rater's code."""
    rows = list(steps_of(session, study))
    if raters is None:
        raters = session.scalars(select(Rater).where(Rater.study_id == study.id).order_by(Rater.code))
    marked = {
        (done.step_id, done.rater_id): done.done_at.date()
        for done in session.scalars(select(StepDone).where(StepDone.step_id.in_([row.id for row in rows])))
    }
    counts = _counts(session, [row.wave_id for row in rows if row.wave_id is not None])
    return {each.code: _standing(rows, each, marked, counts, today) for each in raters}


def my_pathway(session: Session, rater: Rater, study: Study, *, today: date) -> list[OwnStep]:
    """Where one rater stands with each step."""
    return pathways(session, study, today=today, raters=[rater])[rater.code]


def rater_of(session: Session, actor: Actor, study: Study) -> Rater:
    """The code behind which the actor rates in the study. Raises NotFound."""
    rater = session.scalar(select(Rater).where(Rater.study_id == study.id, Rater.person_id == actor.person_id))
    if actor.person_id is None or rater is None:
        raise NotFound
    return rater


def do_step(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> None:
    """Mark a step as done by the rater who acts: the manual read, or an example heard; safe to repeat.

    Raises NotFound, NotPermitted, and Refused where the step is not open or is done in another way.
    """
    permit(session, actor, study, Action.RATE, now=now)
    rater = rater_of(session, actor, study)
    step = _step(session, study, public_id)
    if step.kind not in (StepKind.MANUAL, StepKind.EXAMPLE):
        raise Refused(Reason("This step is not marked by hand"))
    own = next(each for each in my_pathway(session, rater, study, today=now.date()) if each.row.id == step.id)
    if not own.standing.is_open:
        raise Refused(Reason("This step is not open yet"))
    _mark(session, actor, study, step, [rater], now)


def hold_discussion(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> int:
    """Say that a discussion was held: the step is done for all who rated its wave; how many those are.

    Raises NotFound, NotPermitted, and Refused before the wave's reveal, since then nobody can have talked about it.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    step = _step(session, study, public_id)
    if step.kind != StepKind.DISCUSSION or step.wave is None:
        raise Refused(Reason("This step is no discussion"))
    if step.wave.revealed_at is None:
        raise Refused(Reason("The ratings of the wave are not revealed yet"))
    rated = (
        select(Rater)
        .join(Assignment, Assignment.rater_id == Rater.id)
        .where(Assignment.wave_id == step.wave_id, Assignment.state == RatingState.SUBMITTED)
        .distinct()
    )
    raters = session.scalars(rated).all()
    _mark(session, actor, study, step, raters, now)
    return len(raters)


def _mark(
    session: Session, actor: Actor, study: Study, step: TrainingStep, raters: Sequence[Rater], now: datetime
) -> None:
    kept = set(session.scalars(select(StepDone.rater_id).where(StepDone.step_id == step.id)))
    fresh = [each for each in raters if each.id not in kept]
    for each in fresh:
        session.add(StepDone(step_id=step.id, rater_id=each.id, done_at=now, by_id=actor.person_id))
    session.flush()
    if fresh:
        codes = sorted(each.code for each in fresh)
        subject = f"step:{step.public_id}"
        record(session, actor, "step.done", subject, now=now, study_id=study.id, raters=codes, title=step.title)


def _standing(
    rows: Sequence[TrainingStep],
    rater: Rater,
    marked: dict[tuple[int, int], date],
    counts: dict[tuple[int, int], tuple[int, int, date | None]],
    today: date,
) -> list[OwnStep]:
    steps, found = [], []
    for row in rows:
        submitted, given, last = counts.get((row.wave_id or 0, rater.id), (0, 0, None))
        done = (last if given == submitted else None) if row.kind in RATED else marked.get((row.id, rater.id))
        steps.append(Step(row.place, StepKind(row.kind), row.title, row.required, row.opens_on, done))
        found.append((row, submitted, given))
    stands = standing(steps, today)
    return [OwnStep(row, each, *own) for (row, *own), each in zip(found, stands, strict=True)]


def _counts(session: Session, waves: Sequence[int]) -> dict[tuple[int, int], tuple[int, int, date | None]]:
    """Sessions submitted, sessions given and the day of the last submission, by wave and rater.

    A session set aside counts in neither, as the rater has nothing to do there.
    """
    rows = session.execute(
        select(Assignment.wave_id, Assignment.rater_id, Assignment.state, func.count(Assignment.id.distinct()),
               func.max(func.coalesce(Revision.submitted_at, Assignment.assigned_at)))
        .outerjoin(Rating, Rating.assignment_id == Assignment.id)
        .outerjoin(Revision, Revision.rating_id == Rating.id)
        .where(Assignment.wave_id.in_(waves))
        .group_by(Assignment.wave_id, Assignment.rater_id, Assignment.state)
    )  # fmt: skip
    found: dict[tuple[int, int], tuple[int, int, date | None]] = {}
    for wave, rater, state, count, last in rows:
        submitted, given, day = found.get((wave, rater), (0, 0, None))
        if state == RatingState.SUBMITTED:
            submitted, day = submitted + count, last.date()
        given += count if state != RatingState.SET_ASIDE else 0
        found[wave, rater] = (submitted, given, day)
    return found


def _wave(session: Session, study: Study, plan: StepPlan) -> Wave | None:
    sets = (SessionUse.TRAINING, SessionUse.CALIBRATION)
    named = select(Wave).where(Wave.study_id == study.id, Wave.name == plan.wave, Wave.kind.in_(sets))
    return session.scalar(named) if plan.kind in (*RATED, StepKind.DISCUSSION) else None


def _example(session: Session, study: Study, plan: StepPlan) -> Example | None:
    named = select(Example).where(Example.study_id == study.id, Example.public_id == plan.example)
    return session.scalar(named) if plan.kind is StepKind.EXAMPLE else None


def _step(session: Session, study: Study, public_id: str) -> TrainingStep:
    named = TrainingStep.study_id == study.id, TrainingStep.public_id == public_id
    step = session.scalar(select(TrainingStep).where(*named))
    if step is None:
        raise NotFound
    return step


def _recorded(session: Session, actor: Actor, study: Study, what: str, step: TrainingStep, now: datetime) -> None:
    session.flush()
    told: dict[str, Any] = {"title": step.title, "kind": str(step.kind), "place": step.place, "required": step.required}
    record(session, actor, what, f"step:{step.public_id}", now=now, study_id=study.id, **told)
