"""Import sessions and recordings: choose the list, hand in the files, look at the preview, confirm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from rater.errors import BadInput, Fault
from rater.recordings.keeping_faults import fault_again
from rater.recordings.operations import drafts, previewing, uploading
from rater.storage.database import reading, writing
from rater.storage.models import SessionImport, Upload
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.tables import parse_renames
from rater.terms import ImportState, Reason
from rater.web.access import Access, actor, declares, now
from rater.web.limits import takes_up_to
from rater.web.recordings.blueprint import limits, pages, uploads
from rater.web.studies.sections import links_in

FORM = 64 * 1024
"""What the fields of a form come to beside its file."""


@pages.get("/studies/<slug>/import")
@declares(Access.SIGNED_IN)
def start(slug: str) -> ResponseReturnValue:
    """Choose the list; imports that go on, and the last ones."""
    return _start(slug), 200


def _start(slug: str, faults: list[Fault] | None = None) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, Action.IMPORT, now=now())
        found = drafts.imports_in(session, actor(), slug, now=now())
        return render_template(
            "recordings/import_start.html",
            study=study,
            sections=links_in(session, study),
            going_on=[each for each in found if each.state != ImportState.DONE],
            done=[each for each in found if each.state == ImportState.DONE],
            faults=faults or [],
        )


@pages.post("/studies/<slug>/import")
@takes_up_to(lambda _: drafts.LONGEST_LIST + FORM)
@declares(Access.SIGNED_IN)
def begin(slug: str) -> ResponseReturnValue:
    """Begin an import with its list."""
    name, data = _list()
    try:
        with writing() as session:
            draft = drafts.begin_import(session, actor(), slug, uploads(), name, data, now=now())
            public_id = draft.public_id
    except BadInput as error:
        return _start(slug, error.faults), 422
    return redirect(url_for("imports.page", public_id=public_id), 303)


def _list() -> tuple[str, bytes]:
    given = request.files.get("list")
    return (given.filename or "", given.read()) if given else ("", b"")


@pages.get("/imports/<public_id>")
@declares(Access.SIGNED_IN)
def page(public_id: str) -> ResponseReturnValue:
    """Where an import stands: its list and files while it is prepared, then its progress, then what was done."""
    return _page(public_id), 200


def _page(public_id: str, problems: list[Fault] | None = None) -> str:
    with reading() as session:
        draft = drafts.import_of(session, actor(), public_id, now=now())
        if not drafts.is_open(draft):
            return shown_draft(session, draft, "recordings/import_end.html", job=draft.job, notes=_notes(draft))
        content, faults = previewing.read_draft(session, draft, uploads())
        return shown_draft(
            session,
            draft,
            "recordings/import_draft.html",
            content=content,
            faults=[*_refused(draft), *faults],
            columns=previewing.columns_of_draft(draft, uploads()),
            problems=problems or [],
            files=[_file(draft, each) for each in draft.uploads],
            chunk=uploading.CHUNK,
            limits=limits(),
        )


def _notes(draft: SessionImport) -> list[Reason]:
    kept = (draft.result or {}).get("notes", [])
    return [Reason(*each) for each in kept]


def _refused(draft: SessionImport) -> list[Fault]:
    kept = [fault_again(each) for each in (draft.result or {}).get("faults", [])]
    if not kept and draft.state == ImportState.ASKED and draft.job is not None and draft.job.fault:
        kept = [Fault(Reason(draft.job.fault), Reason("Look at the preview again"))]
    return kept


def shown_draft(session: Session, draft: SessionImport, template: str, **more: Any) -> str:
    """A page of one import, under the study's heading."""
    here = url_for("imports.start", slug=draft.study.slug)
    sections = [replace(each, current="true" if each.url == here else "") for each in links_in(session, draft.study)]
    return render_template(template, draft=draft, study=draft.study, sections=sections, **more)


