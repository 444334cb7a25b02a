"""Register therapy sessions from a list, with their exclusions and recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.recordings.codes import rating_code
from rater.recordings.eligibility import why_not_rated
from rater.recordings.manifest import SessionRow, SessionsFile, read_sessions
from rater.recordings.operations.carrying import carry_homework
from rater.recordings.operations.excerpts import withdraw_cuts
from rater.recordings.operations.excluding import withdraw
from rater.recordings.operations.silencing import ask_in_study
from rater.recordings.operations.taking_in import StoredAudio, keep_recording
from rater.recordings.operations.voice import ask_for_silences
from rater.storage.audit import record
from rater.storage.models import Assignment, Exclusion, Patient, Study, Therapist, TherapySession, Wave
from rater.storage.queries.begun import begun_among, drop_unbegun
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.sessions import begun_sessions, hold_study, sessions_by_code
from rater.studies.settings import parse_phases
from rater.tables import Faults, Imported, Judge, shown
from rater.terms import Actor, LeftOut, RatingState, Reason, WaveKind

LIFTED_BY_LIST = "changed by a list of sessions"
NO_AUDIO: Mapping[str, StoredAudio] = MappingProxyType({})
_FIELDS = {"phase": "phase", "date": "held_on", "duration_min": "duration_min", "use": "use"}


def read_sessions_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    file: str = "sessions.csv",
    rename: Mapping[str, str] | None = None,
    more: Judge[SessionRow] | None = None,
) -> SessionsFile:
    """The list as this study can take it. Raises BadInput with every fault, those against the study included.

    `more` adds its own faults to the same list, for instance those of the files that it names.
    """

    def judge(content: SessionsFile, faults: Faults) -> None:
        _judge(session, study, content, faults)
        if more is not None:
            more(content, faults)

    return read_sessions(data, file=file, phases=parse_phases(study.phases), rename=rename, judge=judge)


def planned_changes(session: Session, study: Study, content: SessionsFile) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What `import_sessions` would do with each row: added, updated or unchanged, and the columns that differ."""
    kept = sessions_by_code(session, study.id)
    planned: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in content.rows:
        columns = _changes(kept[row.session_id], row, content.columns) if row.session_id in kept else {}
        state = "updated" if columns else "unchanged" if row.session_id in kept else "added"
        planned[row.session_id] = (state, tuple(sorted(columns)))
    return planned


def import_sessions(
    session: Session,
    actor: Actor,
    study: Study,
    content: SessionsFile,
    *,
    now: datetime,
    audio: Mapping[str, StoredAudio] = NO_AUDIO,
    chance: Random | None = None,
) -> Imported:
    """Register the sessions; those known get the phase, date, duration, therapist, use and exclusion of the list.

    A column that the list lacks changes nothing. `audio` holds stored recordings by session id. Open assignments of
    the main wave are taken away from sessions that it no longer rates; homework that waited for a session is due in it
    from now on. Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    _judge(session, study, content, faults)
    faults.raise_if_any()
    kept = sessions_by_code(session, study.id)
    people = _People(session, study, content.rows)
    states = {row.session_id: "unchanged" for row in content.rows}
    taken = {each.rating_code for each in kept.values()}
    chance = chance or SystemRandom()
    for row in content.rows:
        if row.session_id in kept:
            if _update(session, kept[row.session_id], row, content.columns, people, actor, now):
                states[row.session_id] = "updated"
        else:
            code = rating_code(taken, chance)
            taken.add(code)
            kept[row.session_id] = _add(session, study, row, code, people, actor, now)
            states[row.session_id] = "added"
    session.flush()
    recordings = 0
    for name, stored in audio.items():
        if keep_recording(session, kept[name], stored, now=now):
            recordings += 1
            if (replaced := kept[name].recording) is not None:
                withdraw_cuts(session, actor, study, replaced, None, now=now)
            states[name] = "updated" if states[name] == "unchanged" else states[name]
    if recordings:
        ask_for_silences(session, actor, study, now=now)
        ask_in_study(session, actor, study, now=now)
    left = left_out(session, study.id)
    fresh = {kept[name].id for name, state in states.items() if state == "added"}
    carried = carry_homework(session, actor, study, fresh, now=now)
    notes = [*content.notes, *_held_out(content.rows, content.columns, left), *_told_carried(carried)]
    notes += _take_off(session, study, content.rows, kept, left)
    withdraw(session, actor, study, now=now)
    imported = Imported.of(Counter(states.values()), notes)
    record(
        session,
        actor,
        "sessions.imported",
        f"study:{study.slug}",
        now=now,
        study_id=study.id,
        recordings=recordings,
        **imported.counts,
    )
    return imported


def _told_carried(count: int) -> list[Reason]:
    return [Reason("{count} homework tasks are now due in sessions that are new", {"count": count})] if count else []


class _People:
    """The study's patients and therapists by code, those that the list adds included."""

    def __init__(self, session: Session, study: Study, rows: Sequence[SessionRow]) -> None:
        self.patients = _ensure(session, Patient, study, {row.patient_id for row in rows})
        self.therapists = _ensure(session, Therapist, study, {row.therapist_id for row in rows})


