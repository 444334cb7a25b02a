"""Begin an import of sessions in the browser, change its list, give it up, and sweep away what was left behind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, fault
from rater.storage.audit import record
from rater.storage.media.uploads import COLUMNS, LIST, Uploads
from rater.storage.models import SessionImport
from rater.storage.queries.jobs import folders_in_use
from rater.studies.operations import permit, study_for
from rater.studies.permissions import Action
from rater.tables import shown
from rater.terms import Actor, ImportState, JobState, Reason

LONGEST_LIST = 20 * 1024 * 1024
LEFT_ALONE = timedelta(hours=24)
"""After this time without a change a draft goes, with its files."""


def begin_import(
    session: Session, actor: Actor, slug: str, uploads: Uploads, name: str, data: bytes, *, now: datetime
) -> SessionImport:
    """A draft with its list. Raises NotFound, NotPermitted, BadInput where no list was chosen."""
    study = study_for(session, actor, slug, Action.IMPORT, now=now)
    if actor.person_id is None:
        raise NotFound
    _refuse_list(name, data)
    draft = SessionImport(
        study_id=study.id,
        by_id=actor.person_id,
        state=ImportState.DRAFT,
        folder=uploads.make(),
        list_name=_list_name(name),
        begun_at=now,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    uploads.append(draft.folder, LIST, 0, data)
    _note(session, actor, draft, "import.begun", now)
    return draft


def replace_list(
    session: Session, actor: Actor, public_id: str, uploads: Uploads, name: str, data: bytes, *, now: datetime
) -> SessionImport:
    """Give the draft another list; the files stay. Raises NotFound, NotPermitted, Refused, BadInput."""
    draft = open_draft(session, actor, public_id, now=now)
    _refuse_list(name, data)
    uploads.delete_file(draft.folder, LIST)
    uploads.append(draft.folder, LIST, 0, data)
    draft.list_name, draft.changed_at, draft.result = _list_name(name), now, None
    _note(session, actor, draft, "import.list_replaced", now)
    return draft


def map_columns(
    session: Session, actor: Actor, public_id: str, uploads: Uploads, columns: Mapping[str, str], *, now: datetime
) -> SessionImport:
    """Say which columns of the list are meant by which of Rater's; without any, all bear their own names again.

    They stay when the list is replaced. Raises NotFound, NotPermitted, Refused.
    """
    draft = open_draft(session, actor, public_id, now=now)
    uploads.write(draft.folder, COLUMNS, BytesIO(json.dumps(dict(columns)).encode()))
    draft.changed_at, draft.result = now, None
    _note(session, actor, draft, "import.columns_mapped", now)
    return draft


def mapped_columns(draft: SessionImport, uploads: Uploads) -> dict[str, str]:
    """What the columns of the draft's list mean, their own names first."""
    try:
        kept = uploads.place(draft.folder, COLUMNS).read_bytes()
    except FileNotFoundError:
        return {}
    return {str(theirs): str(ours) for theirs, ours in json.loads(kept).items()}


def import_of(session: Session, actor: Actor, public_id: str, *, now: datetime) -> SessionImport:
    """An import that this person began. Raises NotFound, NotPermitted."""
    found = session.scalar(select(SessionImport).where(SessionImport.public_id == public_id))
    if found is None:
        raise NotFound
    permit(session, actor, found.study, Action.IMPORT, now=now)
    if found.by_id != actor.person_id:
        raise NotFound
    return found


def open_draft(session: Session, actor: Actor, public_id: str, *, now: datetime) -> SessionImport:
    """The same, while it can still be changed. Raises Refused once it was handed to the worker or has ended."""
    found = import_of(session, actor, public_id, now=now)
    if not is_open(found):
        raise Refused(Reason("This import is under way or has ended; begin another one"))
    return found


def is_open(found: SessionImport) -> bool:
    """Whether it can still be changed: a draft, or one on which the worker gave up."""
    gave_up = found.state == ImportState.ASKED and found.job is not None and found.job.state == JobState.FAILED
    return found.state == ImportState.DRAFT or gave_up


def imports_in(session: Session, actor: Actor, slug: str, *, now: datetime) -> list[SessionImport]:
    """The person's imports that go on, and the last ones that anybody finished, newest first."""
    study = study_for(session, actor, slug, Action.IMPORT, now=now)
    rows = session.scalars(
        select(SessionImport).where(SessionImport.study_id == study.id).order_by(SessionImport.id.desc()).limit(50)
    )
    mine = (ImportState.DRAFT, ImportState.ASKED)
    return [
        each
        for each in rows
        if each.state == ImportState.DONE or (each.state in mine and each.by_id == actor.person_id)
    ]


def cancel_import(session: Session, actor: Actor, public_id: str, *, now: datetime) -> SessionImport:
    """Give a draft up; its files are the caller's to delete after the commit. Raises NotFound, Refused."""
    draft = open_draft(session, actor, public_id, now=now)
    end_import(draft, ImportState.CANCELLED, now=now)
    _note(session, actor, draft, "import.cancelled", now)
    return draft


def end_import(draft: SessionImport, state: ImportState, *, now: datetime) -> None:
    """Let an import end: the names of its files go, its counts stay."""
    draft.uploads.clear()
    draft.state, draft.list_name, draft.ended_at, draft.changed_at = state, "", now, now


def sweep_uploads(session: Session, actor: Actor, uploads: Uploads, *, now: datetime) -> Sequence[str]:
    """Give up drafts that nobody has touched for a day; the folders that may be deleted after the commit.

    Folders that neither an import nor a job that is still to come uses are among them.
    """
    written = uploads.folders()
    gone: list[str] = []
    drafts = session.scalars(select(SessionImport).where(SessionImport.ended_at.is_(None))).all()
    for draft in drafts:
        if is_open(draft) and max(draft.changed_at, written.get(draft.folder, draft.changed_at)) < now - LEFT_ALONE:
            end_import(draft, ImportState.CANCELLED, now=now)
            _note(session, actor, draft, "import.swept", now)
            gone.append(draft.folder)
    used = {draft.folder for draft in drafts} | folders_in_use(session)
    return [*gone, *(name for name, at in written.items() if name not in used and at < now - LEFT_ALONE)]


def _list_name(name: str) -> str:
    return shown(name.replace("\\", "/").rsplit("/", 1)[-1]) or "sessions.csv"


def _refuse_list(name: str, data: bytes) -> None:
    if not data and not name:
        raise BadInput(fault("No list was chosen", "Choose the file that lists the sessions, such as sessions.csv"))
    if len(data) > LONGEST_LIST:
        cause, most = "The list has more than {most} MB", LONGEST_LIST // 1024**2
        raise BadInput(fault(cause, "Split it into several files", file=_list_name(name), most=most))


def _note(session: Session, actor: Actor, draft: SessionImport, action: str, now: datetime) -> None:
    record(session, actor, action, f"import:{draft.public_id}", now=now, study_id=draft.study_id)
