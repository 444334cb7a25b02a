"""The player, by ear and eye: what is heard is what was played, and what helps to listen does what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.config import data_folder
from rater.storage.database import db, writing
from rater.storage.media.peaks import Peaks
from rater.storage.models import Assignment, Recording
from tests.journeys.site import Seat, Site, audio, sit_down, until

pytestmark = pytest.mark.browser
TINTED = """(() => {
  const canvas = document.querySelector('[data-part=wave] > *').shadowRoot.querySelector('[part=heard]');
  const row = canvas.getContext('2d').getImageData(0, canvas.height - 1, canvas.width, 1).data;
  let painted = 0;
  for (let at = 3; at < row.length; at += 4) painted += row[at] > 0;
  return painted / canvas.width * document.querySelector('audio').duration;
})()"""
DRAWN = "!!document.querySelector('[data-part=wave] > *')?.shadowRoot?.querySelector('[part=heard]')?.width"
FOLLOW = """() => {
  globalThis.seen = [];
  document.querySelector('audio').addEventListener('timeupdate', (event) => seen.push(event.target.currentTime));
}"""
GAINS = """
globalThis.gains = [];
const made = AudioContext.prototype.createGain;
AudioContext.prototype.createGain = function () { const node = made.call(this); gains.push(node); return node; };
"""


@pytest.fixture(scope="module")
def sessions(site: Site, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Ratings of anna's; the first session has a recording of an hour, the second a silence from 20 s to 40 s."""
    with site.app.app_context():
        store = site.app.extensions["rater_media"]
        made = tmp_path_factory.mktemp("hour") / "made"
        duration = repeat(data_folder("audio_samples") / "en-4.mp3", made, times=14)
        size, peaks = made.stat().st_size, Peaks(100, 1.0, bytes(range(50, 250)) * int(duration / 2)).to_bytes()
        with writing() as session:
            first, second = (recording_of(session, each) for each in site.alone[:2])
            first.audio_name, first.peaks_name = store.put_bytes(made.read_bytes()), store.put_bytes(peaks)
            first.size, first.mime, first.duration_s = size, "audio/mp4", duration
            second.silences = [[20.0, 40.0], [100.0, 101.2]]
        db.engine.dispose()
    return site.alone


def recording_of(session: Session, public_id: str) -> Recording:
    found = session.scalars(
        select(Recording)
        .join(Assignment, Assignment.session_id == Recording.session_id)
        .where(Assignment.public_id == public_id)
    ).one()
    assert isinstance(found, Recording)
    return found


def repeat(source: Path, into: Path, *, times: int) -> float:
    """The packets of an mp3 file over and over, in one file of which the seconds are returned."""
    clock = 0
    with av.open(str(into), "w", format="mp4", options={"movflags": "+faststart", "strict": "-1"}) as out:
        stream = None
        for _ in range(times):
            with av.open(str(source)) as sound:
                stream = stream or out.add_stream_from_template(sound.streams.audio[0])
                for packet in sound.demux(audio=0):
                    if packet.size and packet.duration:
                        packet.pts = packet.dts = clock
                        clock += packet.duration
                        packet.stream = stream
                        tick = packet.time_base
                        out.mux(packet)
    return float(clock * tick)


def listen(page: Page, public_id: str) -> None:
    page.goto(f"/ratings/{public_id}")
    until(page, DRAWN)
    until(page, "document.querySelector('audio').readyState >= 1")


def put_clock(page: Page, second: float) -> None:
    page.evaluate(f"document.querySelector('audio').currentTime = {second}")
    until(page, "!document.querySelector('audio').seeking")


PAUSE_AT = """(second) => new Promise((done) => {
  const look = () => {
    if (document.querySelector('audio').currentTime < second) return setTimeout(look, 10);
    document.querySelector('[data-part=play]').click();
    return done();
  };
  look();
})"""
"""The page itself looks and presses: a test beside it would be late on a busy machine."""


def play(page: Page, seconds: float) -> None:
    """Let it run for some seconds of the recording, then pause."""
    play_to(page, audio(page, "currentTime") + seconds)


