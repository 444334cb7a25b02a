"""Two computers give one thing two values: both are shown, and nothing is dropped before the rater has chosen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.kept import kept, open_again, open_rating, rate, write_note
from tests.journeys.site import Seat, Site, shown, until, wait_until_saved

pytestmark = pytest.mark.browser
BANNERS = "[data-part=banners]"


@pytest.mark.parametrize(("choice", "left"), [("mine", "1"), ("theirs", "3")])
def test_two_computers_that_differ_show_both_values(seat: Seat, site: Site, choice: str, left: str) -> None:
    first, second, address = seat("anna"), seat("anna"), site.next_alone()
    open_rating(first, address)
    open_rating(second, address)
    rate(first, "ghes1", 3)
    wait_until_saved(first)
    rate(second, "ghes1", 1)
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("Two values for one item")
    expect(dialog.get_by_role("button", name="Here")).to_have_text("Here: 1")
    expect(dialog.get_by_role("button", name="Other window")).to_have_text("Other window or computer: 3")
    second = open_again(second, address)
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("Two values for one item")
    second.keyboard.press("Escape")
    second.keyboard.press("Escape")
    dialog.locator(f"button[value={choice}]").click()
    expect(dialog).to_be_hidden()
    if choice == "mine":
        wait_until_saved(second)
    assert shown(second) == {"ghes1": left} == kept(site, address).points


def test_a_value_kept_overnight_does_not_overwrite_another_computers(seat: Seat, site: Site) -> None:
    laptop, desk, address = seat("anna"), seat("anna"), site.next_alone()
    open_rating(laptop, address)
    laptop.context.set_offline(True)
    rate(laptop, "ghes1", 2)
    rate(laptop, "ghes2", 1)
    expect(laptop.locator(BANNERS)).to_contain_text("2 changes are kept on this computer")
    open_rating(desk, address)
    rate(desk, "ghes1", 0)
    wait_until_saved(desk)
    laptop.route("**/items/**", lambda route: route.abort())
    laptop.context.set_offline(False)
    sessions = open_again(laptop, f"{site.address}/studies/pilot/sessions")
    expect(sessions.locator(".outbox")).to_contain_text("something else was saved on another computer")
    for _ in range(100):
        if "ghes2" in kept(site, address).points:
            break
        sessions.wait_for_timeout(100)
    assert kept(site, address).points == {"ghes1": "0", "ghes2": "1"}, "what nobody else has changed arrives"
    sessions.get_by_role("link", name="Open session").click()
    dialog = sessions.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Here")).to_have_text("Here: 2")
    dialog.locator("button[value=mine]").click()
    wait_until_saved(sessions)
    assert kept(site, address).points == {"ghes1": "2", "ghes2": "1"}


def test_two_texts_of_one_note_are_both_shown(seat: Seat, site: Site) -> None:
    first, address = seat("anna"), site.next_alone()
    open_rating(first, address)
    write_note(first, "agenda set")
    wait_until_saved(first)
    second = seat("anna")
    open_rating(second, address)
    for page, text in ((first, "agenda set at once"), (second, "agenda set late")):
        row = page.locator("[data-part=note-list] li")
        row.get_by_role("button", name="Edit").click()
        row.locator("textarea").fill(text)
        row.locator("textarea").press("Enter")
        if page is first:
            wait_until_saved(first)
            until(first, "document.querySelector('[data-part=save-state]').dataset.state === 'saved'")
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("Two texts of one note")
    expect(dialog.locator("button[value=mine]")).to_have_text("Here: agenda set late")
    expect(dialog.locator("button[value=theirs]")).to_have_text("Other window or computer: agenda set at once")
    dialog.locator("button[value=theirs]").click()
    expect(second.locator("[data-part=note-list] li p")).to_have_text("agenda set at once")
    assert kept(site, address).notes == ["agenda set at once"]
