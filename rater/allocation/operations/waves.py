"""Waves without a draw: sets that every rater rates, and sessions given again without a word."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from rater.allocation.constraints import may_rate, unknown_in_bars
from rater.allocation.operations.assigning import assignments_of, is_locked, make_assignments
from rater.allocation.plans import Bar, BarOn, SessionToRate
from rater.allocation.repeats import given_again, spread_among
from rater.errors import BadInput, Refused, fault
from rater.recordings.eligibility import serves
from rater.storage.audit import record
from rater.storage.models import Assignment, Study
from rater.storage.queries.sessions import hold_study, sessions_by_code
from rater.storage.queries.studies import raters_by_code
from rater.tables import Imported
from rater.terms import Actor, Position, RatingState, Reason, WaveKind

FOR_ALL = (WaveKind.TRAINING, WaveKind.CALIBRATION)
"""The waves whose sessions every rater rates."""


def give_to_all(
    session: Session, actor: Actor, study: Study, wave: str, *,
    raters: Sequence[str] = (), bars: Sequence[Bar] = (), seed: int, now: datetime,
) -> Imported:  # fmt: skip
    """Give every session of a training or calibration set to all raters (`raters`: to these) whom no bar keeps from it.

    Each has a queue of his or her own order. What has been begun stays. Raises BadInput, and Refused where the wave is
    locked.
    """
    hold_study(session, study.id)
    sessions = _sessions_for(session, study, wave)
    codes = sorted(raters or raters_by_code(session, study.id))
    known = {
        BarOn.THERAPIST: {each.therapist for each in sessions},
        BarOn.PATIENT: {each.patient for each in sessions},
        BarOn.SESSION: {each.id for each in sessions},
    }
    faults = unknown_in_bars(bars, known)
    if not codes:
        faults.append(fault("The study has no raters", "Name them with --raters R1,R2,R3", column="--raters"))
    if faults:
        raise BadInput(faults)
    wanted = {
        each.id: {code: Position.ALL for code in codes if may_rate(code, each, bars)} for each in sessions
    }  # fmt: skip
    counts = _assign(session, study, wave, wanted, seed, now)
    given = Imported.of(counts, (), ())
    subject = f"study:{study.slug}"
    record(session, actor, "allocation.given", subject, now=now, study_id=study.id, wave=wave, seed=seed,
           raters=codes, **given.counts)  # fmt: skip
    return given


def give_again(
    session: Session, actor: Actor, study: Study, share: float, *, raters: Sequence[str] = (), seed: int, now: datetime
) -> Imported:
    """Give each rater a share of the sessions that he or she has submitted in the main wave once more.

    They stand among the open sessions of the main wave under other codes, spread over the queue, and look like them.
    What has been begun stays. Raises BadInput, and Refused where the wave is locked.
    """
    hold_study(session, study.id)
    if not (math.isfinite(share) and 0 < share <= 1):
        cause = "{share} is not a share of sessions"
        raise BadInput(fault(cause, "Give a share above 0, up to 1", column="--again", share=share))
    eligible = {each.id: each for each in _sessions_for(session, study, WaveKind.RECALIBRATION)}
    main = assignments_of(session, study, WaveKind.MAIN)
    rated: dict[str, list[SessionToRate]] = defaultdict(list)
    for code in sorted(set(main) & set(eligible)):
        for each in main[code]:
            if each.state == RatingState.SUBMITTED and (not raters or each.rater.code in raters):
                rated[each.rater.code].append(eligible[code])
    if not rated:
        cause, remedy = "No rating of the main wave has been submitted", "Give sessions again once some have been"
        raise BadInput(fault(cause, remedy, column="--wave"))
    wanted: dict[str, dict[str, Position]] = {code: {} for code in eligible}
    for rater, codes in given_again(rated, share, seed).items():
        for code in codes:
            wanted[code][rater] = Position.ALL
    counts = _assign(session, study, WaveKind.RECALIBRATION, wanted, seed, now)
    _hide(session, study, [each for rows in main.values() for each in rows], seed)
    given = Imported.of(counts, (), ())
    subject, wave = f"study:{study.slug}", WaveKind.RECALIBRATION.value
    record(session, actor, "allocation.given", subject, now=now, study_id=study.id, wave=wave, seed=seed,
           share=share, raters=sorted(rated), **given.counts)  # fmt: skip
    return given


def _sessions_for(session: Session, study: Study, wave: str) -> list[SessionToRate]:
    if is_locked(session, study, wave):
        raise Refused(Reason("The wave {wave} is locked", {"wave": wave}))
    found = [
        SessionToRate(each.code, each.therapist.code, each.patient.code, each.phase or "")
        for each in sessions_by_code(session, study.id).values()
        if serves(wave, each.number, each.use, each.left_out)
    ]
    if not found:
        cause, remedy = "The wave {wave} has no sessions to rate", "Import the sessions first"
        raise BadInput(fault(cause, remedy, column="--wave", wave=wave))
    return found


def _assign(
    session: Session, study: Study, wave: str, wanted: Mapping[str, Mapping[str, Position]], seed: int, now: datetime
) -> Counter[str]:
    """Make the assignments, beside those that have been begun; sessions that nobody has or gets are left out."""
    places: dict[str, dict[str, Position]] = {}
    present = assignments_of(session, study, wave)
    for code, wish in wanted.items():
        begun = {
            each.rater.code: Position(each.position)
            for each in present.get(code, ())
            if each.state != RatingState.OPEN
        }  # fmt: skip
        if wish or code in present:
            places[code] = {**wish, **begun}
    return make_assignments(session, study, wave, places, seed, now=now, all_queues=True)


def _hide(session: Session, study: Study, main: Iterable[Assignment], seed: int) -> None:
    """Give the open repeats places among the rater's open sessions of the main wave."""
    waiting: dict[str, list[int]] = defaultdict(list)
    for each in main:
        if each.state == RatingState.OPEN:
            waiting[each.rater.code].append(each.queue_place)
    again: dict[str, list[Assignment]] = defaultdict(list)
    for rows in assignments_of(session, study, WaveKind.RECALIBRATION).values():
        for each in rows:
            if each.state == RatingState.OPEN:
                again[each.rater.code].append(each)
    for rater, repeats in sorted(again.items()):
        repeats.sort(key=lambda each: each.queue_place)
        chance = Random(f"hidden {seed} {rater}")  # noqa: S311 - reproducible, not secret
        for each, place in zip(repeats, spread_among(waiting[rater], len(repeats), chance), strict=True):
            each.queue_place = place
    session.flush()
