"""Which file a name means."""

from __future__ import annotations

from rater.recordings.manifest import SessionRow, read_sessions
from rater.recordings.matching import Matches, match_files
from rater.tables import Faults


def matched(paths: list[str], *cells: str) -> tuple[Matches, list[str]]:
    faults = Faults("sessions.csv")
    found = match_files(rows(*cells), paths, faults)
    return found, [str(each) for each in faults.found]


def rows(*cells: str) -> tuple[SessionRow, ...]:
    lines = [f"S{number},P,T,{number},{cell}" for number, cell in enumerate(cells, start=1)]
    return read_sessions("\n".join(["session_id,patient_id,therapist_id,session_no,audio_file", *lines]).encode()).rows


def test_a_path_fits_as_it_is_or_as_the_end_of_another() -> None:
    found, faults = matched(["all/P1/b.mp3", "all/P1/a.mp3", "c.mp3", "d.mp3"], "P1/a.mp3|P1/b.mp3", "c.mp3", "")
    assert faults == []
    assert [each.path for each in found.by_session["S1"]] == ["all/P1/a.mp3", "all/P1/b.mp3"]
    assert found.guesses == []
    assert found.unnamed == ("d.mp3",)


def test_the_name_alone_whatever_its_case_is_a_guess() -> None:
    found, faults = matched(["x/U\u0308BUNG.MP3"], "y/übung.mp3")
    assert faults == []
    assert [(each.path, each.guessed) for each in found.by_session["S1"]] == [("x/U\u0308BUNG.MP3", True)]


def test_a_guess_takes_no_file_that_another_row_names() -> None:
    found, _ = matched(["P1/a.mp3"], "A.mp3", "P1/a.mp3")
    assert found.missing == {"S1": ("A.mp3",)}
    assert found.by_session["S2"][0].path == "P1/a.mp3"


def test_nothing_is_chosen_between_two() -> None:
    for paths, cell in (
        (["x/a.mp3", "y/a.mp3"], "a.mp3"),
        (["a.mp3", "A.mp3"], "a.mp3"),
        (["x/A.mp3", "y/a.MP3"], "a.mp3"),
    ):
        found, faults = matched(paths, cell)
        assert "several files" in faults[0]
        assert found.by_session == {}


def test_two_rows_do_not_share_a_file_and_a_session_with_a_part_missing_has_none() -> None:
    found, faults = matched(["d/a.mp3", "b.mp3"], "d/a.mp3", "a.mp3", "b.mp3|c.mp3")
    assert "the recording of S1 already" in faults[0]
    assert "S3" not in found.by_session
    assert found.missing == {"S3": ("c.mp3",)}
