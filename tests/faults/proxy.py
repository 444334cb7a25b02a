"""A proxy that does to saved changes what networks do: it loses, cuts, delays, doubles and reorders them, by seed."""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

SAVES = re.compile(rb"/ratings/[^/]+/(items|notes|homework|other-tasks|difficulties|listening)\b")
PATIENCE_S = 20
LONGEST_DELAY_S = 0.5
HOLD_BACK_S = (0.5, 4.0)
CLOSED_S = (0.05, 0.4)


class Fate(StrEnum):
    """What happens to a request that saves something."""

    PASSED = "passed"
    REFUSED = "refused"
    DROPPED = "dropped"
    ANSWER_LOST = "answer lost"
    ANSWER_CUT = "answer cut"
    UNAVAILABLE = "answered 503"
    BAD_GATEWAY = "done and answered 502"
    DELAYED = "delayed"
    DOUBLED = "sent twice"
    HELD_BACK = "held back"
    KILLED = "server killed"
    SERVER_AWAY = "server away"


WEIGHTS = {
    Fate.PASSED: 50,
    Fate.REFUSED: 4,
    Fate.DROPPED: 6,
    Fate.ANSWER_LOST: 8,
    Fate.ANSWER_CUT: 6,
    Fate.UNAVAILABLE: 4,
    Fate.BAD_GATEWAY: 4,
    Fate.DELAYED: 8,
    Fate.DOUBLED: 6,
    Fate.HELD_BACK: 4,
}


@dataclass
class Asked:
    """One request as it came from the browser, made to end its connection."""

    head: bytes
    body: bytes

    @property
    def saves(self) -> bool:
        """Whether it is one of the requests that are mistreated."""
        line = self.head.split(b"\r\n", 1)[0]
        return not line.startswith((b"GET ", b"HEAD ")) and bool(SAVES.search(line))

    @property
    def operation(self) -> str | None:
        """The client's id of the change."""
        try:
            return str(json.loads(self.body)["op"])
        except (ValueError, KeyError, TypeError):
            return None

    @property
    def wire(self) -> bytes:
        """What the server is sent."""
        return self.head + b"\r\n\r\n" + self.body


def as_another_change(asked: Asked) -> Asked:
    """The same request under ids that the server has not seen: what a replay would be without client-made ids."""
    fresh = random.randbytes(16).hex()
    line, rest = asked.head.split(b"\r\n", 1)
    line = re.sub(rb"(/notes/)[0-9a-f]{32}", rb"\g<1>" + fresh.encode(), line)
    body = json.dumps({**json.loads(asked.body), "op": fresh}).encode()
    rest = re.sub(rb"(?i)(content-length: )\d+", rb"\g<1>" + str(len(body)).encode(), rest)
    return Asked(line + b"\r\n" + rest, body)


def read_request(browser: socket.socket) -> Asked | None:
    """The next request on a connection; None where the browser has closed it. One connection carries one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = browser.recv(65536)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    while len(body) < int(length[1] if length else 0):
        more = browser.recv(65536)
        if not more:
            return None
        body += more
    return Asked(re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head) + b"\r\nConnection: close", body)


def _break(connection: socket.socket) -> None:
    """Reset the connection, so that the other end sees a fault and not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _answer(connection: socket.socket, status: str) -> None:
    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


