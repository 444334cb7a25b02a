"""A listener or a rater at the other end of a connection: lean, so that the server is what is measured.

As a command it reads a job (JSON) from stdin, waits for the job's starting moment, repeats one kind of request over one
kept-alive connection, and prints how many were answered in how many seconds, with each one's time for saves.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

LEAD_S = 0.6


class Connection:
    """One HTTP/1.1 connection that is kept alive; answers must tell their Content-Length."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.room = memoryview(bytearray(2 * 1024 * 1024))

    def ask(self, request: bytes) -> tuple[int, memoryview]:
        """Send a request; the answer's status and body, which is valid until the next request."""
        self.socket.sendall(request)
        filled, body, length = 0, -1, 0
        while body < 0 or filled < body + length:
            got = self.socket.recv_into(self.room[filled:])
            if not got:
                raise ConnectionError("the server closed the connection")
            filled += got
            if body < 0 and (end := bytes(self.room[: min(filled, 8192)]).find(b"\r\n\r\n")) >= 0:
                body, length = end + 4, _length(bytes(self.room[:end]))
        return int(bytes(self.room[9:12])), self.room[body : body + length]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("the answer does not tell its length")


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def ranges(job: dict[str, Any]) -> Callable[[Connection], None]:
    """Ranges of `length` bytes from random places of a file of `size` bytes."""
    chance, length, size = random.Random(job["seed"]), job["length"], job["size"]

    def one(connection: Connection) -> None:
        start = chance.randrange(size - length)
        headers = {**job["headers"], "Range": f"bytes={start}-{start + length - 1}"}
        status, body = connection.ask(request_bytes("GET", job["path"], headers))
        if status != 206 or len(body) != length:
            raise ValueError(f"{status} with {len(body)} bytes where 206 with {length} was due")

    return one


def saves(job: dict[str, Any]) -> Callable[[Connection], None]:
    """The change of one point, as the rating screen sends it; the value changes each time."""
    state = {"seen": 0, "value": 0}

    def one(connection: Connection) -> None:
        state["value"] = (state["value"] + 1) % 5
        body = {"value": state["value"], "missing_code": None, "seen": state["seen"], "op": str(uuid.uuid4())}
        status, answer = connection.ask(request_bytes("PUT", job["path"], job["headers"], json.dumps(body).encode()))
        if status == 409:
            state["seen"] = json.loads(bytes(answer))["current"]["version"]
        elif status == 200:
            state["seen"] = json.loads(bytes(answer)).get("version")
        else:
            raise ValueError(f"{status}: {bytes(answer[:200])!r}")

    return one


def least(job: dict[str, Any]) -> Callable[[Connection], None]:
    """The least that a durable save can cost: a request that does nothing, and a bare transaction of one row.

    One after the other in one loop, since a disk that is asked without a pause confirms in a third of the time.
    """
    import sqlite3

    database = sqlite3.connect(job["database"], isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS point (id INTEGER PRIMARY KEY, item TEXT, value REAL)")
    ask = saves(job)

    def one(connection: Connection) -> None:
        ask(connection)
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO point (item, value) VALUES (?, ?)", ("item", 1.0))
        database.execute("COMMIT")

    return one


KINDS = {"ranges": ranges, "saves": saves, "least": least}


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job: one request to warm up, then as many as fit into its seconds."""
    one = KINDS[job["kind"]](job)
    connection = Connection(job["port"])
    for _ in range(3):
        one(connection)
    time.sleep(max(0.0, job["begin"] - time.monotonic()))
    start = last = time.perf_counter()
    taken: list[float] = []
    while last - start < job["seconds"]:
        one(connection)
        now = time.perf_counter()
        taken.append(now - last)
        last = now
    return {"count": len(taken), "elapsed_s": last - start, "taken_s": [] if job["kind"] == "ranges" else taken}


def together(jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """All jobs at once, each in a process of its own, begun at the same moment; their answers."""
    begin = time.monotonic() + LEAD_S
    clients = [
        subprocess.Popen([sys.executable, "-S", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in jobs
    ]
    for client, job in zip(clients, jobs, strict=True):
        assert client.stdin is not None
        client.stdin.write(json.dumps({**job, "begin": begin}))
        client.stdin.close()
        client.stdin = None
    answers = [client.communicate()[0] for client in clients]
    if any(client.returncode for client in clients):
        raise RuntimeError("a client of the benchmark failed; its words are above")
    return [json.loads(each) for each in answers]


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
