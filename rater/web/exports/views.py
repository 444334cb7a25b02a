"""Ask for a dataset and fetch it."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from rater.config import Settings
from rater.exports.contents import Asked, Rights
from rater.exports.formats import Format, formats_named
from rater.exports.operations import ask_export, finished_export
from rater.exports.operations.freezing import ask_freeze
from rater.storage.database import writing
from rater.web.access import Access, actor, declares, now

pages = Blueprint("exports", __name__)


@pages.post("/studies/<slug>/exports")
@declares(Access.SIGNED_IN)
def ask(slug: str) -> ResponseReturnValue:
    """Queue an export and show how far it has come; dates, notes and free texts are in it only if the box is ticked."""
    formats = formats_named([Format.CSV, *request.form.getlist("format")])
    full = request.form.get("texts") == "yes"
    asked = Asked(Rights.FULL if full else Rights.DEIDENTIFIED, formats, notes=full)
    with writing() as session:
        job = ask_export(session, actor(), slug, asked, freeze=request.form.get("freeze", ""), now=now())
        public_id = job.public_id
    return redirect(url_for("jobs.page", public_id=public_id), 303)


@pages.post("/studies/<slug>/freezes")
@declares(Access.SIGNED_IN)
def freeze(slug: str) -> ResponseReturnValue:
    """Queue a freeze of the data and show how far it has come."""
    name, note = (request.form.get(each, "").strip() for each in ("name", "note"))
    with writing() as session:
        public_id = ask_freeze(session, actor(), slug, name, note, now=now()).public_id
    return redirect(url_for("jobs.page", public_id=public_id), 303)


@pages.get("/exports/<public_id>")
@declares(Access.SIGNED_IN)
def fetch(public_id: str) -> ResponseReturnValue:
    """Send the bundle; that it was fetched, and by whom, is written first."""
    settings: Settings = current_app.extensions["rater_settings"]
    with writing() as session:
        bundle = finished_export(session, actor(), public_id, settings.exports_folder, now=now())
    return send_file(bundle.path, mimetype="application/zip", as_attachment=True, download_name=bundle.name, etag=False)
