"""A moment of the kept file is the moment that a browser plays: what sounds at 12:31 was recorded at 12:31.

The sound never repeats, so that a stretch of what was played tells by correlation which second of the recording it is;
that is compared with the clock of the player while it plays.
"""

from __future__ import annotations

import base64
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Page

from rater.storage.media.audio import IngestedAudio, ingest
from tests.builders.audio import VBR, Sound, encode, speechlike

pytestmark = pytest.mark.browser

RATE = 16000
LONG_S, SHORT_S = 765.0, 40.0
MOMENT = 12 * 60 + 31
TOLERANCE_S = 0.03
SOURCES: dict[str, tuple[float, dict[str, Any]]] = {
    "vbr.mp3": (LONG_S, {**VBR, "mux_options": {"write_xing": "0"}}),
    "lame.mp3": (SHORT_S, {**VBR, "out_rate": 44100}),
    "slow.mp3": (SHORT_S, {"out_rate": 8000, "bit_rate": 24000}),
    "a.m4a": (LONG_S, {"bit_rate": 32000}),
    "b.opus": (LONG_S, {"bit_rate": 32000, "options": {"compression_level": "1"}}),
    "c.webm": (SHORT_S, {}),
    "d.ogg": (SHORT_S, {"channels": 2, "out_rate": 44100}),
    "e.flac": (SHORT_S, {}),
    "f.wav": (SHORT_S, {}),
    "g.wav": (SHORT_S, {"codec": "adpcm_ima_wav"}),
}
LISTEN = """async ([url, at]) => {
  const context = new AudioContext({sampleRate: 16000});
  const code = `registerProcessor('tap', class extends AudioWorkletProcessor {
    process(inputs) { if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice()); return true; } })`;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
  const player = new Audio();
  const tap = new AudioWorkletNode(context, 'tap', {channelCount: 1, channelCountMode: 'explicit'});
  const blocks = [], marks = [];
  let heard = 0, listening = false;
  tap.port.onmessage = ({data}) => {
    if (!listening) return;
    blocks.push(data); heard += data.length; marks.push([heard, player.currentTime]);
  };
  context.createMediaElementSource(player).connect(tap).connect(context.destination);
  await context.resume();
  const once = name => new Promise((done, failed) => {
    player.addEventListener(name, done, {once: true});
    player.addEventListener('error', () => failed(new Error(player.error.message)), {once: true});
    setTimeout(() => failed(new Error('no ' + name)), 20000);
  });
  const loaded = once('loadedmetadata');
  player.src = url;
  await loaded;
  const duration = player.duration;
  if (at !== null) { const sought = once('seeked'); player.currentTime = at; await sought; }
  listening = true;
  await player.play();
  await new Promise(done => setTimeout(done, 1300));
  player.pause(); listening = false;
  player.removeAttribute('src'); player.load(); await context.close();
  const all = new Float32Array(heard);
  let place = 0;
  for (const block of blocks) { all.set(block, place); place += block.length; }
  const bytes = new Uint8Array(all.buffer);
  let text = '';
  for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return {duration, marks, sound: btoa(text)};
}"""


class Files(http.server.BaseHTTPRequestHandler):
    """Serves byte ranges of at most 1 MiB from `folder`."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.folder / self.path.lstrip("/")
        data = path.read_bytes() if path.is_file() else b"<!doctype html><title>Player</title>"
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, stop = 0, len(data)
        if asked:
            start = int(asked[1])
            stop = min(int(asked[2] or len(data)) + 1, start + 2**20, len(data))
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", "text/html" if not path.is_file() else "application/octet-stream")
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        self.wfile.write(data[start:stop])


class Server(http.server.ThreadingHTTPServer):
    """A browser that hangs up in the middle of an answer is no event."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def sound() -> Sound:
    return speechlike(LONG_S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), type("Here", (Files,), {"folder": folder}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def prepared(folder: Path, sound: Sound, name: str) -> tuple[IngestedAudio, str]:
    seconds, given = SOURCES[name]
    source = folder / name
    if not source.exists():
        encode(source, sound[: int(seconds * RATE)], RATE, **given)
    kept = ingest([source], folder / f"{name}.kept")
    return kept, f"{name}.kept"


def listen(page: Page, address: str, name: str, at: float | None, sound: Sound, reach: int = 20) -> tuple[float, float]:
    """How far what is heard runs ahead of the player's clock, and the duration that the player shows."""
    page.goto(address)
    page.mouse.click(5, 5)
    got = page.evaluate(LISTEN, [address + name, at])
    heard = np.frombuffer(base64.b64decode(got["sound"]), np.float32)
    start = len(heard) - 10_000
    stretch = heard[start : start + 8000]
    first = max(0, int(((at or 0) - reach) * RATE))
    around = sound[first : first + 2 * reach * RATE]
    length = 1 << (len(around) + len(stretch)).bit_length()
    match = np.fft.irfft(np.fft.rfft(around, length) * np.conj(np.fft.rfft(stretch, length)), length)
    best = int(np.argmax(match[: len(around) - len(stretch)]))
    found = around[best : best + len(stretch)]
    assert match[best] / (np.linalg.norm(found) * np.linalg.norm(stretch)) > 0.5, "not a stretch of this recording"
    origin = (first + best - start) / RATE
    ahead = float(np.median([origin + count / RATE - clock for count, clock in got["marks"] if count > 6000]))
    return ahead, float(got["duration"])


@pytest.mark.parametrize("name", SOURCES)
def test_a_moment_is_the_moment_that_is_played(name: str, page: Page, address: str, folder: Path, sound: Sound) -> None:
    kept, stored = prepared(folder, sound, name)
    seconds = SOURCES[name][0]
    delay = encoder_delay(folder / name)
    for at in (MOMENT if seconds > MOMENT else 31.0, 12.5, None):
        ahead, duration = listen(page, address, stored, at, sound)
        assert ahead + delay == pytest.approx(0, abs=TOLERANCE_S)
        assert duration == pytest.approx(kept.duration_s, abs=TOLERANCE_S)


def encoder_delay(source: Path) -> float:
    """Seconds of priming that belong to the sound of an mp3 file, since it does not tell that they are priming."""
    with av.open(str(source)) as container:
        stream = container.streams.audio[0]
        return 1105 / stream.rate if source.suffix == ".mp3" and not stream.start_time else 0.0


def test_the_same_mp3_file_left_as_it_came_plays_another_moment(
    page: Page, address: str, folder: Path, sound: Sound
) -> None:
    prepared(folder, sound, "vbr.mp3")
    ahead = [listen(page, address, "vbr.mp3", at, sound, reach=800)[0] for at in (300.5, 600)]
    assert min(map(abs, ahead)) > 1


def test_joined_parts_keep_one_clock(page: Page, address: str, folder: Path, sound: Sound) -> None:
    for suffix in ("mp3", "m4a", "opus"):
        parts = []
        for k in range(2):
            parts.append(folder / f"part{k}.{suffix}")
            encode(parts[-1], sound[k * 20 * RATE : (k + 1) * 20 * RATE], RATE)
        kept = ingest(parts, folder / f"joined.{suffix}")
        ahead, duration = listen(page, address, f"joined.{suffix}", 12.5, sound)
        assert ahead == pytest.approx(0, abs=TOLERANCE_S)
        assert duration == pytest.approx(kept.duration_s, abs=TOLERANCE_S)
        ahead, _ = listen(page, address, f"joined.{suffix}", 31.0, sound)
        padding = kept.duration_s - 40
        assert ahead == pytest.approx(-padding, abs=0.1)
