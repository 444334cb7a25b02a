"""A dataset that is being made tells how far it has come, on its page and to the worker's queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import Context
from typing import Any

import pytest
from flask import Flask

from rater import jobs
from rater.config import Settings
from rater.exports import bundle
from rater.exports.operations import ask_export
from rater.exports.operations.freezing import ask_freeze
from rater.storage.database import reading, writing
from rater.storage.models import Job
from rater.storage.queries.jobs import by_public_id
from rater.terms import Actor, JobState
from tests.builders.study import NOON
from tests.exports.test_operations import people
from tests.web.world import World

Told = list[tuple[int, int]]


def work(app: Flask) -> None:
    settings: Settings = app.extensions["rater_settings"]
    while jobs.run_next(settings, lambda: NOON):
        pass


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is told of progress, each time that it may be."""
    found: Told = []
    before = jobs.queue.tell_progress

    def tell(session: Any, job_id: int, done: int, total: int, **given: Any) -> None:
        found.append((done, total))
        before(session, job_id, done, total, **given)

    monkeypatch.setattr(jobs.queue, "tell_progress", tell)
    monkeypatch.setattr(jobs, "TELL_EVERY_S", 0)
    return found


def tables(job: Job | None) -> int:
    """How many tables the finished dataset holds."""
    assert job is not None
    assert (job.state, job.fault) == (JobState.DONE, None)
    return sum(each["name"].endswith(".csv") for each in (job.result or {})["files"])


def ask(actor: Actor, freeze: str = "") -> str:
    with writing() as session:
        return ask_export(session, actor, "pilot", freeze=freeze, now=NOON).public_id


@pytest.mark.parametrize("freeze", ["", "paper-1"])
def test_every_table_is_told_and_the_result_is_that_of_a_quiet_job(app: Flask, told: Told, freeze: str) -> None:
    """On both databases, while the job's own transaction reads; with time between, only the first is told."""
    researcher, *_ = people(app)
    with app.app_context():
        if freeze:
            with writing() as session:
                ask_freeze(session, researcher, "pilot", freeze, "", now=NOON)
            work(app)
        public_id = ask(researcher, freeze)
        work(app)
        with reading() as session:
            count = tables(by_public_id(session, public_id))
        assert count > 20
        assert told == [(done, count) for done in range(count + 1)]
        told.clear()
        jobs.TELL_EVERY_S = 3600
        ask(researcher, freeze)
        work(app)
    assert told == [(0, count)]


def test_the_page_shows_it_while_the_job_works_and_not_afterwards(
    world: World, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is asked for outside the worker's context, so that it has a session of its own."""
    rosa = world.visitors["rosa"]
    address = rosa.ask("POST", "/studies/pilot/exports", form={}).location
    pages: list[str] = []
    before = bundle.write_table

    def write(*given: Any) -> Sequence[Any]:
        pages.append(Context().run(lambda: rosa.ask("GET", address).text))
        return before(*given)

    monkeypatch.setattr(bundle, "write_table", write)
    with world.app.app_context():
        work(world.app)
    shown = [re.findall(r'aria-valuemax="(\d+)" aria-valuenow="(\d+)"', page) for page in pages]
    total = str(len(pages))
    assert shown == [[(total, str(done))] for done in range(len(pages))]
    assert "Tables written" in pages[0]
    assert 'role="progressbar"' not in rosa.ask("GET", address).text
