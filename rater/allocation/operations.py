"""Draw an allocation and keep it, or take in one made elsewhere; what has been started is never moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zlib import crc32

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from rater.allocation.balance import balance
from rater.allocation.constraints import unknown_in_bars
from rater.allocation.designs import allocate
from rater.allocation.manifest import AllocationFile, read_allocation
from rater.allocation.plans import Bar, BarOn, Plan, PlannedSession, SessionToRate, Settings, plan_digest
from rater.allocation.queues import queue_order
from rater.errors import BadInput, Fault, Refused, fault
from rater.recordings.eligibility import is_known, serves, why_not_rated
from rater.storage.audit import record
from rater.storage.models import Assignment, Study, TherapySession, Wave
from rater.storage.queries.sessions import hold_study, sessions_by_code
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import RATER_CODE, ensure_raters, ensure_wave
from rater.tables import Faults, Imported
from rater.terms import Actor, Position, RatingState, Reason, WaveKind

_PLACES = (Position.MAIN, Position.SECOND)


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


def read_allocation_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    wave: str = WaveKind.MAIN.value,
    file: str = "allocation.csv",
    rename: Mapping[str, str] | None = None,
) -> AllocationFile:
    """The allocation as this study can take it: no unknown session, none that the wave does not rate, no moved work.

    Raises BadInput with every fault.
    """
    check_wave(wave)
    return read_allocation(data, file=file, rename=rename, judge=partial(_judge, session, study, wave))


def check_wave(wave: str) -> None:
    """Raise BadInput for a name that is no wave."""
    if wave not in set(WaveKind):
        kinds = ", ".join(WaveKind)
        raise BadInput(fault("There is no wave {name}", "Waves are {kinds}", column="--wave", name=wave, kinds=kinds))


def import_allocation(
    session: Session, actor: Actor, study: Study, content: AllocationFile, *, wave: str, now: datetime
) -> Imported:
    """Make the assignments of the file's sessions what it says; sessions that it lacks keep theirs. Counts sessions.

    Raters who are unknown become codes without a sign-in. Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    _judge(session, study, wave, content, faults)
    faults.raise_if_any()
    before = set(raters_by_code(session, study.id))
    wanted = {row.planned.session_id: row.planned for row in content.rows}
    seed = crc32(f"{study.slug} {wave}".encode())
    counts = _keep(session, study, wave, wanted, seed, now=now)
    new = sorted({code for row in wanted.values() for code in _raters_of(row).values()} - before)
    imported = Imported.of(counts, [*content.notes, *_without_row(session, study, wave, wanted)], new)
    subject = f"study:{study.slug}"
    record(session, actor, "allocation.imported", subject, now=now, study_id=study.id, wave=wave, **imported.counts)
    return imported


def draw_allocation(session: Session, study: Study, terms: Terms) -> Drawn:
    """Draw a plan over the sessions that serve the wave; nothing is written.

    Sessions that somebody has begun to rate count as kept. Raises BadInput, Refused where the wave is locked, and
    NoFeasibleAllocation.
    """
    sessions, settings = _inputs(session, study, terms)
    plan = allocate(sessions, settings)
    new = terms.named_raters - set(raters_by_code(session, study.id))
    evenness = balance(plan, sessions, settings)
    return Drawn(plan, settings, evenness, plan_digest(sessions, settings), tuple(sorted(new)))


def keep_allocation(
    session: Session, actor: Actor, study: Study, terms: Terms, drawn: Drawn, *, now: datetime
) -> Imported:
    """Make the drawn plan the study's assignments, each queue in an order that is random within the seed.

    Raises Refused where sessions, raters or ratings have changed since the draw.
    """
    hold_study(session, study.id)
    if plan_digest(*_inputs(session, study, terms)) != drawn.digest:
        raise Refused(Reason("The study has changed since the plan was drawn; draw it again"))
    ensure_raters(session, study, terms.named_raters)
    wanted = {row.session_id: row for row in drawn.plan.sessions}
    counts = _keep(session, study, terms.wave, wanted, drawn.plan.seed, now=now, all_queues=True)
    imported = Imported.of(counts, (), drawn.new_raters)
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
        bars=[f"{bar.rater}={bar.on.value}:{bar.value}" for bar in terms.bars],
        caps=dict(terms.caps),
        kept=len(drawn.settings.kept),
        **imported.counts,
    )
    return imported


