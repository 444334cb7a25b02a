"""Files that cannot be taken: exit code 2, a line for every fault, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import Command, new_study

SESSIONS = "session_id,patient_id,therapist_id,session_no,excluded,use\n"
RATINGS = "rating_id,version,session_id,rater_id,role,item,value,missing_code\n"
HOMEWORK = "homework_id,assigned_session_id,reviewed_session_id,type,completed\n"
PHQ = "session_id," + ",".join(f"phq{n}" for n in range(1, 10)) + "\n"
REGISTER = SESSIONS + (
    "S0,P1,T1,0,,\nS1,P1,T1,1,,main\nS2,P1,T1,2,,\nS3,P2,T2,1,poor_audio,\nS4,P2,T2,2,,\nC1,X1,T2,1,,calibration\n"
)
RATED = RATINGS + "A,1,S1,R1,main,ghes1,3,\nA,1,S1,R1,main,ghes2,,NOT_RATABLE\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """One study for all refusals; that none of them changes it is what each test asserts."""
    folder = tmp_path_factory.mktemp("refusals")
    rater = new_study(folder / "home")
    for name, text in (("sessions", REGISTER), ("ratings", RATED), ("homework", HOMEWORK + "H1,S1,S2,cognitive,yes\n")):
        (folder / f"{name}.csv").write_text(text)
        rater(name, "import", "ex", folder / f"{name}.csv")
    return rater


BAD_SESSIONS = {
    "another patient": (SESSIONS + "S1,P2,T1,1,,\n", [(2, "session_no")]),
    "number taken": (SESSIONS + "S9,P1,T1,2,,\n", [(2, "session_no")]),
    "case alone": (
        SESSIONS + "s2,P1,T1,9,,\np9,p1,t1,1,,\n",
        [(2, "session_id"), (3, "patient_id"), (3, "therapist_id")],
    ),
    "outside the register": (
        "session_id,patient\nS1,P1\n",
        [(1, "patient_id"), (1, "therapist_id"), (1, "session_no")],
    ),
    "every fault at once": (
        SESSIONS + "S1,P2,T1,1,,\nS7,P7,T1,x,,\nS8,P8,T1,1,yes,\nS9,P1,T1,2,,other\n",
        [(2, "session_no"), (3, "session_no"), (4, "excluded"), (5, "use"), (5, "session_no")],
    ),
    "a rated session": (
        SESSIONS + "S1,P1,T9,1,poor_audio,training\n",
        [(2, "excluded"), (2, "therapist_id"), (2, "use")],
    ),
    "twice": (SESSIONS + "S9,P9,T1,1,,\nS9,P9,T1,2,,\n", [(3, "session_id")]),
    "empty": ("", [(None, None)]),
    "a NUL": (SESSIONS + "S9,P9,T1,1,po\x00or,\n", [(2, "excluded"), (2, "excluded")]),
    "quote never closed": (SESSIONS + 'S9,"P9,T1,1,,\n', [(2, "patient_id")]),
    "wrong delimiter": (SESSIONS.replace(",", "|") + "S9|P9|T1|1||\n", [(1, None)]),
    "a folder above": (
        SESSIONS.replace("use", "audio_file") + "S9,P9,T1,1,,../x.mp3\nS8,P8,T1,1,,/etc/x.mp3\n",
        [(2, "audio_file"), (3, "audio_file")],
    ),
}
BAD_RATINGS = {
    "unknown session": (RATINGS + "B,1,S77,R1,main,ghes1,3,\n", [(2, "session_id")]),
    "every fault at once": (
        RATINGS
        + "B,1,S77,R1,main,ghes1,3,\nC,1,S2,R1,main,ghes1,9,\nC,1,S2,R1,main,gehs2,1,\nD,1,S3,R1,main,ghes1,1,\n"
        + "E,1,S4,R 1,second,ghes1,1,\nF,1,S4,R1,main,ghes1,1,NOT_RATABLE\nF,1,S4,R1,main,ghes2,,BORED\n",
        [
            (2, "session_id"),
            (3, "value"),
            (4, "item"),
            (5, "session_id"),
            (6, "rater_id"),
            (7, "missing_code"),
            (8, "missing_code"),
        ],
    ),
    "session 0": (RATINGS + "B,1,S0,R1,main,ghes1,3,\n", [(2, "session_id")]),
    "excluded": (RATINGS + "B,1,S3,R1,main,ghes1,3,\n", [(2, "session_id")]),
    "of another use": (RATINGS + "B,1,C1,R1,main,ghes1,3,\n", [(2, "session_id")]),
    "of another wave": (RATINGS + "B,1,C1,R1,calibration,ghes1,3,\n", [(2, "role"), (2, "session_id")]),
    "other values for a version": (RATED.replace(",3,\n", ",4,\n"), [(2, "version")]),
    "an item less": (RATINGS + "A,1,S1,R1,main,ghes1,3,\n", [(2, "version")]),
    "an item more": (RATED + "A,1,S1,R1,main,ghes3,1,\n", [(4, "version")]),
    "another id": (RATED.replace("A,1", "Z,1"), [(2, "rating_id")]),
    "an id that is taken": (RATINGS + "A,1,S2,R2,main,ghes1,3,\n", [(2, "rating_id")]),
    "another role": (RATED.replace("main", "second"), [(2, "role")]),
    "a second main rater": (RATINGS + "B,1,S1,R2,main,ghes1,3,\n", [(2, "role")]),
    "a third rater": (
        RATINGS + "B,1,S1,R2,,ghes1,3,\nC,1,S1,R3,,ghes1,3,\n",
        [(3, "rater_id")],
    ),
    "all in the main wave": (RATINGS + "B,1,S2,R2,all,ghes1,3,\n", [(2, "role")]),
    "duplicate rows": (RATINGS + "B,1,S2,R2,main,ghes1,3,\nB,1,S2,R2,main,ghes1,3,\n", [(3, "item")]),
    "an outcome item": (RATINGS + "B,1,S2,R2,main,phq1,3,\n", [(2, "item")]),
    "an unknown wave": (
        RATINGS.replace("role", "wave") + "B,1,S2,R2,summer,ghes1,3,\n",
        [(2, "wave")],
    ),
}
BAD_HOMEWORK = {
    "unknown sessions": (
        HOMEWORK + "H2,S99,S98,cognitive,\n",
        [(2, "assigned_session_id"), (2, "reviewed_session_id")],
    ),
    "another patient": (HOMEWORK + "H2,S1,S4,cognitive,\n", [(2, "reviewed_session_id")]),
    "reviewed before": (HOMEWORK + "H2,S2,S1,cognitive,\n", [(2, "reviewed_session_id")]),
    "assigned elsewhere": (HOMEWORK + "H1,S2,,cognitive,\n", [(2, "assigned_session_id")]),
    "type and answer": (HOMEWORK + "H2,S1,S2,cooking,maybe\n", [(2, "completed"), (2, "type")]),
}
BAD_OUTCOMES = {
    "unknown session": (PHQ + "S99,1,1,1,1,1,1,1,1,1\n", [(2, "session_id")]),
    "out of range": (PHQ + "S1,1,1,4,1,1,1,1,1,x\n", [(2, "phq3"), (2, "phq9")]),
    "a column missing": ("session_id,phq1\nS1,1\n", [(1, f"phq{n}") for n in range(2, 10)]),
}
BAD_DIFFICULTIES = {
    "unknown": ("session_id,difficulty_type\nS99,lack_of_time\nS1,lazy\n", [(2, "session_id"), (3, "difficulty_type")])
}
BAD_ALLOCATIONS = {
    "sessions": (
        "session_id,main_rater,second_rater\nS99,R1,\nS3,R1,\nC1,R1,\nS0,R1,\nS2,R1,R1\n",
        [(2, "session_id"), (3, "session_id"), (4, "session_id"), (5, "session_id"), (6, "second_rater")],
    ),
    "moved work": ("session_id,main_rater,second_rater\nS1,R2,R1\n", [(2, "main_rater")]),
}
ALL = [
    pytest.param(command, more, text, places, id=f"{command}: {name}")
    for command, more, cases in (
        ("sessions", (), BAD_SESSIONS),
        ("ratings", (), BAD_RATINGS),
        ("homework", (), BAD_HOMEWORK),
        ("outcomes", ("--measure", "phq9"), BAD_OUTCOMES),
        ("difficulties", (), BAD_DIFFICULTIES),
        ("allocation", (), BAD_ALLOCATIONS),
    )
    for name, (text, places) in cases.items()
]


@pytest.mark.parametrize(("command", "more", "text", "places"), ALL)
def test_every_fault_has_its_line_and_nothing_is_written(
    study: Command,
    tmp_path: Path,
    command: str,
    more: tuple[str, ...],
    text: str,
    places: list[tuple[int | None, str | None]],
) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(text.encode())
    before = study.row_counts()
    said = study(command, "import", "ex", file, *more, "--json", expect=2)
    assert sorted(said.errors, key=str) == sorted(((str(file), *place) for place in places), key=str)
    assert all(each["cause"] and each["remedy"] for each in said.json["errors"])
    assert study.row_counts() == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (REGISTER.encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "workbook"),
        (REGISTER.replace("poor", "größte").encode() + "S9,Müller,T1,1,,\n".encode("cp1252"), "mixes encodings"),
        (b"session_id,patient_id,therapist_id,session_no\nS9,P9\n", "cells"),
        (b"\x00" * 4000, "not text"),
    ],
)
def test_what_is_no_table_is_refused(study: Command, tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(data)
    before = study.row_counts()
    assert words in study("sessions", "import", "ex", file, "--yes", expect=2).err
    assert study.row_counts() == before


def test_faults_are_one_line_each_and_a_count_after_twenty(study: Command, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(RATINGS + "".join(f"B{n},1,S{n},R1,main,ghes1,3,\n" for n in range(100, 130)))
    said = study("ratings", "import", "ex", file, expect=2)
    lines = said.err.splitlines()
    assert len(lines) == 21
    assert lines[0].startswith(f"error: {file}:2 [session_id]: The study has no session S100.")
    assert "10 more" in lines[-1]
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sessions", "import", "nowhere", "{file}"), "no study nowhere"),
        (("sessions", "import", "ex", "{file}.gone"), "cannot be read"),
        (("outcomes", "import", "ex", "{file}", "--measure", "ghes"), "not an outcome measure"),
        (("ratings", "import", "ex", "{file}", "--wave", "summer"), "no wave summer"),
        (("allocation", "import", "ex", "{file}", "--wave", "summer"), "no wave summer"),
        (("sessions", "import", "ex", "{file}", "--map", "a=b=c="), "does not name two columns"),
        (("sessions", "import", "ex", "{file}", "--map", "nowhere=phase"), "no column nowhere"),
        (("sessions", "import", "ex", "{file}", "--audio", "{file}"), "no folder"),
    ],
)
def test_a_wrong_argument_is_a_fault_too(
    study: Command, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(REGISTER)
    before = study.row_counts()
    assert words in study(*(each.format(file=file) for each in arguments), expect=2).err
    assert study.row_counts() == before


def test_the_control_writes(tmp_path: Path) -> None:
    rater = new_study(tmp_path / "home")
    file = tmp_path / "in.csv"
    for command, text, table, rows in (
        ("sessions", REGISTER, "therapy_session", 6),
        ("ratings", RATED, "point", 2),
        ("homework", HOMEWORK + "H1,S1,S2,cognitive,yes\n", "homework_task", 1),
        ("difficulties", "session_id,difficulty_type\nS1,lack_of_time\n", "difficulty", 1),
        ("allocation", "session_id,main_rater,second_rater\nS2,R1,R2\n", "assignment", 3),
    ):
        before = rater.row_counts()
        file.write_text(text)
        rater(command, "import", "ex", file)
        assert rater.row_counts()[table] - before[table] == (rows if command != "allocation" else 2)
