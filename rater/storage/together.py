"""Changes that wait for the same turn at SQLite's one writer, kept by one commit.

A commit that outlives a power cut waits for the disk, longer than all that a change writes. So a change that comes
while another of the same process still waits for its turn is written in the same transaction, by the thread that came
first. Each has a savepoint: what fails takes back its own and nothing else. Nobody is answered before the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.exc import OperationalError

from rater.storage.lent import Change
from rater.storage.prepared import run_text

T = TypeVar("T")

MOST = 32
"""Changes in one commit, so that those of other processes need not wait for a crowd."""


class Asked(Generic[T]):
    """One change: what is to be done, and how it ended."""

    def __init__(self, work: Callable[[Change], T]) -> None:
        self._work = work
        self._result: T | None = None
        self.failure: BaseException | None = None
        self.ended = threading.Lock()
        self.ended.acquire()

    def run(self, change: Change) -> None:
        """Do it; what it raises ends the transaction."""
        self._result = self._work(change)

    def run_apart(self, change: Change) -> None:
        """Do it beside others; what it raises is kept for its own answer, and what it wrote is taken back."""
        run_text(change, "SAVEPOINT one_of_many")
        try:
            self._result = self._work(change.beside())
        except Exception as error:  # raised by `answer`, in the thread that asked
            run_text(change, "ROLLBACK TO one_of_many")
            self.failure = error
        run_text(change, "RELEASE one_of_many")

    def answer(self) -> T:
        """What the change gave back, or what it raised."""
        if self.failure is not None:
            raise self.failure
        return cast("T", self._result)


class Together:
    """The changes of one process at one database."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._open: list[Asked[Any]] | None = None

    def do(self, work: Callable[[Change], T], transaction: Callable[[], AbstractContextManager[Change]]) -> T:
        """What `work` gives back, once it is kept; it may run in another thread, in a transaction made there.

        Raises what `work` raises, what `transaction` raises, and OperationalError where the transaction of which
        `work` was a part was not kept.
        """
        asked = Asked(work)
        with self._guard:
            joined = self._open if self._open is not None and len(self._open) < MOST else None
            if joined is None:
                group = self._open = [asked]
            else:
                joined.append(asked)
        if joined is None:
            self._carry(group, transaction)
        else:
            asked.ended.acquire()
        return asked.answer()

    def _carry(self, group: list[Asked[Any]], transaction: Callable[[], AbstractContextManager[Change]]) -> None:
        try:
            with transaction() as change:
                self._close(group)
                for each in group:
                    if len(group) > 1:
                        each.run_apart(change)
                    else:
                        each.run(change)
        except BaseException as error:
            self._close(group)
            group[0].failure = group[0].failure or error
            for each in group[1:]:
                each.failure = each.failure or _not_kept(error)
        finally:
            for each in group[1:]:
                each.ended.release()

    def _close(self, group: list[Asked[Any]]) -> None:
        """Let nobody else join."""
        with self._guard:
            if self._open is group:
                self._open = None


def _not_kept(cause: BaseException) -> OperationalError:
    failure = OperationalError("COMMIT", None, cause)
    failure.__cause__ = cause
    return failure
