"""A new rater, from the first sign-in through two failed trials and one passed to the first session of main work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from rater.config import data_folder
from rater.people.operations import invite_person
from rater.ratings.operations.locking import lock_wave
from rater.storage.database import db, writing
from rater.storage.media.audio import ingest
from rater.storage.models import Membership, Study
from rater.studies.operations import add_member
from rater.terms import COMMAND_LINE, Role, StepKind
from rater.training.operations import StepPlan, add_step
from tests.application import make_app
from tests.builders.study import (
    NOON,
    PASSWORD,
    make_assignment,
    make_person,
    make_recording,
    make_session,
    make_study,
)
from tests.builders.training import GATE, make_set
from tests.journeys.patience import patient
from tests.journeys.site import KEYS_SEEN, LONG_AGO, Seat, Site, serve, sign_in, wait_until_saved

pytestmark = pytest.mark.browser
ITEMS = [f"ghes{number}" for number in range(1, 8)]
WAVES = {"training": 0, "training-2": 1, "training-3": 3}
"""What Ida gives every item in each trial; the criterion is 3."""


@dataclass
class Started:
    """The study as Ida finds it: her invitation, and the addresses of her session of the main wave and its sound."""

    site: Site
    invitation: str
    main: str
    sound: str


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A study whose main wave is behind a gate, with three trials of two sessions on the path to it."""
    home = tmp_path_factory.mktemp("site")
    app = make_app(home)
    with app.app_context():
        store = app.extensions["rater_media"]
        made = store.temp()
        found = ingest([data_folder("audio_samples") / "en-4.mp3"], made)
        audio, peaks = store.put(made), store.put_bytes(found.peaks.to_bytes())
        with writing() as session:
            study = make_study(session, scales=("ghes",))
            study.gate_required, study.training = True, GATE
            make_person(session, "theo@example.org", (study, Role.TRAINER))
            ida, invitation = invite_person(
                session, COMMAND_LINE, "ida@example.org", "Ida", now=datetime.now(UTC), locale="en"
            )
            add_member(session, COMMAND_LINE, study, ida, Role.RATER, now=NOON, rater_code="R1")
            add_step(session, COMMAND_LINE, study, StepPlan(StepKind.MANUAL, "Read it", scale="ghes"), now=NOON)
            for place, wave in enumerate(WAVES):
                make_set(session, study, wave, (2 * place + 1, 2 * place + 2), ("R1",))
                plan = StepPlan(StepKind.TRIAL, f"Trial {place + 1}", wave=wave)
                add_step(session, COMMAND_LINE, study, plan, now=NOON)
                if wave == "training":
                    talk = StepPlan(StepKind.DISCUSSION, "Talk it over", wave=wave)
                    add_step(session, COMMAND_LINE, study, talk, now=NOON)
            each = make_session(session, study, "P01", 1)
            sound = make_recording(session, each, audio, peaks, size=found.size, mime=found.mime)
            sound.duration_s = found.duration_s
            main = make_assignment(session, study, each, "R1")
            session.execute(update(Membership).values(since=LONG_AGO))
            places = f"/ratings/{main.public_id}", f"/recordings/{sound.public_id}/audio"
        db.engine.dispose()
    for site in serve(home, app, []):
        yield Started(site, invitation, *places)


@pytest.fixture(scope="module")
def site(started: Started) -> Site:
    """The server that people sit down before."""
    return started.site


def arrive(browser: Browser, started: Started) -> Page:
    """Follow the invitation, choose a password, sign in."""
    context = patient(browser.new_context(base_url=started.site.address, viewport={"width": 1280, "height": 900}))
    context.add_init_script(KEYS_SEEN)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"/invitations/{started.invitation}")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/sign-in")
    sign_in(page, "ida")
    return page


def to_path(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="My sessions").click()
    page.get_by_role("navigation", name="My pages in this study").get_by_role("link", name="My path").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My path")


def closed(page: Page, started: Started) -> bool:
    """Whether neither the session of the main wave nor its sound is there for the person."""
    return {page.request.get(each).status for each in (started.main, started.sound)} == {404}


