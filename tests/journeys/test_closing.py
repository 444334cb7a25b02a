"""A rating ends: with and without scripts, submitted, reopened, set aside; and a worry reaches somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from rater.storage.database import reading
from rater.storage.models import Assignment, Concern, Rating, Revision
from tests.journeys.looks import violations
from tests.journeys.site import Seat, Site, sign_in, wait_until_saved
from tests.journeys.test_double_coding import ITEMS, rate_by_keys

pytestmark = pytest.mark.browser
WHY = "I heard the plan at the end only on second listening"


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """Anna in a browser that runs no scripts."""
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "anna")
    yield page
    context.close()


def kept(site: Site, address: str) -> tuple[str, list[tuple[int, bool]]]:
    """The state of a rating, and its revisions: number, and whether submitted."""
    public_id = address.split("/ratings/")[1].split("/")[0].split("#")[0]
    with site.app.app_context(), reading() as session:
        found = session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
        rows = session.scalars(
            select(Revision)
            .join(Revision.rating)
            .where(Rating.assignment_id == found.id)
            .order_by(Revision.number)
            .execution_options(populate_existing=True)
        )
        return found.state, [(each.number, each.submitted_at is not None) for each in rows]


def rate_all(page: Page) -> None:
    for item in ITEMS:
        page.locator(f"#{item}-2").check(force=True)


def test_without_scripts_a_rating_is_saved_submitted_reopened_and_left(plain: Page, site: Site) -> None:
    address = site.next_alone()
    plain.goto(address)
    plain.locator(f"#{ITEMS[0]}-3").check(force=True)
    plain.get_by_role("button", name="Save without submitting").click()
    expect(plain.get_by_text("is not submitted yet")).to_be_visible()
    expect(plain.locator(f"#{ITEMS[0]}-3")).to_be_checked()
    rate_all(plain)
    plain.get_by_label("I have heard the session").check()
    plain.get_by_role("button", name="Submit this rating").click()
    expect(plain.get_by_text("is submitted.")).to_be_visible()
    plain.goto(address)
    plain.get_by_text("Reopen", exact=True).click()
    plain.get_by_label("Why do you reopen it?").fill(WHY)
    plain.get_by_role("button", name="Reopen this rating").click()
    expect(plain.get_by_text("You have reopened this rating")).to_be_visible()
    assert kept(site, address) == ("started", [(1, True), (2, False)])
    plain.get_by_role("link", name="Leave it as it was submitted").click()
    plain.get_by_role("button", name="Leave it as it was submitted").click()
    expect(plain.get_by_role("heading", name="Submitted")).to_be_visible()
    assert kept(site, address) == ("submitted", [(1, True)])


def test_with_scripts_a_reopened_rating_is_changed_and_its_history_read(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    page.goto(address)
    page.locator(f"#item-{ITEMS[0]}").focus()
    rate_by_keys(page, dict.fromkeys(ITEMS, 2))
    wait_until_saved(page)
    page.get_by_label("I have heard the session").check()
    page.get_by_role("button", name="Submit this rating").click()
    page.wait_for_url("**/sessions")
    page.route("**/main.mjs", lambda route: route.abort())
    page.goto(address)
    assert violations(page) == [], "also before the scripts have come"
    page.unroute("**/main.mjs")
    page.goto(address)
    page.locator("main[data-ready]").wait_for()
    assert violations(page) == []
    page.get_by_text("Reopen", exact=True).click()
    page.get_by_role("button", name="Reopen this rating").click()
    assert kept(site, address) == ("submitted", [(1, True)]), "the browser asks for the reason first"
    page.get_by_label("Why do you reopen it?").fill(WHY)
    page.get_by_role("button", name="Reopen this rating").click()
    expect(page.get_by_text("You have reopened this rating")).to_be_visible()
    page.locator(f"#{ITEMS[0]}-4").check(force=True)
    wait_until_saved(page)
    page.get_by_label("I have heard the session").check()
    page.get_by_role("button", name="Submit this rating").click()
    page.wait_for_url("**/sessions")
    assert kept(site, address) == ("submitted", [(1, True), (2, True)])
    page.goto(address)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody td").nth(0)).to_contain_text("2")
    expect(page.locator("tbody td").nth(1)).to_contain_text("4")
    assert violations(page) == []


def test_a_session_that_cannot_be_rated_is_set_aside_and_taken_back(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    page.goto(address)
    page.locator(f"#{ITEMS[0]}-1").check(force=True)
    wait_until_saved(page)
    page.get_by_role("link", name="I cannot rate this session").click()
    assert violations(page) == []
    page.get_by_label("The recording cannot be used").check()
    page.get_by_role("button", name="Set this session aside").click()
    page.wait_for_url("**/sessions")
    assert kept(site, address)[0] == "set_aside"
    page.goto(address)
    expect(page.get_by_text("This waits for the coordinator")).to_be_visible()
    expect(page.locator(f"#{ITEMS[0]}-1")).to_be_disabled()
    assert violations(page) == []
    page.get_by_role("button", name="Rate it after all").click()
    expect(page.locator(f"#{ITEMS[0]}-1")).to_be_enabled()
    expect(page.locator(f"#{ITEMS[0]}-1")).to_be_checked()


def test_a_worry_is_told_from_the_screen_without_scripts_too(plain: Page, seat: Seat, site: Site) -> None:
    address = site.next_alone()
    for page, text in ((plain, "She has put the tablets ready"), (seat("anna"), "And she said so twice")):
        page.goto(address)
        page.get_by_role("link", name="worried about this patient").first.click()
        expect(page.get_by_text("Who is told")).to_be_visible()
        page.get_by_label("What worries you?").or_(page.get_by_label("Is there more to tell?")).fill(text)
        page.get_by_role("button", name="Tell them now").click()
        expect(page.locator("#told")).to_contain_text(text)
    assert violations(page) == []
    with site.app.app_context(), reading() as session:
        assert len(session.scalars(select(Concern)).all()) == 2
    rosa = seat("rosa")
    expect(rosa.get_by_role("alert")).to_have_count(2)
    rosa.get_by_role("link", name="Read it now").first.click()
    assert violations(rosa) == []
    rosa.get_by_role("button", name="I have seen this and take it on").click()
    page.goto(address)
    expect(page.get_by_text("Seen on")).to_be_visible()
