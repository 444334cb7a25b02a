"""The page of consents: what each recording may serve, and the forms that note and withdraw it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, fault
from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.supervision.consents import ConsentState
from rater.supervision.operations.consenting import (
    WantedConsent,
    consents_in,
    note_consents,
    sessions_of_patient,
    withdraw_consents,
)
from rater.tables.cells import day
from rater.terms import ConsentScope, StudyKind
from rater.web.access import Access, actor, declares, now
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.typed import typed


@pages.get("/studies/<slug>/consents")
@declares(Access.SIGNED_IN)
def consents(slug: str) -> ResponseReturnValue:
    """What each recording of a study may serve."""
    return _shown(slug)


@pages.post("/studies/<slug>/consents")
@declares(Access.SIGNED_IN)
def note_consent(slug: str) -> ResponseReturnValue:
    """Note, or withdraw, consents of a patient's recordings or of one."""
    withdraws = request.form.get("do") == "withdraw"
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.NOTE_CONSENT, now=now())
            about, scopes = _about(session, study), _scopes()
            if withdraws:
                count = withdraw_consents(session, actor(), study, about, scopes, now=now())
            else:
                count = note_consents(session, actor(), study, about, _wanted(scopes), now=now())
    except BadInput as error:
        return _shown(slug, given=typed(), faults=error.faults), 422
    if withdraws:
        flash(ngettext("%(num)s consent is withdrawn.", "%(num)s consents are withdrawn.", count))
    else:
        flash(ngettext("%(num)s consent is noted.", "%(num)s consents are noted.", count))
    return redirect(url_for("supervision.consents", slug=slug), 303)


def _about(session: Session, study: Study) -> list[str]:
    patient, code = request.form.get("patient", "").strip(), request.form.get("session", "").strip()
    return [code] if code else sessions_of_patient(session, study, patient)


def _scopes() -> list[ConsentScope]:
    return [each for each in ConsentScope if each in request.form.getlist("scope")]


def _wanted(scopes: Sequence[ConsentScope]) -> WantedConsent:
    faults: list[Fault] = []
    given_on, until = _day("given_on", True, faults), _day("until", False, faults)
    if faults or given_on is None:
        raise BadInput(faults)
    return WantedConsent(scopes, given_on, until)


def _day(name: str, required: bool, faults: list[Fault]) -> date | None:
    text = request.form.get(name, "").strip()
    found = day(text)
    if found is None and (text or required):
        faults.append(fault("This is no day of the calendar", "Write it as 2027-12-31", column=name))
    return found


def _shown(slug: str, *, given: Any = None, faults: Sequence[Fault] = ()) -> str:
    with reading() as session:
        study, rows = consents_in(session, actor(), slug, now=now())
        needed = ConsentScope.SUPERVISION if study.kind == StudyKind.SUPERVISION else ConsentScope.RESEARCH
        return render_template(
            "supervision/consents.html",
            study=study,
            sections=links_in(session, study),
            rows=rows,
            patients=list(dict.fromkeys(each.therapy_session.patient.code for each in rows)),
            scopes=list(ConsentScope),
            needed=needed,
            soon=[each for each in rows if each.standing[needed].state is ConsentState.ENDS_SOON],
            closed=[each for each in rows if _is_closed(each.standing[needed].state, study)],
            ConsentState=ConsentState,
            given=given,
            faults=faults,
            today=now().date(),
        )


def _is_closed(state: ConsentState, study: Study) -> bool:
    """A programme needs a consent; research may rest on one that is kept elsewhere, until it is noted here."""
    ended = state in (ConsentState.ENDED, ConsentState.WITHDRAWN)
    return ended or (study.kind == StudyKind.SUPERVISION and state is ConsentState.NONE)