def read_the_manual(page: Page) -> None:
    page.get_by_role("link", name="Read the manual").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rating manual")
    to_path(page)
    page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_text("The step is done.")).to_be_visible()


def rate_a_trial(page: Page, value: int) -> None:
    """Both sessions, one after the other, from the path."""
    for left in (2, 1):
        expect(page.get_by_text(f"{2 - left} of 2").first).to_be_visible()
        page.get_by_role("link", name="Continue with the trial").click()
        for item in ITEMS:
            page.locator(f"#{item}-{value}").click()
        wait_until_saved(page)
        page.get_by_label("I have heard the session").check()
        page.get_by_role("button", name="Submit this rating").click()
        page.wait_for_url("**/studies/pilot/sessions")
        to_path(page)


def lock(started: Started, wave: str) -> None:
    """What the researcher does, who has a page of her own for it."""
    with started.site.app.app_context():
        with writing() as session:
            study = session.scalars(select(Study)).one()
            lock_wave(session, COMMAND_LINE, study, wave, now=datetime.now(UTC))
        db.engine.dispose()


def reveal_and_decide(page: Page, wave: str, *, passes: bool) -> None:
    """The trainer reveals the ratings after a question, sees what the gate says, and puts it on record."""
    page.goto("/")
    page.get_by_role("link", name="Training", exact=True).click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=wave, exact=True))
    row.get_by_role("link", name="Reveal the ratings").click()
    expect(page.get_by_text("A reveal cannot be taken back.")).to_be_visible()
    page.get_by_role("button", name="Reveal the ratings").click()
    expect(page.get_by_text("The ratings are revealed.")).to_be_visible()
    row.get_by_role("link", name="Gate").click()
    verdict = page.get_by_role("heading", level=2)
    expect(verdict).to_have_text("R1 Passes" if passes else "R1 Does not pass")
    page.get_by_role("button", name="Put on record").click()
    expect(page.get_by_text("On record: 1 decisions")).to_be_visible()


def hold_the_discussion(page: Page) -> None:
    page.goto("/studies/pilot/training")
    page.get_by_role("button", name="Discussion held").click()
    expect(page.get_by_text("The step is done for 1 rater.")).to_be_visible()


def test_a_new_rater_trains_and_passes_the_gate(browser: Browser, seat: Seat, started: Started) -> None:
    ida, theo = arrive(browser, started), seat("theo")
    ida.goto("/studies/pilot/sessions")
    expect(ida.get_by_text("1 session of the main wave opens once you are certified.")).to_be_visible()
    to_path(ida)
    assert closed(ida, started)
    read_the_manual(ida)
    for wave, value in WAVES.items():
        rate_a_trial(ida, value)
        assert closed(ida, started), "a trial alone opens nothing"
        if wave == "training":
            expect(ida.get_by_text("Your trial waits for the other raters")).to_be_visible()
        lock(started, wave)
        ida.goto("/studies/pilot/mine")
        assert ida.locator("details.trial").count() == list(WAVES).index(wave), "nothing before the reveal"
        passed = value == 3
        name = wave.capitalize().replace("-", " ")
        reveal_and_decide(theo, name, passes=passed)
        if wave == "training":
            hold_the_discussion(theo)
        ida.reload()
        expect(ida.locator("details.trial")).to_have_count(list(WAVES).index(wave) + 1)
        to_path(ida)
        if not passed:
            assert closed(ida, started), "who fails stays outside"
            expect(ida.get_by_text("the gate was not passed yet")).to_be_visible()
    expect(ida.get_by_role("heading", name="You are certified")).to_be_visible()
    assert [ida.request.get(each).status for each in (started.main, started.sound)] == [200, 200]
    ida.get_by_role("main").get_by_role("link", name="My sessions").last.click()
    ida.get_by_role("link", name="Continue").click()
    expect(ida.locator("[data-part=done]")).to_have_text("0")
    assert ida.url.endswith(started.main)
    ida.context.close()
