"""A served study whose server can be killed at any moment and started again on the same port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import update

from rater.storage.database import db, writing
from rater.storage.models import SignIn
from tests.journeys.site import LONG_AGO, build

PATIENCE_S = 60


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Served:
    """The study's home and its server; `alone` holds the ids of anna's own sessions, `kills` counts."""

    home: Path
    app: Flask
    alone: list[str]
    port: int = field(default_factory=free_port)
    kills: int = 0
    _server: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        """Start the server; with `wait` until it answers."""
        command = [sys.executable, "-c", "from rater.app import main; main()", "serve"]
        with (self.home / "log").open("a") as log:
            self._server = subprocess.Popen(
                [*command, "--port", str(self.port), "--workers", "1"],
                env={**os.environ, "RATER_HOME": str(self.home)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until the server answers."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self._server is not None and self._server.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=5):
                    return
            except HTTPError:
                return
            except (URLError, OSError):
                time.sleep(0.1)
        pytest.fail(f"the server did not answer:\n{(self.home / 'log').read_text()}")

    def kill(self) -> None:
        """SIGKILL to all of its processes: nothing of it runs another instruction."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait(20)
        self.kills += 1

    def stop(self) -> None:
        """End it in order."""
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        with self.app.app_context():
            db.engine.dispose()

    def processes(self) -> list[int]:
        """The ids of all processes of the server."""
        assert self._server is not None
        ids = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
        return [each for each in ids if _group(each) == self._server.pid]

    def sign_everybody_out(self) -> None:
        """End all sign-ins, as time does."""
        with self.app.app_context(), writing() as session:
            session.execute(update(SignIn).values(ended_at=LONG_AGO))


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """A study, served until the caller is done."""
    app, alone = build(home)
    place = Served(home, app, alone)
    place.start()
    try:
        yield place
    finally:
        place.stop()
