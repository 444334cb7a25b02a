"""Recordings go in with their sessions: once, checked before anything is written, and never half."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rater.storage.media.store import FileStore
from tests.builders.audio import encode, speechlike
from tests.builders.command import Command, new_study

HEADER = "session_id,patient_id,therapist_id,session_no,audio_file\n"


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return new_study(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three short recordings, one of them in two parts, and a page that calls itself one."""
    folder = tmp_path / "recordings"
    (folder / "P1").mkdir(parents=True)
    for seed, name in enumerate(("P1/one.wav", "P1/two-a.wav", "P1/two-b.wav", "three.flac"), start=1):
        encode(folder / name, speechlike(3, seed=seed))
    (folder / "page.mp3").write_text("<html><body>Not found</body></html>")
    (folder / "empty.wav").write_bytes(b"")
    return folder


def stored(rater: Command) -> list[Path]:
    return [each for each in (rater.home / "media").rglob("*") if each.is_file()]


def test_recordings_go_in_once(rater: Command, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\nS2,P1,T1,2,P1/two-a.wav|P1/two-b.wav\nS3,P1,T1,3,\n")
    said = rater("sessions", "import", "ex", file, "--audio", folder, "--json")
    assert (said.json["added"], said.json["recordings"]) == (3, 2)
    assert "2 of 2" in said.err
    assert len(stored(rater)) == 4
    names = {each.name for each in stored(rater)}
    again = rater("sessions", "import", "ex", file, "--audio", folder, "--json").json
    assert (again["unchanged"], again["recordings"]) == (3, 0)
    assert {each.name for each in stored(rater)} == names
    assert rater.row_counts()["recording"] == 2


def test_without_the_folder_the_names_are_noted(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\n")
    assert "--audio DIR" in rater("sessions", "import", "ex", file).err


def test_one_bad_recording_and_nothing_is_kept(rater: Command, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\nS2,P1,T1,2,page.mp3\nS3,P1,T1,3,P1/two-a.wav|empty.wav\n")
    before = rater.row_counts()
    said = rater("sessions", "import", "ex", file, "--audio", folder, "--json", expect=2)
    assert said.errors == [(str(file), 3, "audio_file"), (str(file), 4, "audio_file")]
    assert said.json["errors"][0]["cause"].startswith("page.mp3: ")
    assert rater.row_counts() == before
    assert stored(rater) == []


def test_every_missing_file_is_named(rater: Command, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    outside = tmp_path / "outside.wav"
    encode(outside, speechlike(1))
    (folder / "link.wav").symlink_to(outside)
    file.write_text(HEADER + "S1,P1,T1,1,P1/on.wav\nS2,P1,T1,2,link.wav\nS3,P1,T1,3,p1/one.WAV\n")
    before = rater.row_counts()
    said = rater("sessions", "import", "ex", file, "--audio", folder, "--json", expect=2)
    assert [line for _, line, _ in said.errors] == [2, 3, 4]
    assert "one.wav" in said.json["errors"][0]["remedy"]
    assert rater.row_counts() == before


def test_what_was_stored_goes_when_the_rows_are_refused(
    rater: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rater.recordings.operations import importing

    def fail(*arguments: object, **more: object) -> None:
        raise OSError("the disk is full")

    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\n")
    before = rater.row_counts()
    with monkeypatch.context() as patch:
        patch.setattr(importing, "record", fail)
        with pytest.raises(OSError, match="disk is full"):
            rater("sessions", "import", "ex", file, "--audio", folder)
    assert rater.row_counts() == before
    assert stored(rater) == []
    rater("sessions", "import", "ex", file, "--audio", folder)
    assert len(stored(rater)) == 2


def test_a_full_disk_is_told_and_leaves_nothing(
    rater: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: FileStore, data: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\nS2,P1,T1,2,three.flac\n")
    before = rater.row_counts()
    monkeypatch.setattr(FileStore, "put_bytes", full)
    said = rater("sessions", "import", "ex", file, "--audio", folder, expect=2)
    assert "No space left on device" in said.err
    assert rater.row_counts() == before
    assert stored(rater) == []


def test_a_recording_is_replaced_until_rating_begins(rater: Command, folder: Path, tmp_path: Path) -> None:
    file, ratings = tmp_path / "sessions.csv", tmp_path / "ratings.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\n")
    rater("sessions", "import", "ex", file, "--audio", folder)
    first = {each.name for each in stored(rater)}
    file.write_text(HEADER + "S1,P1,T1,1,three.flac\n")
    assert rater("sessions", "import", "ex", file, "--audio", folder, "--json").json["updated"] == 1
    second = {each.name for each in stored(rater)}
    assert len(second) == 2
    assert not first & second
    ratings.write_text("session_id,rater_id,item,value\nS1,R1,ghes1,3\n")
    rater("ratings", "import", "ex", ratings)
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\n")
    said = rater("sessions", "import", "ex", file, "--audio", folder, "--json", expect=2)
    assert said.errors == [(str(file), 2, "audio_file")]
    assert {each.name for each in stored(rater)} == second


def test_equal_recordings_are_stored_once(rater: Command, folder: Path, tmp_path: Path) -> None:
    (folder / "copy.wav").write_bytes((folder / "P1" / "one.wav").read_bytes())
    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\nS2,P1,T1,2,copy.wav\n")
    assert rater("sessions", "import", "ex", file, "--audio", folder, "--json").json["recordings"] == 2
    assert len(stored(rater)) == 2


def test_a_preview_tells_everything_and_writes_nothing(rater: Command, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,P1/one.wav\nS2,P1,T1,2,P1/two-a.wav|P1/two-b.wav\nS3,P1,T1,3,\n")
    before = rater.row_counts()
    said = rater("sessions", "import", "ex", file, "--audio", folder, "--preview", "--json").json
    assert said["counts"] == {"added": 3, "updated": 0, "unchanged": 0, "recordings": 2}
    assert [part["file"] for part in said["sessions"][1]["parts"]] == ["P1/two-a.wav", "P1/two-b.wav"]
    assert said["sessions"][0]["parts"][0]["duration_s"] == pytest.approx(3, abs=0.01)
    assert {each["file"] for each in said["unnamed"]} == {"empty.wav", "page.mp3", "three.flac"}
    text = rater("sessions", "import", "ex", file, "--audio", folder, "--preview").out
    assert "S1  new        new recording: P1/one.wav (pcm_s16le, 0:03)" in text
    assert text.endswith("recordings: 2. Nothing was written.\n")
    assert (rater.row_counts(), stored(rater)) == (before, [])
    rater("sessions", "import", "ex", file, "--audio", folder)
    assert rater.row_counts() != before
    again = rater("sessions", "import", "ex", file, "--audio", folder, "--preview", "--json").json
    assert again["counts"] == {"added": 0, "updated": 0, "unchanged": 3, "recordings": 0}


@pytest.mark.parametrize("more", [(), ("--preview",)])
def test_faults_of_list_names_and_sounds_come_in_one_list(
    rater: Command, folder: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(HEADER + "S1,P1,T1,1,page.mp3\nS2,P1,T1,x,\nS3,P1,T1,3,nowhere.wav\nS4,P1,T1,4,../one.wav\n")
    before = rater.row_counts()
    said = rater("sessions", "import", "ex", file, "--audio", folder, *more, "--json", expect=2)
    assert [(line, column) for _, line, column in said.errors] == [
        (2, "audio_file"),
        (3, "session_no"),
        (4, "audio_file"),
        (5, "audio_file"),
    ]
    assert rater.row_counts() == before