def _ensure(session: Session, kind: type[Any], study: Study, codes: set[str]) -> dict[str, int]:
    known = {each.code: each for each in session.scalars(select(kind).where(kind.study_id == study.id))}
    fresh = {code: kind(study_id=study.id, code=code) for code in sorted(codes - set(known))}
    session.add_all(fresh.values())
    session.flush()
    return {code: each.id for code, each in (known | fresh).items()}


def _add(
    session: Session, study: Study, row: SessionRow, code: str, people: _People, actor: Actor, now: datetime
) -> TherapySession:
    made = TherapySession(
        study_id=study.id,
        code=row.session_id,
        rating_code=code,
        patient_id=people.patients[row.patient_id],
        therapist_id=people.therapists[row.therapist_id],
        number=row.session_no,
        phase=row.phase,
        held_on=row.date,
        duration_min=row.duration_min,
        use=row.use,
    )
    session.add(made)
    if row.excluded:
        session.add(_exclusion(study.id, made, row, actor, now))
    return made


def _exclusion(study_id: int, about: TherapySession, row: SessionRow, actor: Actor, now: datetime) -> Exclusion:
    return Exclusion(
        study_id=study_id,
        therapy_session=about,
        reason=row.excluded,
        scope=row.excluded_scope,
        from_list=True,
        excluded_at=now,
        by_id=actor.person_id,
    )


def _update(
    session: Session,
    kept: TherapySession,
    row: SessionRow,
    columns: frozenset[str],
    people: _People,
    actor: Actor,
    now: datetime,
) -> bool:
    changes = _changes(kept, row, columns)
    for column in set(changes) & set(_FIELDS):
        setattr(kept, _FIELDS[column], changes[column])
    if "therapist_id" in changes:
        kept.therapist_id = people.therapists[row.therapist_id]
    if "excluded" in changes:
        for each in kept.exclusions:
            each.lifted_at, each.lifted_by_id, each.lift_reason = now, actor.person_id, LIFTED_BY_LIST
        session.flush()
        if row.excluded:
            session.add(_exclusion(kept.study_id, kept, row, actor, now))
        session.flush()
        session.expire(kept, ["exclusions"])
    return bool(changes)


def _changes(kept: TherapySession, row: SessionRow, columns: frozenset[str]) -> dict[str, Any]:
    """What the list gives otherwise than it is kept, by column; a phase that was computed before stays."""
    given = {"phase": row.phase, "date": row.date, "duration_min": row.duration_min, "use": row.use.value}
    changes = {
        column: value
        for column, value in given.items()
        if column in columns and value != getattr(kept, _FIELDS[column])
    }
    if row.therapist_id != kept.therapist.code:
        changes["therapist_id"] = row.therapist_id
    if "excluded" in columns and not _is_said(kept.left_out, row, columns) and _is_from_list(kept):
        changes["excluded"] = row.excluded
    return changes


def _is_said(out: LeftOut | None, row: SessionRow, columns: frozenset[str]) -> bool:
    """Whether the list says of the session what the register says."""
    if out is None or row.excluded is None:
        return out is None and row.excluded is None
    return out.reason == row.excluded and ("excluded_scope" not in columns or out.scope is row.excluded_scope)


