"""The rater's queue, the rating screen, and each change made on it."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Fault, Incomplete, Stale
from rater.ratings.operations import notes
from rater.ratings.operations.logs import save_difficulty, save_homework_report
from rater.ratings.operations.opening import my_queue, open_rating
from rater.ratings.operations.saving import save_point, save_sheet
from rater.ratings.operations.submitting import submit_rating
from rater.storage.database import reading, writing
from rater.terms import Completed, Reason
from rater.web.access import Access, actor, declares, now
from rater.web.bodies import json_body
from rater.web.errors import say
from rater.web.language import locale
from rater.web.ratings.forms import log_of, points_of, rating_form
from rater.web.ratings.screen import rating_screen

pages = Blueprint("ratings", __name__)
NONE = type(None)


@pages.get("/studies/<slug>/sessions")
@declares(Access.SIGNED_IN)
def queue(slug: str) -> ResponseReturnValue:
    """My sessions: what is to be rated, in order."""
    with reading() as session:
        mine = my_queue(session, actor(), slug, now=now())
        rows = [{**row, "url": url_for("ratings.screen", public_id=row["public_id"])} for row in mine.rows]
        return render_template(
            "ratings/queue.html",
            study=mine.study,
            queue=rows,
            counts={"submitted": mine.submitted, "total": len(rows), "this_week": mine.this_week},
            next_url=mine.next_id and url_for("ratings.screen", public_id=mine.next_id),
        )


@pages.get("/ratings/<public_id>")
@declares(Access.SIGNED_IN)
def screen(public_id: str) -> ResponseReturnValue:
    """One session: its sound, the scales, notes and logs."""
    return _screen(public_id), 200


def _screen(public_id: str, *, problems: tuple[str, ...] = ()) -> str:
    with reading() as session:
        opened = open_rating(session, actor(), public_id, now=now())
        form = rating_form(opened, locale())
        return render_template(
            "ratings/screen.html", screen=rating_screen(opened, locale(), problems=problems), form=form
        )


@pages.put("/ratings/<public_id>/items/<item>")
@declares(Access.SIGNED_IN)
def save_item(public_id: str, item: str) -> ResponseReturnValue:
    """Save one point."""
    body = json_body(op=(str,), seen=(int, NONE), value=(int, float, NONE), missing_code=(str, NONE))
    with writing() as session:
        saved = save_point(
            session,
            actor(),
            public_id,
            item,
            body["value"],
            body["missing_code"],
            now=now(),
            seen=body["seen"],
            operation_id=body["op"],
        )
    return jsonify(
        version=saved.version,
        saved_at=saved.saved_at.isoformat(),
        done=saved.done,
        total=saved.total,
        missing=saved.missing,
    )


@pages.post("/ratings/<public_id>/notes")
@declares(Access.SIGNED_IN)
def write_note(public_id: str) -> ResponseReturnValue:
    """Save a new note."""
    body = json_body(op=(str,), second=(int, float), text=(str,))
    with writing() as session:
        note = notes.write_note(
            session, actor(), public_id, body["second"], body["text"], now=now(), operation_id=body["op"]
        )
        answer = {"id": note.public_id, "second": note.second, "text": note.text}
    return jsonify(answer), 201


@pages.put("/ratings/<public_id>/notes/<note_id>")
@declares(Access.SIGNED_IN)
def change_note(public_id: str, note_id: str) -> ResponseReturnValue:
    """Save other words for a note."""
    body = json_body(op=(str,), text=(str,))
    with writing() as session:
        note = notes.change_note(session, actor(), public_id, note_id, body["text"], now=now(), operation_id=body["op"])
        answer = {"id": note.public_id, "second": note.second, "text": note.text}
    return jsonify(answer)


@pages.delete("/ratings/<public_id>/notes/<note_id>")
@declares(Access.SIGNED_IN)
def delete_note(public_id: str, note_id: str) -> ResponseReturnValue:
    """Take a note away."""
    body = json_body(op=(str,))
    with writing() as session:
        notes.delete_note(session, actor(), public_id, note_id, now=now(), operation_id=body["op"])
    return jsonify({})


@pages.put("/ratings/<public_id>/homework/<task_id>")
@declares(Access.SIGNED_IN)
def save_task(public_id: str, task_id: str) -> ResponseReturnValue:
    """Save how far a task was completed."""
    body = json_body(op=(str,), completed=(str, NONE))
    completed = _completed(body["completed"])
    with writing() as session:
        save_homework_report(session, actor(), public_id, task_id, completed, now=now(), operation_id=body["op"])
    return jsonify(saved_at=now().isoformat())


def _completed(word: str | None) -> Completed | None:
    if word is not None and word not in set(Completed):
        unknown = Reason("{word} is no report", {"word": word[:40]})
        raise BadInput(Fault(unknown, Reason("Choose one of the answers shown")))
    return Completed(word) if word else None


@pages.put("/ratings/<public_id>/difficulties/<kind>")
@declares(Access.SIGNED_IN)
def save_difficulty_heard(public_id: str, kind: str) -> ResponseReturnValue:
    """Save whether a difficulty was heard."""
    body = json_body(op=(str,), present=(bool,))
    with writing() as session:
        save_difficulty(session, actor(), public_id, kind, body["present"], now=now(), operation_id=body["op"])
    return jsonify(saved_at=now().isoformat())


@pages.post("/ratings/<public_id>/submit")
@declares(Access.SIGNED_IN)
def submit(public_id: str) -> ResponseReturnValue:
    """Save the form as it stands, then submit it if it is complete."""
    with reading() as session:
        opened = open_rating(session, actor(), public_id, now=now())
        form = rating_form(opened, locale())
        valid = form.validate()
        points, (reports, difficulties) = (
            (points_of(form, opened.scales), log_of(form, opened)) if valid else ({}, ({}, {}))
        )
        slug, code = opened.study.slug, opened.assignment.therapy_session.rating_code
    problems: tuple[str, ...] = ()
    if not valid:
        return _screen(public_id, problems=(gettext("The form carried something that Rater does not know."),)), 422
    try:
        with writing() as session:
            save_sheet(session, actor(), public_id, points, now=now())
            for task, completed in reports.items():
                save_homework_report(session, actor(), public_id, task, completed, now=now())
            for kind, present in difficulties.items():
                save_difficulty(session, actor(), public_id, kind, present, now=now())
    except Stale:
        problem = gettext("An item was changed in another window meanwhile. Look at the points, then submit again.")
        return _screen(public_id, problems=(problem,)), 422
    except BadInput as error:
        return _screen(public_id, problems=tuple(say(each.cause) for each in error.faults)), 422
    if not form["confirm"].data:
        problems = (gettext("Your points are saved. Confirm that you have listened to the session to submit them."),)
    else:
        try:
            with writing() as session:
                submit_rating(session, actor(), public_id, now=now())
        except Incomplete:
            problems = (gettext("Some items are still missing. Give each a point, or say why it has none."),)
    if problems:
        return _screen(public_id, problems=problems), 422
    flash(gettext("Session %(code)s is submitted.", code=code))
    return redirect(url_for("ratings.queue", slug=slug), 303)
