"""Sara comments by keyboard and releases; Tom rates first, reads, hears an excerpt, answers, says what he will try."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import violations
from tests.journeys.programme import build_programme
from tests.journeys.site import Seat, Site, audio, serve, until

pytestmark = pytest.mark.browser
PLACE = "/studies/clinic/supervision/sessions"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("programme")
    yield from serve(home, build_programme(home, 5), [])


@pytest.fixture
def place(taken: list[str] = []) -> str:  # noqa: B006  (each try of the test has a session of its own)
    taken.append(f"{PLACE}/PT1-S{len(taken) + 1:02}")
    return taken[-1]


def go_to(page: Page, second: float) -> None:
    """Be at a second, as after listening up to it."""
    page.evaluate(f"document.querySelector('audio').currentTime = {second}")
    until(page, f"Math.abs(document.querySelector('audio').currentTime - {second}) < 0.01")


def keep(page: Page, text: str) -> None:
    """Press Ctrl and Enter in the new comment, and wait until it stands in the thread."""
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment", has_text=text)).to_be_focused()
    expect(page.locator("#new-text")).to_have_value("")


def rate_by_keys(page: Page) -> None:
    """Give every item a 2 and submit."""
    for _ in range(15):
        page.keyboard.press("2")
    expect(page.locator("[data-part=done]")).to_have_text("15")
    expect(page.locator("[data-part=save-state]")).to_contain_text("saved")
    page.get_by_label("I have heard the session and rated it on my own.").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Submit this rating").click()


def test_a_review_from_the_first_comment_to_what_the_trainee_will_try(site: Site, seat: Seat, place: str) -> None:
    sara, tom = seat("sara"), seat("tom")
    sara.goto(place)
    assert violations(sara) == []
    go_to(sara, 42)
    sara.keyboard.press("n")
    expect(sara.locator("#new-text")).to_be_focused()
    sara.keyboard.type("She waits. Good.")
    assert audio(sara, "paused")
    expect(sara.locator("#new-start")).to_have_value("0:42")
    keep(sara, "She waits. Good.")
    for second in (130, 145):
        go_to(sara, second)
        sara.keyboard.press("l")
    sara.keyboard.press("n")
    sara.keyboard.type("What is it for?")
    expect(sara.locator("#new-start")).to_have_value("2:10")
    expect(sara.locator("#new-stop")).to_have_value("2:25")
    keep(sara, "What is it for?")
    expect(sara.locator("a.excerpt")).to_have_text(["0:42", "2:10–2:25"])
    sara.get_by_label("Summary").fill("Well prepared.")

    tom.goto(place)
    expect(tom.get_by_role("heading", name="First your own rating")).to_be_visible()
    assert "What is it for?" not in tom.content()
    sara.get_by_role("button", name="Release the review").click()
    expect(sara.locator("main > .notices")).to_have_text("The review is released, with 2 comments.")
    assert violations(sara) == []

    tom.reload()
    assert "What is it for?" not in tom.content()
    assert "Well prepared." not in tom.content()
    with tom.expect_navigation():
        tom.locator(".first-rate").get_by_role("link", name="Rate the session").click()
    assert violations(tom) == []
    rate_by_keys(tom)
    expect(tom.get_by_text("Well prepared.")).to_be_visible()
    assert violations(tom) == []

    tom.get_by_role("link", name="Play 2:10–2:25").click()
    until(tom, "!document.querySelector('audio').paused")
    assert 129.5 < audio(tom, "currentTime") < 140
    tom.evaluate("document.querySelector('audio').currentTime = 143.5")
    until(tom, "document.querySelector('audio').paused")
    assert abs(audio(tom, "currentTime") - 145) < 0.5
    tom.keyboard.press("Space")
    until(tom, "document.querySelector('audio').currentTime > 145.6")
    tom.keyboard.press("Space")

    asked = tom.locator(".comment", has_text="What is it for?")
    for text, button in (("I had not said it.", "Answer"), ("Ask her first.", "This is what I will try")):
        asked.locator(".answer-new summary").click()
        asked.get_by_label("Your answer").fill(text)
        asked.get_by_role("button", name=button, exact=True).click()
        expect(asked.locator(".answer", has_text=text)).to_be_focused()
    sara.reload()
    expect(sara.locator(".answer-will_try")).to_contain_text("Ask her first.")
    expect(sara.locator(".pairs").first).to_be_visible()


def test_an_excerpt_by_its_address(site: Site, seat: Seat) -> None:
    sara = seat("sara")
    for address in ("?from=12&to=14", "#t=12,14"):
        sara.goto("/me/notices")
        sara.goto(f"{PLACE}/PT1-S04{address}")
        sara.locator("[data-module=reviewing][data-ready]").wait_for()
        assert audio(sara, "currentTime") < 14.5
        if audio(sara, "paused") and audio(sara, "currentTime") < 13.5:
            sara.keyboard.press("Space")
        until(sara, "document.querySelector('audio').paused && document.querySelector('audio').currentTime > 13.5")
        assert abs(audio(sara, "currentTime") - 14) < 0.5


def test_what_is_typed_elsewhere_survives_a_comment(site: Site, seat: Seat) -> None:
    sara = seat("sara")
    sara.goto(f"{PLACE}/PT1-S05")
    sara.get_by_label("Summary").fill("Half a sentence")
    sara.keyboard.press("Escape")
    sara.keyboard.press("n")
    sara.keyboard.type("a [ ] space l s")
    assert audio(sara, "paused")
    keep(sara, "a [ ] space l s")
    expect(sara.get_by_label("Summary")).to_have_value("Half a sentence")
    sara.keyboard.press("?")
    expect(sara.locator("[data-part=keys-dialog]")).to_be_visible()
    sara.keyboard.press("?")
    sara.get_by_label("From").first.fill("soon")
    sara.locator("#new-text").fill("When?")
    sara.locator("#new-item").press("Control+Enter")
    expect(sara.get_by_text("soon is no time such as 1:15.8.")).to_be_visible()
    expect(sara.locator("#new-text")).to_have_value("When?")
    sara.locator("#new-text").fill("")
    sara.get_by_label("Summary").fill("")
