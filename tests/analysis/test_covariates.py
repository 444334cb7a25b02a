"""What counts as a number among the patients' covariates."""

from __future__ import annotations

import pytest

from rater.analysis.covariates import covariate


def test_numbers_stay_numbers_and_empty_cells_are_missing() -> None:
    assert covariate([" 41 ", "", "-3.25", ".5", "1e-3", "23.456789012345678"]) == [
        41.0,
        None,
        -3.25,
        0.5,
        0.001,
        23.456789012345678,
    ]
    assert covariate(["", " "]) == [None, None]


@pytest.mark.parametrize("cell", ["nan", "inf", "1_000", "0x1A", "1,5", "1.2.3", "high"])
def test_one_word_makes_all_of_them_words(cell: str) -> None:
    assert covariate(["1", cell, ""]) == ["1", cell, None]
