"""Make assignments of planned sessions, and order the raters' queues."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.allocation.plans import PlannedSession
from rater.allocation.queues import queue_order
from rater.errors import BadInput, fault
from rater.storage.models import Assignment, Study, Wave
from rater.storage.queries.begun import begun_in, drop_unbegun
from rater.storage.queries.sessions import sessions_by_code
from rater.studies.operations import ensure_raters, ensure_wave
from rater.terms import WAVE_NAMES, Position, RatingState, kind_of_wave

PLACES = (Position.MAIN, Position.SECOND)
"""The positions that a plan gives; in the order of the columns of allocation.csv."""


def check_wave(wave: str) -> None:
    """Raise BadInput for a name that is no wave."""
    if kind_of_wave(wave) is None:
        cause, remedy = "There is no wave {name}", "Waves are {kinds}"
        raise BadInput(fault(cause, remedy, column="--wave", name=wave, kinds=WAVE_NAMES))


def is_locked(session: Session, study: Study, wave: str) -> bool:
    """Whether the ratings of the wave are locked."""
    locked = select(Wave.id).where(Wave.study_id == study.id, Wave.name == wave, Wave.locked_at.is_not(None))
    return session.scalar(locked) is not None


def raters_of(row: PlannedSession) -> dict[Position, str]:
    """Who rates the session, by position."""
    raters = {Position.MAIN: row.main_rater}
    return raters | ({Position.SECOND: row.second_rater} if row.second_rater else {})


def assignments_of(session: Session, study: Study, wave: str) -> dict[str, list[Assignment]]:
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


def begun_of(session: Session, study: Study, wave: str) -> dict[str, list[Assignment]]:
    """Those assignments of a wave, by session id, that have been begun and are never moved."""
    held = begun_in(session, study.id, wave)
    begun = {
        code: [each for each in found if each.id in held]
        for code, found in assignments_of(session, study, wave).items()
    }
    return {code: found for code, found in begun.items() if found}


def withdraw_others(session: Session, study: Study, wave: str, planned: Collection[str]) -> list[tuple[str, str]]:
    """Take away what nobody has begun of sessions that are not planned any more; session and rater of each."""
    present, begun = assignments_of(session, study, wave), begun_of(session, study, wave)
    stay = {each.id for found in begun.values() for each in found}
    gone = [each for code in sorted(set(present) - set(planned)) for each in present[code] if each.id not in stay]
    told = [(each.therapy_session.code, each.rater.code) for each in gone]
    if gone:
        drop_unbegun(session, [each.id for each in gone])
    return told


def positions_of(row: PlannedSession) -> dict[str, Position]:
    """The position of each rater of the session."""
    return {rater: position for position, rater in raters_of(row).items()}


def make_assignments(
    session: Session,
    study: Study,
    wave_name: str,
    wanted: Mapping[str, Mapping[str, Position]],
    seed: int,
    *,
    now: datetime,
    all_queues: bool = False,
) -> Counter[str]:
    """Make the assignments of the wanted sessions, by rater, and order the queues that changed; counts of sessions."""
    wave = ensure_wave(session, study, wave_name)
    sessions = sessions_by_code(session, study.id)
    raters = ensure_raters(session, study, {code for places in wanted.values() for code in places})
    present = assignments_of(session, study, wave_name)
    counts: Counter[str] = Counter()
    changed: set[str] = set(raters) if all_queues else set()
    gone: list[int] = []
    for code, places in wanted.items():
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
        drop_unbegun(session, gone)
    _order_queues(session, study, wave_name, changed, seed)
    return counts


def _order_queues(session: Session, study: Study, wave: str, raters: Iterable[str], seed: int) -> None:
    """Put the open assignments of these raters in random order behind what they have begun."""
    sessions = sessions_by_code(session, study.id)
    patients = {code: each.patient.code for code, each in sessions.items()}
    begun = begun_in(session, study.id, wave)
    queues: dict[str, list[Assignment]] = defaultdict(list)
    for assignments in assignments_of(session, study, wave).values():
        for each in assignments:
            queues[each.rater.code].append(each)
    for rater in sorted(set(raters) & set(queues)):
        behind = max((each.queue_place for each in queues[rater] if each.id in begun), default=0)
        waiting = {each.therapy_session.code: each for each in queues[rater] if each.id not in begun}
        for place, code in enumerate(queue_order(waiting, rater, seed, patients), start=behind + 1):
            waiting[code].queue_place = place
    session.flush()
