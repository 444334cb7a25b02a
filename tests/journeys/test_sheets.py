"""Notes, the homework log and the flag: written, named, changed, deleted, brought back, and shown in every window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from rater.storage.database import reading
from rater.storage.models import (
    Assignment,
    HomeworkReport,
    Note,
    OtherTask,
    Point,
    Rater,
    Rating,
    Revision,
    TherapySession,
)
from tests.journeys.site import Seat, Site, sign_in, until, wait_until_saved

pytestmark = pytest.mark.browser
NOTES = "[data-part=note-list] > li"
ROWS = "[data-part=other-list] > li"


def opened(page: Page, address: str) -> str:
    page.goto(address)
    ready(page)
    return page.url.rsplit("/", 1)[1]


def ready(page: Page) -> None:
    expect(page.locator("main[data-ready]")).to_have_count(1)


def shared(site: Site) -> str:
    """Anna's rating of the session that ben rates too."""
    with site.app.app_context(), reading() as session:
        first = select(Assignment.public_id).join(Assignment.rater).join(Assignment.therapy_session)
        return str(session.scalars(first.where(Rater.code == "R1", TherapySession.number == 1)).one())


def again(page: Page) -> None:
    wait_until_saved(page)
    page.reload()
    ready(page)


def write(page: Page, text: str) -> None:
    page.locator("[data-part=note-text]").fill(text)
    page.keyboard.press("Enter")


def rows(site: Site, public_id: str) -> dict[str, list[Any]]:
    """Notes, reports and free rows of a rating as the database holds them."""
    with site.app.app_context(), reading() as session:
        key = session.scalars(select(Assignment.id).where(Assignment.public_id == public_id)).one()
        notes = select(Note.text, Note.version).where(Note.assignment_id == key).order_by(Note.id)
        reports = select(HomeworkReport.completed, HomeworkReport.version).where(HomeworkReport.assignment_id == key)
        others = select(OtherTask.description, OtherTask.type, OtherTask.completed, OtherTask.version)
        mine = Revision.rating_id.in_(select(Rating.id).where(Rating.assignment_id == key))
        unsure = select(Point.item).join(Revision).where(mine, Point.unsure)
        return {
            "notes": [tuple(row) for row in session.execute(notes)],
            "reports": [tuple(row) for row in session.execute(reports)],
            "others": [tuple(row) for row in session.execute(others.where(OtherTask.assignment_id == key))],
            "unsure": list(session.scalars(unsure)),
        }


def test_a_note_is_written_named_changed_deleted_and_brought_back(seat: Seat, site: Site) -> None:
    page = seat("anna")
    public_id = opened(page, site.next_alone())
    write(page, "the walk is planned #sta2 and #ghes1.")
    for item in ("sta2", "ghes1"):
        expect(page.locator(f"#item-{item} .item-notes")).to_contain_text("the walk is planned")
    page.locator(NOTES).get_by_role("button", name="Edit").click()
    page.locator(f"{NOTES} textarea").fill("the walk is planned in detail #sta2")
    page.keyboard.press("Enter")
    expect(page.locator("#item-sta2 .item-notes")).to_contain_text("in detail")
    expect(page.locator("#item-ghes1 .item-notes")).to_be_hidden()
    page.locator(NOTES).get_by_role("button", name="Delete").click()
    expect(page.locator("#item-sta2 .item-notes")).to_be_hidden()
    wait_until_saved(page)
    assert rows(site, public_id)["notes"] == []
    page.locator(NOTES).get_by_role("button", name="Undo").click()
    again(page)
    expect(page.locator(f"{NOTES} p")).to_have_text("the walk is planned in detail #sta2")
    expect(page.locator("#item-sta2 .item-notes li")).to_have_count(1)
    assert [text for text, _ in rows(site, public_id)["notes"]] == ["the walk is planned in detail #sta2"]


