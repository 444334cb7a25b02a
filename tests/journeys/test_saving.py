"""Nothing that a rater gives is lost: reload, lost network, expired sign-in, two windows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from rater.storage.database import writing
from rater.storage.models import SignIn
from tests.journeys.site import LONG_AGO, Seat, Site, shown, sign_in, wait_until_saved

pytestmark = pytest.mark.browser
BANNERS = "[data-part=banners]"


def rate(page: Page, item: str, value: int) -> None:
    page.locator(f"#item-{item}").focus()
    page.keyboard.press(str(value))


def after_reload(page: Page) -> dict[str, str]:
    page.reload()
    return shown(page)


def expire_all(site: Site) -> None:
    with site.app.app_context(), writing() as session:
        session.execute(update(SignIn).values(ended_at=LONG_AGO))


def test_what_is_saved_survives_a_reload(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    rate(page, "ghes1", 3)
    rate(page, "ghes2", 1)
    page.locator("#item-ghes2").focus()
    page.keyboard.press("Delete")
    page.locator("#item-ghes3").focus()
    page.keyboard.press("m")
    page.get_by_label("Too difficult").check()
    page.keyboard.press("Tab")
    wait_until_saved(page)
    kept = after_reload(page)
    assert kept.pop("ghes3").isupper()
    assert kept == {"ghes1": "3"}
    expect(page.get_by_label("Too difficult")).to_be_checked()


def test_offline_changes_are_kept_and_sent_when_the_network_is_back(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    rate(page, "ghes1", 4)
    wait_until_saved(page)
    page.context.set_offline(True)
    rate(page, "ghes1", 2)
    expect(page.locator(BANNERS)).to_contain_text("Offline. 1 change is kept on this computer")
    rate(page, "sta1", 0)
    page.keyboard.press("n")
    page.keyboard.type("said while the network was away")
    page.keyboard.press("Enter")
    expect(page.locator(BANNERS)).to_contain_text("3 changes are kept")
    page.context.set_offline(False)
    expect(page.locator(BANNERS)).to_be_empty()
    wait_until_saved(page)
    assert after_reload(page) == {"ghes1": "2", "sta1": "0"}
    expect(page.locator("[data-part=note-list] li")).to_have_count(1)


def test_a_lost_answer_is_asked_for_again_and_saved_once(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    lost: list[str] = []

    def lose_the_first(route, request) -> None:  # type: ignore[no-untyped-def]
        if lost:
            return route.continue_()
        lost.append(request.url)
        route.fetch()
        return route.abort()

    page.route(re.compile("/notes$"), lose_the_first)
    page.keyboard.press("n")
    page.keyboard.type("written once")
    page.keyboard.press("Enter")
    expect(page.locator(BANNERS)).to_contain_text("Offline")
    expect(page.locator(BANNERS)).to_be_empty()
    assert len(lost) == 1
    page.reload()
    expect(page.locator("[data-part=note-list] li")).to_have_count(1)


def test_an_expired_sign_in_loses_nothing(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    expire_all(site)
    rate(page, "ghes1", 3)
    rate(page, "ghes2", 2)
    banner = page.locator(BANNERS)
    expect(banner).to_contain_text("You are signed out. What is not saved yet (2) is kept in this window")
    with page.expect_popup() as opened:
        banner.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, "anna")
    opened.value.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(banner).to_be_empty()
    wait_until_saved(page)
    assert after_reload(page) == {"ghes1": "3", "ghes2": "2"}


def test_nothing_is_sent_under_the_next_persons_name(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    page.goto(address)
    expire_all(site)
    rate(page, "ghes1", 3)
    expect(page.locator(BANNERS)).to_contain_text("You are signed out")
    other = page.context.new_page()
    sign_in(other, "ben")
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator(BANNERS)).to_contain_text("Someone else is signed in now")
    annas = seat("anna")
    annas.goto(address)
    assert shown(annas) == {}


@pytest.mark.parametrize(("choice", "left"), [("mine", "1"), ("theirs", "3")])
def test_two_windows_that_differ_show_both_values(seat: Seat, site: Site, choice: str, left: str) -> None:
    first, address = seat("anna"), site.next_alone()
    first.goto(address)
    second = first.context.new_page()
    second.goto(address)
    rate(first, "ghes1", 3)
    wait_until_saved(first)
    rate(second, "ghes1", 1)
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("Two values for one item")
    expect(dialog.get_by_role("button", name="Here")).to_have_text("Here: 1")
    expect(dialog.get_by_role("button", name="Other window")).to_have_text("Other window: 3")
    dialog.locator(f"button[value={choice}]").click()
    expect(dialog).to_be_hidden()
    if choice == "mine":
        wait_until_saved(second)
    assert shown(second) == {"ghes1": left}
    assert after_reload(first) == {"ghes1": left}
