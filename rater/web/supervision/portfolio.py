"""A trainee's portfolio over a term: to be read and printed, and its ratings as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue

from rater.storage.database import reading
from rater.supervision.operations.portfolio import Portfolio, portfolio_of
from rater.supervision.period import read_period
from rater.supervision.profile import ScaleProfile
from rater.supervision.rows import POINT_COLUMNS, SCORE_COLUMNS, Column, Row, point_rows, score_rows
from rater.tables import write_table
from rater.web.access import Access, actor, declares, now
from rater.web.pictures import attached
from rater.web.supervision.blueprint import pages
from rater.web.supervision.profile import PLACE
from rater.web.supervision.profile_shown import outcome_drawings, profile_shown
from rater.web.supervision.shown import around, today

Rows = Callable[[Sequence[Column], Iterable[ScaleProfile]], Iterable[Row]]


@pages.get(f"{PLACE}/portfolio")
@declares(Access.SIGNED_IN)
def portfolio(slug: str, trainee_id: str) -> ResponseReturnValue:
    """What a term came to; patients' outcomes are in it where the address asks for them."""
    with_outcomes = request.args.get("outcomes") == "1"
    with reading() as session:
        period = read_period(request.args, today())
        told = portfolio_of(session, actor(), slug, trainee_id, period, now=now(), with_outcomes=with_outcomes)
        return render_template("supervision/portfolio.html", **_shown(told), **around(session, told.page.seen))


@pages.get(f"{PLACE}/portfolio.csv")
@declares(Access.SIGNED_IN)
def portfolio_points(slug: str, trainee_id: str) -> ResponseReturnValue:
    """The points of the period's sessions that the trainee's page shows, as CSV."""
    return _table(slug, trainee_id, "portfolio", POINT_COLUMNS, point_rows)


@pages.get(f"{PLACE}/portfolio-scores.csv")
@declares(Access.SIGNED_IN)
def portfolio_scores(slug: str, trainee_id: str) -> ResponseReturnValue:
    """The scores from these points, as CSV."""
    return _table(slug, trainee_id, "portfolio-scores", SCORE_COLUMNS, score_rows)


def _table(slug: str, trainee_id: str, name: str, columns: Sequence[str], rows_of: Rows) -> ResponseReturnValue:
    with reading() as session:
        told = portfolio_of(session, actor(), slug, trainee_id, read_period(request.args, today()), now=now())
        rows = list(rows_of(told.columns, told.page.profiles))
    return attached(write_table(columns, rows), "text/csv", f"{slug}-{name}.csv")


def _shown(told: Portfolio) -> dict[str, object]:
    return {
        "told": told,
        "found": told.page,
        "outcome_drawings": [outcome_drawings(each.trends) for each in told.outcomes],
        "with_outcomes": request.args.get("outcomes") == "1",
        **profile_shown(told.page.profiles),
    }
