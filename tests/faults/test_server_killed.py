"""The server is killed between a request and its answer: the change is there once, whenever that was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.faults.desk import Desk
from tests.faults.edits import Edit
from tests.faults.proxy import Fate, Proxy
from tests.faults.served import served
from tests.faults.truth import Truth, events_done_twice, found, judge

pytestmark = pytest.mark.browser
MOMENTS_MS = (0, 5, 15, 40, 1000)


def test_a_change_on_its_way_when_the_server_is_killed_arrives_once(browser: Browser, tmp_path: Path) -> None:
    truth, committed = Truth(), []
    with served(tmp_path) as place:
        proxy = Proxy(place.port, weights={Fate.KILLED: 1})
        desk = Desk(browser, place, proxy)
        desk.open(place.alone.pop(0))
        for number, moment in enumerate(MOMENTS_MS, start=1):

            def kill(after: float = moment / 1000) -> None:
                time.sleep(after)
                proxy.faults = False
                place.kill()

            proxy.kill, proxy.faults = kill, True
            edit = Edit("point", f"ghes{number}", str(number % 5))
            assert desk.make(edit)
            truth.give("point", edit.name, edit.value)
            expect(desk.page.locator("[data-part=banners]")).to_contain_text("kept on this computer")
            committed.append(found(place.app, desk.rating).values.get(("point", edit.name)) is not None)
            place.start()
            desk.settle()
        desk.leave()
        proxy.stop()
        verdict = judge(truth, found(place.app, desk.rating))
        assert place.kills == proxy.fates[Fate.KILLED] == len(MOMENTS_MS)
        assert (verdict.lost, verdict.doubled, events_done_twice(place.app)) == ([], [], [])
    assert committed[-1], "no kill came after the commit: the moments are too early to try what they are for"
