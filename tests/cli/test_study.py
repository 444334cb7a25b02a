"""`rater study settings`: prints, changes, refuses, and leaves a trace of what has changed alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db
from rater.storage.models import AuditEvent
from tests.builders.command import Command, new_study

AS_MADE = {"rate_at_end": "off", "heard_share": 0.9, "concern_person": None, "concern_contact": ""}


def make_pilot(home: Path) -> Command:
    """A study with a coordinator, and somebody who takes no part in it."""
    made = new_study(home, slug="pilot")
    made("user", "add", "mara@example.org", "--name", "Mara Lind", "--role", "pilot:coordinator")
    made("user", "add", "tom@example.org", "--name", "Tom Else")
    return made


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return make_pilot(tmp_path / "home")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return make_pilot(tmp_path_factory.mktemp("study") / "home")


def changes(rater: Command) -> list[dict[str, Any]]:
    """What the audit says of changed settings."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url))
    with app.app_context():
        found = list(db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "study.set")))
        db.session.remove()
        db.engine.dispose()
    return found


def test_settings_are_printed_and_changed_one_by_one(rater: Command) -> None:
    assert rater("study", "settings", "pilot", "--json").json == AS_MADE
    said = rater("study", "settings", "pilot", "--rate-at-end", "require", "--heard-share", "0.75")
    assert said.out.split() == [
        "rate-at-end",
        "require",
        "heard-share",
        "0.75",
        "concern-person",
        "-",
        "concern-contact",
        "-",
    ]
    named = ("--concern-person", "Mara@example.org", "--concern-contact", " 030 123 456 ")
    changed = rater("study", "settings", "pilot", *named, "--json").json
    assert changed == {
        "rate_at_end": "require",
        "heard_share": 0.75,
        "concern_person": "mara@example.org",
        "concern_contact": "030 123 456",
    }
    assert rater("study", "settings", "pilot", "--concern-person", "", "--json").json["concern_person"] is None


def test_the_trace_names_what_has_changed(rater: Command) -> None:
    rater("study", "settings", "pilot", "--rate-at-end", "advise")
    rater("study", "settings", "pilot", "--rate-at-end", "advise", "--heard-share", "0.9")
    rater("study", "settings", "pilot")
    assert changes(rater) == [{"rate_at_end": "advise"}]


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        (("--rate-at-end", "always"), ["--rate-at-end"]),
        (("--heard-share", "0"), ["--heard-share"]),
        (("--heard-share", "90"), ["--heard-share"]),
        (("--heard-share", "nan"), ["--heard-share"]),
        (("--concern-person", "tom@example.org"), ["--concern-person"]),
        (("--concern-person", "nobody@example.org"), ["--concern-person"]),
        (("--concern-contact", "1" * 501), ["--concern-contact"]),
        (("--concern-contact", "030\n123"), ["--concern-contact"]),
        (("--rate-at-end", "x", "--heard-share", "2"), ["--rate-at-end", "--heard-share"]),
    ],
)
def test_what_cannot_be_set_is_refused_whole(untouched: Command, options: tuple[str, ...], columns: list[str]) -> None:
    refused = untouched("study", "settings", "pilot", *options, "--json", expect=2)
    assert [column for _, _, column in refused.errors] == columns
    assert untouched("study", "settings", "pilot", "--json").json == AS_MADE
    assert changes(untouched) == []


def test_a_study_that_is_not_there_is_named(untouched: Command) -> None:
    assert "Studies here: pilot" in untouched("study", "settings", "plot", "--rate-at-end", "off", expect=2).err
