"""Take in an allocation made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from zlib import crc32

from sqlalchemy.orm import Session

from rater.allocation.manifest import AllocationFile, read_allocation
from rater.allocation.operations.assigning import (
    assignments_of,
    begun_of,
    check_wave,
    is_locked,
    make_assignments,
    positions_of,
    raters_of,
)
from rater.allocation.plans import PlannedSession
from rater.recordings.eligibility import is_known, serves, why_not_rated
from rater.storage.audit import record
from rater.storage.models import Study
from rater.storage.queries.homework import barred_by_entry
from rater.storage.queries.sessions import hold_study, sessions_by_code
from rater.storage.queries.sharing import barred_by_supervision
from rater.storage.queries.studies import raters_by_code
from rater.tables import Faults, Imported
from rater.terms import Actor, Position, Reason, WaveKind


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
    return read_allocation(data, file=file, rename=rename, judge=partial(judge_rows, session, study, wave))


def import_allocation(
    session: Session, actor: Actor, study: Study, content: AllocationFile, *, wave: str, now: datetime
) -> Imported:
    """Make the assignments of the file's sessions what it says; sessions that it lacks keep theirs. Counts sessions.

    Raters who are unknown become codes without a sign-in. Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    judge_rows(session, study, wave, content, faults)
    faults.raise_if_any()
    before = set(raters_by_code(session, study.id))
    wanted = {row.planned.session_id: row.planned for row in content.rows}
    seed = crc32(f"{study.slug} {wave}".encode())
    places = {code: positions_of(row) for code, row in wanted.items()}
    counts = make_assignments(session, study, wave, places, seed, now=now)
    new = sorted({code for row in wanted.values() for code in raters_of(row).values()} - before)
    imported = Imported.of(counts, [*content.notes, *_without_row(session, study, wave, wanted)], new)
    subject = f"study:{study.slug}"
    record(session, actor, "allocation.imported", subject, now=now, study_id=study.id, wave=wave, **imported.counts)
    return imported


def judge_rows(session: Session, study: Study, wave: str, content: AllocationFile, faults: Faults) -> None:
    """Note rows of sessions that are unknown or not rated in the wave, and rows that would move what has been begun."""
    sessions = sessions_by_code(session, study.id)
    begun = begun_of(session, study, wave)
    barred, supervised = barred_by_entry(session, study.id), barred_by_supervision(session, study.id)
    if is_locked(session, study, wave):
        faults.add("The wave {wave} is locked", "Its allocation stays as it is", column="--wave", wave=wave)
    for row in content.rows:
        if not is_known(faults, sessions, row.planned.session_id, row.line):
            continue
        known = sessions[row.planned.session_id]
        why = why_not_rated(wave, known.number, known.use, known.left_out)
        if why is not None:
            cause = "{id} is not rated in the wave {wave}: {why}"
            params = {"id": known.code, "wave": wave, "why": why}
            faults.add(cause, "Leave the row out", line=row.line, column="session_id", **params)
        wanted = raters_of(row.planned)
        for position, rater in wanted.items():
            if (rater, known.code) in barred:
                column = "second_rater" if position == Position.SECOND else "main_rater"
                cause = "{rater} has entered the homework of {id} and may not rate it"
                params = {"rater": rater, "id": known.code}
                faults.add(cause, "Name another rater", line=row.line, column=column, **params)
            if (rater, known.code) in supervised:
                column = "second_rater" if position == Position.SECOND else "main_rater"
                cause = "{rater} has to do with {id} in supervision and may not rate it"
                params = {"rater": rater, "id": known.code}
                faults.add(cause, "Name another rater", line=row.line, column=column, **params)
        for each in begun.get(known.code, ()):
            if wanted.get(Position(each.position)) != each.rater.code:
                column = "second_rater" if each.position == Position.SECOND else "main_rater"
                cause = "{rater} has begun to rate {id}, as {position} rater"
                params = {"rater": each.rater.code, "id": known.code, "position": each.position}
                faults.add(cause, "What has been begun is not moved", line=row.line, column=column, **params)


def _without_row(session: Session, study: Study, wave: str, wanted: Mapping[str, PlannedSession]) -> list[Reason]:
    present = assignments_of(session, study, wave)
    lacking = sum(
        serves(wave, each.number, each.use, each.left_out) and code not in wanted and code not in present
        for code, each in sessions_by_code(session, study.id).items()
    )
    template = "{count} sessions that serve the wave have no rater yet"
    return [Reason(template, {"count": lacking})] if lacking else []
