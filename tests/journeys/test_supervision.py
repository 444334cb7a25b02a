"""Tom hands in two sessions, Sara reviews them; what they agree in one meeting is looked at first in the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from rater.config import data_folder
from tests.journeys.looks import violations
from tests.journeys.programme import build_programme
from tests.journeys.site import Seat, Site, audio, serve, until
from tests.journeys.test_reviewing import go_to, keep

pytestmark = pytest.mark.browser
HOME = "/studies/clinic/supervision"
FIRST, SECOND = (f"{HOME}/sessions/PT1-S{number:02}" for number in (1, 2))
MOMENT, SPAN, SUMMARY = "She waits. Good.", "What is it for?", "Well prepared."
TASK = "Say what each task is for, in the next three sessions."
RECORD = "I said it in two sessions; she could repeat it."


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A programme in which Tom has no session yet; each try of the journey has its own."""
    home = tmp_path_factory.mktemp("supervision")
    yield from serve(home, build_programme(home, 0), [])


def test_what_is_heard_in_one_session_changes_the_next(site: Site, seat: Seat) -> None:
    tom, sara, tina = seat("tom"), seat("sara"), seat("tina")
    hand_in(tom, 1)
    rate_own_session(tom, FIRST, "1")
    review_at_two_places(sara, tom)
    read_and_answer(tom, sara)
    his = page_of_tom(sara)
    strangers_see_nothing(tina, tom, [FIRST, f"{FIRST}/rate", his, f"{his}/tasks", f"{his}/meetings"])
    before = extents(tom, his)
    assert before == ([1.0], [1.0])

    meeting = plan_a_meeting(sara, his, date.today())
    task = agree_on_homework(sara, tom, his, meeting)
    hold_first_meeting(sara, tom, meeting)
    strangers_see_nothing(tina, tom, [meeting, task])

    tell_what_was_done(tom, sara, task)
    hand_in(tom, 2)
    rate_own_session(tom, SECOND, "3")
    rate_and_release(sara, tom)
    strangers_see_nothing(tina, tom, [SECOND])

    next_meeting = plan_a_meeting(sara, his, date.today() + timedelta(days=14))
    look_at_homework_first(sara, tom, next_meeting)
    profile_has_moved(tom, sara, his)


def hand_in(tom: Page, number: int) -> None:
    """Hand in a session with its recording and the patient's consent, and wait until it is taken in."""
    tom.goto(f"{HOME}/upload")
    tom.get_by_label("Patient's code").fill("PT1")
    tom.get_by_label("Number of the session").fill(str(number))
    tom.get_by_label("Held on").fill(date.today().isoformat())
    tom.get_by_label("Recording", exact=True).set_input_files(data_folder("audio_samples") / "en-4.mp3")
    for consent in ("to supervision (needed)", "The patient has agreed in writing."):
        tom.get_by_label(consent).press("Space")
    assert violations(tom) == []
    with tom.expect_navigation():
        tom.get_by_role("button", name="Hand in", exact=True).press("Enter")
    row = tom.locator(".handed-list li", has_text=f"PT1, session {number}")
    expect(row.locator(".badge")).to_have_text("Taken in", timeout=90_000)
    expect(row.get_by_role("link", name=f"PT1-S{number:02}")).to_be_visible()
    tom.goto(HOME)
    expect(tom.get_by_role("link", name=f"Rate PT1-S{number:02} yourself")).to_be_visible()


def rate_own_session(tom: Page, place: str, point: str) -> None:
    """Rate before anything of the supervisor's is shown."""
    tom.goto(place)
    expect(tom.get_by_role("heading", name="First your own rating")).to_be_visible()
    with tom.expect_navigation():
        tom.locator(".first-rate").get_by_role("link", name="Rate the session").click()
    assert violations(tom) == []
    rate_by_keys(tom, point)


def rate_by_keys(page: Page, point: str) -> None:
    """Give every item the same point and submit, without a mouse."""
    for _ in range(15):
        page.keyboard.press(point)
    expect(page.locator("[data-part=done]")).to_have_text("15")
    expect(page.locator("[data-part=save-state]")).to_contain_text("saved")
    page.get_by_label("I have heard the session and rated it on my own.").press("Space")
    with page.expect_navigation():
        page.get_by_role("button", name="Submit this rating").press("Enter")


