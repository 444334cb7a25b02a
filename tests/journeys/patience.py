"""Browsers that wait, as a person does, until a page has come: no key and no click goes to one without its modules."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

HALF_THERE = "[data-module]:not([data-ready])"
NAMES = f"[...document.querySelectorAll('{HALF_THERE}')].map((each) => each.dataset.module)"


def patient(context: BrowserContext) -> BrowserContext:
    """Make every page of a browser wait for its modules before keys, clicks and what is expected of it."""
    context.on("page", wait_for_modules)
    return context


def wait_for_modules(page: Page) -> None:
    """Do so for one page; `impatient` takes the clicks out again."""
    page.add_locator_handler(page.locator(HALF_THERE).first, lambda: None)
    for name in ("press", "type"):
        setattr(page.keyboard, name, _once_there(page, getattr(page.keyboard, name)))


def impatient(page: Page) -> None:
    """Let clicks go to a page that is half there."""
    page.remove_locator_handler(page.locator(HALF_THERE).first)


def _once_there(page: Page, act: Callable[..., None]) -> Callable[..., None]:
    def wait_and_act(*args: Any, **options: Any) -> None:
        end = time.monotonic() + 20
        while missing := page.evaluate(NAMES):
            assert time.monotonic() < end, f"these modules never came: {missing}"
            page.wait_for_timeout(50)
        act(*args, **options)

    return wait_and_act
