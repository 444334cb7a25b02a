"""Rate at the end: items open once enough of the recording has been heard, and not before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from rater.storage.database import reading, writing
from rater.storage.models import Assignment, Listening, Point, Rating, Revision, Study
from rater.terms import RateAtEnd
from tests.journeys.site import Seat, Site, sign_in, until

pytestmark = pytest.mark.browser
WANTED = 0.02
"""About five seconds of the recording, two and a half at double speed."""
RADIOS = "[...document.querySelectorAll('.item input[type=radio]')]"
GATE = "[data-module=gate]"


@pytest.fixture
def required(site: Site) -> Iterator[None]:
    """The study asks to listen first, for this test."""
    _set(site, RateAtEnd.REQUIRE)
    yield
    _set(site, RateAtEnd.OFF)


def _set(site: Site, setting: RateAtEnd) -> None:
    with site.app.app_context(), writing() as session:
        session.execute(update(Study).values(rate_at_end=setting, heard_share=WANTED))


def points_of(site: Site, address: str) -> list[str]:
    """The items that have a point in the database."""
    with site.app.app_context(), reading() as session:
        kept = (
            select(Point.item)
            .join(Revision, Revision.id == Point.revision_id)
            .join(Rating, Rating.id == Revision.rating_id)
            .join(Assignment, Assignment.id == Rating.assignment_id)
            .where(Assignment.public_id == address.rpartition("/")[2], Point.value.is_not(None))
        )
        return list(session.scalars(kept))


def heard_of(site: Site, address: str) -> list[list[float]]:
    """What the database holds as heard."""
    with site.app.app_context(), reading() as session:
        kept = select(Listening.heard).join(Assignment, Assignment.id == Listening.assignment_id)
        found = session.scalar(kept.where(Assignment.public_id == address.rpartition("/")[2]))
        return found or []


def arrive(page: Page, address: str) -> None:
    """Open a session and wait until it is ready; the list of keys that a rater's first session shows is closed."""
    page.goto(address)
    until(page, "document.querySelector('main').dataset.ready === 'yes'")
    if page.locator("dialog[open]").count():
        page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def listen(page: Page, seconds: float) -> None:
    """Play at double speed from where it stands until so many seconds of the recording have passed, then pause."""
    until(page, "document.querySelector('audio').readyState >= 1")
    page.get_by_label("Speed").select_option("2")
    start = page.evaluate("document.querySelector('audio').currentTime")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, f"document.querySelector('audio').currentTime >= {start + seconds}")
    page.get_by_role("button", name="Pause", exact=True).click()


def test_items_open_when_enough_is_heard(seat: Seat, site: Site, required: None) -> None:
    page, address = seat("anna"), site.next_alone()
    arrive(page, address)
    until(page, f"{RADIOS}.every((radio) => radio.disabled)")
    expect(page.locator(GATE)).to_contain_text("the items open at 2\N{NO-BREAK SPACE}% heard, now 0")
    page.locator("#item-ghes1").click()
    page.keyboard.press("3")
    assert page.locator(".item input[type=radio]:checked").count() == 0
    page.keyboard.press("n")
    page.keyboard.type("notes are open from the start")
    page.keyboard.press("Enter")
    page.evaluate("document.querySelector('audio').currentTime = 200")
    page.wait_for_timeout(500)
    assert page.evaluate(f"{RADIOS}.every((radio) => radio.disabled)"), "a seek is not heard"
    page.evaluate("document.querySelector('audio').currentTime = 20")
    listen(page, 7)
    until(page, f"{RADIOS}.every((radio) => !radio.disabled)")
    expect(page.locator(GATE)).to_have_text("Enough of the recording is heard. The items are open.")
    page.locator("#ghes1-3").click()
    until(page, "document.querySelector('#item-ghes1 input:checked')?.value === '3'")
    _until_points(page, site, address, ["ghes1"])
    heard = heard_of(site, address)
    assert all(19 <= start < stop <= 60 for start, stop, _ in heard), heard
    assert sum(stop - start for start, stop, _ in heard) < 20, "what was skipped does not count"
    page.reload()
    until(page, f"{RADIOS}.every((radio) => !radio.disabled)")
    assert page.locator(GATE).count() == 0


def _until_points(page: Page, site: Site, address: str, wanted: list[str]) -> None:
    for _ in range(100):
        if points_of(site, address) == wanted:
            return
        page.wait_for_timeout(100)
    assert points_of(site, address) == wanted


def test_a_page_that_opens_its_items_by_itself_is_refused(seat: Seat, site: Site, required: None) -> None:
    """The control of the gate: taken away in the browser, the server still keeps the points out."""
    page, address = seat("anna"), site.next_alone()
    arrive(page, address)
    until(page, f"{RADIOS}.every((radio) => radio.disabled)")
    page.evaluate(f"{RADIOS}.forEach((radio) => (radio.disabled = false))")
    with page.expect_response(lambda answer: "/items/ghes1" in answer.url) as answered:
        page.locator("#ghes1-3").click()
    assert answered.value.status == 423
    assert "2\N{NO-BREAK SPACE}%" in answered.value.json()["message"]
    assert points_of(site, address) == []
    _set(site, RateAtEnd.OFF)
    page.reload()
    page.locator("#ghes1-3").click()
    _until_points(page, site, address, ["ghes1"])


def test_a_study_that_advises_closes_nothing(seat: Seat, site: Site) -> None:
    _set(site, RateAtEnd.ADVISE)
    try:
        page, address = seat("anna"), site.next_alone()
        arrive(page, address)
        expect(page.locator(GATE)).to_contain_text("asks you to listen before you rate")
        page.locator("#ghes1-3").click()
        _until_points(page, site, address, ["ghes1"])
        listen(page, 7)
        expect(page.locator(GATE)).to_be_hidden()
    finally:
        _set(site, RateAtEnd.OFF)


def test_without_scripts_the_page_says_why(browser: Browser, site: Site, required: None) -> None:
    page = browser.new_context(base_url=site.address, java_script_enabled=False).new_page()
    address = site.next_alone()
    sign_in(page, "anna")
    page.goto(address)
    expect(page.locator(GATE)).to_contain_text("it needs JavaScript")
    page.locator("#ghes1-3").click()
    page.locator("form[data-part=form] button[type=submit]").last.click()
    expect(page.locator("body")).to_contain_text("this study needs JavaScript")
    assert points_of(site, address) == []
    page.context.close()
