"""Draw who rates what, look at it, and keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.allocation.attainable import with_bounds
from rater.allocation.balance import balance
from rater.allocation.constraints import unknown_in_bars
from rater.allocation.designs import allocate
from rater.allocation.manifest import AllocationFile
from rater.allocation.operations.assigning import (
    PLACES,
    begun_of,
    check_wave,
    is_locked,
    make_assignments,
    positions_of,
    withdraw_others,
)
from rater.allocation.operations.importing import judge_rows
from rater.allocation.operations.inputs import bars_by_entry, code_faults
from rater.allocation.operations.recording import present_plan, record_draw
from rater.allocation.plans import Bar, BarOn, BegunSession, Plan, SessionToRate, Settings, plan_digest
from rater.allocation.records import balance_of
from rater.errors import BadInput, Fault, Refused, fault
from rater.recordings.eligibility import serves
from rater.storage.audit import record
from rater.storage.models import Study
from rater.storage.queries.sessions import hold_study, sessions_by_code
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import ensure_raters
from rater.tables import Faults, Imported
from rater.terms import Actor, Position, Reason, WaveKind


@dataclass(frozen=True)
class Terms:
    """What somebody asks of a draw; without `raters` it is over all the study's, `kept` rows are never moved."""

    double: float
    seed: int
    wave: str = WaveKind.MAIN.value
    raters: Sequence[str] = ()
    bars: Sequence[Bar] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    kept: AllocationFile | None = None

    @property
    def named_raters(self) -> set[str]:
        """Every code that the terms name."""
        rows = self.kept.rows if self.kept else ()
        in_rows = {code for row in rows for code in (row.planned.main_rater, row.planned.second_rater) if code}
        return {*self.raters, *(bar.rater for bar in self.bars), *self.caps} | in_rows


@dataclass(frozen=True)
class Drawn:
    """A plan that is not kept yet, how even it is, and what it was drawn from."""

    plan: Plan
    settings: Settings
    balance: dict[str, Any]
    digest: str
    new_raters: tuple[str, ...]
    sessions: tuple[SessionToRate, ...] = ()


def draw_allocation(session: Session, study: Study, terms: Terms) -> Drawn:
    """Draw a plan over the sessions that serve the wave; nothing is written.

    Sessions that somebody has begun to rate count as kept. Raises BadInput, Refused where the wave is locked, and
    NoFeasibleAllocation.
    """
    sessions, settings = _inputs(session, study, terms)
    plan = allocate(sessions, settings)
    new = terms.named_raters - set(raters_by_code(session, study.id))
    evenness = with_bounds(balance(plan, sessions, settings), plan, sessions, settings)
    return Drawn(plan, settings, evenness, plan_digest(sessions, settings), tuple(sorted(new)), tuple(sessions))


def keep_allocation(
    session: Session, actor: Actor, study: Study, terms: Terms, drawn: Drawn, *, now: datetime, why: str = ""
) -> Imported:
    """Make the drawn plan the study's assignments, each queue in an order that is random within the seed.

    What nobody has begun of sessions that the plan lacks is withdrawn. The draw is recorded so that it can be made
    again. Raises Refused where sessions, raters or ratings have changed since the draw.
    """
    hold_study(session, study.id)
    if plan_digest(*_inputs(session, study, terms)) != drawn.digest:
        raise Refused(Reason("The study has changed since the plan was drawn; draw it again"))
    ensure_raters(session, study, terms.named_raters)
    before = balance_of(present_plan(session, study, terms.wave), drawn.sessions, drawn.settings)
    withdrawn = withdraw_others(session, study, terms.wave, {row.session_id for row in drawn.plan.sessions})
    places = {row.session_id: positions_of(row) for row in drawn.plan.sessions}
    counts = make_assignments(session, study, terms.wave, places, drawn.plan.seed, now=now, all_queues=True)
    imported = Imported.of(counts, (), drawn.new_raters)
    record_draw(
        session,
        actor,
        study,
        terms.wave,
        (drawn.sessions, drawn.settings),
        drawn.plan.sessions,
        algorithm=drawn.plan.algorithm,
        digest=drawn.digest,
        before=before,
        after=drawn.balance,
        why=why,
        now=now,
    )
    record(
        session,
        actor,
        "allocation.drawn",
        f"study:{study.slug}",
        now=now,
        study_id=study.id,
        wave=terms.wave,
        seed=drawn.plan.seed,
        algorithm=drawn.plan.algorithm,
        digest=drawn.digest,
        double=terms.double,
        raters=list(drawn.settings.raters),
        bars=[f"{bar.rater}={bar.on.value}:{bar.value}" for bar in drawn.settings.bars],
        caps=dict(terms.caps),
        kept=len(drawn.settings.kept),
        begun=len(drawn.settings.begun),
        withdrawn=[f"{code}={rater}" for code, rater in withdrawn],
        **imported.counts,
    )
    return imported


