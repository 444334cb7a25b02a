"""A proposal becomes a new version of a scale, and a rater reads what it changed before the next session."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from rater.storage.database import writing
from rater.storage.models import AnchorProposal, Study
from tests.builders.study import NOON
from tests.journeys.looks import SEATS, Room, Scheme, faults, violations
from tests.journeys.site import Seat, Site
from tests.journeys.trial import add_trial

pytestmark = pytest.mark.browser
WORDING = "/studies/pilot/training/wording"
HALF = "Half of the homework was done, or all of it in part"
WHY = "Raters took half done for not done at all."


@pytest.fixture(scope="module")
def proposed(site: Site) -> None:
    """Two proposals after a trial, one of them long and in many words."""
    add_trial(site)
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        row = next(each for each in study.scale_versions if each.scale == "ghes")
        for point, text in ((2, HALF), (None, "What the patient did of what was agreed. " * 12)):
            session.add(
                AnchorProposal(
                    scale_version_id=row.id, item="ghes1", point=point, text=text, rationale=WHY, proposed_at=NOON
                )
            )


@pytest.mark.parametrize(("width", "scheme", "language", "scripts"), SEATS, ids=lambda each: str(each))
def test_the_page_of_proposals_fits(
    room: Room, proposed: None, width: int, scheme: Scheme, language: str, scripts: bool
) -> None:
    page = room(width, scheme, language, scripts, "tom")
    page.goto(WORDING)
    found = faults(page, axe=scripts)
    page.locator("input[name=proposal]").first.check()
    with page.expect_navigation():
        page.locator("button[name=do][value=look]").click()
    assert (found, faults(page, axe=scripts)) == ([], [])


def test_a_rater_reads_the_new_words_and_goes_on(seat: Seat, site: Site, proposed: None) -> None:
    tom, anna = seat("tom"), seat("anna")
    session = site.next_alone()
    tom.goto(WORDING)
    tom.locator("tr", has_text=HALF).get_by_role("checkbox").check()
    tom.get_by_role("button", name="Look at the new version").click()
    expect(tom.get_by_role("heading", name="Version 2 as it would be")).to_be_visible()
    tom.get_by_label("What raters read about it").fill(f"{WHY} Point 2 names it now.")
    tom.get_by_role("button", name="Keep the new version").click()
    expect(tom.get_by_role("row", name="R1")).to_contain_text("not yet")
    anna.goto(session)
    expect(anna.get_by_text("Point 2 names it now.")).to_be_visible()
    expect(anna.get_by_text(HALF)).to_be_visible()
    assert violations(anna) == []
    anna.get_by_role("button", name="I have read it").click()
    expect(anna.locator("#item-ghes1")).to_be_visible()
    expect(anna.locator("#item-ghes1")).to_contain_text(HALF)
    tom.goto(WORDING)
    expect(tom.get_by_role("row", name="R1")).not_to_contain_text("not yet")
    expect(tom.get_by_role("row", name="R2"), "the control: who has not read it").to_contain_text("not yet")
