"""Drift put into simulated ratings raises an alert within its window, on the page and as a notice; without, none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from rater.storage.database import db, writing
from rater.storage.models import Membership, Rater
from rater.studies.operations import study_named
from rater.terms import Role
from tests.application import make_app
from tests.builders.drift import BEGIN, CHANGED, rated_for_weeks
from tests.builders.study import make_person
from tests.journeys.looks import violations
from tests.journeys.site import LONG_AGO, Site, serve, sit_down

pytestmark = pytest.mark.browser
PAGE = "/studies/pilot/training/drift"
WINDOW = [(BEGIN + timedelta(weeks=week)).date().isoformat() for week in (CHANGED, CHANGED + 1)]
"""The weeks in which an alert is due: with two weeks looked at together, the first two after the change."""


def watched(home: Path, *, stricter: float) -> Iterator[Site]:
    """The study of simulated ratings, served with its worker; Theo trains its raters, R1 is certified."""
    rated_for_weeks(home, stricter=stricter)
    app = make_app(home)
    with app.app_context():
        with writing() as session:
            study = study_named(session, "pilot")
            study.gate_required = True
            make_person(session, "theo@example.org", (study, Role.TRAINER))
            session.execute(update(Membership).values(since=LONG_AGO))
            session.execute(update(Rater).values(certified=True))
        db.engine.dispose()
    yield from serve(home, app, [])


@pytest.fixture(scope="module")
def drifting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """From its eighth week on R1 gives lower points."""
    yield from watched(tmp_path_factory.mktemp("drifting"), stricter=1.8)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same ratings without that."""
    yield from watched(tmp_path_factory.mktemp("steady"), stricter=0.0)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What went wrong in a browser; nothing may."""
    found: list[str] = []
    yield found
    assert found == []


def computed(page: Page) -> None:
    """Open the page, and again until the worker, whom nobody has asked, has looked at the study."""
    for _ in range(90):
        page.goto(PAGE)
        if page.get_by_text("Up to date").count():
            return
        page.wait_for_timeout(1000)
    pytest.fail("the worker never looked")


def test_drift_raises_an_alert_that_a_trainer_answers_by_keyboard(
    browser: Browser, drifting: Site, faults: list[str]
) -> None:
    page = sit_down(browser, drifting, "theo", faults)
    computed(page)
    alert = page.get_by_role("article", name="R1")
    expect(alert).to_contain_text("Gives lower points than before")
    first = alert.locator("tbody time").first.get_attribute("datetime")
    assert first in WINDOW
    assert page.get_by_role("article", name=re.compile("R[2-5]")).count() == 0
    assert page.get_by_role("img", name="GHES: shift of each rater by week").count() == 1
    assert violations(page) == []
    for notice in ("/", "/me/notices"):
        page.goto(notice)
        expect(page.get_by_text("Drift alerts that wait for your answer")).to_be_visible()

    page.goto(PAGE)
    alert.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Points have fallen since April on every score")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("The certification has ended")).to_be_visible()
    assert page.get_by_role("article", name="R1").count() == 0
    seen = page.get_by_role("button", name="Seen: Agreement of all raters")
    if seen.count():
        with page.expect_navigation():
            seen.click()
    expect(page.get_by_text("No alert waits for an answer.")).to_be_visible()
    page.get_by_text("Answered (").click()
    expect(page.get_by_role("row", name=re.compile("R1.*Back to training"))).to_be_visible()
    page.goto("/me/notices")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    page.context.close()


def test_control_the_same_ratings_without_drift_raise_none(browser: Browser, steady: Site, faults: list[str]) -> None:
    page = sit_down(browser, steady, "theo", faults)
    computed(page)
    expect(page.get_by_text("No alert waits for an answer.")).to_be_visible()
    assert page.get_by_role("img", name="GHES: shift of each rater by week").count() == 1
    assert page.locator("article.drifting").count() == 0
    page.goto("/me/notices")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    page.context.close()
