"""The study board: progress, what is stuck, and due dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault
from rater.ratings.board import QUIET_DAYS, Hitch, Stuck
from rater.ratings.due import DuePlan, OneDay, PerWeek
from rater.ratings.operations.board import Board, board_of
from rater.ratings.operations.due import set_due_dates
from rater.storage.database import reading, writing
from rater.studies.operations import may_do, retention_of, study_for
from rater.studies.permissions import Action
from rater.terms import Reason
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.ratings.queue import zone
from rater.web.studies.sections import links_in
from rater.web.studies.views import pages


@dataclass(frozen=True)
class Mending:
    """What a hitch is called, what to do about it, and the page where it is mended; `entry`, that of one session."""

    title: LazyString
    what_to_do: LazyString
    label: LazyString | None = None
    endpoint: str = "studies.board"
    anchor: str | None = None
    action: Action = Action.SEE_PROGRESS
    entry: str | None = None


FEW, MOST = 5, 30
"""So many rows are shown at once; more are folded; beyond the second they are only counted."""
_WRITE = lazy_gettext("Write to the rater")
MENDINGS = {
    Hitch.SET_ASIDE: Mending(
        lazy_gettext("Set aside, waiting for a decision"),
        lazy_gettext("A rater cannot rate these sessions. Give them back or withdraw them."),
        lazy_gettext("Decide"),
        "studies.set_aside",
        action=Action.ANSWER_OBSTACLES,
    ),
    Hitch.OVERDUE: Mending(
        lazy_gettext("Overdue"),
        lazy_gettext("Their day has passed. Set another day, or write to the rater."),
        lazy_gettext("Set due dates"),
        anchor="due",
    ),
    Hitch.UNTOUCHED: Mending(
        lazy_gettext("Started and left"),
        lazy_gettext("Nothing was rated or heard for %(days)s days.", days=QUIET_DAYS),
        _WRITE,
        "studies.messages",
        action=Action.SEND_MESSAGES,
    ),
    Hitch.NOT_ALLOCATED: Mending(
        lazy_gettext("Not allocated"),
        lazy_gettext("Nobody is to rate these sessions. Draw again: what was begun stays where it is."),
        lazy_gettext("Allocate"),
        "allocation.page",
        action=Action.ALLOCATE,
    ),
    Hitch.NO_RECORDING: Mending(
        lazy_gettext("Allocated without a recording"),
        lazy_gettext("Nobody can hear these sessions yet. Import their recordings."),
        lazy_gettext("Import recordings"),
        "imports.start",
        action=Action.IMPORT,
    ),
    Hitch.NO_LOG: Mending(
        lazy_gettext("Homework not yet entered"),
        lazy_gettext("The next session is to be rated. Enter the tasks, or that there were none or nobody can tell."),
        lazy_gettext("Enter homework"),
        "homework.log",
        action=Action.ENTER_HOMEWORK,
        entry="homework.entry",
    ),
    Hitch.NO_SIGN_IN: Mending(
        lazy_gettext("Raters who were not here"),
        lazy_gettext("They have work to do and did not sign in for %(days)s days.", days=QUIET_DAYS),
        _WRITE,
        "studies.messages",
        action=Action.SEND_MESSAGES,
    ),
}


@pages.get("/studies/<slug>/board")
@declares(Access.SIGNED_IN)
def board(slug: str) -> ResponseReturnValue:
    """Progress by rater, wave and therapist, what is stuck, and a form for due dates."""
    return _shown(slug)


@pages.post("/studies/<slug>/board")
@declares(Access.SIGNED_IN)
def set_due(slug: str) -> ResponseReturnValue:
    """Set due dates; what cannot be planned comes back with what was typed."""
    given = {name: request.form.get(name, "") for name in ("wave", "rater", "how", "day", "per_week")}
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.SEE_PROGRESS, now=now())
            only = [given["rater"]] if given["rater"] else []
            done = set_due_dates(session, actor(), study, given["wave"], _plan(given), now=now(), raters=only)
    except BadInput as error:
        return _shown(slug, given=given, problems=[say(each.cause) for each in error.faults]), 422
    flash(gettext("Due dates: %(set)s set, %(same)s as they were.", set=done.changed, same=done.unchanged))
    return redirect(url_for("studies.board", slug=slug), 303)


def _plan(given: dict[str, str]) -> DuePlan:
    try:
        day = date.fromisoformat(given["day"])
    except ValueError as error:
        raise BadInput(Fault(Reason("The day cannot be read"), Reason("Choose a day"))) from error
    if given["how"] != "week":
        return OneDay(day)
    if not given["per_week"].isascii() or not given["per_week"].isdigit():
        raise BadInput(Fault(Reason("The number of sessions a week cannot be read"), Reason("Write a number")))
    return PerWeek(day, int(given["per_week"][:6]))


def _shown(slug: str, *, given: dict[str, str] | None = None, problems: list[str] | None = None) -> str:
    with reading() as session:
        found = board_of(session, actor(), slug, now=now(), zone=zone())
        return render_template(
            "studies/board.html",
            study=found.study,
            board=found,
            retention=retention_of(found.study),
            hitches=_hitches(session, found),
            may_allocate=may_do(session, actor(), found.study, Action.ALLOCATE, now=now()),
            sections=links_in(session, found.study),
            given=given or {"wave": "main", "rater": "", "how": "day", "day": "", "per_week": "4"},
            problems=problems or [],
        )


def _hitches(session: Session, found: Board) -> list[dict[str, Any]]:
    return [
        _hitch(session, found, hitch, list(rows)) for hitch, rows in groupby(found.stuck, key=lambda each: each.hitch)
    ]


def _hitch(session: Session, found: Board, hitch: Hitch, rows: list[Stuck]) -> dict[str, Any]:
    mending = MENDINGS[hitch]
    opens = mending.label is not None and may_do(session, actor(), found.study, mending.action, now=now())
    url = url_for(mending.endpoint, slug=found.study.slug, _anchor=mending.anchor) if opens else None
    more = max(0, len(rows) - MOST)
    codes = found.rating_codes
    return {
        "mending": mending,
        "hitch": hitch,
        "rows": [
            {
                "session": row.session,
                "rater": row.rater,
                "since": row.since,
                "url": url_for(mending.entry, slug=found.study.slug, code=codes[row.session])
                if mending.entry and opens and row.session
                else None,
            }
            for row in rows[:MOST]
        ],
        "count": len(rows),
        "few": len(rows) <= FEW,
        "more": more,
        "url": url,
    }
