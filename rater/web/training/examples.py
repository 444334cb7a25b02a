"""Examples: excerpts of recordings that show a point of an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Fault, fault
from rater.recordings.masking import read_time, told_time
from rater.storage.database import reading, writing
from rater.storage.queries import jobs
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.training.examples import LONGEST_TEXT, LONGEST_TITLE
from rater.training.operations.examples import (
    cut_again,
    example_sound,
    examples_to_lead,
    make_example,
    recording_in,
    remove_example,
    trace_example,
)
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.sound import ranged, store
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages

MIME = "audio/webm"
FIELDS = ("session", "about", "point", "start", "stop", "title", "text")


@pages.get("/studies/<slug>/training/examples")
@declares(Access.SIGNED_IN)
def examples(slug: str) -> ResponseReturnValue:
    """All examples of a study, and a form for a new one."""
    return _shown(slug)


@pages.post("/studies/<slug>/training/examples")
@declares(Access.SIGNED_IN)
def make(slug: str) -> ResponseReturnValue:
    """Make an example; what cannot be taken comes back with its faults, else the page of its cutting."""
    given = {name: request.form.get(name, "") for name in FIELDS}
    scale, _, item = given["about"].partition("/")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            recording = recording_in(session, study, given["session"])
            point, starts_s, stops_s = _numbers(given)
            words = (given["title"], given["text"])
            make_example(session, actor(), study, recording, scale, item, point, starts_s, stops_s, *words, now=now())
            job = jobs.newest(session, study.id, jobs.EXAMPLE)
            address = url_for("jobs.page", public_id=job.public_id if job else "")
    except BadInput as error:
        return _shown(slug, given=given, faults=error.faults), 422
    return redirect(address, 303)


@pages.post("/studies/<slug>/training/examples/<example_id>/cut")
@declares(Access.SIGNED_IN)
def cut(slug: str, example_id: str) -> ResponseReturnValue:
    """Cut an example once more."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        cut_again(session, actor(), study, example_id, now=now())
    flash(gettext("The example is being cut."))
    return redirect(url_for("training.examples", slug=slug), 303)


@pages.post("/studies/<slug>/training/examples/<example_id>/remove", endpoint="remove_example")
@declares(Access.SIGNED_IN)
def remove(slug: str, example_id: str) -> ResponseReturnValue:
    """Remove an example with its sound."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        remove_example(session, actor(), study, example_id, now=now())
    flash(gettext("The example is removed."))
    return redirect(url_for("training.examples", slug=slug), 303)


@pages.get("/examples/<public_id>/audio")
@declares(Access.SIGNED_IN)
def example_audio(public_id: str) -> ResponseReturnValue:
    """One range of an example's sound; that it is heard is written down before."""
    with reading() as session:
        sound = example_sound(session, actor(), public_id, now=now())
    if not sound.is_traced:
        with writing() as session:
            trace_example(session, actor(), public_id, sound, now=now())
    return ranged(sound.name, MIME, store().size(sound.name))


def _numbers(given: Mapping[str, str]) -> tuple[float | None, float, float]:
    """The point and the two times. Raises BadInput with every one that cannot be read."""
    faults = []
    times = [read_time(given[name]) for name in ("start", "stop")]
    for name, time in zip(("start", "stop"), times, strict=True):
        if time is None:
            told = given[name][:32] or "–"
            faults.append(fault("{value} is no time such as 1:15.8", "Correct it", column=name, value=told))
    point = given["point"].strip()
    if point and not (point.isascii() and point.isdigit() and len(point) < 4):
        cause = "{value} is no point of an item"
        faults.append(fault(cause, "Give one of its numbers, or none", column="point", value=point[:32]))
    if faults or times[0] is None or times[1] is None:
        raise BadInput(faults)
    return float(point) if point else None, times[0], times[1]


def _shown(slug: str, *, given: Mapping[str, str] | None = None, faults: Sequence[Fault] = ()) -> str:
    with reading() as session:
        study, found, recorded = examples_to_lead(session, actor(), slug, now=now())
        return render_template(
            "training/examples.html",
            study=study,
            sections=links_in(session, study),
            examples=found,
            recorded=recorded,
            scales=[scale for _, scale in scales_of(study, observer_only=True)],
            given=given or dict.fromkeys(FIELDS, ""),
            faults=faults,
            told=told_time,
            longest_title=LONGEST_TITLE,
            longest_text=LONGEST_TEXT,
            locale_code=locale(),
        )
