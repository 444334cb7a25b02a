"""`rater study`: settings are printed, changed and refused, one by one or as a file, and leave a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings, data_folder
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
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
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


SET = """title: "Übung: zwei"
phases: "1-3,4-"
double_rate: 0.25
rate_at_end: "require"
heard_share: 0.75
concern:
  person: "mara@example.org"
  contact: "030 123 456"
min_valid:
  ghes:
    GHES: 6
gate:
  required: true
  statistic: "within_one"
  unit: "score"
  threshold: 0.9
  minimum_sessions: 6
  use_lower_limit: false
  recertify_months: null
drift:
  weeks: 3
  sigma: 3.0
  smallest_shift: 0.25
  least_ratings: 5
discrepancy: 1.5
analysis_rule: "consensus"
consent:
  version: "2"
  text: "Agreed.\\nTwice."
retention:
  study_ends: "2027-12-31"
  months: 120
  originals: "Shredded"
"""


def test_what_show_prints_is_taken_by_apply_and_printed_again_the_same(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(SET, encoding="utf-8")
    assert "changed: title, phases, rate_at_end" in rater("study", "apply", "pilot", file).out
    shown = rater("study", "show", "pilot").out
    fixed = 'study: "pilot"  # stays\nkind: "research"  # stays\nscales: ["ghes@1", "sthar@1", "phq9@1"]  # stays\n'
    assert shown == fixed + SET
    file.write_bytes(shown.encode())
    assert rater("study", "apply", "pilot", file).out == "changed: nothing\n"
    assert rater("study", "show", "pilot").out == shown
    other = make_pilot(tmp_path / "other")
    other("study", "apply", "pilot", file)
    assert other("study", "show", "pilot").out == shown, "a copy of the study is set by the file alone"


def test_apply_shows_first_what_would_change(untouched: Command, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(SET, encoding="utf-8")
    before = untouched("study", "show", "pilot").out
    told = untouched("study", "apply", "pilot", file, "--dry-run").out.splitlines()
    assert "double_rate: 0.4 -> 0.25" in told
    assert "min_valid.ghes.GHES: - -> 6" in told
    assert 'retention.study_ends: - -> "2027-12-31"' in told
    assert told[-1] == "no session moves"
    assert untouched("study", "show", "pilot").out == before


def test_a_file_with_a_fault_is_refused_whole_with_its_lines(untouched: Command, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text('title: "New"\ndouble_rate: 40\nphases: "5-4"\nrates: 1\n', encoding="utf-8")
    before = untouched("study", "show", "pilot").out
    said = untouched("study", "apply", "pilot", file, expect=2).err.splitlines()
    assert [line.split(":")[2].split()[0] for line in said] == ["2", "3", "4"]
    assert "Write a number from 0 to 1, such as 0.4" in said[0]
    assert untouched("study", "apply", "pilot", tmp_path / "none.yaml", expect=2).err.count("\n") == 1
    assert untouched("study", "show", "pilot").out == before


def test_phases_move_sessions_only_when_that_is_said(rater: Command, tmp_path: Path) -> None:
    sessions, file = tmp_path / "sessions.csv", tmp_path / "study.yaml"
    sessions.write_text("session_id,patient_id,therapist_id,session_no\nS1,P1,T1,4\nS2,P1,T1,5\n")
    rater("sessions", "import", "pilot", sessions)
    file.write_text('phases: "1-3,4-"\n')
    assert rater("study", "apply", "pilot", file, "--dry-run").out.endswith("1 sessions would move to another phase\n")
    assert "--yes" in rater("study", "apply", "pilot", file, expect=2).err
    assert rater("study", "apply", "pilot", file, "--yes").out == "changed: phases\n"


def test_a_newer_scale_takes_its_place_once(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "ghes.yaml"
    file.write_text((data_folder("scales") / "ghes.yaml").read_text().replace("version: 1\n", "version: 2\n", 1))
    assert rater("study", "scale", "pilot", file).out == "ghes: version 2 in place of 1\n"
    assert '"ghes@2"' in rater("study", "show", "pilot").out
    said = rater("study", "scale", "pilot", file, expect=2).err
    assert f"{file}: The study has version 2 of ghes, and this is version 2" in said


def test_a_newer_scale_with_changes_keeps_the_old_one(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "ghes.yaml"
    file.write_text((data_folder("scales") / "ghes.yaml").read_text().replace("version: 1\n", "version: 2\n", 1))
    said = rater("study", "scale", "pilot", file, "--changes", "too short", expect=2).err
    assert f"{file}: What changed is told in 10 to 20000 characters, and these are 9" in said
    before = rater.row_counts()["scale_version"]
    taken = rater("study", "scale", "pilot", file, "--changes", "Nothing but the number.").out
    assert taken == "ghes: version 2 in place of 1\n"
    assert rater.row_counts()["scale_version"] == before + 1
    assert '"ghes@2"' in rater("study", "show", "pilot").out


def test_a_programme_is_made_by_its_kind_and_has_a_lead(rater: Command) -> None:
    rater("study", "create", "clinic", "--title", "Clinic", "--scale", "ghes", "--kind", "supervision")
    assert 'kind: "supervision"  # stays' in rater("study", "show", "clinic").out
    assert 'kind: "research"  # stays' in rater("study", "show", "pilot").out
    rater("user", "add", "lea@example.org", "--name", "Lea", "--role", "clinic:lead")
    rater("study", "create", "other", "--title", "Other", "--scale", "ghes", "--kind", "therapy", expect=2)
