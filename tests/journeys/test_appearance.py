"""The raters' pages in every combination of width, light and language: nothing runs over, nothing is too faint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.builders.study import PASSWORD
from tests.journeys.site import KEYS_SEEN, Site

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
LOOKS = ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"]
COMBINATIONS = list(product([1280, 820], ["light", "dark"], ["en-GB", "de-DE"], [True, False]))
CLIPPED = """
() => [...document.querySelectorAll("body *")].filter((each) => {
  const style = getComputedStyle(each);
  const cut = ["hidden", "clip"].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1;
  const meant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none" || style.clipPath !== "none"
    || each.clientWidth <= 1 || each.closest("svg, [data-part=wave], [data-part=minimap]");
  return cut && !meant && each.checkVisibility() && each.textContent.trim();
}).map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 40)}`)
"""
OVER = """
() => {
  const { clientWidth: wide, scrollWidth: whole } = document.scrollingElement;
  const right = (each) => each.getBoundingClientRect().left + Math.max(each.offsetWidth || 0, each.scrollWidth);
  return whole <= wide ? [] : [`${whole} px of ${wide}`, ...[...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility() && right(each) > wide + 1)
    .slice(-3).map((each) => `${each.tagName}.${each.className}`)];
}
"""


def faults(page: Page, *, scripts: bool = True) -> list[str]:
    """What does not fit on the page, and what axe-core says of contrast and the size of targets."""
    found = [f"runs over: {each}" for each in page.evaluate(OVER)]
    found += [f"is cut off: {each}" for each in page.evaluate(CLIPPED)]
    if not scripts:
        return found
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    seen: list[dict[str, Any]] = page.evaluate(
        "async (rules) => (await axe.run(document, { runOnly: { type: 'rule', values: rules } })).violations", LOOKS
    )
    return found + [f"{each['id']}: {[node['target'] for node in each['nodes'][:3]]}" for each in seen]


Room = Callable[[int, str, str, bool], Page]


@pytest.fixture
def room(browser: Browser, site: Site) -> Iterator[Room]:
    """Anna's browser with a window, a light, a language, and scripts or none."""
    opened = []

    def enter(width: int, scheme: str, language: str, scripts: bool) -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]  # a literal of the two
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        opened.append(context)
        context.add_init_script(KEYS_SEEN)
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("#email").fill("anna@example.org")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        return page

    yield enter
    for context in opened:
        context.close()


def test_the_check_sees_what_runs_over_and_what_is_too_faint(room: Room) -> None:
    page = room(1280, "light", "en-GB", True)
    page.goto("/")
    assert faults(page) == []
    page.evaluate(
        """() => {
          const p = document.createElement("p");
          p.textContent = "x".repeat(400);
          p.style.color = "#bbb";
          p.style.whiteSpace = "nowrap";
          document.querySelector("main").append(p);
        }"""
    )
    found = " ".join(faults(page))
    assert "runs over" in found
    assert "color-contrast" in found


@pytest.mark.parametrize(
    ("width", "scheme", "language", "scripts"),
    COMBINATIONS,
    ids=["-".join(map(str, (*each[:3], "scripts" if each[3] else "plain"))) for each in COMBINATIONS],
)
def test_every_combination(room: Room, site: Site, width: int, scheme: str, language: str, scripts: bool) -> None:
    page = room(width, scheme, language, scripts)
    mine = f"/ratings/{site.alone[0]}"
    found = {}
    for path in (
        "/",
        "/studies/pilot/sessions",
        "/studies/pilot/manual",
        mine,
        f"{mine}/concern",
        f"{mine}/cannot-rate",
    ):
        page.goto(path)
        if scripts and path == mine:
            page.locator("[data-ready]").wait_for()
        found[path] = faults(page, scripts=scripts)
    if scripts:
        page.goto(mine)
        page.locator("[data-ready]").wait_for()
        for key in ("?", "h"):
            page.keyboard.press(key)
            page.wait_for_timeout(400)
            found[f"key {key}"] = faults(page)
            page.keyboard.press("Escape")
        page.context.set_offline(True)
        page.locator("#item-ghes1").focus()
        page.keyboard.press("u")
        page.locator("[data-part=save-state][data-state=offline]").wait_for()
        found["offline"] = faults(page)
        page.context.set_offline(False)
    assert {path: each for path, each in found.items() if each} == {}
