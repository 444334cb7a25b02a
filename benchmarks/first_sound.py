"""From opening the rating screen until sound can start: bytes of sound and waveform fetched, and the time it takes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.bench import Bench, alone
from benchmarks.servers import Missing
from benchmarks.table import Measured, Row

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROUNDS = 7
PATIENCE_S = 30
LATE_MS = 100
"""What arrives so soon after counts too: the browser tells of bytes a little late."""
WATCH = """
document.addEventListener("canplay", () => { window.readyAt ??= performance.now(); }, { capture: true });
"""
BARE_PAGE = '<!doctype html><title>bare</title><audio controls preload="metadata" src="/{audio}"></audio>'


def measure(bench: Bench) -> list[Row]:
    """Megabytes until the browser can play, and milliseconds, beside a bare page of nginx with the same file."""
    study, who = bench.study, bench.raters[0]
    (bench.clear / "bare.html").write_text(BARE_PAGE.format(audio=study.audio))
    bare = f"http://127.0.0.1:{bench.nginx}/bare.html"
    screen = f"http://127.0.0.1:{bench.rater}/ratings/{who.assignment}"
    ready: dict[str, list[float]] = {bare: [], screen: []}
    fetched: list[float] = []
    with _chromium() as browser:
        for _ in range(ROUNDS):
            for address, taken in ready.items():
                ready_ms, size = _opened(browser, address, who.headers["Cookie"])
                taken.append(ready_ms)
                if address == screen:
                    fetched.append(size / study.size * 100)
    return [
        Row("fetched before sound can start", "%", Measured(fetched), 5, absolute=True),
        Row(
            "ready to play, from opening the screen",
            "ms",
            Measured(ready[screen]),
            1000,
            "bare <audio> page of nginx",
            Measured(ready[bare]),
            absolute=True,
        ),
    ]


@contextmanager
def _chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from tests.browser import FLAGS, NoBrowser, find_chromium

    try:
        program = find_chromium(os.environ)
    except NoBrowser as problem:
        raise Missing(str(problem)) from problem
    with sync_playwright() as playwright:
        sandbox = not (hasattr(os, "geteuid") and os.geteuid() == 0)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, chromium_sandbox=sandbox)
        yield browser
        browser.close()


def _opened(browser: Browser, address: str, cookie: str) -> tuple[float, int]:
    """Milliseconds until the sound can play, in a browser that knows nothing yet, and bytes of sound and waveform."""
    context = browser.new_context()
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    context.add_init_script(WATCH)
    page = context.new_page()
    sounds: set[str] = set()
    size = 0

    def asked(event: dict[str, Any]) -> None:
        if event["request"]["url"].rpartition("/")[2] in ("audio", "peaks"):
            sounds.add(event["requestId"])

    def came(event: dict[str, Any]) -> None:
        nonlocal size
        if event["requestId"] in sounds:
            size += event["dataLength"]

    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.dataReceived", came)
    page.goto(address, wait_until="commit")
    end = time.monotonic() + PATIENCE_S
    while (ready := page.evaluate("window.readyAt ?? null")) is None:
        if time.monotonic() > end:
            raise RuntimeError(f"no sound could be played within {PATIENCE_S} s")
        page.wait_for_timeout(5)
    page.wait_for_timeout(LATE_MS)
    counted = size
    context.close()
    return float(ready), counted


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
