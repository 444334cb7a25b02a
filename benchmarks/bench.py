"""What the benchmarks share within one run: a folder, a study with a session-long recording, servers, sign-ins."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

from benchmarks.servers import SENT_BY_NGINX, Missing, bare_server, free_port, nginx_server, rater_server
from benchmarks.table import Row, table

MINUTES = 43.0
RATERS = 20
ITEM = "ghes1"


@dataclass(frozen=True)
class SignedIn:
    """A rater's own session to rate, and the headers with which the rater asks."""

    headers: dict[str, str]
    assignment: str

    @property
    def writing(self) -> dict[str, str]:
        """The headers of a change."""
        return {**self.headers, "Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True)
class Prepared:
    """A study in a home of its own: raters by address, each with one assignment, all of one recording."""

    home: Path
    assignments: dict[str, str]
    recording: str
    audio: Path
    size: int


class Bench:
    """One run. Everything is made when it is first asked for and ends with the block."""

    def __enter__(self) -> Bench:
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="rater-bench-")))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    @cached_property
    def long_mp3(self) -> Path:
        """A recording of 43 minutes, about 20 MB."""
        from audio_samples.long_session import build_long_session

        build_long_session(self.folder / "long.mp3", MINUTES)
        return self.folder / "long.mp3"

    @cached_property
    def study(self) -> Prepared:
        """The study."""
        from benchmarks.study import prepare

        return prepare(self.folder / "home", self.long_mp3, RATERS)

    @cached_property
    def rater(self) -> int:
        """The port of Rater."""
        return self._port(rater_server, self.study.home)

    @cached_property
    def bare(self) -> int:
        """The port of bare Flask."""
        return self._port(bare_server, self._made("bare"))

    @cached_property
    def nginx(self) -> int:
        """The port of nginx, whose root is the media store of Rater in clear."""
        return self._port(nginx_server, self._made("nginx"), self.clear)

    @cached_property
    def clear(self) -> Path:
        """The media store of the study once more, not encrypted."""
        from rater.config import Settings
        from rater.storage.media.store import FileStore, media_store

        store, copy = media_store(Settings(home=self.study.home)), FileStore(self._made("clear"))
        for name in store.names():
            copy.put_bytes(store.read(name, 0, store.size(name)), name)
        return copy.folder

    @cached_property
    def before_rater(self) -> int:
        """The port of nginx before a Rater that leaves the sending of recordings to it; sign-ins hold there too."""
        behind = free_port()
        in_clear = {"RATER_MEDIA_URL": self.clear.as_uri(), "RATER_ENCRYPTION": "0", "RATER_X_ACCEL": SENT_BY_NGINX}
        self._stack.enter_context(rater_server(self.study.home, behind, **in_clear))
        port = free_port()
        folder = self._made("before-rater")
        self._stack.enter_context(nginx_server(folder, self.clear, port, rater=behind))
        return port

    def after(self, rated: int) -> tuple[int, SignedIn]:
        """The port of a Rater of its own, and a rater there who has rated so many sessions and goes on."""
        from benchmarks.study import prepare
        from rater.config import data_folder

        sample = data_folder("audio_samples") / "en-4.mp3"
        made = prepare(self.folder / f"after-{rated}", sample, 1, rated=rated)
        port = self._port(rater_server, made.home)
        return port, sign_in(port, *next(iter(made.assignments.items())))

    @cached_property
    def process(self) -> dict[int, int]:
        """The process id of the server on each port."""
        return {}

    def _port(self, server: Callable[..., AbstractContextManager[int]], *given: Path) -> int:
        port = free_port()
        self.process[port] = self._stack.enter_context(server(*given, port))
        return port

    def _made(self, name: str) -> Path:
        (self.folder / name).mkdir()
        return self.folder / name

    @cached_property
    def raters(self) -> list[SignedIn]:
        """Every rater of the study, signed in over HTTP."""
        return [sign_in(self.rater, email, public_id) for email, public_id in self.study.assignments.items()]


def ask(port: int, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[HTTPResponse, bytes]:
    """One request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response, data


def sign_in(port: int, email: str, public_id: str) -> SignedIn:
    """Sign in as a person would, and open the rating screen for the token that its changes carry."""
    from tests.builders.study import PASSWORD

    response, page = ask(port, "GET", "/sign-in", {})
    cookie = _cookie(response)
    form = urlencode({"email": email, "password": PASSWORD, "csrf_token": _token(page)})
    sent = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    response, _ = ask(port, "POST", "/sign-in", sent, form)
    if response.status != 303:
        raise RuntimeError(f"signing in was answered with {response.status}")
    cookie = _cookie(response)
    response, page = ask(port, "GET", f"/ratings/{public_id}", {"Cookie": cookie})
    return SignedIn({"Cookie": _cookie(response) or cookie, "X-CSRFToken": _token(page)}, public_id)


def _cookie(response: HTTPResponse) -> str:
    return (response.getheader("Set-Cookie") or "").partition(";")[0]


def _token(page: bytes) -> str:
    found = re.search(rb'name="csrf-token" content="([^"]+)"', page)
    if found is None:
        raise RuntimeError("a page carries no token for changes")
    return found[1].decode()


def show(measures: Sequence[Callable[[Bench], list[Row]]]) -> int:
    """Measure in one run and print one table; 2 where something needed is not installed."""
    rows: list[Row] = []
    try:
        with Bench() as bench:
            for measure in measures:
                print(f"{measure.__module__.rpartition('.')[2]} ...", file=sys.stderr, flush=True)
                rows += measure(bench)
    except Missing as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(table(rows))
    return 0


def alone(measure: Callable[[Bench], list[Row]], meaning: str | None) -> int:
    """The command of one benchmark."""
    argparse.ArgumentParser(description=meaning).parse_args()
    return show([measure])
