"""My sessions: the rater's queue, messages and hours."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rater.config import Settings
from rater.ratings.operations.listening import my_hours
from rater.ratings.operations.messages import mark_read, my_messages
from rater.ratings.operations.opening import my_queue
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.tables.writing import write_table
from rater.training.operations.own import own_path
from rater.web.access import Access, actor, declares, now
from rater.web.ratings.blueprint import pages

YEARS_OF_PAY = 5


def zone() -> ZoneInfo:
    """The installation's time zone, in which days and weeks begin."""
    settings: Settings = current_app.extensions["rater_settings"]
    return ZoneInfo(settings.timezone)


@pages.get("/studies/<slug>/sessions")
@declares(Access.SIGNED_IN)
def queue(slug: str) -> ResponseReturnValue:
    """My sessions: what is to be rated, in order, what the coordinator says, and the hours."""
    with reading() as session:
        mine = my_queue(session, actor(), slug, now=now(), today=now().astimezone(zone()).date())
        return render_template(
            "ratings/queue.html",
            study=mine.study,
            queue=mine,
            messages=my_messages(session, actor(), mine.study, now=now()),
            weeks=my_hours(session, actor(), mine.study, now=now(), zone=zone()),
            path=own_path(session, actor(), slug, now=now()),
        )


@pages.post("/messages/<public_id>/read")
@declares(Access.SIGNED_IN)
def read_message(public_id: str) -> ResponseReturnValue:
    """Note that a message was read."""
    with writing() as session:
        slug = mark_read(session, actor(), public_id, now=now()).slug
    return redirect(url_for("ratings.queue", slug=slug), 303)


@pages.get("/studies/<slug>/sessions/hours.csv")
@declares(Access.SIGNED_IN)
def hours(slug: str) -> ResponseReturnValue:
    """The rater's own hours, week by week since the first with work, at most five years back."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.RATE, now=now())
        weeks = my_hours(session, actor(), study, now=now(), weeks=52 * YEARS_OF_PAY, zone=zone())
    worked = max((place for place, week in enumerate(weeks) if week.hours), default=0)
    rows = [(each.monday, each.monday + timedelta(days=6), f"{each.hours:.2f}") for each in weeks[: worked + 1]]
    table = write_table(("week_from", "week_to", "hours"), reversed(rows))
    name = f'attachment; filename="hours-{slug}.csv"'
    return Response(table, mimetype="text/csv", headers={"Content-Disposition": name})
