"""My sessions in a browser: go on, read a message, see what is due and how long one has worked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rater.ratings.due import OneDay
from rater.ratings.operations.due import set_due_dates
from rater.ratings.operations.messages import send_message
from rater.storage.database import writing
from rater.storage.models import Assignment, Obstacle, Rater, Study, WorkStretch
from rater.terms import COMMAND_LINE, ObstacleReason, RatingState
from tests.journeys.looks import violations
from tests.journeys.site import SESSIONS, Seat, Site

pytestmark = pytest.mark.browser
QUEUE = "/studies/pilot/sessions"
NOW = datetime.now(UTC)


def change(site: Site, what: Callable[[Session, Study], object]) -> None:
    with site.app.app_context(), writing() as session:
        what(session, session.scalars(select(Study)).one())


def annas(session: Session) -> list[Assignment]:
    mine = select(Assignment).join(Assignment.rater).where(Rater.code == "R1").order_by(Assignment.queue_place)
    return list(session.scalars(mine))


def look(page: Page) -> None:
    """Nothing runs over, and axe-core finds nothing, in any combination."""
    for width in (1280, 820, 400):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, scheme)
            assert violations(page) == [], (width, scheme)


def test_one_button_leads_on_and_a_message_is_read_by_keyboard(seat: Seat, site: Site) -> None:
    change(site, lambda session, study: send_message(session, COMMAND_LINE, study, "Meet on Thursday", now=NOW))
    page = seat("anna")
    page.get_by_role("link", name="My sessions").click()
    expect(page.get_by_text("Meet on Thursday")).to_be_visible()
    page.get_by_role("button", name="Mark as read").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)
    page.get_by_text("Messages read (1)").click()
    expect(page.get_by_text("Meet on Thursday")).to_be_visible()
    page.get_by_role("link", name="Continue with K7M1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("K7M1")


def test_what_is_due_set_aside_and_worked_is_seen(seat: Seat, site: Site) -> None:
    def prepare(session: Session, study: Study) -> None:
        set_due_dates(session, COMMAND_LINE, study, "main", OneDay(NOW.date() - timedelta(days=1)), now=NOW)
        rows = annas(session)
        rows[1].due_on, rows[2].state, rows[3].due_on = NOW.date(), RatingState.SET_ASIDE, None
        session.add(Obstacle(assignment_id=rows[2].id, reason=ObstacleReason.OTHER, reported_at=NOW))
        session.execute(delete(WorkStretch))
        session.add(WorkStretch(assignment_id=rows[0].id, window="f" * 32, seconds=5400, began_at=NOW))

    page = seat("anna")
    page.goto(QUEUE)
    look(page)
    change(site, prepare)
    page.goto(QUEUE)
    expect(page.locator("td .due-now", has_text="due today")).to_have_count(1)
    expect(page.locator("td .due-now", has_text="overdue")).to_have_count(SESSIONS - 3)
    expect(page.get_by_role("table", name="Set aside")).to_contain_text("The coordinator decides")
    expect(page.get_by_role("table").filter(has_text="Week from")).to_contain_text("1.5")
    with page.expect_download() as download:
        page.get_by_role("link", name="All weeks as CSV").click()
    assert download.value.suggested_filename == "hours-pilot.csv"
    assert ",1.50\n" in download.value.path().read_text()
    look(page)


def test_a_done_queue_thanks(seat: Seat, site: Site) -> None:
    def finish(session: Session, _: Study) -> None:
        for row in annas(session):
            row.state = RatingState.SUBMITTED

    change(site, finish)
    page = seat("anna")
    page.goto(QUEUE)
    expect(page.get_by_text("All your sessions are submitted")).to_be_visible()
    expect(page.get_by_role("link", name="Continue")).to_have_count(0)
    look(page)
