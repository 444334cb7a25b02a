"""The wording page: proposals side by side with what they would replace, a new version, and who has read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault
from rater.scales.schema import SOURCE_LANGUAGE, Scale, Text
from rater.storage.database import reading, writing
from rater.storage.models import AnchorProposal, Study
from rater.studies.operations import scales_of, study_for
from rater.studies.operations.superseding import LONGEST_CHANGES
from rater.studies.permissions import Action
from rater.training.operations.proposing import open_proposals
from rater.training.operations.wording import (
    Planned,
    decline_proposal,
    plan_wording,
    readers_of,
    take_proposals,
)
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.wording import rows_of


@pages.get("/studies/<slug>/training/wording")
@declares(Access.SIGNED_IN)
def wording(slug: str) -> ResponseReturnValue:
    """The open proposals by item, and who has read what changed."""
    with reading() as session:
        return _page(session, _led(session, slug)), 200


@pages.post("/studies/<slug>/training/wording")
@declares(Access.SIGNED_IN)
def take(slug: str) -> ResponseReturnValue:
    """Show the version that the chosen proposals would make, and keep it when asked to."""
    given = _given()
    try:
        if request.form.get("do") != "keep":
            with reading() as session:
                study = _led(session, slug)
                planned = plan_wording(session, study, given["scale"], given["chosen"], language=given["language"])
                return _page(session, study, given=given, planned=planned), 200
        with writing() as session:
            study, chosen = _led(session, slug), given["chosen"]
            made = take_proposals(
                session,
                actor(),
                study,
                given["scale"],
                chosen,
                given["changes"],
                now=now(),
                language=given["language"],
            )
            words = {"scale": made.scale.upper(), "version": made.version}
    except BadInput as error:
        with reading() as session:
            return _page(session, _led(session, slug), given=given, faults=error.faults), 422
    flash(gettext("%(scale)s has version %(version)s now. Raters read what has changed before they begin.", **words))
    return redirect(url_for("training.wording", slug=slug), 303)


@pages.post("/studies/<slug>/training/wording/<proposal_id>/decline")
@declares(Access.SIGNED_IN)
def decline(slug: str, proposal_id: str) -> ResponseReturnValue:
    """Answer one proposal with no."""
    with writing() as session:
        decline_proposal(session, actor(), _led(session, slug), proposal_id, now=now())
    flash(gettext("The proposal is declined."))
    return redirect(url_for("training.wording", slug=slug), 303)


def _led(session: Session, slug: str) -> Study:
    return study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())


def _given() -> dict[str, Any]:
    form = request.form
    texts = {name: form.get(name, "") for name in ("scale", "changes")}
    return {**texts, "language": form.get("language", SOURCE_LANGUAGE), "chosen": form.getlist("proposal")}


def _page(
    session: Session,
    study: Study,
    *,
    given: Mapping[str, Any] | None = None,
    planned: Planned | None = None,
    faults: Sequence[Fault] = (),
) -> str:
    given = given or {"scale": "", "changes": "", "language": SOURCE_LANGUAGE, "chosen": []}
    versions, readers = readers_of(session, study)
    changed = rows_of(planned.changes, planned.new, locale()) if planned else []
    proposals = sorted(open_proposals(session, study), key=lambda each: (each.item, each.point or -1.0))
    return render_template(
        "training/wording.html",
        study=study,
        sections=links_in(session, study),
        scales=[
            {
                "scale": scale,
                "languages": sorted({language for item in scale.items for language in item.text}),
                "proposals": [_shown(each, scale, given["language"]) for each in proposals if _is_of(each, scale)],
            }
            for _, scale in scales_of(study, observer_only=True)
        ],
        given=given,
        planned=planned,
        changed=changed,
        changelog=given["changes"] or _told(changed),
        faults=faults,
        versions=versions,
        readers=readers,
        longest=LONGEST_CHANGES,
        locale_code=locale(),
    )


def _is_of(proposal: AnchorProposal, scale: Scale) -> bool:
    return proposal.scale_version.scale == scale.id


def _shown(proposal: AnchorProposal, scale: Scale, language: str) -> dict[str, Any]:
    """A proposal beside the words that it would replace; those are gone where a newer version has no such item."""
    item = next((each for each in scale.items if each.id == proposal.item), None)
    if item is None:
        before = Text()
    elif proposal.point is None:
        before = item.description
    else:
        before = item.anchors.get(int(proposal.point), Text())
    place = gettext("Description")
    if proposal.point is not None:
        place = gettext("Anchor of point %(point)s", point=int(proposal.point))
    return {
        "id": proposal.public_id,
        "item": proposal.item,
        "text": item.text.in_(locale()) if item else "",
        "place": place,
        "before": before.in_(language),
        "after": proposal.text,
        "rationale": proposal.rationale,
        "version": proposal.scale_version.version,
    }


def _told(changed: Sequence[Mapping[str, Any]]) -> str:
    """A first changelog to go on from: a line for each text, before and after."""
    return "\n".join(
        gettext("- %(item)s, %(place)s: “%(after)s” instead of “%(before)s”", **_plain(each)) for each in changed
    )


def _plain(row: Mapping[str, Any]) -> dict[str, str]:
    """The row's words on one line each."""
    return {name: " ".join(str(row[name]).split()) for name in ("item", "place", "after", "before")}
