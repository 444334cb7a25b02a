"""Random edits through everything that goes wrong: in the end the database holds what the rater gave, once."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.faults.desk import Desk
from tests.faults.edits import Edit, Hand, offered
from tests.faults.proxy import Proxy
from tests.faults.served import Served, served
from tests.faults.truth import Verdict, events_done_twice, found, judge, operations_done

pytestmark = pytest.mark.browser
EDITS = int(os.environ.get("RATER_FAULT_EDITS", "300"))
SEED = int(os.environ.get("RATER_FAULT_SEED", "1"))
A_SITTING = 300
WOES = {"reload": 5, "close_and_open": 3, "lose_network": 3, "expire": 2, "kill_server": 1}
PAUSES_MS = [0] * 10 + [20] * 4 + [100] * 4 + [400, 800]
OFFLINE_EDITS = 12
SIGNED_OUT_EDITS = 8


def sitting(desk: Desk, hand: Hand, edits: int, woes_of: Mapping[str, int] = WOES) -> Counter[str]:
    """Make that many edits while the woes of a sitting come at random moments; what could not be made, by kind."""
    chance, refused, later = hand.chance, Counter[str](), dict[int, str]()
    moments = chance.sample(range(5, edits), sum(woes_of.values()))
    woes = dict(zip(moments, (woe for woe, count in woes_of.items() for _ in range(count)), strict=True))
    end = hand.made + edits
    done = 0
    while hand.made < end:
        done += 1
        assert done < edits * 3, f"the page takes no edits: {refused}"
        edit = Edit("try now") if chance.random() < 0.05 else hand.draw()
        taken = desk.make(edit)
        if not taken:
            refused[edit.kind] += 1
        elif edit.kind != "try now":
            hand.wrote(edit, taken)
        woe = woes.pop(done, None) or later.pop(done, None)
        if woe:
            getattr(desk, woe)()
        if woe == "lose_network":
            later[done + OFFLINE_EDITS] = "find_network"
        if woe == "expire":
            later[done + SIGNED_OUT_EDITS] = "sign_in_beside"
        desk.page.wait_for_timeout(chance.choice(PAUSES_MS))
    return refused


def rate_at_random(browser: Browser, place: Served, proxy: Proxy, seed: int, edits: int) -> tuple[Verdict, Desk]:
    """Rate one session with `edits` random edits; what is lost and doubled of them."""
    desk = Desk(browser, place, proxy)
    desk.open(place.alone.pop(0))
    hand = Hand(random.Random(seed), offered(desk.page), f"s{seed}")
    proxy.faults = True
    for _ in range(0, edits, A_SITTING):
        refused = sitting(desk, hand, min(A_SITTING, edits - hand.made))
        desk.woes.update({f"no {kind}": count for kind, count in refused.items() if kind != "try now"})
    desk.settle()
    return judge(hand.truth, found(place.app, desk.rating)), desk


def test_random_edits_through_faults_lose_and_double_nothing(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began, verdict, woes = time.monotonic(), Verdict(), Counter[str]()
    with served(tmp_path) as place:
        proxy = Proxy(place.port, SEED)
        sessions = min(len(place.alone), -(-EDITS // A_SITTING))
        for number in range(sessions):
            share = EDITS // sessions + (number < EDITS % sessions)
            judged, desk = rate_at_random(browser, place, proxy, SEED * 100 + number, share)
            verdict += judged
            woes += desk.woes
            assert desk.script_errors == []
            desk.leave()
        proxy.stop()
        twice, unseen = events_done_twice(place.app), operations_done(place.app) - set(proxy.operations)
    figures = {**woes, **{str(fate): count for fate, count in sorted(proxy.fates.items())}}
    with capsys.disabled():
        told = ", ".join(f"{name} {count}" for name, count in figures.items())
        print(f"\n{EDITS} edits (seed {SEED}), {told}: ", end="")
        print(f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, {time.monotonic() - began:.0f} s")
    assert (verdict.lost, verdict.doubled, twice, unseen) == ([], [], [], set())