def find_what_waits(sara: Page, place: str) -> None:
    """From the home page to the session that waits for review."""
    sara.goto(HOME)
    expect(sara.locator(".waits-now", has_text="Sessions to review").locator("dd")).to_have_text("1")
    assert violations(sara) == []
    with sara.expect_navigation():
        sara.get_by_role("link", name="Sessions to review").click()
    row = sara.locator("#sessions tr", has_text="to review")
    expect(row).to_have_count(1)
    with sara.expect_navigation():
        row.get_by_role("link").click()
    assert sara.url.endswith(place)


def review_at_two_places(sara: Page, tom: Page) -> None:
    """Comment at 0:42 and from 2:10 to 2:25, rate, sum up and release; before that, nothing is out."""
    find_what_waits(sara, FIRST)
    go_to(sara, 42)
    sara.keyboard.press("n")
    sara.keyboard.type(MOMENT)
    expect(sara.locator("#new-start")).to_have_value("0:42")
    keep(sara, MOMENT)
    for second in (130, 145):
        go_to(sara, second)
        sara.keyboard.press("l")
    sara.keyboard.press("n")
    sara.keyboard.type(SPAN)
    expect(sara.locator("#new-start")).to_have_value("2:10")
    expect(sara.locator("#new-stop")).to_have_value("2:25")
    sara.locator("#new-item").press("ArrowDown")
    item = sara.locator("#new-item").input_value()
    assert item
    keep(sara, SPAN)
    expect(sara.locator(".comment", has_text=SPAN).locator(".about .code")).to_have_text(item)
    with sara.expect_navigation():
        sara.get_by_role("link", name="Rate the session").press("Enter")
    rate_by_keys(sara, "1")
    sara.get_by_label("Summary").fill(SUMMARY)

    tom.goto(FIRST)
    shows_none_of(tom, MOMENT, SPAN, SUMMARY)
    assert points_beside_own(tom) == {"–"}
    sara.get_by_role("button", name="Release the review").press("Enter")
    expect(sara.locator("main > .notices")).to_have_text("The review is released, with 2 comments.")
    assert violations(sara) == []


def read_and_answer(tom: Page, sara: Page) -> None:
    """Read what is released beside the own rating, hear the excerpt to its end, answer, say what comes of it."""
    tom.goto(FIRST)
    for words in (MOMENT, SPAN, SUMMARY):
        expect(tom.get_by_text(words)).to_be_visible()
    assert points_beside_own(tom) == {"1"}
    assert violations(tom) == []
    tom.get_by_role("link", name="Play 2:10–2:25").press("Enter")
    until(tom, "!document.querySelector('audio').paused")
    tom.evaluate("document.querySelector('audio').currentTime = 143.5")
    until(tom, "document.querySelector('audio').paused")
    assert abs(audio(tom, "currentTime") - 145) < 0.5
    asked = tom.locator(".comment", has_text=SPAN)
    for text, button in (("I had not said it.", "Answer"), ("Ask her first.", "This is what I will try")):
        asked.locator(".answer-new summary").press("Enter")
        asked.get_by_label("Your answer").fill(text)
        asked.get_by_role("button", name=button, exact=True).press("Enter")
        expect(asked.locator(".answer", has_text=text)).to_be_focused()
    sara.goto(FIRST)
    expect(sara.locator(".answer-reply")).to_contain_text("I had not said it.")
    expect(sara.locator(".answer-will_try")).to_contain_text("Ask her first.")


def page_of_tom(sara: Page) -> str:
    """The address of Tom's page, without the host."""
    sara.goto(HOME)
    return str(sara.get_by_role("heading", name="Tom").get_by_role("link").get_attribute("href"))