@dataclass
class Proxy:
    """Listens on a free port in front of a server of this machine; `faults` turns the mistreatment on and off.

    The fate of the n-th save follows from the seed and n; `weights` may hold a single fate. `kill` is what the fate
    KILLED does to the server. `doubles_as_another` is a control: doubled requests come under fresh ids.
    """

    target: int
    seed: int = 1
    weights: dict[Fate, int] = field(default_factory=lambda: dict(WEIGHTS))
    doubles_as_another: bool = False
    kill: Callable[[], None] = lambda: None
    faults: bool = False
    fates: Counter[Fate] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    _held: list[threading.Timer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _saves: int = 0

    def __post_init__(self) -> None:
        self._open = True
        self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where browsers go."""
        return f"http://127.0.0.1:{self.port}"

    def calm(self) -> None:
        """End the faults, and wait until all that was held back has been sent."""
        self.faults = False
        for timer in self._held:
            timer.join(PATIENCE_S)

    def stop(self) -> None:
        """Listen no more."""
        self._open = False
        self.calm()
        self._listener.close()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        listener.settimeout(0.2)
        return listener

    def _accept(self) -> None:
        while self._open:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                if self._listener.fileno() < 0:
                    time.sleep(0.02)
                continue
            browser.settimeout(PATIENCE_S)
            threading.Thread(target=self._attend, args=(browser,), daemon=True).start()

    def _attend(self, browser: socket.socket) -> None:
        with browser:
            try:
                asked = read_request(browser)
                if asked is not None:
                    self._meet(browser, asked)
            except OSError:
                pass

    def _meet(self, browser: socket.socket, asked: Asked) -> None:
        if not asked.saves:
            self._pass(browser, asked)
            return
        with self._lock:
            self._saves += 1
            chance = random.Random(f"{self.seed}-{self._saves}")
            fate = chance.choices([*self.weights], [*self.weights.values()])[0] if self.faults else Fate.PASSED
            self.fates[fate] += 1
            if asked.operation:
                self.operations[asked.operation] += 1
        self._mistreat(browser, asked, fate, chance)

    def _mistreat(self, browser: socket.socket, asked: Asked, fate: Fate, chance: random.Random) -> None:
        match fate:
            case Fate.PASSED:
                self._pass(browser, asked)
            case Fate.REFUSED:
                _break(browser)
                self._refuse_for(chance.uniform(*CLOSED_S))
            case Fate.DROPPED:
                _break(browser)
            case Fate.UNAVAILABLE:
                _answer(browser, "503 Service Unavailable")
            case Fate.ANSWER_LOST:
                self._ask(asked)
                _break(browser)
            case Fate.ANSWER_CUT:
                answer = self._ask(asked)
                browser.sendall(answer[: chance.randrange(len(answer)) if answer else 0])
                _break(browser)
            case Fate.BAD_GATEWAY:
                self._ask(asked)
                _answer(browser, "502 Bad Gateway")
            case Fate.DELAYED:
                time.sleep(chance.uniform(0, LONGEST_DELAY_S))
                self._pass(browser, asked)
            case Fate.DOUBLED:
                again = threading.Thread(target=self._ask, args=(self._double(asked),))
                again.start()
                self._pass(browser, asked)
                again.join(PATIENCE_S)
            case Fate.HELD_BACK:
                self._hold_back(asked, chance.uniform(*HOLD_BACK_S))
                _break(browser)
            case Fate.KILLED:
                self._ask(asked, then=self.kill)
                _break(browser)
            case _:
                raise AssertionError(fate)

    def _double(self, asked: Asked) -> Asked:
        return as_another_change(asked) if self.doubles_as_another else asked

    def _hold_back(self, asked: Asked, seconds: float) -> None:
        timer = threading.Timer(seconds, self._ask, (asked,))
        timer.daemon = True
        self._held.append(timer)
        timer.start()

    def _refuse_for(self, seconds: float) -> None:
        with self._lock:
            if self._listener.fileno() < 0:
                return
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        time.sleep(seconds)
        while self._open and self._listener.fileno() < 0:
            try:
                self._listener = self._listen(self.port)
            except OSError:
                time.sleep(0.02)

    def _ask(self, asked: Asked, then: Callable[[], None] = lambda: None) -> bytes:
        """The server's whole answer, or what there is of it; `then` is done when the server has the request."""
        try:
            with socket.create_connection(("127.0.0.1", self.target), PATIENCE_S) as server:
                server.sendall(asked.wire)
                then()
                return b"".join(iter(lambda: server.recv(65536), b""))
        except OSError:
            return b""

    def _pass(self, browser: socket.socket, asked: Asked) -> None:
        """Hand the request on and the answer back as it comes; a server that is away is a bad gateway."""
        begun = False
        try:
            with socket.create_connection(("127.0.0.1", self.target), PATIENCE_S) as server:
                server.sendall(asked.wire)
                for piece in iter(lambda: server.recv(65536), b""):
                    begun = True
                    browser.sendall(piece)
        except OSError:
            _break(browser)
        if not begun:
            with self._lock:
                self.fates[Fate.SERVER_AWAY] += 1
            _answer(browser, "502 Bad Gateway")
