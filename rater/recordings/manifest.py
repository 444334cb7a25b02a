"""The lists that register therapy sessions and patients: `sessions.csv` and `patients.csv`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rater.recordings.exclusions import is_no_reason
from rater.studies.settings import Phase, phase_of
from rater.tables import Judge, Repeats, Row, TableRows, read_table, shown
from rater.terms import ExclusionScope, SessionUse

REQUIRED = ("session_id", "patient_id", "therapist_id", "session_no")
OPTIONAL = ("phase", "date", "duration_min", "excluded", "excluded_scope", "use", "audio_file")
HIGHEST_NUMBER = 9_999
LONGEST_SESSION_MIN = 24 * 60.0
LONGEST_PHASE = 16
MOST_PARTS = 50
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")


@dataclass(frozen=True)
class SessionRow:
    """One therapy session as the list gives it; `excluded` is a reason code, `audio_files` its parts in order.

    `excluded_scope` says of what it is left out: the main wave where the list does not say.
    """

    session_id: str
    patient_id: str
    therapist_id: str
    session_no: int
    phase: str | None
    date: date | None
    duration_min: float | None
    excluded: str | None
    use: SessionUse
    audio_files: tuple[str, ...]
    line: int
    excluded_scope: ExclusionScope = ExclusionScope.MAIN


@dataclass(frozen=True)
class PatientRow:
    """One patient with the study's own further columns, as text."""

    patient_id: str
    covariates: Mapping[str, str]
    line: int


SessionsFile = TableRows[SessionRow]
PatientsFile = TableRows[PatientRow]


def read_sessions(
    data: bytes,
    *,
    file: str = "sessions.csv",
    phases: Sequence[Phase] | None = None,
    rename: Mapping[str, str] | None = None,
    judge: Judge[SessionRow] | None = None,
) -> SessionsFile:
    """The sessions of the list; raises BadInput with every fault.

    A phase is kept as given and else taken from `phases`. A session id (whatever its case), a patient's session
    number and an audio file may each occur once.
    """
    table = read_table(data, file=file, required=REQUIRED, optional=OPTIONAL, rename=rename)
    rows: list[SessionRow] = []
    seen = Repeats()
    for row in table.rows:
        session = _session(row, phases or ())
        if session is None:
            continue
        seen.check(row, "session_id", session.session_id, key=session.session_id.casefold())
        number = (session.patient_id, session.session_no)
        seen.check(row, "session_no", f"{session.patient_id}, session {session.session_no}", key=number)
        for name in session.audio_files:
            seen.check(row, "audio_file", name)
        rows.append(session)
    return table.finish(rows, judge=judge)


def read_patients(data: bytes, *, file: str = "patients.csv", rename: Mapping[str, str] | None = None) -> PatientsFile:
    """The patients of the list, every further column kept as a covariate; raises BadInput with every fault.

    A column of numbers with decimal commas, in a file that has them, is kept with points.
    """
    table = read_table(data, file=file, required=("patient_id",), rename=rename)
    names = [name for name in table.places if name != "patient_id"]
    turned = {
        name
        for name in names
        if table.dialect.decimal_comma and all(table.is_number(cell) for row in table.rows if (cell := row.text(name)))
    }
    rows: list[PatientRow] = []
    seen = Repeats()
    for row in table.rows:
        patient = row.code("patient_id")
        seen.check(row, "patient_id", patient, key=patient.casefold())
        cells = {name: row.note(name, required=False) for name in names}
        given = {name: cell.replace(",", ".") if name in turned else cell for name, cell in cells.items()}
        rows.append(PatientRow(patient, given, row.line))
    return replace(table.finish(rows), unknown_columns=())


def _session(row: Row, phases: Sequence[Phase]) -> SessionRow | None:
    """The row's session; None where its number cannot be read, which is then among the faults."""
    number = row.whole("session_no", 0, HIGHEST_NUMBER, required=True)
    session = SessionRow(
        session_id=row.code("session_id"),
        patient_id=row.code("patient_id"),
        therapist_id=row.code("therapist_id"),
        session_no=number or 0,
        phase=_phase(row, number, phases),
        date=row.date("date"),
        duration_min=_duration(row),
        excluded=_exclusion(row),
        use=row.choice("use", SessionUse) or SessionUse.MAIN,
        audio_files=_parts(row),
        line=row.line,
        excluded_scope=_scope(row),
    )
    return None if number is None else session


def _phase(row: Row, number: int | None, phases: Sequence[Phase]) -> str | None:
    given = row.code("phase", required=False)
    if len(given) > LONGEST_PHASE:
        row.fault("phase", "{value} is too long for a phase", "Use a short name such as I or II", value=shown(given))
    if given or not number or not phases:
        return given or None
    computed = phase_of(number, phases)
    if computed is None:
        remedy = "Correct the number, fill in the phase, or widen --phases"
        row.fault("session_no", "Session {number} lies outside every phase", remedy, number=number)
    return computed


def _duration(row: Row) -> float | None:
    minutes = row.number("duration_min", 0.0, LONGEST_SESSION_MIN)
    if minutes == 0:
        row.fault("duration_min", "A session lasts longer than 0 minutes", "Correct it or leave the cell empty")
    return minutes


def _exclusion(row: Row) -> str | None:
    reason = row.code("excluded", required=False)
    if is_no_reason(reason):
        remedy = "Write why the session is excluded, such as poor_audio; leave the cell empty if it is not"
        row.fault("excluded", "{value} is not a reason", remedy, value=reason)
    return reason or None


def _scope(row: Row) -> ExclusionScope:
    scope = row.choice("excluded_scope", ExclusionScope)
    if scope is not None and not row.code("excluded", required=False):
        row.fault("excluded_scope", "The reason is missing", "Write the reason under excluded, or leave both empty")
    return scope or ExclusionScope.MAIN


def _parts(row: Row) -> tuple[str, ...]:
    """The names of the audio files; faults: names that could lead out of the folder, a name given twice."""
    cell = row.note("audio_file", required=False)
    if not cell:
        return ()
    names = tuple(name.strip() for name in cell.split("|"))
    remedy = "Give paths inside the --audio folder, parts separated by |, such as P01/S01a.mp3|P01/S01b.mp3"
    causes = {name: cause for name in names if (cause := _unsafe(name))}
    if len(names) > MOST_PARTS:
        row.fault("audio_file", "{count} parts are too many", remedy, count=len(names))
    for name, cause in causes.items():
        row.fault("audio_file", cause, remedy, value=shown(name))
    for name in sorted({name for name in names if names.count(name) > 1}):
        row.fault("audio_file", "{value} is named twice", "Name each part once", value=shown(name))
    return names


def _unsafe(name: str) -> str | None:
    if not name:
        return "The name of a part is empty"
    if not name.isprintable():
        return "{value} holds a character that cannot be seen"
    if _ABSOLUTE.match(name):
        return "{value} is an absolute path"
    if "\\" in name:
        return "{value} holds a backslash; folders are separated by /"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "{value} holds an empty part or leads to another folder with . or .."
    return None
