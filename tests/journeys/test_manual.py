"""The rating manual at the rating screen: one key away, at the item, searched as one types."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from rater.ratings.operations.manual import add_ruling, import_manual
from rater.storage.database import writing
from rater.storage.models import Study
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON
from tests.journeys.looks import violations
from tests.journeys.site import Seat, Site, until

pytestmark = pytest.mark.browser
LONG = "\n\n".join(f"Paragraph {number} of the general part." for number in range(60))
SOURCE = f"""# How to rate

{LONG}

# ghes1 Engagement

Count *every* task. A walk on Übungstag counts.

# ghes2 Quality

Better one walk done **as ag**reed than four. See [engagement](#ghes1) and [the protocol](https://example.org/p).
"""


@pytest.fixture(scope="module")
def told(site: Site) -> Site:
    """The site with a manual of the GHES and a ruling."""
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        import_manual(session, COMMAND_LINE, study, "ghes", SOURCE.encode(), now=NOON)
        add_ruling(session, COMMAND_LINE, study, "ghes", "ghes2", date(2026, 11, 2), "A plan alone is **0**.", now=NOON)
    return site


@pytest.fixture
def page(seat: Seat, told: Site) -> Page:
    """Anna's screen, past the list of keys that is shown once."""
    opened = seat("anna")
    opened.goto(f"/ratings/{told.alone[0]}")
    until(opened, "document.querySelector('.item.is-current') !== null")
    opened.keyboard.press("Escape")
    return opened


def in_sight(page: Page, id_: str) -> bool:
    return bool(
        page.evaluate(
            "(id) => { const box = document.querySelector('.manual-dialog .manual-text').getBoundingClientRect();"
            "const { top } = document.getElementById(id).getBoundingClientRect();"
            "return top >= box.top - 1 && top < box.bottom; }",
            id_,
        )
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.dataset.part || ''"))


def test_the_key_opens_it_at_the_item_and_escape_leads_back(page: Page) -> None:
    page.locator("#item-ghes2 input[type=radio]").first.focus()
    before = focused(page)
    page.keyboard.press("h")
    expect(page.locator("#manual-ghes2")).to_be_focused()
    assert in_sight(page, "manual-ghes2")
    assert not in_sight(page, "manual-ghes-how-to-rate")
    expect(page.locator(".manual-dialog")).to_contain_text("A plan alone is 0.")
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(page.locator(".manual-dialog")).to_be_hidden()
    assert focused(page) == before
    assert page.locator("#item-ghes2 input:checked").count() == 0


def test_what_is_typed_is_searched(page: Page) -> None:
    page.keyboard.press("h")
    expect(page.locator("#manual-ghes1")).to_be_focused()
    page.keyboard.type("as agreed")
    count = page.locator("[data-part=manual-count]")
    expect(count).to_have_text("1 of 1")
    assert page.locator("mark.is-current").all_inner_texts() == ["as ag", "reed"]
    page.locator("[data-part=manual-words]").fill("ubungstag")
    expect(page.locator("mark")).to_have_text("Übungstag")
    page.locator("[data-part=manual-words]").fill("walk")
    expect(count).to_have_text(re.compile(r"1 of \d"))
    page.keyboard.press("Enter")
    expect(count).to_have_text(re.compile(r"2 of \d"))
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(count).to_have_text(re.compile(r"(\d) of \1"))
    assert page.evaluate("document.querySelector('mark.is-current').getBoundingClientRect().top") < 900
    page.locator("[data-part=manual-words]").fill("zzz")
    expect(count).to_have_text("not found")
    page.locator("[data-part=manual-words]").fill("")
    assert page.locator("mark").count() == 0
    assert "as agreed" in page.locator(".manual-dialog .manual-text").inner_text()


def test_it_stays_when_the_network_goes_and_says_so_when_it_cannot_come(page: Page) -> None:
    context = page.context
    context.set_offline(True)
    page.keyboard.press("h")
    expect(page.locator("[data-part=manual-state]")).to_contain_text("Your ratings are not affected")
    page.keyboard.press("Escape")
    context.set_offline(False)
    page.keyboard.press("h")
    expect(page.locator("#manual-ghes1")).to_be_focused()
    page.keyboard.press("Escape")
    context.set_offline(True)
    page.keyboard.press("h")
    expect(page.locator("#manual-ghes1")).to_be_focused()
    page.keyboard.type("engagement")
    expect(page.locator("[data-part=manual-count]")).to_have_text(re.compile(r"1 of \d"))
    context.set_offline(False)


def test_links_in_it_stay_in_it(page: Page) -> None:
    address = page.url
    page.get_by_role("link", name="Manual").first.click()
    expect(page.locator("#manual-ghes1")).to_be_focused()
    page.locator(".manual-dialog a", has_text="engagement").click()
    expect(page.locator("#manual-ghes1")).to_be_focused()
    assert page.url == address
    web = page.locator(".manual-dialog a", has_text="the protocol")
    assert (web.get_attribute("target"), web.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    page.get_by_role("button", name="Close").click()
    assert focused(page) == "manual-open"


def test_the_key_is_a_letter_while_one_types(page: Page) -> None:
    page.keyboard.press("n")
    page.keyboard.type("he reads")
    expect(page.locator(".manual-dialog")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_used_by_everybody(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # a literal of the two
    page.keyboard.press("h")
    expect(page.locator("#manual-ghes1")).to_be_focused()
    page.keyboard.type("walk")
    expect(page.locator("mark.is-current")).to_be_visible()
    assert violations(page) == []
    page.goto("/studies/pilot/manual")
    page.get_by_role("searchbox").fill("walk")
    expect(page.locator("mark.is-current")).to_be_visible()
    assert violations(page) == []


def test_without_scripts_the_button_is_a_link_to_the_page(page: Page, told: Site) -> None:
    state = page.context.storage_state()
    assert page.context.browser is not None
    context = page.context.browser.new_context(base_url=told.address, java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(f"/ratings/{told.alone[0]}")
    plain.get_by_role("link", name="Manual").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Rating manual")
    expect(plain.locator("[data-part=manual-search]")).to_be_hidden()
    plain.get_by_role("link", name="ghes2 Quality").click()
    assert plain.url.endswith("#manual-ghes2")
    context.close()