def play_to(page: Page, second: float) -> None:
    page.locator("[data-part=play]").click()
    page.evaluate(PAUSE_AT, second)
    until(page, "document.querySelector('audio').paused")


def test_what_was_played_is_tinted_and_a_seek_is_not(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[2])
    before = page.evaluate(TINTED)
    put_clock(page, 30)
    start = audio(page, "currentTime")
    play(page, 4)
    played = audio(page, "currentTime") - start
    until(page, f"Math.abs({TINTED} - {before + played}) < 1")
    heard = page.evaluate(TINTED) - before
    for second in (80, 200, 120, 60):
        put_clock(page, second)
    page.wait_for_timeout(1200)
    assert page.evaluate(TINTED) - before == heard
    play(page, 2)
    until(page, f"Math.abs({TINTED} - {before + played + audio(page, 'currentTime') - 60}) < 1")
    expect(page.locator("[data-part=heard]")).to_have_text("2\N{NO-BREAK SPACE}% heard")


def test_the_server_is_told_what_was_heard(seat: Seat, site: Site, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[3])
    page.locator("[data-part=speed]").select_option("2")
    put_clock(page, 50)
    with page.expect_response(lambda answer: answer.url.endswith("/listening") and answer.ok) as told:
        play(page, 5)
    body = told.value.request.post_data_json
    assert [(speed, pytest.approx(50, abs=0.3)) for _, _, speed in body["heard"]] == [(2, body["heard"][0][0])]
    assert abs(body["heard"][0][1] - audio(page, "currentTime")) < 0.5
    assert (body["speed"], len(body["window"]), 0 < body["active"] < 60) == (2, 32, True)
    assert 0 < told.value.json()["share"] < 0.1


def test_position_speed_and_tint_are_there_on_another_computer(
    seat: Seat, site: Site, browser: Browser, sessions: list[str]
) -> None:
    page = seat("anna")
    listen(page, sessions[4])
    page.locator("[data-part=speed]").select_option("1.5")
    put_clock(page, 90)
    with page.expect_response(lambda answer: answer.url.endswith("/listening") and answer.ok):
        play(page, 3)
    stopped, tinted = audio(page, "currentTime"), page.evaluate(TINTED)
    faults: list[str] = []
    other = sit_down(browser, site, "anna", faults)
    try:
        listen(other, sessions[4])
        assert abs(audio(other, "currentTime") - stopped) < 0.5
        assert audio(other, "playbackRate") == 1.5
        assert other.locator("[data-part=now]").inner_text() == page.locator("[data-part=now]").inner_text()
        until(other, f"Math.abs({TINTED} - {tinted}) < 1")
    finally:
        other.context.close()
    assert faults == []


def test_silence_is_skipped_while_playing_only(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[1])
    page.locator("[data-part=skip]").click()
    expect(page.locator("[data-part=skip]")).to_have_attribute("aria-pressed", "true")
    put_clock(page, 18.5)
    play_to(page, 39)
    assert page.evaluate(TINTED) < 8
    put_clock(page, 25)
    page.wait_for_timeout(600)
    assert audio(page, "currentTime") == 25
    play(page, 1)
    assert audio(page, "currentTime") < 28
    put_clock(page, 99)
    play(page, 3)
    assert audio(page, "currentTime") < 103.5
    page.reload()
    expect(page.locator("[data-part=skip]")).to_have_attribute("aria-pressed", "true")


def test_control_silence_is_heard_unless_it_is_to_be_skipped(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[1])
    put_clock(page, 18.5)
    play(page, 3)
    assert audio(page, "currentTime") < 24


def test_a_loop_is_heard_again_and_again_until_it_is_let_go(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[2])
    button = page.locator("[data-part=loop]")
    put_clock(page, 40)
    button.click()
    expect(button).to_have_text("Loop to here")
    put_clock(page, 41.5)
    button.click()
    expect(button).to_have_text("End loop")
    assert audio(page, "currentTime") == 40
    page.evaluate(FOLLOW)
    page.locator("[data-part=play]").click()
    until(page, "seen.filter((at, k) => k && at < seen[k - 1]).length >= 2", seconds=10)
    assert page.evaluate("Math.max(...seen)") < 42
    button.click()
    until(page, "document.querySelector('audio').currentTime > 42.5", seconds=10)


