"""A recording that vanishes while it is being rated: the rater is told, rates on, and everything is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete, select

from rater.storage.database import reading, writing
from rater.storage.models import Recording
from tests.faults.desk import Desk
from tests.faults.edits import Edit
from tests.faults.proxy import Proxy
from tests.faults.served import Served, served
from tests.faults.truth import Truth, found, judge

pytestmark = pytest.mark.browser


def delete_file(place: Served) -> None:
    """The sound is gone from the disk; the database still speaks of it."""
    with place.app.app_context(), reading() as session:
        for name in set(session.scalars(select(Recording.audio_name))):
            place.app.extensions["rater_media"].delete(name)


def delete_row(place: Served) -> None:
    """The recording was taken out of the study."""
    with place.app.app_context(), writing() as session:
        session.execute(delete(Recording))


def listen_further(desk: Desk) -> None:
    """Play, and go on beyond what the browser has fetched already."""
    desk.page.locator("[data-part=play]").click()
    for _ in range(6):
        desk.page.locator("[data-step='30']").click()


@pytest.mark.parametrize("vanish", [delete_file, delete_row])
def test_the_rating_goes_on_without_the_recording(
    browser: Browser, tmp_path: Path, vanish: Callable[[Served], None]
) -> None:
    truth = Truth()
    with served(tmp_path) as place:
        proxy = Proxy(place.port)
        desk = Desk(browser, place, proxy)
        desk.open(place.alone.pop(0))
        fault = desk.page.locator("[data-part=player-fault]")
        expect(fault).to_be_hidden()
        vanish(place)
        listen_further(desk)
        expect(fault).to_be_visible(timeout=20_000)
        expect(fault).to_contain_text("Your ratings are safe")
        for edit in (Edit("point", "ghes1", "3"), Edit("point", "str3", "0")):
            assert desk.make(edit)
            truth.give(edit.kind, edit.name, edit.value)
        desk.settle()
        desk.reload()
        assert desk.make(Edit("note", value="the sound was gone"))
        truth.notes.add("the sound was gone")
        desk.settle()
        verdict = judge(truth, found(place.app, desk.rating))
        assert (verdict.lost, verdict.doubled, desk.script_errors) == ([], [], [])
        desk.leave()
        proxy.stop()


def test_a_recording_that_is_there_brings_no_warning(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as place:
        proxy = Proxy(place.port)
        desk = Desk(browser, place, proxy)
        desk.open(place.alone.pop(0))
        listen_further(desk)
        desk.page.wait_for_timeout(3000)
        expect(desk.page.locator("[data-part=player-fault]")).to_be_hidden()
        desk.leave()
        proxy.stop()
