"""The preview of an import, and its confirmation."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from rater.errors import BadInput, Refused
from rater.recordings.operations import drafts, handing_over, previewing
from rater.recordings.preview import Preview
from rater.storage.database import reading, writing
from rater.storage.queries.jobs import CHECK, newest
from rater.terms import JobState
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.recordings.blueprint import pages, uploads
from rater.web.recordings.importing import shown_draft

STATES = ("added", "updated", "unchanged")


@pages.get("/imports/<public_id>/preview")
@declares(Access.SIGNED_IN)
def preview(public_id: str) -> ResponseReturnValue:
    """What the import would do."""
    return _preview(public_id), 200


def _preview(public_id: str, problems: list[str] | None = None) -> str:
    with reading() as session:
        draft = drafts.open_draft(session, actor(), public_id, now=now())
        waiting = len(previewing.files_to_hear(session, draft.id, uploads()))
        complete = sum(each.complete_at is not None for each in draft.uploads)
        common = {"waiting": waiting, "complete": complete, "problems": problems or []}
        if waiting:
            job = newest(session, draft.study_id, CHECK)
            stopped = job is None or job.state in (JobState.DONE, JobState.FAILED)
            return shown_draft(session, draft, "recordings/import_preview.html", found=None, stopped=stopped, **common)
        found, _ = previewing.preview_draft(session, draft, uploads())
        return shown_draft(
            session,
            draft,
            "recordings/import_preview.html",
            found=found,
            partial=len(draft.uploads) - complete,
            confirmed=set(request.form.getlist("confirmed")),
            groups=_groups(found),
            **common,
        )


def _groups(found: Preview) -> dict[str, list[Any]]:
    return {state: [each for each in found.sessions if each.state == state] for state in STATES}


@pages.post("/imports/<public_id>/confirm")
@declares(Access.SIGNED_IN)
def confirm(public_id: str) -> ResponseReturnValue:
    """Hand the import to the worker, if it is still the one that was shown."""
    seen, confirmed = request.form.get("seen", ""), request.form.getlist("confirmed")
    try:
        with writing() as session:
            handing_over.confirm_import(session, actor(), public_id, uploads(), seen, confirmed, now=now())
    except BadInput as error:
        return _preview(public_id, [say(each.cause) for each in error.faults if each.line is None]), 422
    except Refused as error:
        with reading() as session:
            drafts.open_draft(session, actor(), public_id, now=now())
        return _preview(public_id, [say(error.reason)]), 409
    return redirect(url_for("imports.page", public_id=public_id), 303)
