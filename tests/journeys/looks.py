"""How a page looks: what runs over, what is cut off, and what axe-core finds, in each width and light."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
from playwright.sync_api import Browser, Page

from tests.builders.study import PASSWORD
from tests.journeys.patience import patient
from tests.journeys.site import KEYS_SEEN, Site

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEIGHT = 900
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LOOKS: list[tuple[int, Scheme]] = list(product((1280, 820), SCHEMES))
SEATS: list[tuple[int, Scheme, str, bool]] = [
    (1280, "light", "en-GB", True),
    (820, "dark", "de-DE", True),
    (820, "light", "de-DE", False),
]
LONG = "Aufnahme-mit-einem-Namen-der-in-keine-Spalte-passt-2018-02-03-Sitzung-3"
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


UNFOLD = """
() => [...document.querySelectorAll("main details:not([open])")].reverse()
  .filter((each) => each.querySelector("summary").checkVisibility()).forEach((each) => { each.open = true; })
"""


def unfold(page: Page) -> None:
    """Open what is folded and in sight, at once: between a look and a click the page may hide it."""
    page.evaluate(UNFOLD)


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, a line for each kind."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found: list[dict[str, Any]] = page.evaluate(
        "async (rules) => (await axe.run(document, { runOnly: rules })).violations", RULES
    )
    return [
        f"{each['id']}: {each['help']} ({', '.join(str(n['target']) for n in each['nodes'][:4])})" for each in found
    ]


def faults(page: Page, *, axe: bool = True) -> list[str]:
    """What does not fit on the page as it stands, and what axe-core finds; it needs scripts."""
    found = [f"runs over: {each}" for each in page.evaluate(OVER)]
    found += [f"is cut off: {each}" for each in page.evaluate(CLIPPED)]
    return [*found, *violations(page)] if axe else found


def in_every_look(page: Page, *, axe: bool = True) -> list[str]:
    """The same in every width and light, as a window is made smaller and the evening comes."""
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        found += [f"{width} {scheme}: {each}" for each in faults(page, axe=axe)]
    return found


class Room(Protocol):
    """Sits somebody down in front of a window of a width, in a light and a language, with scripts or without."""

    def __call__(self, width: int, scheme: Scheme, language: str, scripts: bool, who: str = "anna") -> Page: ...


@pytest.fixture
def room(browser: Browser, site: Site) -> Iterator[Room]:
    """A browser with a window, a light, a language, and scripts or none; Anna is signed in unless it is another."""
    opened = []

    def enter(width: int, scheme: Scheme, language: str, scripts: bool, who: str = "anna") -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        opened.append(context)
        context.add_init_script(KEYS_SEEN)
        page = (patient(context) if scripts else context).new_page()
        page.goto("/sign-in")
        page.locator("#email").fill(f"{who}@example.org")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        return page

    yield enter
    for context in opened:
        context.close()
