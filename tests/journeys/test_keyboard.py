"""A whole session without a mouse, and keys that keep still where they should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from rater.storage.database import reading
from rater.storage.models import (
    Assignment,
    Difficulty,
    HomeworkReport,
    Note,
    Point,
    Rater,
    Rating,
    Revision,
)
from rater.terms import RatingState
from tests.builders.study import PASSWORD
from tests.journeys.patience import patient
from tests.journeys.site import KEYS_SEEN, Seat, Site, audio, shown, sign_in, until, wait_until_saved

pytestmark = pytest.mark.browser
ITEMS = [*(f"ghes{n}" for n in range(1, 8)), *(f"sta{n}" for n in range(1, 6)), *(f"str{n}" for n in range(1, 4))]
WITHOUT_FOCUS = """() => {
  const on = document.activeElement;
  const places = [on, on.labels?.[0], on.closest(".note-new"), on.closest(".unsure")].filter(Boolean);
  const seen = places.some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  return seen ? null : on.outerHTML.slice(0, 160);
}"""
LISTEN = """() => {
  window.said = [];
  new MutationObserver(() => window.said.push(document.querySelector("[data-part=announcer]").textContent))
    .observe(document.querySelector("[data-part=announcer]"), { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A browser in front of which nobody has signed in yet."""
    context = patient(browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 900}))
    context.add_init_script(KEYS_SEEN)
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def press(page: Page, *keys: str) -> None:
    """Press keys; after each of them the focus can be seen."""
    for key in keys:
        page.keyboard.press(key)
        assert page.evaluate(WITHOUT_FOCUS) is None, f"after {key}"


def tab_to(page: Page, selector: str, *, most: int = 80) -> None:
    for _ in range(most):
        press(page, "Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


def ready(page: Page) -> None:
    expect(page.locator("main[data-ready]")).to_have_count(1)


def said(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.said")
    return found


def sign_in_by_keys(page: Page) -> None:
    page.goto("/sign-in")
    if not page.evaluate("document.activeElement.matches('input[type=email], #email')"):
        tab_to(page, "#email")
    page.keyboard.type("anna@example.org")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    tab_to(page, "a[href$='/sessions']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions")
    tab_to(page, "a[href*='/ratings/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ratings/*")
    ready(page)


def rate_all(page: Page) -> None:
    """All 15 items: the third by a missing code, the fifth marked as unsure, the others by digits."""
    for item in ITEMS:
        assert page.evaluate("document.querySelector('.is-current').dataset.item") == item
        if item == "ghes3":
            press(page, "m", "ArrowDown")
        elif item == "ghes5":
            press(page, "u", "1")
        else:
            press(page, "2")


def test_a_session_is_rated_without_a_mouse(page: Page, site: Site) -> None:
    sign_in_by_keys(page)
    public_id = page.url.rsplit("/", 1)[1]
    page.evaluate(LISTEN)
    until(page, "document.querySelector('audio').readyState >= 1")
    page.keyboard.press("Space")
    until(page, "document.querySelector('audio').currentTime > 0.5")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('audio').currentTime > 5")
    page.keyboard.press("]")
    page.keyboard.press("Space")
    assert audio(page, "playbackRate") == 1.25

    rate_all(page)
    heard = said(page)
    name = page.locator("#item-ghes1 .item-text").inner_text(), page.locator("#item-ghes2 .item-text").inner_text()
    assert f"{name[0]}: 2. Next: {name[1]}" in heard
    assert any(each.endswith(": marked as unsure, to discuss") for each in heard)
    assert any(each.split(": ")[1].startswith("1, unsure. Next") for each in heard if ", unsure" in each)

    press(page, "n")
    page.keyboard.type("no conclusion is drawn #")
    assert page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
    press(page, "Enter", "Enter", "Escape")
    assert page.evaluate("document.activeElement.id") == "item-str3"
    expect(page.locator("#item-str3 .item-notes li")).to_have_count(1)
    assert any(each.startswith("Note at ") for each in said(page))

    tab_to(page, ".task input")
    press(page, "ArrowRight")
    tab_to(page, "input[name=difficulty][value=lack_of_time]")
    press(page, "Space")
    wait_until_saved(page)
    tab_to(page, "input[name=confirm]")
    press(page, "Space")
    tab_to(page, "#submit button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions")
    found = in_database(site, public_id)
    code = found["points"].pop("ghes3")
    assert code[0] is None
    assert code[1]
    assert found["points"] == {item: (1.0 if item == "ghes5" else 2.0, None) for item in ITEMS if item != "ghes3"}
    assert found["unsure"] == ["ghes5"]
    assert found["notes"] == ["no conclusion is drawn #str3"]
    assert found["reports"] == ["partly"]
    assert found["difficulties"] == ["lack_of_time"]
    assert found["state"] == RatingState.SUBMITTED


def in_database(site: Site, public_id: str) -> dict[str, object]:
    with site.app.app_context(), reading() as session:
        assignment = session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
        mine = Revision.rating_id.in_(select(Rating.id).where(Rating.assignment_id == assignment.id))
        points = session.scalars(select(Point).join(Revision).where(mine)).all()
        heard = (Difficulty.session_id == assignment.session_id) & (Difficulty.rater_id == assignment.rater_id)
        reports = select(HomeworkReport.completed).where(HomeworkReport.assignment_id == assignment.id)
        return {
            "points": {each.item: (each.value, each.missing_code) for each in points},
            "unsure": [each.item for each in points if each.unsure],
            "notes": list(session.scalars(select(Note.text).where(Note.assignment_id == assignment.id))),
            "reports": list(session.scalars(reports)),
            "difficulties": list(session.scalars(select(Difficulty.type).where(heard))),
            "state": assignment.state,
        }


def test_the_look_at_the_focus_can_see_that_there_is_none(seat: Seat, site: Site) -> None:
    page = seat("ben")
    page.goto(f"/ratings/{bens_rating(site)}")
    ready(page)
    page.keyboard.press("2")
    assert page.evaluate(WITHOUT_FOCUS) is None
    page.evaluate("document.activeElement.style.outline = 'none'")
    assert page.evaluate(WITHOUT_FOCUS) is not None


def test_keys_keep_still_while_somebody_types_or_stands_elsewhere(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    ready(page)
    page.keyboard.press("n")
    page.keyboard.type("3 um a?")
    page.keyboard.press("Escape")
    assert shown(page) == {}
    assert page.locator("dialog[open]").count() == 0
    page.locator(".task input").first.focus()
    page.keyboard.press("3")
    page.locator("[data-part=other-add]").click()
    page.keyboard.type("4 walks")
    assert shown(page) == {}
    page.locator("#item-ghes1").focus()
    page.keyboard.press("?")
    page.keyboard.press("3")
    assert shown(page) == {}
    page.keyboard.press("?")
    page.keyboard.press("3")
    assert shown(page) == {"ghes1": "3"}, "nothing stands in the way now"


def test_a_key_held_down_rates_one_item(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(site.next_alone())
    ready(page)
    for _ in range(3):
        page.keyboard.down("3")
    page.keyboard.up("3")
    assert shown(page) == {"ghes1": "3"}
    for _ in range(3):
        page.keyboard.down("ArrowDown")
    page.keyboard.up("ArrowDown")
    assert page.evaluate("document.querySelector('.is-current').dataset.item") == "ghes5"


def test_keys_are_switched_off_for_good(seat: Seat, site: Site) -> None:
    page = seat("anna")
    address = site.next_alone()
    page.goto(address)
    ready(page)
    page.locator("[data-part=keys-open]").click()
    page.get_by_label("Keys are on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    ready(page)
    page.keyboard.press("3")
    assert shown(page) == {}
    page.locator("[data-part=keys-open]").click()
    page.get_by_label("Keys are on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    assert shown(page) == {"ghes1": "3"}


def test_the_list_of_keys_opens_by_itself_once_for_each_person(browser: Browser, site: Site) -> None:
    page = patient(browser.new_context(base_url=site.address)).new_page()
    sign_in(page, "anna")
    address = site.next_alone()
    page.goto(address)
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert shown(page) == {}
    page.reload()
    ready(page)
    expect(dialog).to_be_hidden()
    page.context.clear_cookies()
    sign_in(page, "ben")
    page.goto(f"/ratings/{bens_rating(site)}")
    ready(page)
    expect(dialog).to_be_visible()


def bens_rating(site: Site) -> str:
    with site.app.app_context(), reading() as session:
        mine = select(Assignment.public_id).join(Assignment.rater).where(Rater.code == "R2")
        return str(session.scalars(mine).one())
