"""The gate after a revealed wave, and the decisions on who may work in the main wave."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.storage.database import reading, writing
from rater.storage.models import Certification, Wave
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.training.operations.certifying import decide_at_gate, gate_decisions, override_gate
from rater.training.operations.overview import TrainedRater, overview_of
from rater.training.operations.revealing import revealed_wave
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.training.overview import shown_rater


@pages.get("/studies/<slug>/training/gate/<wave>")
@declares(Access.SIGNED_IN)
def gate(slug: str, wave: str) -> ResponseReturnValue:
    """What the gate says of each rater after a revealed wave, against its threshold, with the reasons."""
    with reading() as session:
        found = overview_of(session, actor(), slug, now=now())
        revealed = revealed_wave(session, found.study, wave)
        decisions = gate_decisions(session, found.study, wave)
        return render_template(
            "training/gate.html",
            study=found.study,
            training=found,
            wave=revealed,
            sections=links_in(session, found.study),
            raters=[(each, decisions[each.code]) for each in found.raters if each.code in decisions],
            kept={each.code: _kept_of(each, revealed) for each in found.raters},
        )


def _kept_of(rater: TrainedRater, wave: Wave) -> Certification | None:
    """The gate's newest decision on the rater after this wave."""
    return next((each for each in rater.decisions if each.wave_id == wave.id), None)


@pages.post("/studies/<slug>/training/gate/<wave>")
@declares(Access.SIGNED_IN)
def decide(slug: str, wave: str) -> ResponseReturnValue:
    """Put on record what the gate says of one rater, or of all."""
    one = request.form.get("rater", "")
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        codes = [one] if one else list(gate_decisions(session, study, wave))
        made = [decide_at_gate(session, actor(), study, code, wave, now=now()) for code in codes]
    passed = sum(each.certified for each in made)
    flash(gettext("On record: %(count)s decisions, %(passed)s certified.", count=len(made), passed=passed))
    return redirect(url_for("training.gate", slug=slug, wave=wave), 303)


@pages.post("/studies/<slug>/training/raters/<rater>")
@declares(Access.SIGNED_IN)
def override(slug: str, rater: str) -> ResponseReturnValue:
    """Certify a rater, or end it, with a reason; a reason too short comes back with what was typed."""
    given = {name: request.form.get(name, "") for name in ("decision", "reason")}
    certified = given["decision"] == "certify"
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            override_gate(session, actor(), study, rater, certified, given["reason"], now=now())
    except BadInput as error:
        return shown_rater(slug, rater, given=given, problems=[say(each.cause) for each in error.faults]), 422
    if certified:
        flash(gettext("%(rater)s is certified.", rater=rater))
    else:
        flash(gettext("%(rater)s is not certified any more.", rater=rater))
    return redirect(url_for("training.trained", slug=slug, rater=rater), 303)
