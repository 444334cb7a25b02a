"""Let recordings of a research study serve a supervision programme too, without either side seeing the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from rater.recordings.eligibility import is_known
from rater.recordings.manifest import SessionRow, SessionsFile
from rater.recordings.operations.importing import import_sessions
from rater.recordings.operations.silencing import ask_in_study
from rater.recordings.operations.voice import ask_for_silences
from rater.storage.audit import record
from rater.storage.models import Consent, MaskedSpan, Recording, Study, TherapySession
from rater.storage.queries.masking import recorded_sessions, standing_spans
from rater.storage.queries.sessions import session_ids, sessions_by_code
from rater.storage.queries.supervision import consents_of
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.studies.settings import parse_phases, phase_of
from rater.supervision.consents import standing_of
from rater.supervision.shares_file import ShareRow, SharesFile, read_shares
from rater.tables import Faults, Imported
from rater.terms import Actor, ConsentScope, SessionUse

KEPT = (
    "audio_name", "peaks_name", "mime", "codec", "duration_s", "sample_rate", "channels", "size", "sha256", "parts",
    "loudness_db", "silent", "silences",
)  # fmt: skip
"""What the programme's recording has of the study's: the stored sound and all that was measured in it."""


def read_shares_for(
    session: Session,
    source: Study,
    target: Study,
    data: bytes,
    *,
    today: date,
    file: str = "shares.csv",
    rename: Mapping[str, str] | None = None,
) -> SharesFile:
    """The list as both sides can take it. Raises BadInput with every fault."""
    return read_shares(data, file=file, rename=rename, judge=partial(_judge, session, source, target, today))


def share_recordings(
    session: Session,
    actor: Actor,
    source: Study,
    target: Study,
    content: SharesFile,
    *,
    now: datetime,
    chance: Random | None = None,
) -> Imported:
    """Make sessions of the programme whose recordings are the study's own, with masked spans and consents.

    The sound is stored once. Raises NotFound and NotPermitted unless the actor coordinates both, BadInput with every
    fault, and then nothing is written.
    """
    for study in (source, target):
        permit(session, actor, study, Action.NOTE_CONSENT, now=now)
    faults = Faults(content.file)
    _judge(session, source, target, now.date(), content, faults)
    faults.raise_if_any()
    fresh = [row for row in content.rows if _recording(session, target, row.session_id) is None]
    rows = [_session_row(row, target) for row in fresh]
    listed = SessionsFile(tuple(rows), content.dialect, (), content.file)
    import_sessions(session, actor, target, listed, now=now, chance=chance)
    sessions = sessions_by_code(session, target.id)
    for row in fresh:
        original = _recording(session, source, row.research_session_id)
        if original is not None:
            _copy(session, actor, source, target, original, sessions[row.session_id], now)
    if fresh:
        ask_for_silences(session, actor, target, now=now)
        ask_in_study(session, actor, target, now=now)
    counts = Counter({"added": len(fresh), "unchanged": len(content.rows) - len(fresh)})
    return Imported.of(counts, content.notes)


def _session_row(row: ShareRow, target: Study) -> SessionRow:
    return SessionRow(
        session_id=row.session_id,
        patient_id=row.patient_id,
        therapist_id=row.therapist_id,
        session_no=row.session_no,
        phase=phase_of(row.session_no, parse_phases(target.phases)),
        date=None,
        duration_min=None,
        excluded=None,
        use=SessionUse.MAIN,
        audio_files=(),
        line=row.line,
    )


def _copy(
    session: Session,
    actor: Actor,
    source: Study,
    target: Study,
    original: Recording,
    therapy_session: TherapySession,
    now: datetime,
) -> None:
    made = Recording(session_id=therapy_session.id, ingested_at=now, **{name: getattr(original, name) for name in KEPT})
    session.add(made)
    session.flush()
    for span in standing_spans(session, [original.id]).get(original.id, []):
        session.add(
            MaskedSpan(
                recording_id=made.id, start_s=span.start_s, stop_s=span.stop_s, reason=span.reason, note=span.note,
                roles=list(span.roles), set_at=now, set_by_id=actor.person_id,
            )
        )  # fmt: skip
    for each in consents_of(session, [original.id]).get(original.id, []):
        if each.scope != ConsentScope.RESEARCH and each.withdrawn_at is None:
            session.add(
                Consent(
                    recording_id=made.id, scope=each.scope, given_on=each.given_on, until=each.until, noted_at=now,
                    by_id=actor.person_id,
                )
            )  # fmt: skip
    session.flush()
    for study, recording in ((source, original), (target, made)):
        record(session, actor, "recording.shared", f"recording:{recording.public_id}", now=now, study_id=study.id)


def _recording(session: Session, study: Study, code: str) -> Recording | None:
    found = {each.session.code: each.recording for each in recorded_sessions(session, study.id)}
    return found.get(code)


def _judge(session: Session, source: Study, target: Study, today: date, content: SharesFile, faults: Faults) -> None:
    known = session_ids(session, source.id)
    there = {each.session.code: each.recording for each in recorded_sessions(session, source.id)}
    here = {each.session.code: each.recording for each in recorded_sessions(session, target.id)}
    noted = consents_of(session, [each.id for each in there.values()])
    for row in content.rows:
        place: dict[str, Any] = {
            "line": row.line, "column": "research_session_id", "id": row.research_session_id,
        }  # fmt: skip
        if not is_known(faults, known, row.research_session_id, row.line, "research_session_id"):
            continue
        recording = there.get(row.research_session_id)
        if recording is None:
            faults.add("{id} has no recording", "Import the recording first", **place)
            continue
        given = [each for each in noted.get(recording.id, []) if each.scope == ConsentScope.SUPERVISION]
        if not standing_of(given, today).is_open:
            cause = "No consent to supervision stands for {id}"
            faults.add(cause, "Note it in the research study first", **place)
        kept = here.get(row.session_id)
        if kept is not None and kept.audio_name != recording.audio_name:
            cause, remedy = "{id} has another recording in the programme", "Choose another session_id"
            faults.add(cause, remedy, line=row.line, column="session_id", id=row.session_id)
