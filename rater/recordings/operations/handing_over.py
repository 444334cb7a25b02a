"""Hand a confirmed import to the worker, and let the worker take it into the study, all of it or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, Refused
from rater.recordings.keeping_faults import kept_fault
from rater.recordings.manifest import SessionsFile
from rater.recordings.operations.drafts import end_import, open_draft
from rater.recordings.operations.importing import import_sessions
from rater.recordings.operations.previewing import files_to_hear, preview_draft, read_draft
from rater.recordings.operations.taking_in import KeptAudio, StoredAudio, kept_audio, stored_names
from rater.recordings.preview import Plan, Question
from rater.storage.audit import record
from rater.storage.media.places import Place
from rater.storage.media.uploads import Uploads
from rater.storage.models import SessionImport
from rater.storage.queries import jobs
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, ImportState, Reason

QUESTIONS = {
    Question.DIALECT: Reason("Confirm that the list was read rightly"),
    Question.GUESSES: Reason("Confirm the files that were matched by their name alone"),
    Question.MISSING: Reason("Confirm that sessions go in without their recording"),
}


@dataclass(frozen=True)
class Handed:
    """All that the worker needs to take an import in."""

    actor: Actor
    content: SessionsFile
    files: Mapping[str, tuple[Place, ...]]
    names: Mapping[Place, str]
    kept: Mapping[str, KeptAudio]
    stored: frozenset[str]


def confirm_import(
    session: Session,
    actor: Actor,
    public_id: str,
    uploads: Uploads,
    seen: str,
    confirmed: Collection[str],
    *,
    now: datetime,
) -> SessionImport:
    """Queue the import as it was shown. Raises NotFound, NotPermitted; Refused where the preview has changed since.

    Raises BadInput with the faults of the list and the files, and with every question that was not confirmed.
    """
    draft = open_draft(session, actor, public_id, now=now)
    preview, _ = preview_draft(session, draft, uploads)
    if preview.faults:
        raise BadInput(preview.faults)
    if preview.fingerprint != seen or files_to_hear(session, draft.id, uploads):
        raise Refused(Reason("The preview has changed since it was shown; look at it again"))
    open_questions = [QUESTIONS[each] for each in preview.questions if each not in confirmed]
    if open_questions:
        raise BadInput([Fault(each, Reason("Tick the box")) for each in open_questions])
    draft.job = jobs.add(session, actor, draft.study_id, jobs.IMPORT, now=now, **{"import": draft.id})
    draft.state, draft.changed_at, draft.result = ImportState.ASKED, now, None
    about, counts = f"import:{draft.public_id}", preview.counts
    record(session, actor, "import.confirmed", about, now=now, study_id=draft.study_id, expected=counts)
    return draft


def handed_over(session: Session, import_id: int, uploads: Uploads, *, now: datetime) -> Handed | None:
    """What is to be taken in; None where it has been already. Raises NotFound, NotPermitted, BadInput."""
    draft = session.get(SessionImport, import_id)
    if draft is None or draft.state == ImportState.CANCELLED:
        raise NotFound
    if draft.state == ImportState.DONE:
        return None
    actor = Actor(draft.by_id, draft.by.name)
    permit(session, actor, draft.study, Action.IMPORT, now=now)
    preview, matches = preview_draft(session, draft, uploads)
    content, _ = read_draft(session, draft, uploads)
    if content is None or preview.faults:
        raise BadInput(preview.faults)
    places = {each.path: uploads.place(draft.folder, each.stored_as) for each in draft.uploads}
    wanted = {each.session_id for each in preview.sessions if each.recording in (Plan.NEW, Plan.REPLACED)}
    files = {
        code: tuple(places[part.path] for part in parts) for code, parts in matches.by_session.items() if code in wanted
    }
    names = {place: path for path, place in places.items()}
    stored = frozenset(stored_names(session, draft.study))
    return Handed(actor, content, files, names, kept_audio(session, draft.study), stored)


def take_over(
    session: Session, import_id: int, handed: Handed, recordings: Mapping[str, StoredAudio], *, now: datetime
) -> dict[str, Any]:
    """Register the sessions with their recordings and end the import; what was done, in counts and notes.

    Raises BadInput, NotPermitted, and then nothing is written.
    """
    draft = session.get_one(SessionImport, import_id)
    permit(session, handed.actor, draft.study, Action.IMPORT, now=now)
    imported = import_sessions(session, handed.actor, draft.study, handed.content, now=now, audio=recordings)
    notes = [[each.template, each.params] for each in imported.notes]
    result = {**imported.counts, "recordings": len(recordings), "notes": notes}
    end_import(draft, ImportState.DONE, now=now)
    draft.result = result
    return result


def give_back(session: Session, import_id: int, refused: BadInput, *, now: datetime) -> None:
    """Let the person mend what the worker found."""
    draft = session.get_one(SessionImport, import_id)
    draft.state, draft.changed_at = ImportState.DRAFT, now
    draft.result = {"faults": [kept_fault(each) for each in refused.faults]}
