"""A real server with its job worker on a free port, and people who sit down in front of a real browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from rater.config import data_folder
from rater.storage.database import db, reading, writing
from rater.storage.media.audio import ingest
from rater.storage.models import Membership, Recording
from rater.terms import Role
from tests.application import make_app
from tests.builders.study import (
    PASSWORD,
    make_assignment,
    make_person,
    make_recording,
    make_session,
    make_study,
    make_task,
)
from tests.journeys.patience import patient

PATIENCE_S = 90
SESSIONS = 17
"""Each test of a file opens a session of its own, and so does its second try."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Site:
    """A served study: session 1 is rated by anna and by ben, each of the others by anna alone."""

    address: str
    app: Flask
    alone: list[str] = field(default_factory=list)

    def sound(self) -> bytes:
        """The stored bytes of the recording that all sessions share."""
        with self.app.app_context(), reading() as session:
            kept = session.scalars(select(Recording)).first()
            assert kept is not None
            return bytes(self.app.extensions["rater_media"].read(kept.audio_name, 0, kept.size))

    def next_alone(self) -> str:
        """The address of a session of anna's that no test has opened yet."""
        return f"{self.address}/ratings/{self.alone.pop(0)}"


def build(home: Path) -> tuple[Flask, list[str]]:
    """The study's home; the ids of anna's own sessions."""
    app = make_app(home)
    with app.app_context():
        store = app.extensions["rater_media"]
        made = store.temp()
        found = ingest([data_folder("audio_samples") / "en-4.mp3"], made)
        audio, peaks = store.put(made), store.put_bytes(found.peaks.to_bytes())
        with writing() as session:
            study = make_study(session)
            study.title = "Homework in telephone CBT"
            make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
            make_person(session, "ben@example.org", (study, Role.RATER), code="R2")
            make_person(session, "rosa@example.org", (study, Role.RESEARCHER))
            sessions = [make_session(session, study, number=number) for number in range(1, SESSIONS + 1)]
            for each in sessions:
                each.rating_code = f"K7M{each.number}"
                made_recording = make_recording(session, each, audio, peaks, size=found.size, mime=found.mime)
                made_recording.duration_s = found.duration_s
            for before, each in pairwise(sessions):
                make_task(session, study, before, each, code=f"HW{each.number}")
            make_task(session, study, sessions[0], sessions[0], code="HW1")
            shared = [make_assignment(session, study, sessions[0], code) for code in ("R1", "R2")]
            alone = [make_assignment(session, study, each, "R1", place=each.number) for each in sessions[1:]]
            session.execute(update(Membership).values(since=LONG_AGO))
            ids = [each.public_id for each in alone]
            assert len(shared) == 2
        db.engine.dispose()
    return app, ids


def build_empty(home: Path, raters: Mapping[str, str] = MappingProxyType({})) -> Flask:
    """The home of a study without sessions, with its coordinator Carla and raters: names by code."""
    app = make_app(home)
    with app.app_context():
        with writing() as session:
            study = make_study(session)
            make_person(session, "carla@example.org", (study, Role.COORDINATOR))
            for code, name in raters.items():
                make_person(session, f"{name}@example.org", (study, Role.RATER), code=code)
            session.execute(update(Membership).values(since=LONG_AGO))
        db.engine.dispose()
    return app


def serve(home: Path, app: Flask, alone: list[str]) -> Iterator[Site]:
    """Serve the home until the caller is done."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from rater.app import main; main()",
        "serve",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env={**os.environ, "RATER_HOME": str(home)}, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/sign-in", server, home / "log")
            yield Site(f"http://127.0.0.1:{port}", app, alone)
        finally:
            server.terminate()
            server.wait(20)
            with app.app_context():
                db.engine.dispose()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=20):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer:\n{log.read_text()}")


KEYS_SEEN = (
    'document.addEventListener("readystatechange", () => localStorage.setItem("rater-keys-seen-" '
    '+ (document.querySelector("meta[name=person-id]")?.content ?? ""), "yes"))'
)
"""For browsers in which the list of keys has been seen already: it opens by itself the first time."""

Seat = Callable[[str], Page]


def sit_down(browser: Browser, site: Site, name: str, faults: list[str]) -> Page:
    """A browser of one's own with a person signed in; `faults` gathers what goes wrong in it."""
    context = patient(browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 900}))
    context.add_init_script(KEYS_SEEN)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 500 else None)
    page.on("request", lambda asked: None if _is_ours(asked.url, site) else faults.append(asked.url))
    sign_in(page, name)
    return page


def _is_ours(address: str, site: Site) -> bool:
    return address.startswith((site.address, "data:", "blob:"))


def sign_in(page: Page, name: str) -> None:
    """Go through the sign-in page, if the page is not past it."""
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def until(page: Page, expression: str, seconds: float = 20) -> None:
    """Wait until a script's expression is true; the page's policy forbids the browser to do this waiting itself."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(100)


def audio(page: Page, what: str) -> float:
    """A number that the page's audio element tells."""
    return float(page.evaluate(f"document.querySelector('audio').{what}"))


def shown(page: Page) -> dict[str, str]:
    """The items that have a point or a code on the page, with it."""
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.item input:checked')].map((on) => [on.name, on.value]))"
    )
    return found


def wait_until_saved(page: Page) -> None:
    """Wait for the quiet line that says that all has arrived."""
    expect(page.locator("[data-part=save-state]")).to_have_text(re.compile(r"saved \d\d:\d\d"))
