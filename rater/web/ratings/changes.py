"""Each change made on the rating screen, saved at once."""

from __future__ import annotations

from functools import partial

from flask import jsonify
from flask.typing import ResponseReturnValue

from rater.errors import BadInput, Fault
from rater.ratings.operations import logs, notes
from rater.ratings.operations.saving import save_point, save_unsure
from rater.storage.database import changed, writing
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
    saved = changed(
        partial(
            save_point,
            actor=actor(),
            public_id=public_id,
            item=item,
            value=body["value"],
            missing_code=body["missing_code"],
            now=now(),
            seen=body["seen"],
            operation_id=body["op"],
        )
    )
    return jsonify(
        version=saved.version,
        saved_at=saved.saved_at.isoformat(),
        done=saved.done,
        total=saved.total,
        missing=saved.missing,
    )


@pages.put("/ratings/<public_id>/items/<item>/unsure")
@declares(Access.SIGNED_IN)
def save_mark(public_id: str, item: str) -> ResponseReturnValue:
    """Save whether an item is marked as unsure, to be discussed."""
    body = json_body(op=(str,), unsure=(bool,))
    unsure, operation_id = body["unsure"], body["op"]
    saved_at = changed(
        partial(
            save_unsure,
            actor=actor(),
            public_id=public_id,
            item=item,
            unsure=unsure,
            now=now(),
            operation_id=operation_id,
        )
    )
    return jsonify(saved_at=saved_at.isoformat())


@pages.put("/ratings/<public_id>/notes/<note_id>")
@declares(Access.SIGNED_IN)
def save_note(public_id: str, note_id: str) -> ResponseReturnValue:
    """Save a note, new or changed."""
    body = json_body(op=(str,), seen=(int, NONE), second=(int, float), text=(str,))
    second, text = body["second"], body["text"]
    with writing() as session:
        saved = notes.save_note(
            session,
            actor(),
            public_id,
            note_id,
            second,
            text,
            now=now(),
            seen=body["seen"],
            operation_id=body["op"],
        )
    return jsonify(version=saved.version, second=saved.second, text=saved.text, saved_at=now().isoformat())


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
    body = json_body(op=(str,), seen=(int, NONE), completed=(str, NONE))
    completed, seen = _completed(body["completed"]), body["seen"]
    with writing() as session:
        version = logs.save_homework_report(
            session, actor(), public_id, task_id, completed, now=now(), seen=seen, operation_id=body["op"]
        )
    return jsonify(version=version, saved_at=now().isoformat())


@pages.put("/ratings/<public_id>/other-tasks/<row_id>")
@declares(Access.SIGNED_IN)
def save_other_task(public_id: str, row_id: str) -> ResponseReturnValue:
    """Save a task that the homework log lacks."""
    body = json_body(op=(str,), seen=(int, NONE), description=(str,), type=(str,), completed=(str, NONE))
    with writing() as session:
        version = logs.save_other_task(
            session,
            actor(),
            public_id,
            row_id,
            body["description"],
            body["type"],
            _completed(body["completed"]),
            now=now(),
            seen=body["seen"],
            operation_id=body["op"],
        )
    return jsonify(version=version, saved_at=now().isoformat())


@pages.delete("/ratings/<public_id>/other-tasks/<row_id>")
@declares(Access.SIGNED_IN)
def delete_other_task(public_id: str, row_id: str) -> ResponseReturnValue:
    """Take the row of such a task away."""
    body = json_body(op=(str,))
    with writing() as session:
        logs.delete_other_task(session, actor(), public_id, row_id, now=now(), operation_id=body["op"])
    return jsonify({})


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
        logs.save_difficulty(session, actor(), public_id, kind, body["present"], now=now(), operation_id=body["op"])
    return jsonify(saved_at=now().isoformat())
