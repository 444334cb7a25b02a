"""docs/accessibility.md says what a screen reader meets: the trees on the page are those of the running screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.builders import documents as docs
from tests.journeys.site import Seat, Site

pytestmark = pytest.mark.browser
TEXT = docs.page("accessibility.md")
TREES = [block.body.strip() for block in docs.blocks(TEXT) if block.language == "text"]
HEARD = [line.removeprefix("> ") for line in TEXT.splitlines() if line.startswith("> ")]
LENGTH = re.compile(r"/ \d+:\d\d")


def tree(page: Page, place: str) -> str:
    """The accessibility tree of a place; how long the recording is does not matter."""
    return LENGTH.sub("/ 4:36", page.locator(place).aria_snapshot().strip())


def said(page: Page) -> str:
    return str(page.locator("[data-part=announcer]").text_content())


def test_the_walk_through_one_item_is_as_the_page_tells(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    page.locator("main[data-ready]").wait_for()
    page.wait_for_timeout(1500)
    player, notes, item = TREES
    assert tree(page, ".notes") == notes
    assert tree(page, "#item-ghes1") == item
    assert _without_marks(tree(page, ".player-ui")) == _without_marks(player)
    page.locator("#ghes1-0").focus()
    page.keyboard.press("3")
    page.wait_for_timeout(500)
    assert said(page) == HEARD[0]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("u")
    page.wait_for_timeout(500)
    assert said(page) == HEARD[1]
    assert tree(page, "#item-ghes1") != item


def _without_marks(player: str) -> str:
    """Without the minutes under the waveform, which depend on the recording's length."""
    return re.sub(r'(slider "Position in the recording").*', r"\1", player)
