"""Which sessions are rated in which wave."""

from __future__ import annotations

import pytest

from rater.recordings.eligibility import is_known, serves, why_not_rated
from rater.tables import Faults
from rater.terms import ExclusionScope, LeftOut, strongest


@pytest.mark.parametrize(
    ("wave", "number", "use", "exclusion", "rated", "drawn"),
    [
        ("main", 1, "main", None, True, True),
        ("main", 0, "main", None, False, False),
        ("main", 1, "main", ("poor_audio", "main"), False, False),
        ("main", 1, "calibration", None, False, False),
        ("calibration", 1, "calibration", None, True, True),
        ("calibration", 1, "calibration", ("poor_audio", "main"), True, True),
        ("calibration", 1, "main", ("poor_audio", "main"), True, False),
        ("calibration", 0, "calibration", None, False, False),
        ("training", 3, "calibration", None, True, False),
        ("recalibration", 3, "main", None, True, True),
        ("main", 1, "main", ("a_tie", "analysis"), True, True),
        ("calibration", 1, "calibration", ("a_tie", "analysis"), True, True),
        ("main", 1, "main", ("moved", "everything"), False, False),
        ("calibration", 1, "calibration", ("moved", "everything"), False, False),
        ("training", 1, "training", ("moved", "everything"), False, False),
    ],
)
def test_who_is_rated_and_who_is_drawn(
    wave: str, number: int, use: str, exclusion: tuple[str, str] | None, rated: bool, drawn: bool
) -> None:
    left_out = LeftOut(exclusion[0], ExclusionScope(exclusion[1])) if exclusion else None
    assert (why_not_rated(wave, number, use, left_out) is None) is rated
    assert serves(wave, number, use, left_out) is drawn


def test_the_scope_that_leaves_out_most_counts() -> None:
    scopes = [LeftOut("a", ExclusionScope.ANALYSIS), LeftOut("b", ExclusionScope.EVERYTHING), LeftOut("c")]
    assert strongest(scopes) == scopes[1]
    assert strongest([LeftOut("own"), LeftOut("of the patient")]) == LeftOut("own")
    assert strongest([]) is None


def test_an_unknown_session_is_a_fault_with_a_guess() -> None:
    faults = Faults("in.csv")
    assert is_known(faults, ["P01-S01"], "P01-S01", 2)
    assert not is_known(faults, ["P01-S01"], "", 3)
    assert not is_known(faults, ["P01-S01"], None, 4)
    assert len(faults) == 0
    assert not is_known(faults, ["P01-S01"], "P01-SO1", 5)
    assert len(faults) == 1
