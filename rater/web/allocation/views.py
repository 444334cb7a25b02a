"""Draw who rates what, look at it, and keep it; and the records of the draws that were kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from rater.allocation.manifest import write_allocation
from rater.allocation.operations.giving import GivingTerms, give_as_seen, given_now, preview_giving
from rater.allocation.operations.recording import LONGEST_WHY, checked_why, draws_of, find_draw
from rater.allocation.operations.standing import standing
from rater.allocation.operations.waves import WITHOUT_DRAW
from rater.errors import BadInput, NoFeasibleAllocation, Refused
from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.storage.queries.points import wave_names
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import WaveKind, kind_of_wave
from rater.web.access import Access, actor, declares, now
from rater.web.allocation.forms import Asked, asked_before, asked_in
from rater.web.allocation.shown import shown
from rater.web.studies.sections import links_in

pages = Blueprint("allocation", __name__)

MOST_LIVE = 2000
"""With more sessions than these the preview waits until it is asked for."""
MOST_CHANGES = 100
"""So many sessions that change are listed by name."""


@pages.get("/studies/<slug>/allocation")
@declares(Access.SIGNED_IN)
def page(slug: str) -> ResponseReturnValue:
    """How a wave's allocation stands, the settings of its last draw, and the draws so far."""
    wave = request.args.get("wave", "")
    with reading() as session:
        return _page(session, _study(session, slug), wave if kind_of_wave(wave) else WaveKind.MAIN.value)


@pages.post("/studies/<slug>/allocation")
@declares(Access.SIGNED_IN)
def preview(slug: str) -> ResponseReturnValue:
    """Draw a plan and show it; nothing is written. Other buttons change the fields alone."""
    asked, step = asked_in(request.form), request.form.get("step", "")
    stepped = asked.after(step)
    if stepped is not None:
        with reading() as session:
            return _page(session, _study(session, slug), asked.wave, stepped)
    return _previewed(slug, asked.with_another_seed() if step == "seed" else asked)


@pages.post("/studies/<slug>/allocation/keep")
@declares(Access.SIGNED_IN)
def keep(slug: str) -> ResponseReturnValue:
    """Keep the plan that was shown; one that would now be drawn otherwise is shown again instead."""
    from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation

    asked = asked_in(request.form)
    if kind_of_wave(asked.wave) in WITHOUT_DRAW:
        return _give(slug, asked)
    try:
        why, terms = checked_why(asked.why), Terms(**asked.terms())
        with reading() as session:
            drawn = draw_allocation(session, _study(session, slug), terms)
        if drawn.digest != asked.digest:
            return _previewed(slug, asked, changed=True)
        with writing() as session:
            study = _study(session, slug)
            keep_allocation(session, actor(), study, terms, drawn, now=now(), why=why)
            public_id = draws_of(session, study)[0].public_id
    except (BadInput, NoFeasibleAllocation, Refused):
        return _previewed(slug, asked, keeping=True)
    flash(gettext("The plan is kept. Each rater's list is in order."))
    return redirect(url_for("allocation.draw", public_id=public_id), 303)


def _give(slug: str, asked: Asked) -> ResponseReturnValue:
    try:
        terms = GivingTerms(**asked.giving())
        with writing() as session:
            give_as_seen(session, actor(), _study(session, slug), terms, asked.digest, now=now())
    except BadInput:
        return _previewed(slug, asked)
    except Refused:
        return _previewed(slug, asked, changed=True)
    flash(gettext("The sessions are given. Each rater's list is in order."))
    return redirect(url_for("allocation.page", slug=slug, wave=asked.wave), 303)


@pages.get("/draws/<public_id>")
@declares(Access.SIGNED_IN)
def draw(public_id: str) -> ResponseReturnValue:
    """The record of one draw; with `check` it is drawn again and the two are held side by side."""
    with reading() as session:
        study, kept = find_draw(session, actor(), public_id, now=now())
        again = None
        if "check" in request.args:
            from rater.allocation.operations.redrawing import draw_again

            again = draw_again(kept)
        return render_template(
            "allocation/draw.html",
            study=study,
            sections=links_in(session, study),
            draw=kept,
            again=again,
            balance=shown(kept.after, kept.before),
        )


@pages.get("/draws/<public_id>/allocation.csv")
@declares(Access.SIGNED_IN)
def plan(public_id: str) -> ResponseReturnValue:
    """The plan of one draw as a file."""
    with reading() as session:
        study, kept = find_draw(session, actor(), public_id, now=now())
        name = f"allocation-{study.slug}-{kept.number}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_allocation(kept.plan), mimetype="text/csv", headers=disposition)


def _study(session: Session, slug: str) -> Study:
    return study_for(session, actor(), slug, Action.ALLOCATE, now=now())


def _previewed(slug: str, asked: Asked, *, changed: bool = False, keeping: bool = False) -> ResponseReturnValue:
    """The page with the plan that these fields draw, or with what stands against it."""
    with reading() as session:
        study = _study(session, slug)
        more: dict[str, Any] = {"changed": changed}
        status = 409 if changed else 200
        try:
            more |= _looked_at(session, study, asked)
            if keeping:
                checked_why(asked.why)
        except BadInput as error:
            more |= {"faults": error.faults}
            status = 422
        except NoFeasibleAllocation as error:
            more |= {"refused": error}
            status = 422
        except Refused as error:
            more |= {"closed": error.reason}
            status = 423
        return _page(session, study, asked.wave, asked, **more), status


def _looked_at(session: Session, study: Study, asked: Asked) -> dict[str, Any]:
    from rater.allocation.operations.drawing import Terms
    from rater.allocation.operations.redrawing import preview_allocation

    if kind_of_wave(asked.wave) in WITHOUT_DRAW:
        return {"giving": preview_giving(session, study, GivingTerms(**asked.giving()))}
    found = preview_allocation(session, study, Terms(**asked.terms()))
    return {"preview": found, "balance": shown(found.drawn.balance, found.before)}


def _page(session: Session, study: Study, wave: str, asked: Asked | None = None, **more: Any) -> str:
    stands = standing(session, study, wave, now=now())
    return render_template(
        "allocation/page.html",
        study=study,
        sections=links_in(session, study),
        stands=stands,
        asked=asked or asked_before(stands.last, wave, stands.raters, stands.left, study.double_rate),
        waves=list(dict.fromkeys([*WaveKind, *wave_names(session, study.id)])),
        draws=draws_of(session, study),
        longest=LONGEST_WHY,
        most_changes=MOST_CHANGES,
        live=stands.sessions <= MOST_LIVE,
        present=shown(stands.balance) if stands.balance else None,
        given=given_now(session, study, wave) if kind_of_wave(wave) in WITHOUT_DRAW else None,
        **more,
    )