def plan_a_meeting(sara: Page, his: str, day: date) -> str:
    """Plan a meeting; its address."""
    sara.goto(f"{his}/meetings")
    sara.get_by_label("Day").fill(day.isoformat())
    with sara.expect_navigation():
        sara.get_by_role("button", name="Plan it").click()
    return sara.url


def agree_on_homework(sara: Page, tom: Page, his: str, meeting: str) -> str:
    """In the meeting, make a task of what was commented on; it counts once Tom agrees."""
    expect(sara.locator("#part-homework")).to_contain_text("No homework was due.")
    expect(sara.locator("#part-problem .moments li")).to_have_count(2)
    expect(sara.locator("#part-problem .moments")).to_contain_text(SPAN)
    assert violations(sara) == []
    with sara.expect_navigation():
        moment = sara.locator(".moments li", has_text=SPAN)
        moment.get_by_role("link", name="Make homework of this").click()
    expect(sara.get_by_label("Task", exact=True)).to_have_value(re.compile(re.escape(SPAN)))
    sara.get_by_label("Task", exact=True).fill(TASK)
    sara.get_by_label("How sure are you").fill("80")
    sara.get_by_label("Due on").fill((date.today() + timedelta(days=7)).isoformat())
    assert violations(sara) == []
    with sara.expect_navigation():
        sara.get_by_role("button", name="Propose", exact=True).click()
    assert sara.url == meeting
    expect(sara.locator("#part-new_homework")).to_contain_text("proposed, not agreed yet")

    tom.goto(f"{his}/tasks")
    expect(tom.get_by_text("waits for your agreement")).to_be_visible()
    with tom.expect_navigation():
        tom.get_by_role("link", name=TASK).click()
    expect(tom.locator(".nudge")).to_contain_text("What would make it 90?")
    expect(tom.get_by_role("button", name="Mark as done")).to_have_count(0)
    assert violations(tom) == []
    with tom.expect_navigation():
        tom.get_by_role("button", name="Agree").click()
    expect(tom.get_by_role("button", name="Mark as done")).to_be_visible()
    return tom.url


def hold_first_meeting(sara: Page, tom: Page, meeting: str) -> None:
    """Sara keeps the minutes and marks it as held; how it was is for Tom to say."""
    sara.goto(meeting)
    expect(sara.locator("#part-new_homework .badge")).to_have_text("agreed")
    expect(sara.locator("#part-homework")).to_contain_text("No homework was due.")
    sara.get_by_label("Minutes", exact=True).fill("We heard 2:10 together.")
    expect(sara.get_by_label("How helpful was it?")).to_have_count(0)
    with sara.expect_navigation():
        sara.get_by_role("button", name="Keep and mark as held").click()
    expect(sara.locator(".meeting-about .badge")).to_have_text("held")
    tom.goto(meeting)
    expect(tom.get_by_label("Minutes", exact=True)).to_have_value("We heard 2:10 together.")
    tom.get_by_label("How helpful was it?").fill("8")
    tom.get_by_label("What should be different next time?").fill("Hear two excerpts.")
    with tom.expect_navigation():
        tom.get_by_role("button", name="Keep what is written").last.click()
    sara.goto(meeting)
    expect(sara.locator("#part-evaluation")).to_contain_text("8 / 10")
    expect(sara.locator("#part-evaluation")).to_contain_text("Hear two excerpts.")


def tell_what_was_done(tom: Page, sara: Page, task: str) -> None:
    """Tom's word on the task; the nudge is over."""
    tom.goto(HOME)
    with tom.expect_navigation():
        tom.locator(".to-do").get_by_role("link", name=TASK).click()
    tom.get_by_label("What you did, and how it went").fill(RECORD)
    with tom.expect_navigation():
        tom.get_by_role("button", name="Mark as done").click()
    expect(tom.locator(".nudge")).to_have_count(0)
    sara.goto(task)
    expect(sara.get_by_text(RECORD)).to_be_visible()
    expect(sara.get_by_text("done, to be looked at")).to_be_visible()


