"""Windows close with unsent changes, and others open: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from rater.terms import RatingState
from tests.journeys.kept import MEMORY, kept, open_again, open_rating, rate, set_state, write_note
from tests.journeys.site import Seat, Site, shown, until, wait_until_saved

pytestmark = pytest.mark.browser
BANNERS = "[data-part=banners]"


def rate_offline(page: Page, address: str) -> None:
    """Two points, one of them changed again, and a note, while the network is away; this window never sends them."""
    open_rating(page, address)
    page.context.set_offline(True)
    rate(page, "ghes1", 4)
    rate(page, "ghes1", 2)
    rate(page, "ghes2", 1)
    write_note(page, "kept through the night")
    expect(page.locator(BANNERS)).to_contain_text("changes are kept on this computer")
    page.route("**/ratings/*/**", lambda route: route.abort())


def test_what_a_closed_window_kept_is_shown_and_sent_when_it_is_opened_again(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    rate_offline(page, address)
    page.context.set_offline(False)
    page = open_again(page, address)
    wait_until_saved(page)
    assert shown(page) == {"ghes1": "2", "ghes2": "1"}
    expect(page.locator("[data-part=note-list] li")).to_have_count(1)
    found = kept(site, address)
    assert (found.points, found.notes) == ({"ghes1": "2", "ghes2": "1"}, ["kept through the night"])
    assert (found.doubled, found.done["note.saved"]) == ([], 1)


def test_control_without_a_lasting_store_the_same_is_lost(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    page.context.route("**/store.mjs", lambda route: route.fulfill(content_type="text/javascript", body=MEMORY))
    open_rating(page, address)
    page.context.set_offline(True)
    rate(page, "ghes1", 2)
    expect(page.locator(BANNERS)).to_contain_text("1 change is kept in this window only")
    page.route("**/items/*", lambda route: route.abort())
    page.context.set_offline(False)
    page = open_again(page, address)
    page.locator("main[data-ready]").wait_for()
    page.wait_for_timeout(500)
    assert shown(page) == {} == kept(site, address).points


def test_my_sessions_sends_what_was_left_and_says_so(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    rate_offline(page, address)
    code = page.locator("h1").inner_text()
    page.context.set_offline(False)
    page = open_again(page, f"{site.address}/studies/pilot/sessions")
    expect(page.locator(".outbox")).to_contain_text(
        f"changes from session {code} that were left on this computer are saved"
    )
    found = kept(site, address)
    assert (found.points, found.notes) == ({"ghes1": "2", "ghes2": "1"}, ["kept through the night"])
    page.reload()
    expect(page.locator(".outbox")).to_have_text("")


def test_my_sessions_shows_what_a_submitted_rating_did_not_take(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    rate_offline(page, address)
    set_state(site, address, RatingState.SUBMITTED)
    page.context.set_offline(False)
    page = open_again(page, f"{site.address}/studies/pilot/sessions")
    outbox = page.locator(".outbox")
    expect(outbox).to_contain_text("is submitted or locked")
    expect(outbox).to_contain_text("kept through the night")
    expect(outbox.locator("li")).to_have_count(3)
    assert kept(site, address).points == {}


def test_a_second_tab_shows_what_the_first_saved_and_builds_on_it(seat: Seat, site: Site) -> None:
    first, address = seat("anna"), site.next_alone()
    open_rating(first, address)
    second = first.context.new_page()
    open_rating(second, address)
    rate(first, "ghes1", 3)
    until(second, "document.querySelector('#ghes1-3').checked")
    rate(second, "ghes1", 1)
    wait_until_saved(second)
    until(first, "document.querySelector('#ghes1-1').checked")
    expect(second.get_by_role("dialog")).to_be_hidden()
    assert kept(site, address).points == {"ghes1": "1"}


def test_a_tab_that_closes_hands_its_changes_to_the_other(seat: Seat, site: Site) -> None:
    first, address = seat("anna"), site.next_alone()
    second = first.context.new_page()
    open_rating(second, address)
    rate_offline(first, address)
    first.context.set_offline(False)
    first.goto(f"{site.address}/sign-in")
    until(second, "document.querySelector('#ghes1-2').checked")
    wait_until_saved(second)
    assert kept(site, address).points == {"ghes1": "2", "ghes2": "1"}


def test_a_note_that_was_being_typed_is_there_again(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    page.keyboard.press("n")
    page.keyboard.type("half a tho")
    until(page, "window.dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    page = open_again(page, address)
    expect(page.locator("[data-part=note-text]")).to_have_value("half a tho")
    assert kept(site, address).notes == []
