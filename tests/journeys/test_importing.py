"""A coordinator imports thirty sessions, through a cut connection, a broken file and a list to be mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import func, select

from rater.storage.database import reading
from rater.storage.models import Recording, Study, TherapySession
from tests.journeys.site import Site, build_empty, serve, sign_in, sit_down
from tests.journeys.tapes import listed, record_thirty

pytestmark = pytest.mark.browser
SLOW = 150_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty study with its coordinator."""
    home = tmp_path_factory.mktemp("site")
    yield from serve(home, build_empty(home), [])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty short recordings in folders of patients, and one file that calls itself a recording."""
    folder = record_thirty(tmp_path_factory.mktemp("tapes") / "Aufnahmen")
    (folder / "P01" / "S31.mp3").write_text("<html>Not found</html>")
    (folder / ".DS_Store").write_text("x")
    return folder


def counts(site: Site) -> tuple[int, int]:
    """How many sessions and recordings the study has."""
    with site.app.app_context(), reading() as session:
        found = [session.scalar(select(func.count()).select_from(each)) or 0 for each in (TherapySession, Recording)]
        assert session.scalar(select(func.count()).select_from(Study)) == 1
        return found[0], found[1]


def choose_list(page: Page, data: bytes, button: str) -> None:
    page.locator("#list").set_input_files({"name": "Sitzungen.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name=button).click()


def all_here(page: Page) -> None:
    expect(page.locator("[data-part=state]")).to_have_text("All files have arrived.", timeout=60_000)


def confirm(page: Page) -> None:
    for box in page.locator("input[name=confirmed]").all():
        box.check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible(timeout=60_000)


def figures(page: Page) -> list[str]:
    return page.locator(".tally-row dd").all_inner_texts()


def test_a_coordinator_imports_thirty_sessions(browser: Browser, site: Site, folder: Path) -> None:
    faults: list[str] = []
    page = sit_down(browser, site, "carla", faults)
    page.goto("/studies/pilot")
    page.get_by_role("link", name="Import", exact=True).click()
    choose_list(page, listed(folder, "S31;P01;T1;x;;;P01/S31.mp3", "S32;P02;T1;32;;;P01/S31.mp3"), "Go on")
    expect(page.locator(".faults tbody tr")).to_have_count(1)

    cut_off_and_resumed(page, folder)
    page.get_by_role("button", name="See the preview").click()
    expect(page.get_by_role("heading", name="Nothing can be imported yet")).to_be_visible(timeout=60_000)
    lines = page.locator(".faults tbody tr td:first-child").all_inner_texts()
    assert lines == ["32", "33"]
    assert counts(site) == (0, 0)

    page.get_by_role("link", name="Mend the list or the files").click()
    choose_list(page, listed(folder), "Use this list")
    page.get_by_role("button", name="See the preview").click()
    expect(page.locator(".tally-row")).to_be_visible(timeout=60_000)
    assert figures(page) == ["30", "0", "0", "30"]
    expect(page.locator("text=P01/S31.mp3")).to_be_visible()
    assert counts(site) == (0, 0)
    confirm(page)
    assert (figures(page), counts(site)) == (["30", "0", "0", "30"], (30, 30))

    again(page, folder)
    assert (figures(page), counts(site)) == (["0", "0", "30", "0"], (30, 30))
    page.context.close()
    assert faults == []


def cut_off_and_resumed(page: Page, folder: Path) -> None:
    """The connection breaks in the middle of the long file; after a reload and another sign-in it goes on."""

    def cut(route: Route) -> None:
        if offset_of(route.request.url) >= 2 * SLOW:
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route(re.compile(r"/imports/[^/]+$"), in_small_pieces)
    page.reload()
    page.unroute(re.compile(r"/imports/[^/]+$"))
    page.route("**/uploads/*", cut)
    page.locator("[data-part=folder]").set_input_files(folder)
    expect(page.locator("[data-part=state]")).to_have_text(re.compile("No connection"), timeout=60_000)
    page.unroute("**/uploads/*")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("text=choose the file again to go on").first).to_be_visible()
    page.context.clear_cookies()
    address = page.url
    sign_in_again(page)
    page.goto(address)
    offsets: list[int] = []
    page.on("request", lambda asked: offsets.append(offset_of(asked.url)) if asked.method == "PUT" else None)
    page.locator("[data-part=folder]").set_input_files(folder)
    all_here(page)
    assert max(offsets) >= 2 * SLOW
    expect(page.locator("[data-part=rows] tr")).to_have_count(31)


def offset_of(url: str) -> int:
    return int(url.rpartition("=")[2])


def in_small_pieces(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r'data-chunk="\d+"', f'data-chunk="{SLOW}"', answer.text()))


def sign_in_again(page: Page) -> None:
    page.goto("/sign-in")
    sign_in(page, "carla")


def drop(page: Page, folder: Path) -> None:
    """Let go of a folder over the place for files, as a file manager would."""
    place = page.locator("[data-part=drop]")
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    point = {"x": box["x"] + 20, "y": box["y"] + 20}
    held = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for step in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": step, **point, "data": held})


def again(page: Page, folder: Path) -> None:
    """The same list once more, and the same folder, dropped on the page."""
    page.goto("/studies/pilot/import")
    choose_list(page, listed(folder), "Go on")
    drop(page, folder)
    expect(page.locator("[data-part=rows] tr")).to_have_count(31, timeout=60_000)
    all_here(page)
    page.get_by_role("button", name="See the preview").click()
    expect(page.locator(".tally-row")).to_be_visible(timeout=60_000)
    confirm(page)
