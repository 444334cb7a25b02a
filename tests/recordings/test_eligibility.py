"""Which sessions are rated in which wave."""

from __future__ import annotations

import pytest

from rater.recordings.eligibility import is_known, serves, why_not_rated
from rater.tables import Faults


@pytest.mark.parametrize(
    ("wave", "number", "use", "exclusion", "rated", "drawn"),
    [
        ("main", 1, "main", None, True, True),
        ("main", 0, "main", None, False, False),
        ("main", 1, "main", "poor_audio", False, False),
        ("main", 1, "calibration", None, False, False),
        ("calibration", 1, "calibration", None, True, True),
        ("calibration", 1, "calibration", "poor_audio", True, True),
        ("calibration", 1, "main", "poor_audio", True, False),
        ("calibration", 0, "calibration", None, False, False),
        ("training", 3, "calibration", None, True, False),
        ("recalibration", 3, "main", None, True, True),
    ],
)
def test_who_is_rated_and_who_is_drawn(
    wave: str, number: int, use: str, exclusion: str | None, rated: bool, drawn: bool
) -> None:
    assert (why_not_rated(wave, number, use, exclusion) is None) is rated
    assert serves(wave, number, use, exclusion) is drawn


def test_an_unknown_session_is_a_fault_with_a_guess() -> None:
    faults = Faults("in.csv")
    assert is_known(faults, ["P01-S01"], "P01-S01", 2)
    assert not is_known(faults, ["P01-S01"], "", 3)
    assert not is_known(faults, ["P01-S01"], None, 4)
    assert len(faults) == 0
    assert not is_known(faults, ["P01-S01"], "P01-SO1", 5)
    assert len(faults) == 1
