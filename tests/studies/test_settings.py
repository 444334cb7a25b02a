"""The phases of therapy."""

from __future__ import annotations

import pytest

from rater.studies.settings import Phase, parse_phases, phase_of
from tests.builders.tables import faults_of, places


def test_spans_are_named_in_roman_numbers() -> None:
    assert parse_phases("1-4,5-") == (Phase("I", 1, 4), Phase("II", 5, None))
    assert parse_phases(" 1 - 2 , 4 ,6-") == (Phase("I", 1, 2), Phase("II", 4, 4), Phase("III", 6, None))
    assert [phase.name for phase in parse_phases("1,2,3,4,5,6,7,8,9,10")][3::5] == ["IV", "IX"]
    assert parse_phases("") == ()


def test_each_number_has_its_phase_and_session_0_none() -> None:
    phases = parse_phases("1-4,6-")
    assert [phase_of(number, phases) for number in (0, 1, 4, 5, 6, 99)] == [None, "I", "I", None, "II", "II"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a", [1]),
        ("1-4,", [2]),
        ("0-4", [1]),
        ("4-1", [1]),
        ("1-4,4-", [2]),
        ("1-,5-", [2]),
        ("5-8,1-4", [2]),
        ("1--4", [1]),
        ("-4", [1]),
        ("x,1-4,y", [1, 3]),
        ("٣-4", [1]),
        ("1-99999", [1]),
    ],
)
def test_spans_that_make_no_sense_are_refused(text: str, spans: list[int]) -> None:
    faults = faults_of(lambda: parse_phases(text))
    assert places(faults) == [(None, span) for span in spans]
    assert all("1-4,5-" in str(each.remedy) for each in faults)
