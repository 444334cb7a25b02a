"""Take in masked spans from a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.recordings.eligibility import is_known
from rater.recordings.masking import span_faults
from rater.recordings.masks_file import MasksFile, read_masks
from rater.recordings.operations.masking import WantedSpan, set_span
from rater.storage.models import Recording, Study
from rater.storage.queries.masking import recorded_sessions
from rater.storage.queries.sessions import session_ids
from rater.tables import Faults, Imported, nearest, shown
from rater.terms import Actor, Role


def read_masks_for(
    session: Session, study: Study, data: bytes, *, file: str = "masks.csv", rename: Mapping[str, str] | None = None
) -> MasksFile:
    """The spans as this study can take them. Raises BadInput with every fault, those against the study included."""
    return read_masks(data, file=file, rename=rename, judge=partial(_judge, session, study))


def import_masks(
    session: Session,
    actor: Actor,
    study: Study,
    content: MasksFile,
    *,
    now: datetime,
    roles: Sequence[str] = (Role.RATER,),
) -> Imported:
    """Set the spans of the list that do not stand yet. Raises BadInput, and then nothing is written."""
    faults = Faults(content.file)
    _judge(session, study, content, faults)
    faults.raise_if_any()
    recordings = {each.session.code: each.recording for each in recorded_sessions(session, study.id)}
    counts: Counter[str] = Counter()
    for row in content.rows:
        wanted = WantedSpan(row.start_s, row.stop_s, row.reason, tuple(roles), row.note)
        made = set_span(session, actor, recordings[row.session_id], study, wanted, now=now)
        counts["added" if made else "unchanged"] += 1
    return Imported.of(counts, content.notes)


def recording_named(session: Session, study: Study, session_id: str) -> Recording:
    """The recording of a session that a command names. Raises BadInput."""
    recordings = {each.session.code: each.recording for each in recorded_sessions(session, study.id)}
    if session_id not in recordings:
        guess = nearest(session_id, recordings)
        remedy = "Did you mean {guess}?" if guess else "rater masks list {slug} names the sessions that have one"
        cause = "{id} is no session with a recording"
        raise BadInput(fault(cause, remedy, id=shown(session_id), guess=guess, slug=study.slug))
    return recordings[session_id]


def _judge(session: Session, study: Study, content: MasksFile, faults: Faults) -> None:
    sessions = session_ids(session, study.id)
    recordings = {each.session.code: each.recording for each in recorded_sessions(session, study.id)}
    for row in content.rows:
        if not is_known(faults, sessions, row.session_id, row.line):
            continue
        if row.session_id not in recordings:
            cause, remedy = "{id} has no recording", "Import the recording first"
            faults.add(cause, remedy, line=row.line, column="session_id", id=row.session_id)
            continue
        for each in span_faults(row.start_s, row.stop_s, recordings[row.session_id].duration_s):
            place = {"line": row.line, "column": str(each.column)}
            faults.add(each.cause.template, each.remedy.template, **place, **each.cause.params)  # type: ignore[arg-type]  # words alone
