"""Finding audio files by the names that a list gives."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from rater.errors import Fault
from rater.recordings.audio_files import find_audio
from rater.recordings.manifest import SessionRow, read_sessions
from tests.builders.tables import faults_of

NFC, NFD = (unicodedata.normalize(form, "Müller.mp3") for form in ("NFC", "NFD"))


def make_sessions(*cells: str) -> tuple[SessionRow, ...]:
    lines = [f"S{number},P,T,{number},{cell}" for number, cell in enumerate(cells, start=1)]
    text = "\n".join(["session_id,patient_id,therapist_id,session_no,audio_file", *lines])
    return read_sessions(text.encode()).rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "audio"
    (inside / "P01").mkdir(parents=True)
    for name in ("a.mp3", "P01/b.mp3", "P01/c.mp3"):
        (inside / name).write_bytes(b"sound")
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    return inside


def missed(folder: Path, *cells: str) -> list[Fault]:
    return faults_of(lambda: find_audio(folder, make_sessions(*cells), file="sessions.csv"))


def the_fault(folder: Path, *cells: str) -> str:
    (fault,) = missed(folder, *cells)
    assert (fault.file, fault.line, fault.column) == ("sessions.csv", len(cells) + 1, "audio_file")
    return str(fault)


def test_parts_come_in_order_and_sessions_without_audio_are_left_out(folder: Path) -> None:
    found = find_audio(folder, make_sessions("P01/c.mp3|P01/b.mp3", "", "a.mp3"), file="sessions.csv")
    assert found == {"S1": (folder / "P01/c.mp3", folder / "P01/b.mp3"), "S3": (folder / "a.mp3",)}


@pytest.mark.parametrize("on_disk", [NFC, NFD])
@pytest.mark.parametrize("in_list", [NFC, NFD])
def test_names_match_in_either_normal_form(folder: Path, on_disk: str, in_list: str) -> None:
    (folder / on_disk).write_bytes(b"sound")
    assert find_audio(folder, make_sessions(in_list), file="sessions.csv") == {"S1": (folder / on_disk,)}


def test_names_that_could_mean_two_files_are_refused(folder: Path) -> None:
    (folder / NFC).write_bytes(b"one")
    (folder / NFD).write_bytes(b"two")
    (folder / "A.MP3").write_bytes(b"three")
    assert "several files" in the_fault(folder, NFC)
    assert "A.MP3, a.mp3" in the_fault(folder, "a.mp3")


def test_a_missing_file_is_told_with_the_nearest_name(folder: Path) -> None:
    assert "Did you mean a.mp3?" in the_fault(folder, "A.mp3")
    assert "Did you mean b.mp3?" in the_fault(folder, "P01/bb.mp3")
    assert "Did you mean P01?" in the_fault(folder, "P1/b.mp3")
    assert "no file zzz" in the_fault(folder, "zzz")
    assert "no file" in the_fault(folder, "a.mp3/b.mp3")
    assert len(missed(folder, "x.mp3|y.mp3", "z.mp3")) == 3


def test_links_that_leave_the_folder_are_refused_and_others_followed(folder: Path) -> None:
    (folder / "out.mp3").symlink_to("../secret.mp3")
    (folder / "up").symlink_to("..")
    (folder / "in.mp3").symlink_to("P01/b.mp3")
    (folder / "loop.mp3").symlink_to("loop.mp3")
    (folder / "dangling.mp3").symlink_to("nowhere.mp3")
    assert "out of the folder" in the_fault(folder, "out.mp3")
    assert "out of the folder" in the_fault(folder, "up/secret.mp3")
    assert "cannot be opened" in the_fault(folder, "loop.mp3")
    assert "cannot be opened" in the_fault(folder, "dangling.mp3")
    found = find_audio(folder, make_sessions("in.mp3"), file="sessions.csv")
    assert found == {"S1": (folder / "P01/b.mp3",)}
    assert "the recording of S1 already" in the_fault(folder, "in.mp3", "P01/b.mp3")


def test_names_that_the_list_should_have_refused_are_refused_again(folder: Path) -> None:
    (good,) = make_sessions("a.mp3")
    for name in ("../secret.mp3", str(folder.parent / "secret.mp3"), "P01/../../secret.mp3"):
        row = SessionRow(
            **{**{slot: getattr(good, slot) for slot in good.__dataclass_fields__}, "audio_files": (name,)}
        )
        (fault,) = faults_of(lambda row=row: find_audio(folder, [row], file="sessions.csv"))  # type: ignore[misc]
        assert "out of the folder" in str(fault)


def test_folders_are_no_recordings(folder: Path) -> None:
    assert "not a file" in the_fault(folder, "P01")
    faults = missed(folder / "none", "a.mp3")
    assert "no folder" in str(faults[0])
    assert len(missed(folder / "a.mp3", "a.mp3")) == 1
