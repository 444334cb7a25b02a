"""My sessions: the rater's queue."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from rater.ratings.operations.opening import my_queue
from rater.storage.database import reading
from rater.web.access import Access, actor, declares, now
from rater.web.ratings.blueprint import pages


@pages.get("/studies/<slug>/sessions")
@declares(Access.SIGNED_IN)
def queue(slug: str) -> ResponseReturnValue:
    """My sessions: what is to be rated, in order."""
    with reading() as session:
        mine = my_queue(session, actor(), slug, now=now())
        rows = [{**row, "url": url_for("ratings.screen", public_id=row["public_id"])} for row in mine.rows]
        return render_template(
            "ratings/queue.html",
            study=mine.study,
            queue=rows,
            counts={"submitted": mine.submitted, "total": len(rows), "this_week": mine.this_week},
            next_url=mine.next_id and url_for("ratings.screen", public_id=mine.next_id),
        )
