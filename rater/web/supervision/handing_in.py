"""Hand in a session with its recording: the form, and what became of what was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from rater.errors import BadInput, Fault
from rater.recordings.keeping_faults import fault_again
from rater.recordings.operations.uploading import put_whole
from rater.storage.database import reading, writing
from rater.storage.media.uploads import new_name
from rater.storage.models import Job
from rater.supervision.handing_in import TypedSession, a_year_from, in_order
from rater.supervision.operations.handing_in import Handing, check_session, hand_in, handing_for
from rater.terms import JobState, Reason
from rater.web.access import Access, actor, declares, now
from rater.web.limits import takes_up_to
from rater.web.recordings.blueprint import settings, uploads
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.shown import by_field
from rater.web.supervision.typed import typed

FORM_BYTES = 64 * 1024
"""What a form needs beside its files."""
FIELDS = ("trainee", "patient", "number", "held_on", "until", "agreed")


@dataclass(frozen=True)
class Shown:
    """A session that was handed in, as the page tells of it."""

    id: str
    patient: str
    number: int
    asked_at: Any
    state: JobState
    code: str
    faults: list[Fault]

    @property
    def goes_on(self) -> bool:
        """Whether it still waits or is being taken in."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


@pages.get("/studies/<slug>/supervision/upload")
@declares(Access.SIGNED_IN)
def upload(slug: str) -> ResponseReturnValue:
    """The form, with the words of an earlier one if it is to be sent again, and what was handed in last."""
    return _shown(slug)


@pages.post("/studies/<slug>/supervision/upload")
@takes_up_to(lambda chosen: chosen.upload_file_mb * 10**6 + FORM_BYTES)
@declares(Access.SIGNED_IN)
def hand_in_session(slug: str) -> ResponseReturnValue:
    """Keep the files and queue the session; what cannot be taken in is told before anything is kept."""
    with reading() as session:
        handing_for(session, actor(), slug, now=now())
    files = [each for each in request.files.getlist("files") if each.filename]
    sent = _sent(len(files))
    asked = (actor(), slug, request.form.get("trainee", ""), sent)
    folder = ""
    try:
        with reading() as session:
            check_session(session, *asked, today=now().date(), now=now())
        folder = uploads().make()
        parts = [_put(folder, files[place]) for place in in_order([each.filename or "" for each in files])]
        with writing() as session:
            handed = check_session(session, *asked, today=now().date(), now=now())
            hand_in(session, actor(), handed, folder, parts, today=now().date(), now=now())
    except BaseException as error:
        uploads().delete(folder)
        if isinstance(error, BadInput):
            return _shown(slug, error.faults), 422
        raise
    flash(gettext("The files have arrived. Rater now listens to them and takes the session in."))
    return redirect(url_for("supervision.upload", slug=slug, _anchor="handed-title"), 303)


def _sent(files: int) -> TypedSession:
    form = typed()
    text = {name: form.get(name, "") for name in ("patient", "number", "held_on", "until")}
    return TypedSession(**text, scopes=form.getlist("scope"), is_agreed=bool(form.get("agreed")), files=files)


def _put(folder: str, given: FileStorage) -> str:
    size = given.stream.seek(0, 2)
    given.stream.seek(0)
    name = new_name()
    put_whole(uploads(), folder, name, cast("BinaryIO", given.stream), size)
    return name


def _shown(slug: str, faults: list[Fault] | None = None) -> str:
    with reading() as session:
        handing = handing_for(session, actor(), slug, now=now())
        handed = [_told(each) for each in handing.jobs]
        own = {each.public_id for each in handing.trainees if each.person_id == actor().person_id}
        return render_template(
            "supervision/upload.html",
            study=handing.study,
            sections=links_in(session, handing.study),
            handing=handing,
            handed=handed,
            goes_on=any(each.goes_on for each in handed),
            opens={each.public_id for each in handing.jobs if each.asked["trainee"] in own},
            values=_values(handing),
            scopes=_scopes(handing),
            faults=by_field(faults or []),
            today=now().date(),
            most_mb=settings().upload_file_mb,
        )


def _again(handing: Handing) -> Mapping[str, Any]:
    wanted = request.args.get("again", "")
    return next((each.asked for each in handing.jobs if each.public_id == wanted), {})


def _values(handing: Handing) -> dict[str, Any]:
    if request.method == "POST":
        return {name: typed().get(name, "") for name in FIELDS}
    fresh = {**dict.fromkeys(FIELDS, ""), "until": a_year_from(now().date()).isoformat()}
    return {**fresh, **{name: value for name, value in _again(handing).items() if name in FIELDS}}


def _scopes(handing: Handing) -> list[str]:
    return typed().getlist("scope") if request.method == "POST" else list(_again(handing).get("scopes", ()))


def _told(job: Job) -> Shown:
    result = job.result or {}
    faults = [fault_again(each) for each in result.get("faults", ())]
    state = JobState(job.state)
    if state is JobState.FAILED:
        faults = [Fault(Reason(job.fault or "The cause is not known"), Reason("Hand the session in again"))]
    code = str(result.get("session", "")) if state is JobState.DONE else ""
    asked = job.asked
    return Shown(job.public_id, asked["patient"], asked["number"], job.asked_at, state, code, faults)
