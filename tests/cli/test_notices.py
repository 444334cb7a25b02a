"""`rater notices`, and a worker whose mail settings are wrong or whose mail server is away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.app import create_app
from rater.config import Settings
from rater.people.operations import person_by_email, set_password
from rater.storage.database import db, reading, writing
from rater.storage.models import Job, Mail, Study
from rater.storage.queries.jobs import ask
from rater.terms import COMMAND_LINE, JobState
from tests.builders.command import Command, new_study
from tests.builders.study import PASSWORD
from tests.notices.post_office import free_port, post_office

SERVER = ("RATER_SMTP_URL", "RATER_MAIL_FROM")


@contextmanager
def inside(rater: Command, *, write: bool = False) -> Iterator[Session]:
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url))
    with app.app_context():
        with writing() if write else reading() as session:
            yield session
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def rater(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Anna rates in the study and has an unread message; Tom was invited and has not come yet."""
    for name in SERVER:
        monkeypatch.delenv(name, raising=False)
    made = new_study(tmp_path / "home", slug="pilot")
    made("user", "add", "anna@example.org", "--name", "Anna", "--role", "pilot:rater", "--code", "R1")
    made("user", "add", "tom@example.org", "--name", "Tom", "--role", "pilot:rater", "--code", "R2")
    made("message", "send", "pilot", "Please begin")
    with inside(made, write=True) as session:
        anna = person_by_email(session, "anna@example.org")
        assert anna is not None
        set_password(session, COMMAND_LINE, anna, PASSWORD, now=datetime.now(UTC))
    return made


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in zip(SERVER, (url, "rater@example.org"), strict=True):
        monkeypatch.setenv(name, value)


def test_mails_are_listed_then_sent_once_a_day(rater: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with post_office() as office:
        use(monkeypatch, f"smtp://127.0.0.1:{office.port}")
        assert rater("notices", "send", "--dry-run").out == "anna@example.org  1\n"
        assert office.mails == []
        assert rater("notices", "send").out == "sent: 1\n"
        assert rater("notices", "send").out == "sent: 0\n"
        assert rater("notices", "send", "--dry-run").out == ""
    ((recipients, mail),) = office.mails
    assert recipients == ["anna@example.org"]
    assert "Unread messages: 1" in mail.get_content()


def test_a_server_that_is_away_is_tried_again_later(rater: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, f"smtp://127.0.0.1:{free_port()}")
    assert rater("notices", "send").out == "sent: 0\n"
    with inside(rater) as session:
        (mail,) = session.scalars(select(Mail))
        assert (mail.state, mail.attempts) == ("waiting", 1)
        assert mail.next_try_at > datetime.now(UTC)


def test_a_trial_goes_out_or_says_why_not(rater: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Set RATER_SMTP_URL" in rater("notices", "test", "anna@example.org", expect=2).err
    with post_office(refused="gone@example.org") as office:
        use(monkeypatch, f"smtp://127.0.0.1:{office.port}")
        assert rater("notices", "test", "anna@example.org").out == "sent to anna@example.org\n"
        assert "did not take the mail" in rater("notices", "test", "gone@example.org", expect=2).err
        assert "is no e-mail address" in rater("notices", "test", "anna@example.org, b@example.org", expect=2).err
        assert len(office.mails) == 1
    assert "did not take the mail" in rater("notices", "test", "anna@example.org", expect=2).err, "the server is away"


@pytest.mark.parametrize("command", [("send",), ("test", "anna@example.org")])
def test_wrong_settings_are_a_fault_of_one_line(
    rater: Command, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    use(monkeypatch, "http://mail.example.org")
    said = rater("notices", *command, expect=2).err
    assert said.startswith("error: RATER_SMTP_URL is no address of a mail server")
    assert said.count("\n") == 1
    with inside(rater) as session:
        assert session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://127.0.0.1:{port}"])
def test_the_worker_goes_on_with_its_other_work(rater: Command, url: str) -> None:
    """The settings cannot be used, which is said once; or the server is away, which passes."""
    with inside(rater, write=True) as session:
        study = session.scalars(select(Study)).one()
        ask(session, COMMAND_LINE, study.id, "reliability", now=datetime.now(UTC), wave="main", seed=1)
    mail = dict(zip(SERVER, (url.format(port=free_port()), "rater@example.org"), strict=True))
    environ = {**os.environ, **mail, "RATER_HOME": str(rater.home), "RATER_DIGEST_HOUR": "0"}
    environ.pop("RATER_DATABASE_URL", None)
    command = [sys.executable, "-c", "from rater.app import main; main()", "jobs", "work"]
    worker = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 90
        while not ended(rater) and time.monotonic() < deadline:
            assert worker.poll() is None, worker.communicate()
            time.sleep(1)
        assert ended(rater)
        assert worker.poll() is None
    finally:
        worker.terminate()
        _, said = worker.communicate(timeout=20)
    assert said.count("RATER_SMTP_URL is no address of a mail server") == url.startswith("http"), said


def ended(rater: Command) -> bool:
    with inside(rater) as session:
        return session.scalars(select(Job.state)).one() == JobState.DONE
