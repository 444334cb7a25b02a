"""axe-core finds nothing to mend on the pages that people spend their days on, light and dark."""

from __future__ import annotations

import pytest

from tests.journeys.looks import SCHEMES, Scheme, violations
from tests.journeys.site import Seat, Site

pytestmark = pytest.mark.browser


def test_axe_sees_a_field_without_a_label(seat: Seat) -> None:
    page = seat("anna")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [each for each in violations(page) if each.startswith("label")]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_for_raters(seat: Seat, site: Site, scheme: Scheme) -> None:
    page = seat("anna")
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path in ("/", "/studies/pilot/sessions", f"/ratings/{site.alone[0]}", "/style"):
        page.goto(path)
        found[path] = violations(page)
    page.goto(f"/ratings/{site.alone[0]}")
    page.keyboard.press("?")
    found["the list of keys"] = violations(page)
    page.context.clear_cookies()
    page.goto("/sign-in")
    found["/sign-in"] = violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_of_whoever_runs_a_study(seat: Seat, scheme: Scheme) -> None:
    page = seat("rosa")
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path in ("/studies/pilot", "/studies/pilot/board", "/studies/pilot/settings", "/me/notices"):
        page.goto(path)
        found[path] = violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
