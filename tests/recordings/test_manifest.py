"""The lists of sessions and patients."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rater.recordings.manifest import SessionRow, read_patients, read_sessions
from rater.studies.settings import parse_phases, phase_of
from rater.terms import SessionUse
from tests.builders.tables import faults_of, places

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"
HEADER = "session_id,patient_id,therapist_id,session_no,phase,date,duration_min,excluded,use,audio_file\n"
GOOD = HEADER + "P01-S01,P01,T1,1,,2018-01-27,31.5,,,a.mp3|sub/b.mp3\nP01-S05,P01,T1,5,x,,,poor_audio,training,\n"


def broken(text: str, phases: str = "") -> list[tuple[int | None, str | int | None]]:
    return places(faults_of(lambda: read_sessions(text.encode(), phases=parse_phases(phases))))


def test_rows_say_what_the_file_says() -> None:
    first, second = read_sessions(GOOD.encode(), phases=parse_phases("1-4,5-")).rows
    assert first == SessionRow(
        session_id="P01-S01",
        patient_id="P01",
        therapist_id="T1",
        session_no=1,
        phase="I",
        date=date(2018, 1, 27),
        duration_min=31.5,
        excluded=None,
        use=SessionUse.MAIN,
        audio_files=("a.mp3", "sub/b.mp3"),
        line=2,
    )
    assert (second.phase, second.excluded, second.use, second.line) == ("x", "poor_audio", SessionUse.TRAINING, 3)


def test_the_example_study_reads() -> None:
    sessions = read_sessions((EXAMPLE / "sessions.csv").read_bytes(), phases=parse_phases("1-4,5-"))
    assert sessions.dialect.is_standard
    assert sessions.unknown_columns == ()
    held = [row for row in sessions.rows if row.use is SessionUse.MAIN]
    assert (len(sessions.rows), len(held), sum(row.excluded is None for row in held)) == (213, 210, 197)
    assert all(row.phase == phase_of(row.session_no, parse_phases("1-4,5-")) for row in sessions.rows)


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("P02-S01,P02,T1,1,,,,,,", []),
        ("P02-S01,P02,T1,0,,,,,,", []),
        ("P01-S01,P02,T1,1,,,,,,", [(4, "session_id")]),
        ("p01-s01,P02,T1,1,,,,,,", [(4, "session_id")]),
        ("P02-S01,P01,T1,1,,,,,,", [(4, "session_no")]),
        ("P02-S01,P02,T1,1,,,,,,a.mp3", [(4, "audio_file")]),
        (",,,,,,,,,a.wav", [(4, "patient_id"), (4, "session_id"), (4, "session_no"), (4, "therapist_id")]),
        ("P02-S01,P02,T1,-1,,,,,,", [(4, "session_no")]),
        ("P02-S01,P02,T1,1.5,,,,,,", [(4, "session_no")]),
        ("P02-S01,P02,T1,1,,27/01/2018,0,no,other,", [(4, c) for c in ("date", "duration_min", "excluded", "use")]),
        ("P02-S01,P02,T1,1,,,1441,,,", [(4, "duration_min")]),
        ("P02-S01,P02,T1,1,a phase with a long name,,,,,", [(4, "phase")]),
    ],
)
def test_each_fault_has_its_line_and_column(row: str, where: list[tuple[int, str]]) -> None:
    assert sorted(broken(GOOD + row + "\n"), key=str) == where


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../a.mp3",
        "sub/../../a.mp3",
        "C:/a.mp3",
        "c:a.mp3",
        "sub\\a.mp3",
        "./a.mp3",
        "sub//a.mp3",
        "a|a",
        "a.mp3||b.mp3",
        "a.mp3|",
        "sub/",
        "|".join(map(str, range(51))),
        "a\u202e3pm.exe",
    ],
)
def test_names_that_could_lead_out_of_the_folder_are_refused(name: str) -> None:
    assert broken(HEADER + f"A,P,T,1,,,,,,{name}\n") == [(2, "audio_file")]
    assert broken(HEADER + "A,P,T,1,,,,,,sub.d/..a b.mp3|ü.mp3\n") == []


def test_a_number_outside_every_phase_is_refused_unless_the_phase_is_given() -> None:
    row = HEADER + "A,P,T,{number},{phase},,,,,\n"
    assert broken(row.format(number=3, phase=""), "1-2,4") == [(2, "session_no")]
    assert broken(row.format(number=3, phase="II"), "1-2,4") == []
    assert broken(row.format(number=0, phase=""), "1-2,4") == []
    assert broken(row.format(number=3, phase="")) == []
    (without,) = read_sessions(row.format(number=3, phase="").encode()).rows
    assert without.phase is None


def test_columns_may_be_mapped_and_unknown_ones_are_listed() -> None:
    text = HEADER.replace("session_no", "Nr").replace("use,", "use,colour,") + "A,P,T,3,,,,,,red,\n"
    sessions = read_sessions(text.encode(), rename={"Nr": "session_no"})
    assert (sessions.rows[0].session_no, sessions.unknown_columns) == (3, ("colour",))


def test_patients_keep_every_further_column() -> None:
    patients = read_patients(b"patient_id,age,sex\nP01,41,f\nP02,,m\n")
    assert [(row.patient_id, dict(row.covariates)) for row in patients.rows] == [
        ("P01", {"age": "41", "sex": "f"}),
        ("P02", {"age": "", "sex": "m"}),
    ]
    assert patients.unknown_columns == ()
    assert places(faults_of(lambda: read_patients(b"patient_id\nP01\np01\n"))) == [(3, "patient_id")]


def test_patients_numbers_may_have_decimal_commas() -> None:
    """A column with a word in it stays as it is written; in a file with points a comma is no decimal sign."""
    patients = read_patients("patient_id;dose;Größe;note\nP01;0,5;172;1,5\nP02;;1,8;about 2,5\n".encode("cp1252"))
    assert [dict(row.covariates) for row in patients.rows] == [
        {"dose": "0.5", "Größe": "172", "note": "1,5"},
        {"dose": "", "Größe": "1.8", "note": "about 2,5"},
    ]
    other = read_patients(b'patient_id,dose,pair\nP01,0.5,"1,2,3"\n')
    assert dict(other.rows[0].covariates) == {"dose": "0.5", "pair": "1,2,3"}