def test_a_note_beside_an_item_plays_from_its_second(seat: Seat, site: Site) -> None:
    page = seat("anna")
    opened(page, site.next_alone())
    until(page, "document.querySelector('audio').readyState >= 1")
    page.evaluate("document.querySelector('audio').currentTime = 20")
    write(page, "here #sta1")
    page.evaluate("document.querySelector('audio').currentTime = 0")
    expect(page.locator("#item-sta1")).not_to_have_class(re.compile("is-current"))
    page.locator("#item-sta1 .item-notes a").click()
    until(page, "document.querySelector('audio').currentTime >= 20 && !document.querySelector('audio').paused")


def test_items_are_offered_while_a_tag_is_typed(seat: Seat, site: Site) -> None:
    page = seat("anna")
    opened(page, site.next_alone())
    box, offer = page.locator("[data-part=note-text]"), page.get_by_role("listbox", name="Items")
    box.press_sequentially("planned #st")
    expect(offer.get_by_role("option")).to_have_count(6)
    first = box.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") not in (first, None)
    page.keyboard.press("Enter")
    expect(box).to_have_value("planned #sta2 ")
    expect(offer).to_be_hidden()
    box.press_sequentially("#")
    expect(offer.get_by_role("option").first).to_contain_text("#ghes1")
    page.keyboard.press("Escape")
    expect(offer).to_be_hidden()
    expect(box).to_be_focused()
    box.press_sequentially("goal")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.locator("#item-sta3").click(position={"x": 200, "y": 6})
    page.locator("[data-part=note-tag]").click()
    expect(box).to_have_value("#sta3 ")
    expect(box).to_be_focused()


def half_typed(page: Page) -> str:
    box = page.locator("[data-part=note-text]")
    box.fill("half a sentence")
    page.wait_for_timeout(1200)
    page.reload()
    ready(page)
    page.wait_for_timeout(1200)
    return box.input_value()


def test_a_note_half_typed_is_there_after_a_reload(seat: Seat, site: Site) -> None:
    page = seat("anna")
    public_id = opened(page, site.next_alone())
    assert half_typed(page) == "half a sentence"
    page.locator("[data-part=note-text]").press("Enter")
    again(page)
    expect(page.locator("[data-part=note-text]")).to_have_value("")
    assert rows(site, public_id)["notes"] == [("half a sentence", 1)]


def test_without_the_recalling_it_would_be_gone(seat: Seat, site: Site) -> None:
    page = seat("anna")

    def forgetful(route: Route) -> None:
        source = route.fetch().text()
        assert source.count("    this.#recall();\n") == 1
        route.fulfill(content_type="text/javascript", body=source.replace("    this.#recall();\n", ""))

    page.context.route(re.compile("/newnote.mjs"), forgetful)
    page.on("dialog", lambda dialog: dialog.accept())
    opened(page, f"{site.address}/ratings/{shared(site)}")
    assert half_typed(page) == ""


def test_a_task_that_the_log_lacks_is_added_changed_deleted_and_brought_back(seat: Seat, site: Site) -> None:
    page = seat("anna")
    public_id = opened(page, site.next_alone())
    page.get_by_role("button", name="Add a task").click()
    page.keyboard.type("Call a friend")
    row = page.locator(ROWS)
    row.get_by_label("Type").select_option("behavioral")
    row.get_by_label("Completed").select_option("partly")
    wait_until_saved(page)
    kept = rows(site, public_id)["others"]
    assert [each[:3] for each in kept] == [("Call a friend", "behavioral", "partly")]
    again(page)
    expect(row.get_by_label("Task")).to_have_value("Call a friend")
    row.get_by_label("Task").fill("Call Jo")
    row.get_by_label("Task").press("Tab")
    wait_until_saved(page)
    row.get_by_role("button", name="Delete").click()
    wait_until_saved(page)
    expect(row).to_contain_text("Deleted: Call Jo")
    assert rows(site, public_id)["others"] == []
    row.get_by_role("button", name="Undo").click()
    again(page)
    expect(row.get_by_label("Task")).to_have_value("Call Jo")
    assert len(rows(site, public_id)["others"]) == 1


