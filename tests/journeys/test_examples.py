"""A trainer cuts an example, and a rater hears it in the manual, at the item."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from rater.storage.database import writing
from rater.storage.models import Membership, Study, TherapySession
from rater.terms import Role, SessionUse
from tests.builders.study import make_person
from tests.journeys.looks import violations
from tests.journeys.site import LONG_AGO, Seat, Site, audio, until

pytestmark = pytest.mark.browser


def test_an_example_is_cut_and_heard(seat: Seat, site: Site) -> None:
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        make_person(session, "theo@example.org", (study, Role.TRAINER))
        session.execute(update(Membership).values(since=LONG_AGO))
        last = session.scalars(select(TherapySession).order_by(TherapySession.number.desc()).limit(1)).one()
        last.use = SessionUse.TRAINING
    theo = seat("theo")
    theo.goto("/studies/pilot/training/examples")
    for label, words in (("From", "0:02"), ("Until", "0:06.5"), ("Point", "3"), ("Title", "A plan is kept")):
        theo.get_by_label(label, exact=True).fill(words)
    theo.get_by_label("What to listen for").fill("How much was done")
    theo.get_by_label("Item").select_option("ghes/ghes2")
    with theo.expect_navigation():
        theo.get_by_role("button", name="Cut this example").click()
    with theo.expect_navigation():
        theo.get_by_role("link", name="See the result").click()
    expect(theo.get_by_role("heading", name="A plan is kept")).to_be_visible()
    assert violations(theo) == []

    ben = seat("ben")
    ben.goto("/studies/pilot/manual")
    at_item = ben.locator("[data-item-of=ghes2]")
    expect(at_item).to_contain_text("shows 3")
    expect(at_item).to_contain_text("How much was done")
    assert violations(ben) == []
    ben.locator("audio").evaluate("(each) => { each.muted = true; return each.play(); }")
    until(ben, "document.querySelector('audio').currentTime > 0.2")
    assert audio(ben, "duration") == pytest.approx(4.5, abs=0.1)

    anna = seat("anna")
    anna.goto("/studies/pilot/manual")
    expect(anna.locator("[data-item-of=ghes2]")).to_be_visible()
    assert anna.locator("audio").count() == 0, "she has this session still to rate"

    with theo.expect_navigation():
        theo.get_by_role("button", name=re.compile("Remove: A plan")).click()
    expect(theo.get_by_text("The example is removed.")).to_be_visible()