def _inputs(session: Session, study: Study, terms: Terms) -> tuple[list[SessionToRate], Settings]:
    """What a plan is drawn from. Raises BadInput with every fault, Refused where the wave is locked."""
    check_wave(terms.wave)
    if is_locked(session, study, terms.wave):
        raise Refused(Reason("The wave {wave} is locked", {"wave": terms.wave}))
    sessions = [
        SessionToRate(each.code, each.therapist.code, each.patient.code, each.phase or "")
        for each in sessions_by_code(session, study.id).values()
        if serves(terms.wave, each.number, each.use, each.left_out)
    ]
    raters = sorted(terms.raters or raters_by_code(session, study.id))
    faults = _faults_in(terms, sessions, raters)
    if terms.kept is not None:
        moved = Faults(terms.kept.file)
        judge_rows(session, study, terms.wave, terms.kept, moved)
        moved.raise_if_any()
    kept = {row.planned.session_id: row.planned for row in (terms.kept.rows if terms.kept else ())}
    open_to_draw = {each.id for each in sessions} - set(kept)
    begun = _begun_rows(session, study, terms.wave, open_to_draw, faults)
    if faults:
        raise BadInput(faults)
    rows = [kept[code] for code in sorted(kept)]
    bars = (*terms.bars, *bars_by_entry(session, study, raters, sessions))
    return sessions, Settings(terms.double, terms.seed, raters, bars, terms.caps, rows, begun)


def _faults_in(terms: Terms, sessions: Sequence[SessionToRate], raters: Sequence[str]) -> list[Fault]:
    known = {
        BarOn.THERAPIST: {each.therapist for each in sessions},
        BarOn.PATIENT: {each.patient for each in sessions},
        BarOn.SESSION: {each.id for each in sessions},
    }
    faults = [*unknown_in_bars(terms.bars, known), *code_faults(terms.raters)]
    if not raters:
        faults.append(fault("The study has no raters", "Name them with --raters R1,R2,R3", column="--raters"))
    if not sessions:
        cause, remedy = "The wave {wave} has no sessions to rate", "Import the sessions first"
        faults.append(fault(cause, remedy, column="--wave", wave=terms.wave))
    return faults


def _begun_rows(session: Session, study: Study, wave: str, codes: Set[str], faults: list[Fault]) -> list[BegunSession]:
    """Who has begun to rate which of the sessions; a place that nobody has begun is free to be drawn again."""
    rows = []
    for code, assignments in sorted(begun_of(session, study, wave).items()):
        begun = {each.position: each.rater.code for each in assignments}
        if code not in codes:
            continue
        if set(begun) <= set(PLACES):
            rows.append(BegunSession(code, begun.get(Position.MAIN), begun.get(Position.SECOND)))
        else:
            cause = "{id} has been rated by {rater}, but has no main rater"
            remedy = "Import an allocation that names its main rater"
            faults.append(fault(cause, remedy, column="session_id", id=code, rater=begun[Position.ALL]))
    return rows
