"""A trainer talks a discrepancy over and writes the consensus; a rater sees the ratings side by side, without names."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import violations
from tests.journeys.site import Seat, Site, audio, until
from tests.journeys.trial import add_trial

pytestmark = pytest.mark.browser
WAVE = "/studies/pilot/training/waves/training"


@pytest.fixture(scope="module")
def trial(site: Site) -> None:
    add_trial(site)


def test_from_a_discrepancy_to_its_consensus(trial: None, seat: Seat) -> None:
    tom = seat("tom")
    tom.goto(WAVE)
    assert violations(tom) == []
    with tom.expect_navigation():
        tom.get_by_role("link", name="Meeting").click()
    assert violations(tom) == []
    with tom.expect_navigation():
        tom.get_by_role("link", name="Go on with the next").click()
    expect(tom.locator("[data-module=discussing][data-ready]")).to_be_visible()
    assert violations(tom) == []
    assert "Ben" not in tom.inner_text("main")
    tom.get_by_role("button", name="Play from 0:07").first.click()
    until(tom, "document.querySelector('audio').currentTime > 7")
    assert audio(tom, "currentTime") < 20
    with tom.expect_navigation():
        tom.get_by_role("link", name="by name").click()
    expect(tom.locator(".spread")).to_contain_text("Ben")
    tom.locator("[data-module=discussing][data-ready]").wait_for()
    tom.locator("#point-ghes1-3").check()
    tom.get_by_label("Rationale").fill("The task is named, the time is not")
    with tom.expect_navigation():
        tom.get_by_role("button", name="Save", exact=True).click()
    expect(tom.get_by_text("The consensus is saved.")).to_be_visible()
    tom.locator("[data-module=discussing][data-ready]").wait_for()
    with tom.expect_navigation():
        tom.keyboard.press("j")
    assert "/ghes2" in tom.url
    with tom.expect_navigation():
        tom.keyboard.press("k")
    assert "/ghes1" in tom.url

    anna = seat("anna")
    anna.goto(f"{WAVE}/KP071/ghes1")
    expect(anna.get_by_text("The task is named, the time is not")).to_be_visible()
    expect(anna.locator(".side.is-mine")).to_have_text("mine")
    told = anna.inner_text("main")
    assert "Ben" not in told
    assert "Show raters" not in told
    assert violations(anna) == []
    anna.goto(WAVE)
    assert violations(anna) == []
    anna.locator(".topics a").first.click()
    expect(anna.locator("[data-module=discussing][data-ready]")).to_be_visible()


def test_the_criterion_by_a_plain_form(trial: None, seat: Seat) -> None:
    tom = seat("tom")
    tom.goto("/studies/pilot/training/criterion")
    assert violations(tom) == []
    with tom.expect_navigation():
        tom.get_by_role("link", name="P07-S01").click()
    tom.locator("[data-module=discussing][data-ready]").wait_for()
    assert violations(tom) == []
    tom.locator("#point-ghes2-1").check()
    with tom.expect_navigation():
        tom.get_by_role("button", name="Save the criterion").click()
    expect(tom.get_by_text("The criterion is saved.")).to_be_visible()
    expect(tom.locator("#point-ghes2-1")).to_be_checked()
