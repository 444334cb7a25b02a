"""Whatever the bytes are, reading ends in a table or in BadInput."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rater.allocation.manifest import read_allocation
from rater.errors import BadInput, Fault
from rater.homework.manifest import read_difficulties, read_homework
from rater.ratings.manifest import ItemRule, read_ratings
from rater.recordings.manifest import read_patients, read_sessions
from rater.recordings.outcomes import read_outcomes
from rater.studies.settings import parse_phases
from rater.tables import TableRows

ITEMS = {"ghes1": ItemRule(range(5), frozenset({"NOT_RATABLE"}), "ghes")}
READERS: dict[str, Callable[[bytes], TableRows[object]]] = {
    "sessions": lambda data: read_sessions(data, phases=parse_phases("1-4,5-")),
    "patients": read_patients,
    "outcomes": lambda data: read_outcomes(data, items={"phq1": range(4)}),
    "homework": read_homework,
    "difficulties": read_difficulties,
    "ratings": lambda data: read_ratings(data, items=ITEMS),
    "allocation": read_allocation,
}
HEADERS = {
    "sessions": "session_id,patient_id,therapist_id,session_no,phase,date,duration_min,excluded,use,audio_file",
    "patients": "patient_id,age",
    "outcomes": "session_id,phq1",
    "homework": "homework_id,assigned_session_id,reviewed_session_id,type,completed,description",
    "difficulties": "session_id,difficulty_type,rater_id",
    "ratings": "rating_id,version,session_id,rater_id,role,item,value,missing_code,scale,wave",
    "allocation": "session_id,main_rater,second_rater",
}
CODES = ["A", "R1", "R2", "ghes1", "NOT_RATABLE", "main", "second", "yes", "behavioral", "27.01.2018"]
ODD = ["", "1", "0", "-1", "3,5", "é", "=1", "{x}", "\x00", "\u202e", '"', "../x|/y"]
WORDS = st.sampled_from([*CODES, *ODD])
ENCODINGS = st.sampled_from(["utf-8", "cp1252", "utf-16"])


def ends_well(name: str, data: bytes) -> bool:
    """Whether the reading succeeded; every fault must print."""
    try:
        READERS[name](data)
    except BadInput as refused:
        if not all(isinstance(each, Fault) and str(each) and each.as_dict() for each in refused.faults):
            pytest.fail("a fault does not print")
        return not refused.faults
    return True


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes(name: str, data: bytes) -> None:
    ends_well(name, data)
    ends_well(name, HEADERS[name].encode() + b"\n" + data)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_arbitrary_cells_under_the_right_header(name: str, data: st.DataObject) -> None:
    width = HEADERS[name].count(",") + 1
    rows = data.draw(st.lists(st.lists(WORDS, min_size=width - 1, max_size=width + 1), max_size=6))
    separator = data.draw(st.sampled_from(",;\t"))
    lines = [HEADERS[name].replace(",", separator), *(separator.join(row) for row in rows)]
    ends_well(name, "\n".join(lines).encode(data.draw(ENCODINGS), errors="replace"))


@pytest.mark.parametrize("name", READERS)
def test_the_headers_alone_are_fine(name: str) -> None:
    assert ends_well(name, HEADERS[name].encode())