def rate_and_release(sara: Page, tom: Page) -> None:
    """A review of the second session with a rating and a summary; Tom sees neither before it is out."""
    find_what_waits(sara, SECOND)
    with sara.expect_navigation():
        sara.get_by_role("link", name="Rate the session").click()
    rate_by_keys(sara, "3")
    tom.goto(SECOND)
    assert points_beside_own(tom) == {"–"}
    sara.get_by_label("Summary").fill("She knew what it was for.")
    sara.get_by_role("button", name="Release the review").click()
    expect(sara.locator("main > .notices")).to_contain_text("The review is released")
    tom.reload()
    assert points_beside_own(tom) == {"3"}
    expect(tom.get_by_text("She knew what it was for.")).to_be_visible()


def look_at_homework_first(sara: Page, tom: Page, meeting: str) -> None:
    """The task of last time stands at the top, marked, until it is said what came of it."""
    first = sara.locator(".part").first
    expect(first).to_have_attribute("id", "part-homework")
    expect(first.locator("header .badge")).to_have_text("comes first")
    expect(first).to_contain_text(TASK)
    expect(first).to_contain_text(RECORD)
    shows_none_of(sara, SPAN)
    expect(sara.locator("#part-scales tbody tr")).to_have_count(2)
    assert violations(sara) == []
    first.get_by_label("Yes").check()
    for label, words in (
        ("Difficulties", "Time was short once."),
        ("Conclusions", "A sentence is enough."),
        ("Effect on self-efficacy", "More at ease."),
    ):
        first.get_by_label(label).fill(words)
    with sara.expect_navigation():
        sara.get_by_role("button", name="Keep and mark as held").click()
    expect(sara.locator(".part").first).to_have_attribute("id", "part-scales")
    expect(sara.locator("#part-homework header .badge")).to_have_text("looked at")
    tom.goto(meeting)
    expect(tom.locator("#part-homework").get_by_label("Conclusions")).to_have_value("A sentence is enough.")


def profile_has_moved(tom: Page, sara: Page, his: str) -> None:
    """Both see two sessions, higher points in the second, and the task among those that were looked at."""
    for page in (tom, sara):
        own, theirs = extents(page, his)
        assert len(own) == len(theirs) == 2
        assert own[0] < own[1]
        assert theirs[0] < theirs[1]
        expect(page.locator("#sessions tbody tr")).to_have_count(2)
        expect(page.locator("#sessions").get_by_text("released")).to_have_count(2)
        assert violations(page) == []
        page.goto(f"{his}/tasks")
        expect(page.get_by_role("region", name="Looked at or dropped")).to_contain_text(TASK)
        expect(page.get_by_role("region", name="To do")).not_to_contain_text(TASK)
    with tom.expect_navigation():
        tom.get_by_role("link", name=TASK).click()
    looked: Locator = tom.get_by_role("region", name="Looked at together")
    for words in ("Yes", "Time was short once.", "A sentence is enough.", "More at ease."):
        expect(looked).to_contain_text(words)


def extents(page: Page, his: str) -> tuple[list[float], list[float]]:
    """The trainee's and the supervisor's scores of assigning homework by session, as the profile tells them."""
    page.goto(his)
    told = page.locator("svg.trend[aria-label^='Assignment by session']").get_attribute("aria-label")
    assert told is not None
    theirs, own = told.split(": supervisor ")[1].split("; self ")
    return [float(each) for each in own.split(", ")], [float(each) for each in theirs.split(", ")]


def points_beside_own(trainee: Page) -> set[str]:
    """What the column of the supervisor holds where both ratings of a session stand side by side."""
    rows = "[...document.querySelectorAll('.pairs tbody:not(.pair-scores) tr')]"
    return set(trainee.evaluate(f"{rows}.map((row) => row.cells[2].textContent.trim())"))


def shows_none_of(page: Page, *words: str) -> None:
    """Not in what is seen, nor anywhere in the page."""
    content = page.content()
    assert [each for each in words if each in content] == []


def strangers_see_nothing(stranger: Page, owner: Page, addresses: list[str]) -> None:
    """The trainee of another supervisor finds no such page where the owner finds one."""
    for address in addresses:
        assert owner.request.get(address).status == 200, address
        assert stranger.request.get(address).status == 404, address
