"""The hard rules of an allocation: bars, caps, kept rows, and whether any plan can obey them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rater.allocation.plans import (
    ALONE,
    Bar,
    BarOn,
    BegunSession,
    Label,
    PlannedSession,
    SessionToRate,
    Settings,
    number_to_double,
)
from rater.errors import BadInput, Fault, NoFeasibleAllocation, fault
from rater.terms import Reason

_BAR = re.compile(r"(?P<rater>[A-Za-z0-9_]+)=(?P<on>therapist|patient|session):(?P<value>.+)")
_CAP = re.compile(r"(?P<rater>[A-Za-z0-9_]+)=(?P<cap>[0-9]{1,9})")


@dataclass(frozen=True)
class OpenWork:
    """What is still to be drawn: sessions without a kept row, by index, with the raters who may take them.

    Raters are the `listed` ones of the settings, then those whom kept and begun rows alone name. `able[i]` holds the
    indices of the raters who may still join session i, `begun[i]` who has started on it as (main, second), ALONE for a
    place that is open. `room[r]` is how many more ratings rater r may take, `to_double` how many more of the sessions
    need a second rater.
    """

    raters: tuple[str, ...]
    sessions: tuple[SessionToRate, ...]
    able: tuple[tuple[int, ...], ...]
    begun: tuple[Label, ...]
    listed: int
    room: tuple[int, ...]
    to_double: int
    kept_sessions: tuple[SessionToRate, ...]
    kept_labels: tuple[Label, ...]

    @property
    def all_sessions(self) -> tuple[SessionToRate, ...]:
        """The sessions still to be drawn, then those with a kept row."""
        return self.sessions + self.kept_sessions

    def may_double(self, session: int) -> bool:
        """Whether a second rater can be drawn for the session."""
        main, second = self.begun[session]
        return second == ALONE and len(self.able[session]) > int(main == ALONE)


def parse_bars(texts: Iterable[str]) -> tuple[Bar, ...]:
    """Bars written as `R1=therapist:T1`, `R1=patient:P03` or `R1=session:ID`; raises BadInput with every fault."""
    bars: list[Bar] = []
    faults: list[Fault] = []
    for text in texts:
        if match := _BAR.fullmatch(text.strip()):
            bars.append(Bar(match["rater"], BarOn(match["on"]), match["value"].strip()))
        else:
            remedy = "Write it as R1=therapist:T1, R1=patient:P03 or R1=session:ID"
            faults.append(fault("{text} is not a bar", remedy, column="--bar", text=repr(text)))
    if faults:
        raise BadInput(faults)
    return tuple(bars)


def parse_caps(texts: Iterable[str]) -> dict[str, int]:
    """Caps written as `R2=40`, by rater; raises BadInput with every fault, a rater capped twice included."""
    caps: dict[str, int] = {}
    faults: list[Fault] = []
    for text in texts:
        match = _CAP.fullmatch(text.strip())
        if match is None:
            remedy = "Write the rater and a whole number, as in R2=40"
            faults.append(fault("{text} is not a cap", remedy, column="--cap", text=repr(text)))
        elif match["rater"] in caps:
            cause = "{rater} has more than one cap"
            faults.append(fault(cause, "Give each rater one cap", column="--cap", rater=match["rater"]))
        else:
            caps[match["rater"]] = int(match["cap"])
    if faults:
        raise BadInput(faults)
    return caps


def unknown_in_bars(bars: Iterable[Bar], known: Mapping[BarOn, Iterable[str]]) -> list[Fault]:
    """A fault for each bar on a therapist, patient or session that the study does not have."""
    names = {on: set(values) for on, values in known.items()}
    return [
        fault(
            "The study has no {on} {value}", "Check the bar on {rater}",
            column="--bar", on=bar.on.value, value=bar.value, rater=bar.rater,
        )
        for bar in bars
        if bar.value not in names.get(bar.on, ())
    ]  # fmt: skip


def may_rate(rater: str, session: SessionToRate, bars: Iterable[Bar]) -> bool:
    """Whether no bar keeps the rater from the session."""
    return not any(bar.rater == rater and bar.covers(session) for bar in bars)


def faults_in(sessions: Sequence[SessionToRate], settings: Settings) -> list[Fault]:
    """Everything in the inputs that makes no sense, whatever plan is drawn."""
    faults: list[Fault] = []
    if not (math.isfinite(settings.double) and settings.double >= 0):
        remedy = "Give a share between 0 and 1"
        faults.append(fault("{share} is not a share of sessions", remedy, column="--double", share=settings.double))
    for rater in _repeated(settings.raters):
        faults.append(fault("{rater} is named twice", "Name each rater once", column="--raters", rater=rater))
    for session_id in _repeated(session.id for session in sessions):
        faults.append(fault("Session {id} is listed twice", "List each session once", id=session_id))
    faults.extend(
        fault("The cap of {rater} is below zero", "Give a whole number from 0", column="--cap", rater=rater)
        for rater, cap in settings.caps.items()
        if cap < 0
    )
    return faults + _faults_in_kept(sessions, _given(settings))


def _faults_in_kept(sessions: Sequence[SessionToRate], kept: Sequence[PlannedSession | BegunSession]) -> list[Fault]:
    known = {session.id for session in sessions}
    faults = [
        fault("Session {id} is kept twice", "Keep one row for each session", column="session_id", id=session_id)
        for session_id in _repeated(row.session_id for row in kept)
    ]
    for row in kept:
        if row.session_id not in known:
            cause = "Session {id} is kept but is not among the sessions to rate"
            faults.append(fault(cause, "Leave the row out", column="session_id", id=row.session_id))
        if row.main_rater == row.second_rater:
            cause = "Session {id} names {rater} as main and as second rater"
            remedy = "Name two different raters, or leave the second one empty"
            faults.append(fault(cause, remedy, column="second_rater", id=row.session_id, rater=row.main_rater))
    return faults


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def open_work(sessions: Sequence[SessionToRate], settings: Settings) -> OpenWork:
    """What the kept rows leave to draw; raises NoFeasibleAllocation where counting alone shows that no plan exists."""
    required = number_to_double(settings.double, len(sessions))
    if required > len(sessions):
        _refuse("{required} sessions are to be double-coded, but there are only {sessions}",
                required - len(sessions), required=required, sessions=len(sessions))  # fmt: skip
    _check_kept_rules(sessions, settings)
    whole = [PlannedSession(row.session_id, row.main_rater, row.second_rater) for row in settings.begun
             if row.main_rater and row.second_rater]  # fmt: skip
    kept = {row.session_id: row for row in [*settings.kept, *whole]}
    half = {row.session_id: row for row in settings.begun if row.session_id not in kept}
    listed = tuple(sorted(settings.raters))
    free = tuple(sorted((each for each in sessions if each.id not in kept), key=lambda session: session.id))
    load = Counter(rater for row in _given(settings) for rater in _raters_in(row))
    raters = listed + tuple(sorted(set(load) - set(listed)))
    begun = tuple(_label(half.get(session.id, BegunSession(session.id)), raters) for session in free)
    able = tuple(
        able if label == (ALONE, ALONE) else tuple(rater for rater in able if rater not in label)
        for able, label in zip(able_raters(listed, free, settings.bars), begun, strict=True)
    )
    caps = dict.fromkeys(raters, load.total() + 2 * len(free)) | dict(settings.caps)
    room = tuple(caps[rater] - load[rater] if rater in listed else 0 for rater in raters)
    held = tuple(sorted((each for each in sessions if each.id in kept), key=lambda session: session.id))
    labels = tuple(_label(kept[session.id], raters) for session in held)
    doubled = sum(second != ALONE for _, second in (*labels, *begun))
    work = OpenWork(raters, free, able, begun, len(listed), room, required - doubled, held, labels)
    _check_numbers(work, required)
    return work


def _given(settings: Settings) -> list[PlannedSession | BegunSession]:
    return [*settings.kept, *settings.begun]


def _raters_in(row: PlannedSession | BegunSession) -> list[str]:
    return [rater for rater in (row.main_rater, row.second_rater) if rater]


def _label(row: PlannedSession | BegunSession, raters: Sequence[str]) -> Label:
    main, second = (ALONE if rater is None else raters.index(rater) for rater in (row.main_rater, row.second_rater))
    return main, second


def able_raters(
    raters: Sequence[str], sessions: Sequence[SessionToRate], bars: Iterable[Bar]
) -> tuple[tuple[int, ...], ...]:
    """For each session the raters, by index, whom no bar keeps from it."""
    bars = tuple(bars)
    barred = {(bar.on, bar.value, bar.rater) for bar in bars}
    seen: dict[tuple[str, str], tuple[int, ...]] = {}
    by_session = {bar.value for bar in bars if bar.on is BarOn.SESSION}

    def look(session: SessionToRate) -> tuple[int, ...]:
        places = ((BarOn.THERAPIST, session.therapist), (BarOn.PATIENT, session.patient), (BarOn.SESSION, session.id))
        return tuple(i for i, rater in enumerate(raters) if not any((*place, rater) in barred for place in places))

    found = []
    for session in sessions:
        stratum = (session.therapist, session.patient)
        if session.id in by_session:
            found.append(look(session))
        else:
            if stratum not in seen:
                seen[stratum] = look(session)
            found.append(seen[stratum])
    return tuple(found)


def _check_kept_rules(sessions: Sequence[SessionToRate], settings: Settings) -> None:
    session_of = {session.id: session for session in sessions}
    load: Counter[str] = Counter()
    broken = []
    for row in _given(settings):
        for rater in _raters_in(row):
            load[rater] += 1
            if not may_rate(rater, session_of[row.session_id], settings.bars):
                broken.append((rater, row.session_id))
    if broken:
        _refuse("Kept rows give raters sessions that they are barred from; the first is {rater} on {id}",
                len(broken), rater=broken[0][0], id=broken[0][1])  # fmt: skip
    over = {rater: load[rater] - cap for rater, cap in settings.caps.items() if load[rater] > cap}
    if over:
        _refuse("Kept rows already exceed the caps of {raters}", sum(over.values()), raters=", ".join(sorted(over)))


def _check_numbers(work: OpenWork, required: int) -> None:
    to_double, free = work.to_double, [label for label in work.begun if label[1] == ALONE]
    if to_double < 0:
        _refuse("Kept rows already have {kept} double-coded sessions, but {required} are asked for",
                -to_double, kept=required - to_double, required=required)  # fmt: skip
    if to_double > len(free):
        _refuse("{missing} more sessions must be double-coded, but kept rows leave only {free} to draw",
                to_double - len(free), missing=to_double, free=len(free))  # fmt: skip
    rows = zip(work.sessions, work.able, work.begun, strict=True)
    orphans = [session.id for session, raters, (main, _) in rows if main == ALONE and not raters]
    if orphans:
        _refuse("No eligible rater for {count} of the sessions; the first is {id}",
                len(orphans), count=len(orphans), id=orphans[0])  # fmt: skip
    pairable = sum(work.may_double(session) for session in range(len(work.sessions)))
    if to_double > pairable:
        _refuse("{missing} sessions must be double-coded, but only {pairable} have two eligible raters",
                to_double - pairable, missing=to_double, pairable=pairable)  # fmt: skip


def refuse_for_caps(short_by: int) -> None:
    """Raise NoFeasibleAllocation for caps that leave `short_by` ratings without a rater."""
    _refuse("The caps are too small: {missing} of the ratings find no rater", short_by, missing=short_by)


def _refuse(cause: str, short_by: int, **params: object) -> None:
    raise NoFeasibleAllocation(Reason(cause, dict(params)), short_by)
