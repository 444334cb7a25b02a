"""Network, answers, sign-in and clocks fail while somebody rates: nothing is lost, nothing is done twice."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from rater.terms import RatingState
from tests.journeys.kept import expire_all, kept, open_rating, rate, set_state, write_note
from tests.journeys.site import Seat, Site, shown, sign_in, until, wait_until_saved

pytestmark = pytest.mark.browser
BANNERS = "[data-part=banners]"
ITEMS = [*(f"ghes{n}" for n in range(1, 8)), *(f"sta{n}" for n in range(1, 6)), *(f"str{n}" for n in range(1, 4))]
POINTS = {item: str(n % 5) for n, item in enumerate(ITEMS)}


def come_back(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_ten_minutes_offline_lose_nothing(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    page.clock.install()
    open_rating(page, address)
    page.context.set_offline(True)
    for n, (item, value) in enumerate(POINTS.items()):
        rate(page, item, int(value))
        if n % 5 == 0:
            write_note(page, f"note {n}")
        page.clock.fast_forward(40_000)
    expect(page.locator(BANNERS)).to_contain_text("Offline. 18 changes are kept on this computer")
    expect(page.locator("[data-part=save-state]")).to_have_text("offline, 18 kept on this computer")
    assert kept(site, address).points == {}
    page.context.set_offline(False)
    expect(page.locator(BANNERS)).to_be_empty()
    found = kept(site, address)
    assert (found.points, found.notes) == (POINTS, ["note 0", "note 10", "note 5"])
    assert (found.done["point.saved"], found.done["note.saved"], found.doubled) == (15, 3, [])


def test_an_answer_lost_after_the_commit_is_one_row_and_one_event(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if len(lost) > 1:
            return route.continue_()
        lost.append(route.request.post_data or "")
        route.fetch()
        return route.abort()

    page.route(re.compile("/(items/ghes1|notes/.*)$"), lose_the_first)
    rate(page, "ghes1", 3)
    write_note(page, "written once")
    expect(page.locator(BANNERS)).to_contain_text("2 changes are kept on this computer")
    expect(page.locator(BANNERS)).to_be_empty()
    found = kept(site, address)
    assert len(lost) == 2
    assert (found.points, found.notes) == ({"ghes1": "3"}, ["written once"])
    assert (found.done["point.saved"], found.done["note.saved"], found.doubled) == (1, 1, [])


def test_a_request_that_comes_late_and_twice_changes_nothing(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    asked: list[str] = []

    def out_of_order(route: Route) -> None:
        asked.append(route.request.post_data or "")
        if len(asked) == 1:
            return route.abort()
        if len(asked) == 3:
            assert [route.fetch(post_data=asked[0]).status for _ in range(2)] == [200, 200]
        return route.continue_()

    page.route(re.compile("/items/ghes1$"), out_of_order)
    rate(page, "ghes1", 3)
    expect(page.locator(BANNERS)).to_contain_text("1 change is kept")
    expect(page.locator(BANNERS)).to_be_empty()
    rate(page, "ghes1", 1)
    wait_until_saved(page)
    until(page, "document.querySelector('[data-part=save-state]').dataset.state === 'saved'")
    found = kept(site, address)
    assert asked[0] == asked[1] != asked[2]
    assert (found.points, found.done["point.saved"], found.doubled) == ({"ghes1": "1"}, 2, [])


def test_a_server_that_cannot_save_is_told_from_a_lost_network(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    page.route(re.compile("/items/ghes1$"), lambda route: route.abort("connectionreset"), times=1)
    page.route(re.compile("/items/ghes2$"), lambda route: route.fulfill(status=418), times=1)
    rate(page, "ghes2", 1)
    expect(page.locator(BANNERS)).to_contain_text("The server cannot save just now. 1 change is kept on this computer")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(BANNERS)).to_be_empty()
    rate(page, "ghes1", 2)
    wait_until_saved(page)
    expect(page.locator(BANNERS)).to_be_empty()
    assert kept(site, address).points == {"ghes1": "2", "ghes2": "1"}


def test_an_expired_sign_in_loses_nothing(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    expire_all(site)
    rate(page, "ghes1", 3)
    rate(page, "ghes2", 2)
    write_note(page, "said meanwhile")
    banner = page.locator(BANNERS)
    expect(banner).to_contain_text("You are signed out. Sign in in a new tab, then come back here. 3 changes are kept")
    with page.expect_popup() as opened:
        banner.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, "anna")
    come_back(page)
    expect(banner).to_be_empty()
    wait_until_saved(page)
    found = kept(site, address)
    assert (found.points, found.notes) == ({"ghes1": "3", "ghes2": "2"}, ["said meanwhile"])
    assert found.doubled == []


def test_nothing_is_sent_under_the_next_persons_name(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    expire_all(site)
    rate(page, "ghes1", 3)
    expect(page.locator(BANNERS)).to_contain_text("You are signed out")
    other = page.context.new_page()
    sign_in(other, "ben")
    come_back(page)
    expect(page.locator(BANNERS)).to_contain_text("Someone else is signed in now")
    page.close()
    other.goto("/studies/pilot/sessions")
    expect(other.locator(".outbox")).to_contain_text("Changes of someone else wait on this computer")
    other.get_by_role("button", name="Sign out").click()
    assert kept(site, address).points == {}
    sign_in(other, "anna")
    expect(other.locator(".outbox")).to_contain_text("is saved now")
    assert kept(site, address).points == {"ghes1": "3"}


def test_a_clock_an_hour_wrong_changes_nothing_but_its_own_time(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    page.clock.install(time=datetime.now() - timedelta(hours=1))
    open_rating(page, address)
    rate(page, "ghes1", 3)
    wait_until_saved(page)
    page.context.set_offline(True)
    rate(page, "ghes1", 4)
    expect(page.locator(BANNERS)).to_contain_text("1 change is kept on this computer")
    page.clock.set_system_time(datetime.now() + timedelta(hours=1))
    rate(page, "ghes2", 0)
    page.context.set_offline(False)
    expect(page.locator(BANNERS)).to_be_empty()
    assert kept(site, address).points == {"ghes1": "4", "ghes2": "0"}
    told = page.locator("[data-part=save-state]").inner_text().split()[-1]
    apart = datetime.strptime(told, "%H:%M") - datetime.now().replace(year=1900, month=1, day=1)
    assert min(abs(apart), timedelta(days=1) - abs(apart)) < timedelta(minutes=3)


def test_what_is_refused_is_shown_in_words(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    rate(page, "ghes1", 3)
    wait_until_saved(page)
    set_state(site, address, RatingState.SUBMITTED)
    rate(page, "ghes2", 1)
    write_note(page, "the last thought")
    banner = page.locator(BANNERS)
    expect(banner).to_contain_text("This rating is submitted or locked")
    expect(banner.locator("li")).to_have_count(2)
    expect(page.locator("[data-part=save-state]")).to_have_text("2 not saved")
    expect(page.locator("[data-part=save-state]")).to_have_attribute("data-state", "refused")
    expect(banner).to_contain_text("the last thought")
    expect(banner.get_by_role("button", name="Copy the text")).to_be_visible()
    page.reload()
    expect(banner.locator("li")).to_have_count(2)
    set_state(site, address, RatingState.STARTED)
    banner.get_by_role("button", name="I have seen it").click()
    expect(banner).to_be_empty()
    page.reload()
    page.locator("main[data-ready]").wait_for()
    expect(banner).to_be_empty()
    assert shown(page) == {"ghes1": "3"} == kept(site, address).points
