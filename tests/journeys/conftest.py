"""A real server with its job worker, and people who sit down in front of a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.looks import room
from tests.journeys.site import Seat, Site, build, serve, sit_down

__all__ = ["room"]

expect.set_options(timeout=20_000)  # a crowded machine is slow, not wrong


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The study, served by the command that serves it anywhere; it ends with the module."""
    home = tmp_path_factory.mktemp("site")
    app, alone = build(home)
    yield from serve(home, app, alone)


@pytest.fixture
def seat(browser: Browser, site: Site) -> Iterator[Seat]:
    """Seats people, each in front of a browser of their own; script errors, 5xx and foreign hosts fail the test."""
    pages: list[Page] = []
    faults: list[str] = []

    def sit(name: str) -> Page:
        pages.append(sit_down(browser, site, name, faults))
        return pages[-1]

    yield sit
    for page in pages:
        page.context.close()
    assert faults == []
