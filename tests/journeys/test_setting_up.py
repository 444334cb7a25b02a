"""A coordinator sets up a study: imports thirty sessions, excludes two, enters homework, allocates, redraws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from rater.ratings.operations.saving import save_point
from rater.storage.database import db, reading, writing
from rater.storage.models import Assignment, Rater, TherapySession, Wave
from rater.terms import Actor
from tests.builders.study import NOON
from tests.journeys.site import Site, build_empty, serve, sit_down
from tests.journeys.tapes import listed, record_thirty

pytestmark = pytest.mark.browser
RATERS = {"R1": "anna", "R2": "ben", "R3": "cleo", "R4": "dora", "R5": "emil"}
OUT = ("S07", "S12")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty study with its coordinator and five raters."""
    home = tmp_path_factory.mktemp("site")
    yield from serve(home, build_empty(home, RATERS), [])


def to(page: Page, section: str) -> None:
    page.get_by_role("link", name=section, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(section)


def hold_back(page: Page) -> None:
    """Let the module that takes files come late, after the folder has been chosen."""

    def late(route: Route) -> None:
        page.wait_for_timeout(1000)
        route.continue_()

    page.route("**/imports.mjs", late, times=1)


def import_thirty(page: Page, folder: Path) -> None:
    to(page, "Import")
    page.locator("#list").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": listed(folder)})
    hold_back(page)
    page.get_by_role("button", name="Go on").click()
    page.locator("[data-part=folder]").set_input_files(folder)
    expect(page.locator("[data-part=state]")).to_have_text("All files have arrived.", timeout=60_000)
    page.get_by_role("button", name="See the preview").click()
    expect(page.locator(".tally-row")).to_be_visible(timeout=60_000)
    for box in page.locator("input[name=confirmed]").all():
        box.check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible(timeout=60_000)


def exclude(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_label("Reason", exact=True).fill("unusable_audio")
    page.get_by_role("button", name="Exclude").click()
    expect(page.get_by_role("row", name=code)).to_be_visible()


def enter_homework(page: Page) -> None:
    """A task for S01, which goes to S06; none for S02, since it was the last; the rest stays not yet entered."""
    to(page, "Homework")
    page.get_by_role("link", name="S01", exact=True).click()
    page.locator("[data-module=entry][data-ready]").wait_for()
    page.keyboard.press("2")
    page.keyboard.type("Walk every day")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The tasks appear on the rating screen of S06")).to_be_visible()
    to(page, "Homework")
    page.get_by_role("link", name="S02", exact=True).click()
    page.get_by_label("None assigned").check()
    page.get_by_label("Why none").select_option(label="Last session")
    page.get_by_role("button", name="Save", exact=True).click()
    to(page, "Homework")
    expect(page.get_by_text("2 of 30 entered")).to_be_visible()
    page.get_by_role("link", name="Ledger").click()
    expect(page.locator(".ledger")).to_contain_text("Behavioural")


def draw(page: Page, why: str) -> None:
    page.get_by_role("button", name="Preview").first.click()
    expect(page.get_by_text("28 sessions, 11 of them rated twice")).to_be_visible()
    page.get_by_label("Why is it drawn?").fill(why)
    page.get_by_role("button", name="Keep the plan").click()
    expect(page.get_by_text("The plan is kept.")).to_be_visible()
    expect(page.get_by_role("region", name="The record")).to_contain_text(why)


def board(page: Page) -> dict[str, list[list[str]]]:
    """The three tables of the board: rows of name and six counts, the last row their sum."""
    to(page, "Board")
    found = {}
    for name in ("raters", "waves", "therapists"):
        rows = page.locator(f"[aria-labelledby={name}-title] tr:has(td)").all()
        found[name] = [row.locator("th, td").all_inner_texts()[:7] for row in rows]
    return found


def adds_up(rows: list[list[str]]) -> list[int]:
    """The last row, which is the sum of those before it, or the only one."""
    *parts, whole = [[int(count) for count in row[1:]] for row in rows]
    assert not parts or [sum(column) for column in zip(*parts, strict=True)] == whole
    assert sum(whole[1:5]) == whole[0]
    return whole


def work_of(site: Site, code: str) -> list[tuple[str, str]]:
    """A rater's sessions with the ids of their assignments, in the order of the queue."""
    with site.app.app_context(), reading() as session:
        rows = session.execute(
            select(TherapySession.code, Assignment.public_id)
            .join(Assignment, Assignment.session_id == TherapySession.id)
            .join(Rater, Rater.id == Assignment.rater_id)
            .join(Wave, Wave.id == Assignment.wave_id)
            .where(Rater.code == code, Wave.name == "main")
            .order_by(Assignment.queue_place)
        ).all()
        db.engine.dispose()
        return [(row[0], row[1]) for row in rows]


def begin(site: Site, code: str) -> str:
    """The rater begins the first session of the queue, by one point; its code."""
    session_code, public_id = work_of(site, code)[0]
    with site.app.app_context(), writing() as session:
        person_id = session.scalars(select(Rater.person_id).where(Rater.code == code)).one()
        save_point(session, Actor(person_id, code), public_id, "ghes2", 3, None, now=NOON)
    return session_code


def test_a_study_is_set_up_and_goes_on_when_a_rater_leaves(
    browser: Browser, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    faults: list[str] = []
    page = sit_down(browser, site, "carla", faults)
    page.goto("/studies/pilot")
    import_thirty(page, record_thirty(tmp_path_factory.mktemp("tapes") / "Aufnahmen"))
    to(page, "Exclusions")
    for code in OUT:
        exclude(page, code)
    enter_homework(page)

    to(page, "Allocation")
    draw(page, "First plan")
    plans = {code: work_of(site, code) for code in RATERS}
    assert sorted(len(each) for each in plans.values()) == [7, 8, 8, 8, 8]
    assert not {code for each in plans.values() for code, _ in each} & set(OUT)
    tables = board(page)
    assert [adds_up(rows) for rows in tables.values()] == [[39, 39, 0, 0, 0, 0]] * 3

    a_rater_sees_the_task(browser, site, plans, faults)
    begun = [begin(site, code) for code in ("R1", "R5")]
    to(page, "Allocation")
    page.locator("input[name=rater][value=R5]").uncheck()
    draw(page, "R5 has left")
    after = {code: work_of(site, code) for code in RATERS}
    assert [code for code, _ in after["R5"]] == [begun[1]], "what was begun stays, the rest has gone to the others"
    assert after["R1"][0][0] == begun[0] or begun[0] in [code for code, _ in after["R1"]]
    tables = board(page)
    assert [adds_up(rows) for rows in tables.values()] == [[39, 37, 2, 0, 0, 0]] * 3
    assert {row[0]: row[1] for row in tables["raters"][:-1]} == {code: str(len(each)) for code, each in after.items()}
    page.context.close()
    assert faults == []


def a_rater_sees_the_task(
    browser: Browser, site: Site, plans: dict[str, list[tuple[str, str]]], faults: list[str]
) -> None:
    """Whoever rates S06 is asked about the task that S01 assigned."""
    who, public_id = next((RATERS[rater], key) for rater, plan in plans.items() for code, key in plan if code == "S06")
    rating = sit_down(browser, site, who, faults)
    rating.goto(f"/ratings/{public_id}")
    expect(rating.get_by_role("region", name="Homework from last time")).to_contain_text("Walk every day")
    expect(rating.locator("#sta1-NA_NO_NEW_HOMEWORK")).to_be_attached()
    expect(rating.locator("#ghes1-NA_NO_PREVIOUS_HOMEWORK")).to_have_count(0)
    rating.context.close()