def test_a_report_is_taken_back_and_its_version_goes_on(seat: Seat, site: Site) -> None:
    page = seat("anna")
    public_id = opened(page, site.next_alone())
    page.locator(".task input[value=partly]").click()
    wait_until_saved(page)
    page.locator(".task input:checked").press("Delete")
    again(page)
    expect(page.locator(".task input:checked")).to_have_count(0)
    assert rows(site, public_id)["reports"] == [(None, 2)]
    page.locator(".task input[value=yes]").click()
    again(page)
    assert rows(site, public_id)["reports"] == [("yes", 3)]


def test_another_window_shows_what_is_saved_here(seat: Seat, site: Site) -> None:
    first = seat("anna")
    address = site.next_alone()
    public_id = opened(first, address)
    second = first.context.new_page()
    opened(second, address)
    write(first, "seen in both #ghes1")
    expect(second.locator("#item-ghes1 .item-notes")).to_contain_text("seen in both")
    first.locator("#item-ghes2").focus()
    first.keyboard.press("u")
    expect(second.locator("[data-for=ghes2]")).to_have_class(re.compile("is-unsure"))
    first.locator(".task input[value=no]").click()
    expect(second.locator(".task input:checked")).to_have_value("no")
    first.get_by_label("Too difficult").check()
    expect(second.get_by_label("Too difficult")).to_be_checked()
    first.get_by_role("button", name="Add a task").click()
    first.keyboard.type("Call a friend")
    expect(second.locator(ROWS).get_by_label("Task")).to_have_value("Call a friend")
    second.locator(NOTES).get_by_role("button", name="Edit").click()
    second.locator(f"{NOTES} textarea").fill("changed there #ghes1")
    second.keyboard.press("Enter")
    expect(first.locator(f"{NOTES} p")).to_have_text("changed there #ghes1")
    first.locator(NOTES).get_by_role("button", name="Delete").click()
    expect(second.locator(NOTES)).to_have_count(0)
    wait_until_saved(first)
    found = rows(site, public_id)
    assert (found["notes"], found["unsure"], found["reports"]) == ([], ["ghes2"], [("no", 1)])


def test_what_comes_from_another_window_does_not_take_the_words_from_under_ones_hands(seat: Seat, site: Site) -> None:
    first = seat("anna")
    address = f"{site.address}/ratings/{shared(site)}"
    opened(first, address)
    write(first, "as it was")
    wait_until_saved(first)
    second = first.context.new_page()
    opened(second, address)
    second.locator(NOTES).get_by_role("button", name="Edit").click()
    second.locator(f"{NOTES} textarea").fill("being typed here")
    first.locator(NOTES).get_by_role("button", name="Edit").click()
    first.locator(f"{NOTES} textarea").fill("changed meanwhile")
    first.keyboard.press("Enter")
    expect(second.locator(NOTES)).to_contain_text("Changed in another window meanwhile: changed meanwhile")
    expect(second.locator(f"{NOTES} textarea")).to_have_value("being typed here")


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """Anna's browser without scripts."""
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "anna")
    yield page
    context.close()


def test_without_scripts_the_form_carries_note_flag_and_free_rows(plain: Page, site: Site) -> None:
    public_id = site.alone.pop(0)
    plain.goto(f"/ratings/{public_id}")
    plain.locator("input[name=note-at]").fill("1:05")
    plain.locator("textarea[name=note-text]").fill("planned #sta2")
    plain.locator("input[name=unsure-ghes4]").check()
    plain.locator("input[name^=other-description-]").first.fill("Call a friend")
    plain.locator("select[name^=other-type-]").first.select_option("cognitive")
    plain.get_by_role("button", name="Save without submitting").click()
    found = rows(site, public_id)
    assert found["notes"] == [("planned #sta2", 1)]
    assert found["unsure"] == ["ghes4"]
    assert found["others"] == [("Call a friend", "cognitive", None, 1)]
    plain.goto(f"/ratings/{public_id}")
    expect(plain.locator(NOTES)).to_contain_text("1:05")
    expect(plain.locator("#item-sta2 .item-notes")).to_contain_text("planned #sta2")
    expect(plain.locator("input[name=unsure-ghes4]")).to_be_checked()
