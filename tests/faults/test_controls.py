"""What the run of random edits must see: a screen without its queue loses, without repetitions it loses, without
client-made ids it doubles."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.faults.desk import Desk
from tests.faults.edits import Edit, Hand, offered
from tests.faults.proxy import WEIGHTS, Fate, Proxy
from tests.faults.served import Served, served
from tests.faults.test_random_edits import sitting
from tests.faults.truth import Verdict, found, judge

pytestmark = pytest.mark.browser
EDITS = 40


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("place")) as made:
        yield made


@pytest.fixture
def proxy(place: Served) -> Iterator[Proxy]:
    made = Proxy(place.port, seed=3)
    yield made
    made.stop()


def rated(browser: Browser, place: Served, proxy: Proxy, prepare: Callable[[Desk], None], **woes: int) -> Verdict:
    """The verdict on a short sitting with these woes, at a screen that `prepare` may have broken."""
    desk = Desk(browser, place, proxy)
    prepare(desk)
    desk.open(place.alone.pop(0))
    hand = Hand(random.Random(5), offered(desk.page), "control")
    proxy.faults = True
    sitting(desk, hand, EDITS, woes)
    proxy.calm()
    if woes:
        desk.settle()
    desk.page.wait_for_timeout(2000)
    verdict = judge(hand.truth, found(place.app, desk.rating))
    desk.leave()
    return verdict


def as_it_is(desk: Desk) -> None:
    """The screen as it is served."""


def without_queue(desk: Desk) -> None:
    """The lasting queue is switched off: changes live as long as the page."""
    desk.swap_module("store.mjs", lambda source: source.replace("if (!person || !key)", "if (true)"))


def without_repetitions(desk: Desk) -> None:
    """A change is sent once; one that has no answer is not sent again."""
    desk.swap_module("lane.mjs", lambda source: source.replace("Math.min(30_000, ", "Math.max(2 ** 31 - 1, "))


def test_the_screen_as_it_is_loses_nothing_where_the_controls_do(browser: Browser, place: Served, proxy: Proxy) -> None:
    verdict = rated(browser, place, proxy, as_it_is, reload=2, close_and_open=2, kill_server=1)
    assert (verdict.lost, verdict.doubled) == ([], [])


def test_without_the_lasting_queue_changes_are_lost(browser: Browser, place: Served, proxy: Proxy) -> None:
    assert rated(browser, place, proxy, without_queue, reload=2, close_and_open=2, kill_server=1).lost


def test_without_repetitions_changes_are_lost(browser: Browser, place: Served, proxy: Proxy) -> None:
    proxy.weights = {Fate.PASSED: 50, Fate.DROPPED: 50}
    assert rated(browser, place, proxy, without_repetitions).lost


def test_a_repetition_that_counts_as_another_change_is_seen_as_doubled(
    browser: Browser, place: Served, proxy: Proxy
) -> None:
    proxy.weights, proxy.doubles_as_another = {**WEIGHTS, Fate.DOUBLED: 200}, True
    desk = Desk(browser, place, proxy)
    desk.open(place.alone.pop(0))
    proxy.faults = True
    hand = Hand(random.Random(5), offered(desk.page), "control")
    for number in range(4):
        edit = Edit("note", value=f"written once {number}")
        assert desk.make(edit)
        hand.wrote(edit)
    desk.settle()
    verdict = judge(hand.truth, found(place.app, desk.rating))
    desk.leave()
    assert verdict.lost == []
    assert any("times" in each for each in verdict.doubled)
