"""Supervision homework: the to-do page, one task, and the forms that propose, agree, do and drop it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Stale
from rater.storage.database import reading, writing
from rater.supervision.operations.attaching import LONGEST_S, MOST, MOST_BYTES
from rater.supervision.operations.commented import task_from_comment
from rater.supervision.operations.pairing import pair_for
from rater.supervision.operations.tasks import (
    agree_task,
    change_task,
    drop_task,
    own_tasks,
    propose_task,
    report_done,
    task_for,
)
from rater.supervision.operations.templates import template_for
from rater.supervision.tasks import TEXTS, read_reason, read_record, read_task
from rater.terms import SupervisionTaskType
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.supervision.blueprint import pages
from rater.web.supervision.shown import around, by_field, given, today, whole

PLACE = "/studies/<slug>/supervision/trainees/<trainee_id>/tasks"
FIELDS = ("type", *TEXTS, "confidence", "due_on")
Faults = Mapping[str, list[str]]
Answer = ResponseReturnValue


@pages.get(PLACE)
@declares(Access.SIGNED_IN)
def tasks(slug: str, trainee_id: str) -> Answer:
    """What is to be done, by its day; what waits for agreement; what has ended."""
    with reading() as session:
        seen, found = own_tasks(session, actor(), slug, trainee_id, now=now(), today=today())
        return render_template("supervision/tasks.html", tasks=found, **around(session, seen))


@pages.get(f"{PLACE}/new")
@declares(Access.SIGNED_IN)
def new_task(slug: str, trainee_id: str) -> Answer:
    """An empty form, or one that a comment or a template has begun."""
    comment, template = request.args.get("comment", ""), request.args.get("template", "")
    values: dict[str, object] = {}
    with reading() as session:
        pair_for(session, actor(), slug, trainee_id, now=now())
        if comment:
            found = task_from_comment(session, actor(), slug, trainee_id, comment, now=now())
            values = {"task": say(found.words), "type": SupervisionTaskType.TRYING}
        elif template:
            row = template_for(session, actor(), slug, template, now=now())
            values = {name: getattr(row, name) for name in ("type", *TEXTS)}
    return _form(slug, trainee_id, values, comment=comment, meeting=request.args.get("meeting", ""))


@pages.post(f"{PLACE}/new")
@declares(Access.SIGNED_IN)
def propose(slug: str, trainee_id: str) -> Answer:
    """Propose a task; one that cannot be taken comes back with its faults."""
    typed = given()
    try:
        with writing() as session:
            pair_for(session, actor(), slug, trainee_id, now=now())
            made = propose_task(
                session,
                actor(),
                slug,
                trainee_id,
                read_task(typed),
                now=now(),
                comment_id=typed.get("comment", ""),
                meeting_id=typed.get("meeting", ""),
            )
            task_id = made.public_id
    except BadInput as error:
        comment, meeting = typed.get("comment", ""), typed.get("meeting", "")
        faults = by_field(error.faults)
        return _form(slug, trainee_id, typed, comment=comment, meeting=meeting, faults=faults), 422
    flash(gettext("The task is proposed. It counts once the other side has agreed."))
    if meeting_id := typed.get("meeting"):
        return redirect(url_for("supervision.meeting", slug=slug, trainee_id=trainee_id, meeting_id=meeting_id), 303)
    return redirect(url_for("supervision.task", slug=slug, trainee_id=trainee_id, task_id=task_id), 303)


@pages.get(f"{PLACE}/<task_id>")
@declares(Access.SIGNED_IN)
def task(slug: str, trainee_id: str, task_id: str) -> Answer:
    """One task: what was agreed, what was done, what came of it."""
    return shown_task(slug, trainee_id, task_id)


@pages.get(f"{PLACE}/<task_id>/change")
@declares(Access.SIGNED_IN)
def edit_task(slug: str, trainee_id: str, task_id: str) -> Answer:
    """The form of a task as it stands."""
    with reading() as session:
        row = task_for(session, actor(), slug, trainee_id, task_id, now=now(), today=today()).task.row
        values = {name: getattr(row, name) for name in FIELDS}
        version = row.version
    return _form(slug, trainee_id, values, task_id=task_id, version=version)


@pages.post(f"{PLACE}/<task_id>/change", endpoint="change_task")
@declares(Access.SIGNED_IN)
def change(slug: str, trainee_id: str, task_id: str) -> Answer:
    """Change a task; where it has changed meanwhile, what stands is shown above what was typed."""
    typed = given()
    try:
        with writing() as session:
            pair_for(session, actor(), slug, trainee_id, now=now())
            change_task(
                session, actor(), slug, trainee_id, task_id, read_task(typed), version=whole(), now=now()
            )  # fmt: skip
    except BadInput as error:
        faults = by_field(error.faults)
        return _form(slug, trainee_id, typed, task_id=task_id, version=whole(), faults=faults), 422
    except Stale as error:
        version = int(error.current["version"])
        return _form(slug, trainee_id, typed, task_id=task_id, version=version, is_stale=True), 409
    flash(gettext("The task is changed. It counts once the other side has agreed."))
    return redirect(url_for("supervision.task", slug=slug, trainee_id=trainee_id, task_id=task_id), 303)


@pages.post(f"{PLACE}/<task_id>/agree", endpoint="agree_task")
@declares(Access.SIGNED_IN)
def agree(slug: str, trainee_id: str, task_id: str) -> Answer:
    """Agree to what the other side proposed."""
    try:
        with writing() as session:
            agree_task(session, actor(), slug, trainee_id, task_id, version=whole(), now=now())
    except Stale:
        return shown_task(slug, trainee_id, task_id, is_stale=True), 409
    flash(gettext("The task is agreed."))
    return redirect(url_for("supervision.task", slug=slug, trainee_id=trainee_id, task_id=task_id), 303)


@pages.post(f"{PLACE}/<task_id>/done", endpoint="task_done")
@declares(Access.SIGNED_IN)
def done(slug: str, trainee_id: str, task_id: str) -> Answer:
    """Keep what the trainee says was done."""
    try:
        with writing() as session:
            pair_for(session, actor(), slug, trainee_id, now=now())
            told = read_record(given())
            report_done(session, actor(), slug, trainee_id, task_id, told, version=whole(), now=now())
    except BadInput as error:
        return shown_task(slug, trainee_id, task_id, values=given(), faults=by_field(error.faults)), 422
    except Stale:
        return shown_task(slug, trainee_id, task_id, values=given(), is_stale=True), 409
    flash(gettext("Kept. It is looked at first in your next meeting."))
    return redirect(url_for("supervision.task", slug=slug, trainee_id=trainee_id, task_id=task_id), 303)


@pages.post(f"{PLACE}/<task_id>/drop", endpoint="drop_task")
@declares(Access.SIGNED_IN)
def drop(slug: str, trainee_id: str, task_id: str) -> Answer:
    """Drop a task with a word on why."""
    try:
        with writing() as session:
            pair_for(session, actor(), slug, trainee_id, now=now())
            why = read_reason(given())
            drop_task(session, actor(), slug, trainee_id, task_id, why, version=whole(), now=now())
    except BadInput as error:
        return shown_task(slug, trainee_id, task_id, values=given(), faults=by_field(error.faults)), 422
    except Stale:
        return shown_task(slug, trainee_id, task_id, values=given(), is_stale=True), 409
    flash(gettext("The task is dropped. It stays in the list."))
    return redirect(url_for("supervision.tasks", slug=slug, trainee_id=trainee_id), 303)


def shown_task(
    slug: str,
    trainee_id: str,
    task_id: str,
    *,
    values: Mapping[str, object] | None = None,
    faults: Faults | None = None,
    is_stale: bool = False,
) -> str:
    """The page of a task, with what was typed and what is wrong with it."""
    with reading() as session:
        found = task_for(session, actor(), slug, trainee_id, task_id, now=now(), today=today())
        return render_template(
            "supervision/task.html",
            task=found.task,
            values=values or {},
            faults=faults or {},
            is_stale=is_stale,
            limits={"most": MOST, "minutes": LONGEST_S // 60, "megabytes": MOST_BYTES // 2**20},
            **around(session, found.seen),
        )


def _form(
    slug: str,
    trainee_id: str,
    values: Mapping[str, object],
    *,
    comment: str = "",
    meeting: str = "",
    task_id: str = "",
    version: int = 0,
    faults: Faults | None = None,
    is_stale: bool = False,
) -> str:
    """The form of a task, new or to be changed."""
    with reading() as session:
        seen = pair_for(session, actor(), slug, trainee_id, now=now())
        found = None
        if task_id:
            found = task_for(session, actor(), slug, trainee_id, task_id, now=now(), today=today()).task
        return render_template(
            "supervision/task_form.html",
            values=values,
            faults=faults or {},
            comment=comment,
            meeting=meeting,
            task=found,
            version=version,
            is_stale=is_stale,
            **around(session, seen),
        )
