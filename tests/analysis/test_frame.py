"""Derived variables and covariates of the table that models are fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rater.analysis.frame import complete, frame, with_derived
from rater.analysis.sessions import analysed_sessions
from rater.analysis.variables import variables
from tests.builders.reliability import make_scale
from tests.exports.builders import make_listed

SESSIONS = [
    make_listed("S1", "P1", 1),
    make_listed("S2", "P1", 2),
    make_listed("S4", "P1", 4),
    make_listed("T2", "P2", 2),
]
POINTS = {"S1": 1.0, "S2": 3.0, "S4": 2.0, "T2": 4.0}


def table(covariates: dict[str, dict[str, str]] | None = None) -> pd.DataFrame:
    scale = make_scale(("a1",))
    ratings = {session: [("main", {"a1": point})] for session, point in POINTS.items()}
    return frame(variables([scale], analysed_sessions([scale], SESSIONS, ratings, {})), covariates or {})


def test_the_previous_session_is_the_same_patients_last_number() -> None:
    found = with_derived(table(), "A ~ A_previous")["A_previous"]
    assert found.isna().tolist() == [True, False, True, True]
    assert found[1] == 1.0


def test_within_and_between_part_a_variable() -> None:
    found = with_derived(table(), "A ~ A_within + A_between")
    assert found["A_between"].tolist() == [2.0, 2.0, 2.0, 4.0]
    assert found["A_within"].tolist() == [-1.0, 1.0, 0.0, 0.0]


def test_what_cannot_be_derived_is_not_there() -> None:
    found = with_derived(table(), "A ~ B_within + phase_within + session_id_previous_within")
    assert set(found.columns) == set(table().columns) | {"session_id_previous"} - {"session_id_previous"}


def test_covariates_are_numbers_or_factors_and_never_hide_a_score() -> None:
    cells = {"P1": {"age": "40", "sex": "f", "A": "9"}, "P2": {"age": "", "sex": "", "A": "9"}}
    found = table(cells)
    assert found["age"].tolist()[:3] == [40.0, 40.0, 40.0]
    assert np.isnan(found["age"][3])
    assert found["sex"].tolist()[:3] == ["f", "f", "f"]
    assert pd.isna(found["sex"][3])
    assert found["A"].tolist() == list(POINTS.values())


@pytest.mark.parametrize(("names", "n"), [((), 4), (("A", "A_previous"), 1), (("A", "not there"), 0)])
def test_the_common_sample_has_every_variable(names: tuple[str, ...], n: int) -> None:
    assert len(complete(with_derived(table(), "A ~ A_previous"), names)) == n
