"""What a rater gives is saved at once: it survives a reload, and short troubles pass by themselves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.kept import kept, open_rating, rate, write_note
from tests.journeys.site import Seat, Site, shown, wait_until_saved

pytestmark = pytest.mark.browser
BANNERS = "[data-part=banners]"


def after_reload(page: Page) -> dict[str, str]:
    page.reload()
    return shown(page)


def test_what_is_saved_survives_a_reload(seat: Seat, site: Site) -> None:
    page = seat("anna")
    open_rating(page, site.next_alone())
    rate(page, "ghes1", 3)
    rate(page, "ghes2", 1)
    page.locator("#item-ghes2").focus()
    page.keyboard.press("Delete")
    page.locator("#item-ghes3").focus()
    page.keyboard.press("m")
    page.get_by_label("Too difficult").check()
    page.keyboard.press("Tab")
    wait_until_saved(page)
    left = after_reload(page)
    assert left.pop("ghes3").isupper()
    assert left == {"ghes1": "3"}
    expect(page.get_by_label("Too difficult")).to_be_checked()


def test_offline_changes_are_kept_and_sent_when_the_network_is_back(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    rate(page, "ghes1", 4)
    wait_until_saved(page)
    page.context.set_offline(True)
    rate(page, "ghes1", 2)
    expect(page.locator(BANNERS)).to_contain_text("Offline. 1 change is kept on this computer")
    rate(page, "sta1", 0)
    write_note(page, "said while the network was away")
    expect(page.locator(BANNERS)).to_contain_text("3 changes are kept")
    page.context.set_offline(False)
    expect(page.locator(BANNERS)).to_be_empty()
    wait_until_saved(page)
    assert after_reload(page) == {"ghes1": "2", "sta1": "0"} == kept(site, address).points
    expect(page.locator("[data-part=note-list] li")).to_have_count(1)
