"""A choice made before the page's modules have come is saved like any other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.kept import kept
from tests.journeys.site import Seat, Site, wait_until_saved

pytestmark = pytest.mark.browser


def test_a_point_given_before_the_modules_have_come_is_saved(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    held: list[Route] = []
    page.route("**/rating.mjs", lambda route: held.append(route), times=1)
    page.goto(address, wait_until="commit")
    page.locator("#ghes1-3").click()
    page.locator("#ghes2-0").click()
    expect(page.locator("#ghes1-3")).to_be_checked()
    assert kept(site, address).points == {}
    for route in held:
        route.continue_()
    page.locator("[data-ready=yes]").wait_for()
    wait_until_saved(page)
    assert kept(site, address).points == {"ghes1": "3", "ghes2": "0"}
