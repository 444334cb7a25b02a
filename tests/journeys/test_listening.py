"""The served recording: the bytes that are stored, and the second that was asked for."""

from __future__ import annotations

import pytest

from tests.journeys.site import Seat, Site, audio, until

pytestmark = pytest.mark.browser
ANSWER = 256 * 1024


def test_served_ranges_are_the_stored_bytes(seat: Seat, site: Site) -> None:
    page, stored = seat("anna"), site.sound()
    page.goto(f"/ratings/{site.alone[0]}")
    address = page.locator("audio").get_attribute("src") or ""
    heard = b""
    while len(heard) < len(stored):
        answer = page.request.get(address, headers={"Range": f"bytes={len(heard)}-"})
        assert (answer.status, answer.headers["content-range"].split("/")[1]) == (206, str(len(stored)))
        assert 0 < len(answer.body()) <= ANSWER
        heard += answer.body()
    assert heard == stored
    assert page.request.get(address, headers={"Range": "bytes=-500"}).body() == stored[-500:]
    assert page.request.get(address, headers={"Range": "bytes=1000-1009,5-6"}).body() == stored[1000:1010]
    assert page.request.get(address).body() == stored
    assert page.request.head(address).headers["content-length"] == str(len(stored))


def test_a_note_leads_back_to_its_second(seat: Seat, site: Site) -> None:
    page = seat("anna")
    page.goto(f"/ratings/{site.alone[0]}")
    until(page, "document.querySelector('audio').readyState >= 1")
    assert abs(audio(page, "duration") - 263) < 2
    page.evaluate("document.querySelector('audio').currentTime = 121")
    page.keyboard.press("n")
    page.keyboard.type("at two minutes and one second")
    page.keyboard.press("Enter")
    page.evaluate("document.querySelector('audio').currentTime = 5")
    page.locator("[data-part=note-list] button", has_text="2:01").click()
    until(page, "document.querySelector('audio').currentTime > 121")
    assert audio(page, "currentTime") < 130
    until(page, "!document.querySelector('[data-part=wave]').matches(':empty')")
    assert page.locator("[data-part=player-fault]").is_hidden()
