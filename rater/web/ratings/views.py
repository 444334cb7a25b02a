"""The rating screen."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rater.ratings.operations.opening import OpenRating, open_rating
from rater.storage.database import reading
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.ratings.blueprint import pages
from rater.web.ratings.forms import rating_form
from rater.web.ratings.screen import rating_screen


@pages.get("/ratings/<public_id>")
@declares(Access.SIGNED_IN)
def screen(public_id: str) -> ResponseReturnValue:
    """One session: its sound, the scales, notes and logs; before it is begun, what scales have changed since."""
    with reading() as session:
        opened = open_rating(session, actor(), public_id, now=now())
        if opened.to_read_first:
            slug, scale = opened.study.slug, opened.to_read_first[0]
            return redirect(url_for("ratings.changes", slug=slug, scale=scale, then=public_id), 303)
        return _page(opened), 200


def shown(public_id: str, *, problems: tuple[str, ...] = ()) -> str:
    """The rating screen as HTML, with what stands in the way of submitting."""
    with reading() as session:
        return _page(open_rating(session, actor(), public_id, now=now()), problems)


def _page(opened: OpenRating, problems: tuple[str, ...] = ()) -> str:
    form = rating_form(opened, locale())
    return render_template("ratings/screen.html", screen=rating_screen(opened, locale(), problems=problems), form=form)
