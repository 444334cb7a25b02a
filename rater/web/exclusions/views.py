"""The register of exclusions, with the flow from sessions registered to sessions analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from rater.errors import BadInput, Fault
from rater.recordings.exclusions import LONGEST_NOTE, LONGEST_REASON, Wanted
from rater.recordings.flow_picture import flow_svg, told
from rater.recordings.flow_words import STEPS
from rater.recordings.operations.excluding import exclude, lift, register
from rater.recordings.operations.flowing import flow_of
from rater.storage.database import reading, writing
from rater.storage.models import Exclusion
from rater.studies.operations import may_do, study_for
from rater.studies.permissions import Action
from rater.terms import ExclusionScope
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.studies.sections import links_in

pages = Blueprint("exclusions", __name__)


@pages.get("/studies/<slug>/exclusions")
@declares(Access.SIGNED_IN)
def page(slug: str) -> ResponseReturnValue:
    """The flow, the register and its forms."""
    return _shown(slug)


@pages.post("/studies/<slug>/exclusions")
@declares(Access.SIGNED_IN)
def add(slug: str) -> ResponseReturnValue:
    """Leave a session or a patient out; what cannot be taken comes back with its faults."""
    code, is_patient = request.form.get("code", "").strip(), request.form.get("about") == "patient"
    wanted = Wanted(
        "" if is_patient else code,
        code if is_patient else "",
        request.form.get("reason", ""),
        request.form.get("scope", ""),
        request.form.get("note", ""),
    )
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.EXCLUDE, now=now())
            _, ended = exclude(session, actor(), study, wanted, now=now())
    except BadInput as error:
        return _shown(slug, given=request.form, faults=error.faults), 422
    flash(gettext("%(code)s is excluded.", code=code))
    if ended.gone or ended.kept:
        words = gettext(
            "Assignments withdrawn: %(gone)s. Begun ratings kept: %(kept)s.", gone=ended.gone, kept=ended.kept
        )
        flash(words)
    return redirect(url_for("exclusions.page", slug=slug), 303)


@pages.post("/studies/<slug>/exclusions/<exclusion_id>/lift")
@declares(Access.SIGNED_IN)
def lift_one(slug: str, exclusion_id: str) -> ResponseReturnValue:
    """Lift an exclusion with a reason."""
    why = request.form.get("why", "")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.EXCLUDE, now=now())
            lift(session, actor(), study, exclusion_id, why, now=now())
    except BadInput as error:
        return _shown(slug, lifting=exclusion_id, why=why, lift_faults=error.faults), 422
    flash(gettext("The exclusion is lifted. Draw the allocation again where the session needs a rater."))
    return redirect(url_for("exclusions.page", slug=slug), 303)


@pages.get("/studies/<slug>/flow.svg")
@declares(Access.SIGNED_IN)
def flow_picture(slug: str) -> ResponseReturnValue:
    """The flow diagram as a file."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.EXCLUDE, now=now())
        answer = Response(flow_svg(flow_of(session, study), say), mimetype="image/svg+xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-flow.svg"'
    return answer


def _shown(slug: str, *, given: Any = None, faults: Sequence[Fault] = (), **more: Any) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, Action.EXCLUDE, now=now())
        found, flow = register(session, actor(), study, now=now()), flow_of(session, study)
        return render_template(
            "exclusions/exclusions.html",
            study=study,
            sections=links_in(session, study),
            register=found,
            entries=[each for each in found.entries if _is_wanted(each)],
            scopes=list(ExclusionScope),
            flow=flow,
            picture=Markup(flow_svg(flow, say)),  # noqa: S704  # our own SVG, every text in it escaped
            steps=STEPS,
            told=lambda aside: told(aside, say),
            given=given or {},
            faults=faults,
            wanted=request.args,
            may_answer=may_do(session, actor(), study, Action.ANSWER_OBSTACLES, now=now()),
            longest=LONGEST_NOTE,
            longest_reason=LONGEST_REASON,
            **more,
        )


def _is_wanted(each: Exclusion) -> bool:
    """Whether the filters of the address show this entry."""
    state, scope = request.args.get("state", ""), request.args.get("scope", "")
    text = request.args.get("q", "").strip().casefold()
    about = each.therapy_session.code if each.therapy_session else each.patient.code if each.patient else ""
    return (
        (not state or (state == "lifted") == (each.lifted_at is not None))
        and (not scope or each.scope == scope)
        and (text in about.casefold() or text in each.reason.casefold())
    )
