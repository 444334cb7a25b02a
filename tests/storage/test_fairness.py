"""Writers take turns in the order of asking, over threads and processes; one that dies gives up its place."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from rater.storage import database
from rater.storage.database import db, reading, writing
from rater.storage.models import Study
from rater.storage.turns import Line, NoTurn, Tickets, Turns, turns_at
from tests.builders.study import make_study

PROCESSES, THREADS, TIMES = 3, 4, 12
WRITER = """
import os, sys, threading, time
from pathlib import Path
from rater.storage.turns import Tickets, Turns

folder, threads, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
journal = os.open(folder / "journal", os.O_WRONLY | os.O_APPEND)

class Telling(Tickets):
    def take(self):
        ticket = super().take()
        os.write(journal, f"has {os.getpid()} {ticket}\\n".encode())
        time.sleep(0.001)
        return ticket

    def give(self):
        os.write(journal, f"gives {os.getpid()} -\\n".encode())
        super().give()

turns = Turns(None)
turns._tickets = Telling(folder / "turns")

def write():
    for _ in range(times):
        turns.take(60)
        turns.give()

print("ready", flush=True)
sys.stdin.readline()
ours = [threading.Thread(target=write) for _ in range(threads)]
[each.start() for each in ours]
[each.join() for each in ours]
"""


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_processes_go_in_the_order_of_asking(tmp_path: Path) -> None:
    (tmp_path / "journal").touch()
    writers = [started(WRITER, tmp_path, THREADS, TIMES) for _ in range(PROCESSES)]
    for each in writers:
        go(each)
    assert [each.wait(120) for each in writers] == [0] * PROCESSES
    journal = [line.split() for line in (tmp_path / "journal").read_text().splitlines()]
    for has, gives in zip(journal[::2], journal[1::2], strict=True):
        assert (has[0], gives[0], has[1]) == ("has", "gives", gives[1]), "two had the turn at once"
    # A process has one ticket at a time, so nobody is passed over by more than one turn of each other process.
    assert [int(has[2]) for has in journal[::2]] == list(range(PROCESSES * THREADS * TIMES))


def test_control_the_busy_handler_passes_over_who_has_waited(tmp_path: Path) -> None:
    """SQLite's own way of waiting: one who sleeps is passed over by many turns of one who comes and goes."""
    path = tmp_path / "x.sqlite"
    sqlite3.connect(path).execute("PRAGMA journal_mode=WAL")
    assert max(_passed_over(path) for _ in range(5)) > PROCESSES


def _passed_over(path: Path) -> int:
    """How many turns another one has while somebody waits in the busy handler."""
    came = threading.Event()

    def sleeper() -> None:
        waiting = sqlite3.connect(path, isolation_level=None, timeout=30)
        waiting.execute("BEGIN IMMEDIATE")
        came.set()
        waiting.execute("COMMIT")
        waiting.close()

    busy = sqlite3.connect(path, isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    thread = threading.Thread(target=sleeper)
    thread.start()
    time.sleep(0.3)
    turns = 0
    while not came.is_set() and turns < 50:
        busy.execute("COMMIT")
        busy.execute("BEGIN IMMEDIATE")
        turns += 1
    busy.execute("COMMIT")
    busy.close()
    thread.join(30)
    return turns


def test_a_line_is_first_come_first_served() -> None:
    line, order = Line(), []
    line.enter(1)

    def join(name: int) -> None:
        line.enter(30)
        order.append(name)
        line.leave()

    threads = [threading.Thread(target=join, args=(each,)) for each in range(8)]
    for count, each in enumerate(threads, 1):
        each.start()
        until(lambda count=count: len(line._waiting) == count)
    line.leave()
    for each in threads:
        each.join(30)
    assert order == list(range(8))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_patience_ends_and_leaves_the_line_whole() -> None:
    line = Line()
    line.enter(1)
    failed: list[NoTurn] = []

    def impatient() -> None:
        try:
            line.enter(0.02)
        except NoTurn as error:
            failed.append(error)

    thread = threading.Thread(target=impatient)
    thread.start()
    thread.join(30)
    assert len(failed) == 1
    line.leave()
    assert line.enter(0.01)


HOLDER = """
import sys, time
from pathlib import Path
from rater.storage.turns import Turns
Turns(Path(sys.argv[1])).take(5)
print("ready", flush=True)
time.sleep(600)
"""
WAITER = HOLDER.replace(
    'Turns(Path(sys.argv[1])).take(5)\nprint("ready", flush=True)',
    """
print("ready", flush=True)
Turns(Path(sys.argv[1])).take(5)
""",
)


def test_who_is_killed_gives_up_the_turn_and_the_place_in_the_queue(tmp_path: Path) -> None:
    path = tmp_path / "turns"
    holder = started(HOLDER, path)
    waiter = started(WAITER, path)
    until(lambda: int.from_bytes(path.read_bytes(), "little") == 2)
    turn, had = Turns(path), threading.Event()
    thread = threading.Thread(target=lambda: (turn.take(5), had.set()), daemon=True)
    thread.start()
    until(lambda: int.from_bytes(path.read_bytes(), "little") == 3)
    waiter.send_signal(signal.SIGKILL)
    waiter.wait(30)
    assert not had.wait(0.2), "the place of one that died in the queue let two in at once"
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    assert had.wait(30)
    for each in (holder, waiter):
        assert each.stdin is not None
        assert each.stdout is not None
        each.stdin.close()
        each.stdout.close()


def test_a_file_that_cannot_be_locked_leaves_the_order_to_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Tickets) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(Tickets, "take", fails)
    turns = Turns(tmp_path / "turns")
    assert turns.take(1)
    turns.give()
    assert turns_at(tmp_path / "no" / "such" / "folder").take(1)


def test_a_change_within_a_change_fails_instead_of_waiting_for_itself(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database.PRAGMAS, "busy_timeout", 50)
    with sqlite_app.app_context():
        db.engine.dispose()
        with writing() as outer:
            make_study(outer)
            with sqlite_app.app_context(), pytest.raises(OperationalError), writing() as inner:
                make_study(inner, "other")
        with reading() as session:
            assert session.scalars(select(Study.slug)).all() == ["pilot"]


@pytest.mark.parametrize("ends", ["committed", "rolled back"])
def test_the_turn_ends_with_the_transaction(sqlite_app: Flask, ends: str) -> None:
    with sqlite_app.app_context():
        for slug in ("one", "two"):
            try:
                with writing() as session:
                    make_study(session, slug)
                    assert turns_of(sqlite_app)._line._first == threading.get_ident()
                    if ends == "rolled back":
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
            assert turns_of(sqlite_app)._line._first is None


def turns_of(app: Flask) -> Turns:
    return turns_at(Path(db.engine.url.database or ""))


def test_a_change_that_waits_too_long_is_a_fault_of_the_database(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_S", 0.05)
    with sqlite_app.app_context():
        turns = turns_of(sqlite_app)
        other = threading.Thread(target=turns.take, args=(5,))
        other.start()
        other.join()
        with pytest.raises(OperationalError), writing() as session:
            make_study(session)
        turns.give()
        with writing() as session:
            make_study(session)


def test_reading_takes_no_turn(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), reading() as session:
        session.scalars(select(Study)).all()
        assert turns_of(sqlite_app)._line._first is None


def test_the_queue_at_the_file_is_counted(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "turns")
    for _ in range(3):
        turns.take(1)
        turns.give()
    assert int.from_bytes((tmp_path / "turns").read_bytes(), "little") == 3
    assert os.stat(tmp_path / "turns").st_mode & 0o777 == 0o600
