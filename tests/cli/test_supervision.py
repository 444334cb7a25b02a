"""`rater supervision`: programmes arranged from a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.audio import encode, speechlike
from tests.builders.command import Command, new_study


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    """A research study `ex` and a programme `clinic` with a trainee and two supervisors."""
    made = new_study(tmp_path / "home")
    made("study", "create", "clinic", "--title", "Clinic", "--scale", "ghes", "--kind", "supervision")
    for name, role in (("tom", "trainee"), ("sara", "supervisor"), ("sven", "supervisor")):
        made("user", "add", f"{name}@example.org", "--name", name.title(), "--role", f"clinic:{role}")
    return made


def arranged(rater: Command, *options: str) -> list[tuple[str, str, str | None]]:
    rows = rater("supervision", "arrange", "clinic", *options, "--json").json["trainees"]
    return [(row["code"], row["trainee"], row["supervisor"]) for row in rows]


def test_a_programme_is_arranged_and_printed(rater: Command) -> None:
    assert "No trainees are placed." in rater("supervision", "arrange", "clinic").out
    once = ("--trainee", "tom@example.org=T1", "--supervisor", "sara@example.org=T1")
    for _ in range(2):
        assert arranged(rater, *once) == [("T1", "tom@example.org", "sara@example.org")]
    assert "T1  tom@example.org  supervised by sara@example.org" in rater("supervision", "arrange", "clinic").out
    assert arranged(rater, "--supervisor", "sven@example.org=T1") == [("T1", "tom@example.org", "sven@example.org")]
    assert arranged(rater, "--supervisor", "=T1") == [("T1", "tom@example.org", None)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--trainee", "tom@example.org"), "names no code"),
        (("--trainee", "sara@example.org=T1"), "is no trainee of the programme"),
        (("--supervisor", "sara@example.org=T9"), "no trainee is behind T9"),
        (("--trainee", "tom@example.org=T1", "--supervisor", "tom@example.org=T1"), "is no supervisor"),
    ],
)
def test_what_cannot_be_arranged_is_refused_whole(rater: Command, options: tuple[str, ...], words: str) -> None:
    assert words in rater("supervision", "arrange", "clinic", *options, expect=2).err
    assert arranged(rater) == []


def test_a_research_study_is_no_programme(rater: Command) -> None:
    assert "is no supervision programme" in rater("supervision", "arrange", "ex", expect=2).err


def test_consents_are_taken_in_all_or_nothing(rater: Command, tmp_path: Path) -> None:
    encode(tmp_path / "one.wav", speechlike(5))
    sessions, good, bad = tmp_path / "sessions.csv", tmp_path / "consents.csv", tmp_path / "bad.csv"
    sessions.write_text("session_id,patient_id,therapist_id,session_no,audio_file\nP1-S1,P1,T1,1,one.wav\n")
    rater("sessions", "import", "clinic", sessions, "--audio", tmp_path)
    good.write_text("session_id,scope,given_on,until\nP1-S1,supervision,2026-01-01,\nP1-S1,teaching,2026-01-01,\n")
    bad.write_text("session_id,scope,given_on\nP1-S1,research,2026-01-01\nP1-S1,hearing,2026-01-01\n")
    refused = rater("supervision", "consent", "clinic", bad, "--json", expect=2)
    assert refused.errors == [(str(bad), 3, "scope")]
    assert rater("supervision", "consent", "clinic", good, "--json").json["added"] == 2
    assert rater("supervision", "consent", "clinic", good, "--json").json["unchanged"] == 2


def test_a_recording_is_shared_once(rater: Command, tmp_path: Path) -> None:
    encode(tmp_path / "one.wav", speechlike(5))
    sessions, consents, shares = (tmp_path / f"{name}.csv" for name in ("sessions", "consents", "shares"))
    sessions.write_text("session_id,patient_id,therapist_id,session_no,audio_file\nP1-S1,P1,X1,1,one.wav\n")
    consents.write_text("session_id,scope,given_on\nP1-S1,supervision,2026-01-01\n")
    shares.write_text("research_session_id,session_id,patient_id,therapist_id,session_no\nP1-S1,K1-S4,K1,T1,4\n")
    rater("sessions", "import", "ex", sessions, "--audio", tmp_path)
    share = ("supervision", "share", "clinic", shares, "--from", "ex", "--json")
    assert rater(*share, expect=2).errors == [(str(shares), 2, "research_session_id")]
    rater("supervision", "consent", "ex", consents)
    assert rater(*share).json["added"] == 1
    assert rater(*share).json["unchanged"] == 1


def test_a_report_counts_and_tells_no_scores(rater: Command) -> None:
    assert "No trainees are placed." in rater("supervision", "report", "clinic").out
    rater("supervision", "arrange", "clinic", "--trainee", "tom@example.org=T1", "--supervisor", "sara@example.org=T1")
    assert rater("supervision", "report", "clinic", "--json").json["trainees"] == [
        {
            "trainee_id": "T1",
            "trainee": "Tom",
            "supervisor": "Sara",
            "sessions_recorded": 0,
            "sessions_reviewed": 0,
            "sessions_waiting": 0,
            "waiting_since": None,
            "meetings_held": 0,
            "next_meeting": None,
            "homework_agreed": 0,
            "homework_done": 0,
            "homework_overdue": 0,
            "consents_ending": 0,
        }
    ]
    assert "T1  0 recorded, 0 to review" in rater("supervision", "report", "clinic").out
    assert "is no supervision programme" in rater("supervision", "report", "ex", expect=2).err