def test_volume_goes_above_full_by_a_gain_that_is_made_then(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    page.add_init_script(GAINS)
    listen(page, sessions[2])
    play(page, 0.5)
    assert page.evaluate("gains.length") == 0
    page.locator("[data-part=boost]").select_option("2")
    until(page, "gains.length === 1 && Math.abs(gains[0].gain.value - 2) < 0.05")
    play(page, 1)
    assert page.evaluate("gains[0].context.state") == "running"
    page.locator("[data-part=boost]").select_option("1")
    until(page, "Math.abs(gains[0].gain.value - 1) < 0.05")


def test_the_waveform_is_a_slider_for_the_keyboard(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[2])
    slider = page.get_by_role("slider", name="Position in the recording")
    put_clock(page, 0)
    slider.focus()
    for key, text in (
        ("PageUp", "1:00"),
        ("ArrowRight", "1:05"),
        ("ArrowUp", "1:10"),
        ("ArrowLeft", "1:05"),
        ("Home", "0:00"),
    ):
        slider.press(key)
        expect(slider).to_have_attribute("aria-valuetext", f"{text} of 4:23")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "263")


def test_sound_can_start_after_a_twentieth_of_the_file(seat: Seat, site: Site, sessions: list[str]) -> None:
    page = seat("anna")
    received, asked = [0], set()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")

    def sent(event: dict[str, Any]) -> None:
        if "/recordings/" in event["request"]["url"]:
            asked.add(event["requestId"])

    def got(event: dict[str, Any]) -> None:
        received[0] += event["dataLength"] if event["requestId"] in asked else 0

    network.on("Network.requestWillBeSent", sent)
    network.on("Network.dataReceived", got)
    for second in (0, 2000):
        received[0] = 0
        listen(page, sessions[0])
        page.locator("[data-part=play]").click()
        until(page, f"document.querySelector('audio').currentTime > {second}")
        size = page.request.head(page.locator("audio").first.get_attribute("src") or "").headers["content-length"]
        assert int(size) > 18_000_000
        assert 0 < received[0] <= 0.05 * int(size)
        with page.expect_response(lambda answer: answer.url.endswith("/listening") and answer.ok):
            page.evaluate("document.querySelector('audio').currentTime = 2000")
            page.locator("[data-part=play]").click()


def test_a_recording_that_stops_coming_goes_on_at_its_second(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[0])
    fault = page.locator("[data-part=player-fault]")
    put_clock(page, 5)
    play(page, 1)

    def vanish(route: Route) -> None:
        route.fulfill(status=404)

    page.route("**/audio", vanish)
    page.evaluate("document.querySelector('audio').currentTime = 3300")
    expect(fault).to_contain_text("no longer here", timeout=20_000)
    expect(fault).to_contain_text("Your ratings are safe")
    page.keyboard.press("3")
    page.unroute("**/audio", vanish)
    fault.get_by_role("button", name="Try again").click()
    expect(fault).to_be_hidden()
    until(page, "document.querySelector('audio').readyState >= 2")
    assert abs(audio(page, "currentTime") - 3300) < 1
    play(page, 1)


def test_a_lost_network_heals_by_itself(seat: Seat, sessions: list[str]) -> None:
    page = seat("anna")
    listen(page, sessions[0])
    play(page, 0.5)
    page.context.set_offline(True)
    page.evaluate("document.querySelector('audio').currentTime = 2400")
    fault = page.locator("[data-part=player-fault]")
    expect(fault).to_contain_text("does not arrive just now", timeout=30_000)
    page.context.set_offline(False)
    expect(fault).to_be_hidden(timeout=30_000)
    assert abs(audio(page, "currentTime") - 2400) < 1
    play(page, 1)