def _inputs(session: Session, study: Study, terms: Terms) -> tuple[list[SessionToRate], Settings]:
    """What a plan is drawn from. Raises BadInput with every fault, Refused where the wave is locked."""
    check_wave(terms.wave)
    locked = select(Wave.id).where(Wave.study_id == study.id, Wave.name == terms.wave, Wave.locked_at.is_not(None))
    if session.scalar(locked) is not None:
        raise Refused(Reason("The wave {wave} is locked", {"wave": terms.wave}))
    sessions = [
        SessionToRate(each.code, each.therapist.code, each.patient.code, each.phase or "")
        for each in sessions_by_code(session, study.id).values()
        if serves(terms.wave, each.number, each.use, _exclusion_of(each))
    ]
    raters = sorted(terms.raters or raters_by_code(session, study.id))
    faults = _faults_in(terms, sessions, raters)
    if terms.kept is not None:
        moved = Faults(terms.kept.file)
        _judge(session, study, terms.wave, terms.kept, moved)
        moved.raise_if_any()
    kept = _kept_rows(session, study, terms, sessions, faults)
    if faults:
        raise BadInput(faults)
    return sessions, Settings(terms.double, terms.seed, raters, terms.bars, terms.caps, kept)


def _faults_in(terms: Terms, sessions: Sequence[SessionToRate], raters: Sequence[str]) -> list[Fault]:
    known = {
        BarOn.THERAPIST: {each.therapist for each in sessions},
        BarOn.PATIENT: {each.patient for each in sessions},
        BarOn.SESSION: {each.id for each in sessions},
    }
    faults = unknown_in_bars(terms.bars, known)
    faults += [
        fault("{code!r} cannot be a rater's code", "Use letters, digits and _", column="--raters", code=code)
        for code in terms.raters
        if not RATER_CODE.fullmatch(code)
    ]
    if not raters:
        faults.append(fault("The study has no raters", "Name them with --raters R1,R2,R3", column="--raters"))
    if not sessions:
        cause, remedy = "The wave {wave} has no sessions to rate", "Import the sessions first"
        faults.append(fault(cause, remedy, column="--wave", wave=terms.wave))
    return faults


def _kept_rows(
    session: Session, study: Study, terms: Terms, sessions: Sequence[SessionToRate], faults: list[Fault]
) -> list[PlannedSession]:
    """The rows that the draw must not move: those handed in, and those of sessions that somebody has begun to rate."""
    present = _present(session, study, terms.wave)
    eligible = {each.id for each in sessions}
    kept = {row.planned.session_id: row.planned for row in (terms.kept.rows if terms.kept else ())}
    for code, assignments in sorted(present.items()):
        begun = [each for each in assignments if each.state != RatingState.OPEN]
        if code not in eligible or code in kept or not begun:
            continue
        by_place = {each.position: each.rater.code for each in assignments}
        if set(by_place) <= set(_PLACES) and Position.MAIN in by_place:
            kept[code] = PlannedSession(code, by_place[Position.MAIN], by_place.get(Position.SECOND))
        else:
            cause = "{id} has been rated by {rater}, but has no main rater"
            remedy = "Import an allocation that names its main rater"
            faults.append(fault(cause, remedy, column="session_id", id=code, rater=begun[0].rater.code))
    return [kept[code] for code in sorted(kept)]


def _exclusion_of(known: TherapySession) -> str | None:
    return known.exclusion.reason if known.exclusion else None


def _raters_of(row: PlannedSession) -> dict[Position, str]:
    raters = {Position.MAIN: row.main_rater}
    return raters | ({Position.SECOND: row.second_rater} if row.second_rater else {})


def _present(session: Session, study: Study, wave: str) -> dict[str, list[Assignment]]:
    """The assignments of a wave by session id."""
    found = session.scalars(
        select(Assignment)
        .join(Assignment.wave)
        .where(Wave.study_id == study.id, Wave.name == wave)
        .order_by(Assignment.id)
        .options(joinedload(Assignment.rater), joinedload(Assignment.therapy_session))
    )
    by_session: dict[str, list[Assignment]] = defaultdict(list)
    for each in found:
        by_session[each.therapy_session.code].append(each)
    return by_session


