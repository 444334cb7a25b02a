"""A choice made before the modules have come is saved like any other; a module lost on its way is asked for again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.kept import kept, open_rating
from tests.journeys.patience import impatient
from tests.journeys.site import Seat, Site, wait_until_saved

pytestmark = pytest.mark.browser


def test_a_point_given_before_the_modules_have_come_is_saved(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    impatient(page)
    held: list[Route] = []
    page.route("**/rating.mjs", lambda route: held.append(route), times=1)
    page.goto(address, wait_until="commit")
    page.locator("#ghes1-3").click()
    page.locator("#ghes2-0").click()
    expect(page.locator("#ghes1-3")).to_be_checked()
    assert kept(site, address).points == {}
    for route in held:
        route.continue_()
    page.locator("main[data-ready]").wait_for()
    wait_until_saved(page)
    assert kept(site, address).points == {"ghes1": "3", "ghes2": "0"}


@pytest.mark.parametrize("missing", ["rating", "keys"])
def test_a_module_that_did_not_arrive_is_asked_for_again(seat: Seat, site: Site, missing: str) -> None:
    page = seat("anna")
    page.route(f"**/{missing}.mjs", lambda route: route.abort(), times=1)
    open_rating(page, site.next_alone())
    page.locator("#item-ghes1").focus()
    page.keyboard.press("2")
    wait_until_saved(page)
    assert kept(site, page.url).points == {"ghes1": "2"}
