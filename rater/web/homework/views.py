"""The homework log: its list of sessions, and the entry of one session beside its recording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Stale
from rater.homework.entering import Given
from rater.homework.operations.entering import (
    LogRow,
    enter_homework,
    homework_log,
    next_not_entered,
    open_entry,
)
from rater.homework.operations.ledger import homework_ledger
from rater.homework.operations.types import types_of
from rater.homework.types import TypeList
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import HomeworkStatus, LogList
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.homework.forms import sent_entry, shown_rows
from rater.web.language import locale
from rater.web.player import player_of
from rater.web.studies.sections import links_in
from rater.web.words import NO_HOMEWORK_REASONS, log_labels

pages = Blueprint("homework", __name__)


@pages.get("/studies/<slug>/homework")
@declares(Access.SIGNED_IN)
def log(slug: str) -> ResponseReturnValue:
    """The sessions with what the log knows of each, those that the filters let through."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.ENTER_HOMEWORK, now=now())
        rows = homework_log(session, study)
        return render_template(
            "homework/log.html",
            study=study,
            sections=links_in(session, study),
            rows=_filtered(rows),
            total=len(rows),
            counts=Counter(str(row.status) for row in rows),
            statuses=[str(each) for each in HomeworkStatus],
            patients=sorted({row.kept.patient for row in rows}),
            therapists=sorted({row.kept.therapist for row in rows}),
            chosen={name: request.args.get(name, "") for name in ("status", "patient", "therapist")},
            following=next_not_entered(rows),
        )


def _filtered(rows: Sequence[LogRow]) -> list[LogRow]:
    asked = {name: value for name in ("status", "patient", "therapist") if (value := request.args.get(name))}
    return [
        row
        for row in rows
        if asked.get("status") in (None, str(row.status))
        and asked.get("patient") in (None, row.kept.patient)
        and asked.get("therapist") in (None, row.kept.therapist)
    ]


@pages.get("/studies/<slug>/homework-ledger")
@declares(Access.SIGNED_IN)
def ledger(slug: str) -> ResponseReturnValue:
    """What was assigned, reviewed and completed, by type, in counts that add up."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.ENTER_HOMEWORK, now=now())
        found = homework_ledger(session, study)
        return render_template(
            "homework/ledger.html",
            study=study,
            sections=links_in(session, study),
            ledger=found,
            labels=log_labels(types_of(session, study, LogList.HOMEWORK), [row.type for row in found.rows], locale()),
        )


@pages.get("/studies/<slug>/homework/<code>")
@declares(Access.SIGNED_IN)
def entry(slug: str, code: str) -> ResponseReturnValue:
    """One session's homework, with its recording beside the form."""
    return _shown(slug, code)


@pages.post("/studies/<slug>/homework/<code>")
@declares(Access.SIGNED_IN)
def enter(slug: str, code: str) -> ResponseReturnValue:
    """Keep the entry and go on; one that cannot be kept comes back as it was sent."""
    sent = sent_entry(request.form)
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.ENTER_HOMEWORK, now=now())
            enter_homework(session, actor(), study, code, sent.given, seen=sent.seen, now=now())
            following = next_not_entered(homework_log(session, study), code)
    except BadInput as error:
        return _shown(slug, code, sent.given, [say(each.cause) for each in error.faults]), 422
    except Stale:
        return _shown(slug, code, sent.given, is_stale=True), 409
    flash(gettext("The homework is saved."))
    if request.form.get("go") != "next":
        return redirect(url_for("homework.entry", slug=slug, code=code), 303)
    if following is None:
        return redirect(url_for("homework.log", slug=slug), 303)
    return redirect(url_for("homework.entry", slug=slug, code=following), 303)


def _shown(
    slug: str, code: str, given: Given | None = None, problems: Sequence[str] = (), *, is_stale: bool = False
) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, Action.ENTER_HOMEWORK, now=now())
        opened = open_entry(session, actor(), study, code)
        types = types_of(session, study, LogList.HOMEWORK)
        rows = homework_log(session, study)
        return render_template(
            "homework/entry.html",
            study=study,
            sections=links_in(session, study),
            opened=opened,
            given=given or opened.kept,
            rows=shown_rows((given or opened.kept).tasks),
            types=labelled(types),
            reasons=NO_HOMEWORK_REASONS,
            problems=problems,
            is_stale=is_stale,
            screen=player_of(session, actor(), opened.therapy_session, study, now=now()),
            following=next_not_entered(rows, code),
            left=sum(row.status is HomeworkStatus.NOT_ENTERED for row in rows),
        )


def labelled(types: TypeList) -> list[tuple[str, str]]:
    """The types with their labels in the reader's language."""
    return list(log_labels(types, types.codes, locale()).items())
