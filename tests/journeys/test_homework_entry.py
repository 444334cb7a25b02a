"""A coordinator enters homework by keyboard, with the recording beside it; and without JavaScript by the plain form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, update

from rater.storage.database import reading, writing
from rater.storage.models import HomeworkTask, Membership
from rater.storage.queries.homework import entry_of, session_by_rating_code, tasks_of
from rater.storage.queries.studies import study_by_slug
from rater.terms import Role
from tests.builders.study import PASSWORD, make_person
from tests.journeys.patience import patient
from tests.journeys.site import LONG_AGO, Site, build, serve

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def log_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home: Path = tmp_path_factory.mktemp("log")
    app, alone = build(home)
    with app.app_context(), writing() as session:
        study = study_by_slug(session, "pilot")
        assert study is not None
        make_person(session, "carla@example.org", (study, Role.COORDINATOR))
        session.execute(delete(HomeworkTask))
        session.execute(update(Membership).values(since=LONG_AGO))
    yield from serve(home, app, alone)


def carla(browser: Browser, site: Site, *, script: bool = True) -> Page:
    context = browser.new_context(base_url=site.address, java_script_enabled=script)
    page = (patient(context) if script else context).new_page()
    page.goto("/sign-in?next=/studies/pilot/homework")
    page.fill('input[name="email"]', "carla@example.org")
    page.fill('input[name="password"]', PASSWORD)
    page.locator("main button[type=submit]").first.click()
    return page


def kept(site: Site, code: str) -> tuple[str | None, list[tuple[str, str]]]:
    with site.app.app_context(), reading() as session:
        study = study_by_slug(session, "pilot")
        assert study is not None
        target = session_by_rating_code(session, study.id, code)
        assert target is not None
        entry = entry_of(session, target.id)
        return (
            entry.status if entry else None,
            [(each.type, each.description) for each in tasks_of(session, target.id)],
        )


def at(page: Page, code: str) -> None:
    """The page of that session is there and hears its keys."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    expect(page.locator("[data-module=entry][data-ready]")).to_be_visible()


def test_homework_is_entered_by_keyboard(browser: Browser, log_site: Site) -> None:
    page = carla(browser, log_site)
    page.route("**/entry.mjs", lambda route: route.abort(), times=1)
    page.get_by_role("link", name="Enter the next session").click()
    at(page, "P01-S01")
    page.keyboard.press("2")
    page.keyboard.type("Walk every day")
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")
    at(page, "P01-S02")
    assert kept(log_site, "K7M1") == ("assigned", [("behavioral", "Walk every day"), ("cognitive", "")])
    page.keyboard.press("n")
    page.keyboard.press("Control+Enter")
    at(page, "P01-S03")
    page.keyboard.press("u")
    page.keyboard.press("Control+Enter")
    at(page, "P01-S04")
    assert [kept(log_site, code) for code in ("K7M2", "K7M3", "K7M4")] == [("none", []), ("unknown", []), (None, [])]
    page.keyboard.press("Control+Space")
    expect(page.locator(".player.is-playing")).to_be_visible()
    page.context.close()


def test_the_plain_form_does_the_same_and_tells_of_a_second_coordinator(browser: Browser, log_site: Site) -> None:
    first, second = (carla(browser, log_site, script=False) for _ in range(2))
    for page in (first, second):
        page.goto("/studies/pilot/homework/K7M7")
    first.select_option('[name="type-0"]', "cognitive")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_text("The homework is saved.")).to_be_visible()
    second.check('[name="status"][value="none"]')
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("Somebody else has saved this session meanwhile")).to_be_visible()
    expect(second.get_by_role("heading", name="Saved meanwhile")).to_be_visible()
    assert kept(log_site, "K7M7") == ("assigned", [("cognitive", "")])
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("The homework is saved.")).to_be_visible()
    assert kept(log_site, "K7M7") == ("none", [])
    for page in (first, second):
        page.context.close()
