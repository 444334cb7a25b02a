"""What a judge notes stands among the other faults, in the order of lines."""

from __future__ import annotations

from rater.recordings.manifest import SessionRow, SessionsFile, read_sessions
from rater.tables import Faults, TableRows
from tests.builders.tables import faults_of, places

HEADER = "session_id,patient_id,therapist_id,session_no\n"


def judge(content: TableRows[SessionRow], faults: Faults) -> None:
    assert "session_no" in content.columns
    assert "phase" not in content.columns
    for row in content.rows:
        if row.patient_id == "P9":
            faults.add("P9 is not here", "Leave it out", line=row.line, column="patient_id")


def read(text: str) -> SessionsFile:
    return read_sessions(text.encode(), judge=judge)


def test_a_judge_adds_to_the_faults_of_the_cells() -> None:
    text = HEADER + "S1,P9,T1,1\nS2,P1,T1,x\nS3,P9,T1,3\n"
    assert places(faults_of(lambda: read(text))) == [(2, "patient_id"), (3, "session_no"), (4, "patient_id")]
    assert places(faults_of(lambda: read_sessions(text.encode()))) == [(3, "session_no")]


def test_a_judge_with_nothing_to_say_lets_the_file_pass() -> None:
    assert len(read(HEADER + "S1,P1,T1,1\n").rows) == 1
