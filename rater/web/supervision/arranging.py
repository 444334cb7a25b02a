"""The page on which a programme is arranged: who is behind which code, who supervises whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Fault
from rater.storage.database import reading, writing
from rater.supervision.operations.arranging import (
    LONGEST_CODE,
    LONGEST_WORDS,
    appoint_supervisor,
    arrangement,
    leave_words,
    place_trainee,
    take_back_trainee,
)
from rater.web.access import Access, actor, declares, now
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.typed import typed


@pages.get("/studies/<slug>/supervision/arrange")
@declares(Access.SIGNED_IN)
def arrange(slug: str) -> ResponseReturnValue:
    """Who supervises whom, and the forms that change it."""
    return _shown(slug)


@pages.post("/studies/<slug>/supervision/arrange")
@declares(Access.SIGNED_IN)
def place(slug: str) -> ResponseReturnValue:
    """Say who is the trainee behind a code, and if wanted who supervises."""
    given = request.form
    try:
        with writing() as session:
            made = place_trainee(session, actor(), slug, given.get("email", ""), given.get("code", ""), now=now())
            if supervisor := given.get("supervisor", ""):
                appoint_supervisor(session, actor(), slug, made.public_id, supervisor, now=now())
            words = {"name": made.person.name, "code": made.therapist.code}
    except BadInput as error:
        return _shown(slug, given=typed(), faults=error.faults), 422
    flash(gettext("%(name)s is the trainee behind %(code)s.", **words))
    return redirect(url_for("supervision.arrange", slug=slug), 303)


@pages.post("/studies/<slug>/supervision/arrange/<trainee_id>/supervisor")
@declares(Access.SIGNED_IN)
def appoint(slug: str, trainee_id: str) -> ResponseReturnValue:
    """Hand a trainee over to another supervisor."""
    given = request.form
    try:
        with writing() as session:
            words, email = given.get("words", ""), given.get("supervisor", "")
            changed = appoint_supervisor(session, actor(), slug, trainee_id, email, now=now(), words=words)
    except BadInput as error:
        return _shown(slug, handing=trainee_id, given=typed(), hand_faults=error.faults), 422
    flash(gettext("The supervision is handed over.") if changed else gettext("Nothing has changed."))
    return redirect(url_for("supervision.arrange", slug=slug), 303)


@pages.post("/studies/<slug>/supervision/arrange/<trainee_id>/take-back")
@declares(Access.SIGNED_IN)
def take_back(slug: str, trainee_id: str) -> ResponseReturnValue:
    """Take a trainee from a code while nothing rests on it."""
    with writing() as session:
        take_back_trainee(session, actor(), slug, trainee_id, now=now())
    flash(gettext("The code is free again."))
    return redirect(url_for("supervision.arrange", slug=slug), 303)


@pages.post("/studies/<slug>/supervision/trainees/<trainee_id>/handover")
@declares(Access.SIGNED_IN)
def hand_over(slug: str, trainee_id: str) -> ResponseReturnValue:
    """Keep what a supervisor leaves to the one who follows."""
    with writing() as session:
        leave_words(session, actor(), slug, trainee_id, request.form.get("words", ""), now=now())
    flash(gettext("Kept for the one who follows you."))
    return redirect(url_for("supervision.home", slug=slug), 303)


def _shown(
    slug: str,
    *,
    given: Any = None,
    faults: Sequence[Fault] = (),
    handing: str = "",
    hand_faults: Sequence[Fault] = (),
) -> str:
    with reading() as session:
        found = arrangement(session, actor(), slug, now=now())
        return render_template(
            "supervision/arrange.html",
            found=found,
            study=found.study,
            sections=links_in(session, found.study),
            given=given or {},
            faults=faults,
            handing=handing,
            hand_faults=hand_faults,
            longest_code=LONGEST_CODE,
            longest_words=LONGEST_WORDS,
        )