def _file(draft: SessionImport, each: Upload) -> dict[str, Any]:
    received = each.size if each.complete_at else uploads().received(draft.folder, each.stored_as)
    return {
        "id": each.public_id,
        "path": each.path,
        "size": each.size,
        "received": min(received, each.size),
        "complete": each.complete_at is not None,
        "heard": each.found is not None,
        "sound": previewing.sound_of(each),
        "faults": previewing.faults_of(each),
    }


@pages.post("/imports/<public_id>/list")
@takes_up_to(lambda _: drafts.LONGEST_LIST + FORM)
@declares(Access.SIGNED_IN)
def replace_list(public_id: str) -> ResponseReturnValue:
    """Hand in a mended list; the files stay."""
    name, data = _list()
    try:
        with writing() as session:
            drafts.replace_list(session, actor(), public_id, uploads(), name, data, now=now())
    except BadInput as error:
        return _page(public_id, error.faults), 422
    return redirect(url_for("imports.page", public_id=public_id), 303)


@pages.post("/imports/<public_id>/columns")
@declares(Access.SIGNED_IN)
def map_columns(public_id: str) -> ResponseReturnValue:
    """Say which columns of the list are meant by which of Rater's."""
    given = zip(request.form.getlist("theirs"), request.form.getlist("ours"), strict=False)
    try:
        columns = parse_renames([f"{theirs}={ours}" for theirs, ours in given if ours])
        with writing() as session:
            drafts.map_columns(session, actor(), public_id, uploads(), columns, now=now())
    except BadInput as error:
        return _page(public_id, error.faults), 422
    return redirect(url_for("imports.page", public_id=public_id), 303)


@pages.post("/imports/<public_id>/files")
@takes_up_to(lambda chosen: chosen.upload_file_mb * 10**6 + FORM)
@declares(Access.SIGNED_IN)
def add_files(public_id: str) -> ResponseReturnValue:
    """Take files from a plain form, for browsers without scripts; each that cannot be taken is told."""
    problems: list[Fault] = []
    with reading() as session:
        drafts.open_draft(session, actor(), public_id, now=now())
    for given in request.files.getlist("files"):
        if given.filename:
            problems += _take(public_id, given)
    if problems:
        return _page(public_id, problems), 422
    return redirect(url_for("imports.page", public_id=public_id), 303)


def _take(public_id: str, given: FileStorage) -> list[Fault]:
    size = given.stream.seek(0, 2)
    given.stream.seek(0)
    name, stream = given.filename or "", cast("BinaryIO", given.stream)
    try:
        with writing() as session:
            uploading.take_whole(session, actor(), public_id, uploads(), name, stream, size, limits(), now=now())
    except BadInput as error:
        return error.faults
    return []


@pages.post("/imports/<public_id>/check")
@declares(Access.SIGNED_IN)
def check(public_id: str) -> ResponseReturnValue:
    """Go to the preview; the worker listens to the files that nobody has listened to."""
    with writing() as session:
        draft = drafts.open_draft(session, actor(), public_id, now=now())
        if previewing.files_to_hear(session, draft.id, uploads()):
            uploading.ask_for_check(session, actor(), draft, now=now())
    return redirect(url_for("imports.preview", public_id=public_id), 303)


@pages.post("/imports/<public_id>/cancel")
@declares(Access.SIGNED_IN)
def cancel(public_id: str) -> ResponseReturnValue:
    """Give the import up and delete its files."""
    with writing() as session:
        draft = drafts.cancel_import(session, actor(), public_id, now=now())
        folder, slug = draft.folder, draft.study.slug
    uploads().delete(folder)
    flash(gettext("The import is given up. Its files are deleted; the study is as it was."))
    return redirect(url_for("imports.start", slug=slug), 303)


@pages.post("/uploads/<public_id>/remove")
@declares(Access.SIGNED_IN)
def remove(public_id: str) -> ResponseReturnValue:
    """Take a file out, from a plain form."""
    with writing() as session:
        draft = uploading.remove_upload(session, actor(), public_id, uploads(), now=now())
        import_id = draft.public_id
    return redirect(url_for("imports.page", public_id=import_id), 303)
