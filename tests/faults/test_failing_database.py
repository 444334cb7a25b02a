"""A full disk, a database that is locked: the rater is told what is kept where, and all arrives when it is over."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.faults.desk import Desk
from tests.faults.edits import Edit
from tests.faults.proxy import Proxy
from tests.faults.served import Served, served
from tests.faults.truth import Truth, found, judge

pytestmark = pytest.mark.browser
GIVEN = [Edit("point", "ghes1", "3"), Edit("point", "sta1", "1"), Edit("difficulty", "lack_of_time", True)]
WRITTEN = Edit("note", value="said while the disk was full")


@contextmanager
def full_disk(place: Served) -> Iterator[None]:
    """No file of the server's may grow any further, as on a full disk."""
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in place.processes()}
    for pid, (_, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


@contextmanager
def read_only_tables(place: Served) -> Iterator[None]:
    """Every write of an audit event, and so every change, fails in the database."""
    with sqlite3.connect(place.home / "rater.sqlite") as connection:
        connection.execute(
            "CREATE TRIGGER no_writing BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'read-only'); END"
        )
    connection.close()
    try:
        yield
    finally:
        with sqlite3.connect(place.home / "rater.sqlite") as connection:
            connection.execute("DROP TRIGGER no_writing")
        connection.close()


@contextmanager
def locked(place: Served) -> Iterator[None]:
    """Somebody else holds the database's write lock for longer than the server waits."""
    connection = sqlite3.connect(place.home / "rater.sqlite", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.mark.parametrize("fault", [full_disk, read_only_tables, locked])
def test_what_the_database_cannot_take_is_kept_and_arrives_later(
    browser: Browser, tmp_path: Path, fault: Callable[[Served], AbstractContextManager[None]]
) -> None:
    truth = Truth()
    with served(tmp_path) as place:
        proxy = Proxy(place.port)
        desk = Desk(browser, place, proxy)
        desk.open(place.alone.pop(0))
        with fault(place):
            for edit in (*GIVEN, WRITTEN):
                assert desk.make(edit)
            expect(desk.page.locator("[data-part=banners]")).to_contain_text("kept on this computer", timeout=25_000)
            assert found(place.app, desk.rating).values == {}
        desk.settle()
        for edit in GIVEN:
            truth.give(edit.kind, edit.name, edit.value)
        truth.notes.add(WRITTEN.value)
        verdict = judge(truth, found(place.app, desk.rating))
        assert (verdict.lost, verdict.doubled, desk.script_errors) == ([], [], [])
        desk.leave()
        proxy.stop()