def _judge(session: Session, study: Study, wave: str, content: AllocationFile, faults: Faults) -> None:
    """Note rows of sessions that are unknown or not rated in the wave, and rows that would move what has been begun."""
    sessions = sessions_by_code(session, study.id)
    present = _present(session, study, wave)
    locked = select(Wave.id).where(Wave.study_id == study.id, Wave.name == wave, Wave.locked_at.is_not(None))
    if session.scalar(locked) is not None:
        faults.add("The wave {wave} is locked", "Its allocation stays as it is", column="--wave", wave=wave)
    for row in content.rows:
        if not is_known(faults, sessions, row.planned.session_id, row.line):
            continue
        known = sessions[row.planned.session_id]
        why = why_not_rated(wave, known.number, known.use, _exclusion_of(known))
        if why is not None:
            cause = "{id} is not rated in the wave {wave}: {why}"
            params = {"id": known.code, "wave": wave, "why": why}
            faults.add(cause, "Leave the row out", line=row.line, column="session_id", **params)
        wanted = _raters_of(row.planned)
        for each in present.get(known.code, ()):
            if each.state != RatingState.OPEN and wanted.get(Position(each.position)) != each.rater.code:
                column = "second_rater" if each.position == Position.SECOND else "main_rater"
                cause = "{rater} has begun to rate {id}, as {position} rater"
                params = {"rater": each.rater.code, "id": known.code, "position": each.position}
                faults.add(cause, "What has been begun is not moved", line=row.line, column=column, **params)


def _without_row(session: Session, study: Study, wave: str, wanted: Mapping[str, PlannedSession]) -> list[Reason]:
    present = _present(session, study, wave)
    lacking = sum(
        serves(wave, each.number, each.use, _exclusion_of(each)) and code not in wanted and code not in present
        for code, each in sessions_by_code(session, study.id).items()
    )
    template = "{count} sessions that serve the wave have no rater yet"
    return [Reason(template, {"count": lacking})] if lacking else []


def _keep(
    session: Session,
    study: Study,
    wave_name: str,
    wanted: Mapping[str, PlannedSession],
    seed: int,
    *,
    now: datetime,
    all_queues: bool = False,
) -> Counter[str]:
    """Make the assignments of the wanted sessions, and order the queues that changed; counts of sessions."""
    wave = ensure_wave(session, study, wave_name)
    sessions = sessions_by_code(session, study.id)
    raters = ensure_raters(session, study, {code for row in wanted.values() for code in _raters_of(row).values()})
    present = _present(session, study, wave_name)
    counts: Counter[str] = Counter()
    changed: set[str] = set(raters) if all_queues else set()
    gone: list[int] = []
    for code, row in wanted.items():
        places = {rater: position for position, rater in _raters_of(row).items()}
        before = {each.rater.code: Position(each.position) for each in present.get(code, ())}
        counts["added" if not before else "unchanged" if before == places else "updated"] += 1
        for each in present.get(code, ()):
            if each.rater.code not in places:
                gone.append(each.id)
                changed.add(each.rater.code)
            elif each.position != places[each.rater.code]:
                each.position = places[each.rater.code]
        for rater in sorted(set(places) - set(before)):
            changed.add(rater)
            made = Assignment(
                wave_id=wave.id,
                session_id=sessions[code].id,
                rater_id=raters[rater].id,
                position=places[rater],
                queue_place=0,
                state=RatingState.OPEN,
                assigned_at=now,
            )
            session.add(made)
    session.flush()
    if gone:
        session.execute(delete(Assignment).where(Assignment.id.in_(gone)))
        session.expire_all()
    _order_queues(session, study, wave_name, changed, seed)
    return counts


def _order_queues(session: Session, study: Study, wave: str, raters: Iterable[str], seed: int) -> None:
    """Put the open assignments of these raters in random order behind what they have begun."""
    sessions = sessions_by_code(session, study.id)
    patients = {code: each.patient.code for code, each in sessions.items()}
    queues: dict[str, list[Assignment]] = defaultdict(list)
    for assignments in _present(session, study, wave).values():
        for each in assignments:
            queues[each.rater.code].append(each)
    for rater in sorted(set(raters) & set(queues)):
        behind = max((each.queue_place for each in queues[rater] if each.state != RatingState.OPEN), default=0)
        waiting = {each.therapy_session.code: each for each in queues[rater] if each.state == RatingState.OPEN}
        for place, code in enumerate(queue_order(waiting, rater, seed, patients), start=behind + 1):
            waiting[code].queue_place = place
    session.flush()
