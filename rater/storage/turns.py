"""Turns at SQLite's one writer, in the order of asking; its own way of waiting lets some wait for ever.

Threads of a process queue among themselves. The one whose turn it is draws a ticket from a file beside the database,
which all processes share: it locks the byte of its ticket and waits until all bytes before it are free. The locks are
the kernel's, so a process that dies gives up its place. They only bring order: what must never happen at once is
still kept apart by SQLite, so where files cannot be locked writers merely wait as SQLite has them wait.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

COUNTER = 8
"""Bytes of the file that count the tickets; ticket n is the byte after n others."""


class NoTurn(Exception):
    """The patience of a writer ended before its turn came."""


class Line:
    """The threads of one process that want to write: first come, first served."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._first: int | None = None

    def enter(self, patience_s: float) -> bool:
        """Wait until all who came earlier have left; False, at once, for a thread that is first already.

        Raises NoTurn after `patience_s`.
        """
        me = threading.get_ident()
        with self._guard:
            if self._first == me:
                return False
            if self._first is None:
                self._first = me
                return True
            place = threading.Lock()
            place.acquire()
            self._waiting.append(place)
        try:
            came = place.acquire(timeout=patience_s)
        except BaseException:
            if not self._step_out(place):
                self.leave()
            raise
        if not came and self._step_out(place):
            raise NoTurn(f"another change took longer than {patience_s:g} s")
        self._first = me
        return True

    def _step_out(self, place: threading.Lock) -> bool:
        """Give up a place in the line; False where its turn has come meanwhile."""
        with self._guard:
            if place not in self._waiting:
                return False
            self._waiting.remove(place)
            return True

    def leave(self) -> None:
        """Let the one who has waited longest be first."""
        with self._guard:
            self._first = _NOBODY if self._waiting else None
            if self._waiting:
                self._waiting.popleft().release()


_NOBODY = -1
"""No thread: the place is promised to one that has not woken up yet."""


class Tickets:
    """The queue of processes at a file. One thread of a process at a time may take and give."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)

    def take(self) -> int:
        """Wait until every process that asked earlier has given its turn back, or has died; the ticket's number.

        Raises OSError where the file cannot be locked.
        """
        fcntl.lockf(self._file, fcntl.LOCK_EX, COUNTER, 0)
        try:
            ticket = int.from_bytes(os.pread(self._file, COUNTER, 0), "little")
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, COUNTER + ticket)
            os.pwrite(self._file, (ticket + 1).to_bytes(COUNTER, "little"), 0)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, COUNTER, 0)
        if ticket:
            fcntl.lockf(self._file, fcntl.LOCK_SH, ticket, COUNTER)
        return ticket

    def give(self) -> None:
        """Let the next process in."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 0, COUNTER)


class Turns:
    """Turns at one database: a line of this process's threads, and tickets among processes where there is a file."""

    def __init__(self, path: Path | None) -> None:
        self._line = Line()
        self._tickets = Tickets(path) if path is not None and sys.platform != "win32" else None

    def take(self, patience_s: float) -> bool:
        """Wait for the turn of this thread; False, at once, where it has it already. Raises NoTurn.

        The patience counts threads of this process; the first of them waits for other processes without end.
        """
        if not self._line.enter(patience_s):
            return False
        try:
            if self._tickets is not None:
                with suppress(OSError):
                    self._tickets.take()
        except BaseException:
            self.give()
            raise
        return True

    def give(self) -> None:
        """End the turn that this process has."""
        if self._tickets is not None:
            with suppress(OSError):
                self._tickets.give()
        self._line.leave()


_TURNS: dict[str, Turns] = {}
_making = threading.Lock()


def turns_at(database: Path) -> Turns:
    """The turns at an SQLite database: the same for all engines that a process makes for the file."""
    path = os.path.realpath(database)
    with _making:
        if path not in _TURNS:
            try:
                _TURNS[path] = Turns(Path(f"{path}-turns"))
            except OSError:
                _TURNS[path] = Turns(None)
        return _TURNS[path]
