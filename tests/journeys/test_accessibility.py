"""axe-core finds nothing to mend on the pages that people spend their days on, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.site import Seat, Site

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, a line for each kind."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found: list[dict[str, Any]] = page.evaluate(
        "async (rules) => (await axe.run(document, { runOnly: rules })).violations", RULES
    )
    return [
        f"{each['id']}: {each['help']} ({', '.join(str(n['target']) for n in each['nodes'][:4])})" for each in found
    ]


def test_axe_sees_a_field_without_a_label(seat: Seat) -> None:
    page = seat("anna")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [each for each in violations(page) if each.startswith("label")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_raters(seat: Seat, site: Site, scheme: str) -> None:
    page = seat("anna")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal of the two
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_whoever_runs_a_study(seat: Seat, scheme: str) -> None:
    page = seat("rosa")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal of the two
    found = {}
    for path in ("/studies/pilot", "/studies/pilot/board", "/studies/pilot/settings", "/me/notices"):
        page.goto(path)
        found[path] = violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