def _is_from_list(kept: TherapySession) -> bool:
    """Whether a list may change what is said: what somebody has entered in the register stays until it is lifted."""
    return all(each.from_list for each in (*kept.exclusions, *kept.patient.exclusions))


def _held_out(rows: Sequence[SessionRow], columns: frozenset[str], out: Mapping[str, LeftOut]) -> list[Reason]:
    differing = sum("excluded" in columns and not _is_said(out.get(row.session_id), row, columns) for row in rows)
    template = "{count} sessions are left out by the register otherwise than the list says; the register holds"
    return [Reason(template, {"count": differing})] if differing else []


def _take_off(
    session: Session,
    study: Study,
    rows: Sequence[SessionRow],
    kept: Mapping[str, TherapySession],
    left: Mapping[str, LeftOut],
) -> list[Reason]:
    """Take open assignments of the main wave from sessions of the list that it does not rate."""
    out = [
        row.session_id
        for row in rows
        if why_not_rated(WaveKind.MAIN, row.session_no, kept[row.session_id].use, left.get(row.session_id))
    ]
    wave = select(Wave.id).where(Wave.study_id == study.id, Wave.kind == WaveKind.MAIN)
    open_ones = session.scalars(
        select(Assignment.id)
        .join(Assignment.therapy_session)
        .where(
            Assignment.wave_id.in_(wave),
            Assignment.state == RatingState.OPEN,
            TherapySession.study_id == study.id,
            TherapySession.code.in_(out),
        )
    ).all()
    found = set(open_ones) - begun_among(session, open_ones)
    if not found:
        return []
    drop_unbegun(session, found)
    template = "{count} open assignments were taken away from sessions that are not rated; draw the allocation again"
    return [Reason(template, {"count": len(found)})]


@dataclass
class _Spelling:
    """Codes that differ by case alone are taken for a slip."""

    column: str
    spelled: dict[str, str]

    def check(self, faults: Faults, code: str, line: int) -> None:
        first = self.spelled.setdefault(code.casefold(), code)
        if code and first != code:
            cause = "{value} differs from {first} by case alone"
            faults.add(cause, "Write it as {first}", line=line, column=self.column, value=shown(code), first=first)


def _judge(session: Session, study: Study, content: SessionsFile, faults: Faults) -> None:
    """Note what the study forbids: another patient or number for a known session, changes once rating has begun."""
    kept = sessions_by_code(session, study.id)
    begun = begun_sessions(session, study.id)
    numbers = {(each.patient.code, each.number): code for code, each in kept.items()}
    spellings = (
        _Spelling("session_id", {code.casefold(): code for code in kept}),
        _Spelling("patient_id", {each.patient.code.casefold(): each.patient.code for each in kept.values()}),
        _Spelling("therapist_id", {each.therapist.code.casefold(): each.therapist.code for each in kept.values()}),
    )
    for row in content.rows:
        for spelling in spellings:
            spelling.check(faults, getattr(row, spelling.column), row.line)
        known = kept.get(row.session_id)
        holder = numbers.get((row.patient_id, row.session_no), row.session_id)
        if known and (known.patient.code, known.number) != (row.patient_id, row.session_no):
            cause = "{id} is session {number} of {patient} in the study"
            params = {"id": known.code, "number": known.number, "patient": known.patient.code}
            remedy = "A session keeps its patient and its number: correct the row"
            faults.add(cause, remedy, line=row.line, column="session_no", **params)
        elif holder != row.session_id:
            cause = "Session {number} of {patient} is {holder} in the study"
            params = {"number": row.session_no, "patient": shown(row.patient_id), "holder": holder}
            faults.add(cause, "Correct the number or the session_id", line=row.line, column="session_no", **params)
        if known and row.session_id in begun:
            _judge_begun(known, row, content.columns, faults)


def _judge_begun(known: TherapySession, row: SessionRow, columns: frozenset[str], faults: Faults) -> None:
    for column in sorted({"therapist_id", "use", "excluded"} & set(_changes(known, row, columns))):
        cause = "{id} has been rated, so its {name} cannot change"
        remedy = "Leave it as it is in the study"
        faults.add(cause, remedy, line=row.line, column=column, id=known.code, name=column)
