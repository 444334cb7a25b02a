"""Waves without a draw: sets that every rater rates, and sessions given again without a word."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import TypeAlias

from sqlalchemy.orm import Session

from rater.allocation.constraints import may_rate, unknown_in_bars
from rater.allocation.operations.assigning import assignments_of, begun_of, is_locked, make_assignments
from rater.allocation.operations.inputs import bars_by_entry, code_faults
from rater.allocation.plans import Bar, BarOn, SessionToRate
from rater.allocation.repeats import given_again, spread_among
from rater.errors import BadInput, Refused, fault
from rater.recordings.eligibility import serves
from rater.storage.audit import record
from rater.storage.models import Assignment, Study
from rater.storage.queries.begun import sessions_in_others
from rater.storage.queries.sessions import hold_study, sessions_by_code
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import ensure_raters
from rater.tables import Imported
from rater.terms import Actor, Position, RatingState, Reason, WaveKind

FOR_ALL = (WaveKind.TRAINING, WaveKind.CALIBRATION)
"""The waves whose sessions every rater rates."""
WITHOUT_DRAW = (*FOR_ALL, WaveKind.RECALIBRATION)
"""The waves whose sessions are given, not drawn."""

Places: TypeAlias = Mapping[str, Mapping[str, Position]]
"""Who is to rate which session, by the session's id and the rater's code."""


def give_to_all(
    session: Session, actor: Actor, study: Study, wave: str, *,
    raters: Sequence[str] = (), bars: Sequence[Bar] = (), sessions: Sequence[str] = (), seed: int, now: datetime,
) -> Imported:  # fmt: skip
    """Give every session of a training or calibration set to all raters (`raters`: to these) whom no bar keeps from it.

    `sessions` names some of the set; without them it is all that no other wave of the kind has. Each rater has a queue
    of his or her own order. Who has entered a session's homework is barred from it. What has been begun stays. Raters
    who are unknown, in `bars` too, become codes without a sign-in. Raises BadInput, and Refused where the wave is
    locked.
    """
    hold_study(session, study.id)
    places = places_for_all(session, study, wave, raters=raters, bars=bars, sessions=sessions)
    new = _new_raters(session, study, raters, bars)
    counts = make_assignments(session, study, wave, places, seed, now=now, all_queues=True)
    given = Imported.of(counts, (), new)
    subject, codes = f"study:{study.slug}", sorted(raters or raters_by_code(session, study.id))
    record(session, actor, "allocation.given", subject, now=now, study_id=study.id, wave=wave, seed=seed,
           raters=codes, **given.counts)  # fmt: skip
    return given


def places_for_all(
    session: Session, study: Study, wave: str, *,
    raters: Sequence[str] = (), bars: Sequence[Bar] = (), sessions: Sequence[str] = (),
) -> Places:  # fmt: skip
    """Who would rate what once a set is given to all. Raises as `give_to_all` does."""
    found = _chosen(session, study, wave, sessions)
    in_bars = {bar.rater for bar in bars}
    codes = sorted(raters or {*raters_by_code(session, study.id), *in_bars})
    faults = [*unknown_in_bars(bars, _known(found)), *code_faults(sorted({*codes, *in_bars}))]
    if not codes:
        faults.append(fault("The study has no raters", "Name them with --raters R1,R2,R3", column="--raters"))
    if faults:
        raise BadInput(faults)
    all_bars = (*bars, *bars_by_entry(session, study, codes, found))
    wanted = {
        each.id: {code: Position.ALL for code in codes if may_rate(code, each, all_bars)} for each in found
    }  # fmt: skip
    return _beside_begun(session, study, wave, wanted)


def give_again(
    session: Session, actor: Actor, study: Study, share: float, *,
    raters: Sequence[str] = (), bars: Sequence[Bar] = (), seed: int, now: datetime,
) -> Imported:  # fmt: skip
    """Give each rater a share of the sessions that he or she has submitted in the main wave once more.

    They stand among the open sessions of the main wave under other codes, spread over the queue, and look like them.
    None is one that a bar keeps the rater from. What has been begun stays. Raters who are unknown become codes without
    a sign-in. Raises BadInput, and Refused where the wave is locked.
    """
    hold_study(session, study.id)
    places = places_again(session, study, share, raters=raters, bars=bars, seed=seed)
    new = _new_raters(session, study, raters, bars)
    wave = WaveKind.RECALIBRATION.value
    counts = make_assignments(session, study, wave, places, seed, now=now, all_queues=True)
    main = assignments_of(session, study, WaveKind.MAIN)
    _hide(session, study, [each for rows in main.values() for each in rows], seed)
    given = Imported.of(counts, (), new)
    subject, codes = f"study:{study.slug}", sorted({rater for row in places.values() for rater in row})
    record(session, actor, "allocation.given", subject, now=now, study_id=study.id, wave=wave, seed=seed,
           share=share, raters=codes, **given.counts)  # fmt: skip
    return given


def places_again(
    session: Session, study: Study, share: float, *, raters: Sequence[str] = (), bars: Sequence[Bar] = (), seed: int
) -> Places:
    """Who would rate what once sessions are given again. Raises as `give_again` does."""
    if not (math.isfinite(share) and 0 < share <= 1):
        cause = "{share} is not a share of sessions"
        raise BadInput(fault(cause, "Give a share above 0, up to 1", column="--again", share=share))
    eligible = {each.id: each for each in _sessions_for(session, study, WaveKind.RECALIBRATION)}
    named = sorted({*raters, *(bar.rater for bar in bars)})
    if faults := [*unknown_in_bars(bars, _known(list(eligible.values()))), *code_faults(named)]:
        raise BadInput(faults)
    main = assignments_of(session, study, WaveKind.MAIN)
    rated: dict[str, list[SessionToRate]] = defaultdict(list)
    for code in sorted(set(main) & set(eligible)):
        for each in main[code]:
            wanted_of = not raters or each.rater.code in raters
            if wanted_of and each.state == RatingState.SUBMITTED and may_rate(each.rater.code, eligible[code], bars):
                rated[each.rater.code].append(eligible[code])
    if not rated:
        cause, remedy = "No rating of the main wave has been submitted", "Give sessions again once some have been"
        raise BadInput(fault(cause, remedy, column="--wave"))
    wanted: dict[str, dict[str, Position]] = {code: {} for code in eligible}
    for rater, codes in given_again(rated, share, seed).items():
        for code in codes:
            wanted[code][rater] = Position.ALL
    return _beside_begun(session, study, WaveKind.RECALIBRATION, wanted)


def _new_raters(session: Session, study: Study, raters: Sequence[str], bars: Sequence[Bar]) -> list[str]:
    """The codes named that the study did not have, and has now. Raises BadInput for what cannot be a code."""
    named = {*raters, *(bar.rater for bar in bars)}
    new = sorted(named - set(raters_by_code(session, study.id)))
    ensure_raters(session, study, named)
    return new


def _known(sessions: Sequence[SessionToRate]) -> dict[BarOn, set[str]]:
    return {
        BarOn.THERAPIST: {each.therapist for each in sessions},
        BarOn.PATIENT: {each.patient for each in sessions},
        BarOn.SESSION: {each.id for each in sessions},
    }


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


def _chosen(session: Session, study: Study, wave: str, wanted: Sequence[str]) -> list[SessionToRate]:
    """The sessions of the set that are named, else those that no other wave of its kind has."""
    found = _sessions_for(session, study, wave)
    if wanted:
        if unknown := sorted({*wanted} - {each.id for each in found}):
            ids, known = ", ".join(unknown), ", ".join(each.id for each in found)
            cause, remedy = "{ids}: not in the set of {wave}", "Choose among: {known}"
            raise BadInput(fault(cause, remedy, column="--sessions", ids=ids, wave=wave, known=known))
        return [each for each in found if each.id in wanted]
    elsewhere = sessions_in_others(session, study.id, wave)
    left = [each for each in found if each.id not in elsewhere]
    if not left:
        cause, remedy = "Other waves have all sessions of the set", "Import more sessions, or name some with --sessions"
        raise BadInput(fault(cause, remedy, column="--wave"))
    return left


def _beside_begun(session: Session, study: Study, wave: str, wanted: Places) -> Places:
    """The places wanted and those that have been begun; sessions that nobody has or gets are left out."""
    places: dict[str, dict[str, Position]] = {}
    present, stays = assignments_of(session, study, wave), begun_of(session, study, wave)
    for code, wish in wanted.items():
        begun = {each.rater.code: Position(each.position) for each in stays.get(code, ())}
        if wish or code in present:
            places[code] = {**wish, **begun}
    return places


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
