"""Each change made on the rating screen, saved at once."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from rater.errors import BadInput, Fault
from rater.ratings.operations import notes
from rater.ratings.operations.logs import save_difficulty, save_homework_report
from rater.ratings.operations.saving import save_point
from rater.storage.database import writing
from rater.terms import Completed, Reason
from rater.web.access import Access, actor, declares, now
from rater.web.bodies import json_body
from rater.web.ratings.blueprint import pages

NONE = type(None)


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
