"""Two raters rate one session without knowing of one another, and the researcher takes the data home."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Seat, audio, shown, until, wait_until_saved

GHES, STHAR = [f"ghes{n}" for n in range(1, 8)], [*(f"sta{n}" for n in range(1, 6)), *(f"str{n}" for n in range(1, 4))]
ITEMS = GHES + STHAR
ANNAS = dict(zip(ITEMS, [4, 3, 3, 2, 1, 4, 2, 3, 3, 2, 4, 1, 0, 2, 3], strict=True))
BENS = dict(zip(ITEMS, [3, 3, 2, 2, 0, 4, 1, 3, 2, 2, 4, 0, 1, 2, 2], strict=True))

pytestmark = pytest.mark.browser


def in_words(points: dict[str, int]) -> dict[str, str]:
    return {item: str(value) for item, value in points.items()}


def open_session(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="My sessions").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.locator("[data-part=done]")).to_have_text(re.compile(r"\d+"))


def listen(page: Page) -> None:
    """Play by the key, and hear that time passes."""
    until(page, "document.querySelector('audio').readyState >= 1")
    assert audio(page, "duration") > 60
    page.keyboard.press("Space")
    until(page, "document.querySelector('audio').currentTime > 1 && !document.querySelector('audio').paused")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('audio').currentTime > 6")


def write_note(page: Page, text: str) -> int:
    """Write a note while it plays; the second it is stamped with."""
    page.keyboard.press("n")
    before = audio(page, "currentTime")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    row = page.locator("[data-part=note-list] li").filter(has_text=text)
    expect(row).to_have_count(1)
    second = float(row.get_attribute("data-second") or "nan")
    assert before - 1 <= second <= audio(page, "currentTime")
    return int(second)


def rate_by_keys(page: Page, points: dict[str, int]) -> None:
    for item, value in points.items():
        expect(page.locator(f"#item-{item}")).to_have_class(re.compile("is-current"))
        page.keyboard.press(str(value))


def rate_by_mouse(page: Page, points: dict[str, int]) -> None:
    for item, value in points.items():
        page.locator(f"#{item}-{value}").click()


def anna_rates(page: Page) -> str:
    """By keyboard and mouse, one item forgotten at first; the session's code."""
    open_session(page)
    code = page.locator("h1").inner_text()
    assert shown(page) == {}
    listen(page)
    second = write_note(page, "rationale only in general terms")
    rate_by_keys(page, {item: ANNAS[item] for item in GHES})
    rate_by_mouse(page, {item: ANNAS[item] for item in STHAR[:-1]})
    page.locator("input[name^=task-][value=partly]").click()
    page.get_by_label("Lack of time").check()
    page.get_by_label("I have heard the session").check()
    page.get_by_role("button", name="Submit this rating").click()
    missing = page.locator("[data-part=missing-list] a")
    expect(missing).to_have_count(1)
    assert missing.get_attribute("href") == "#item-str3"
    missing.click()
    page.keyboard.press(str(ANNAS["str3"]))
    wait_until_saved(page)
    assert shown(page) == in_words(ANNAS)
    assert page.locator(f"li[data-second^='{second}']").count() == 1
    submit(page, code)
    return code


def submit(page: Page, code: str) -> None:
    box = page.get_by_label("I have heard the session")
    box.check()
    page.get_by_role("button", name="Submit this rating").click()
    page.wait_for_url("**/studies/pilot/sessions")
    expect(page.get_by_text(f"Session {code} is submitted")).to_be_visible()


def ben_rates(page: Page) -> str:
    """The same session, as if nobody else had ever heard it."""
    open_session(page)
    code = page.locator("h1").inner_text()
    assert shown(page) == {}
    expect(page.locator("[data-part=done]")).to_have_text("0")
    expect(page.locator("[data-part=note-list] li")).to_have_count(0)
    assert page.locator(".log input:checked").count() == 0
    source = page.content().lower()
    assert not [word for word in ("anna", "rationale only", "r1<", "double", "second rater", "p01") if word in source]
    page.locator(f"#item-{ITEMS[0]}").focus()
    rate_by_keys(page, BENS)
    page.locator("input[name^=task-][value=no]").click()
    wait_until_saved(page)
    assert shown(page) == in_words(BENS)
    submit(page, code)
    return code


def researcher_computes(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Study page").click()
    page.get_by_role("button", name="Compute reliability").click()
    page.get_by_role("link", name="See the result").click(timeout=90_000)
    expect(page.get_by_text("1 rated twice")).to_be_visible()
    expect(page.locator("table").first).to_contain_text(re.compile("ghes", re.IGNORECASE))
    expect(page.get_by_role("img", name="GHES: each dyad, and all ratings together")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="GHES: each dyad, and all ratings together, as PNG").click()
    assert fetched.value.suggested_filename == "pilot-forest-GHES.png"
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text(re.compile("^Copied$|The text is marked"))).to_be_visible()


def researcher_exports(page: Page, folder: Path) -> dict[str, list[dict[str, str]]]:
    """Ask for the dataset, wait for it, fetch it: its tables by name."""
    page.goto("/studies/pilot")
    page.get_by_role("button", name="Make a dataset").click()
    with page.expect_download(timeout=90_000) as fetched:
        page.get_by_role("link", name="See the result").click(timeout=90_000)
    place = folder / "bundle.zip"
    fetched.value.save_as(place)
    assert fetched.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(place) as archive:
        assert archive.testzip() is None
        return {
            Path(name).stem: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def test_two_raters_rate_one_session_blind_and_the_researcher_exports_it(seat: Seat, tmp_path: Path) -> None:
    code = anna_rates(seat("anna"))
    assert ben_rates(seat("ben")) == code
    rosa = seat("rosa")
    researcher_computes(rosa)
    tables = researcher_exports(rosa, tmp_path)
    ratings = tables["ratings_long"]
    points = {
        rater: {row["item"]: int(float(row["value"])) for row in ratings if row["rater_id"] == rater}
        for rater in ("R1", "R2")
    }
    assert points == {"R1": ANNAS, "R2": BENS}
    assert "rationale only" not in str(tables)
    assert "anna" not in str(tables).lower()
