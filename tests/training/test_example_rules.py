"""Which sessions may serve as examples, and what an example may be."""

from __future__ import annotations

import pytest

from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.terms import ExclusionScope, LeftOut, SessionUse
from rater.training.examples import WantedExample, example_faults, may_serve
from tests.builders.study import shipped

GOOD = WantedExample("ghes", "ghes1", 3, 10.0, 20.0, "A plan is kept")


@pytest.fixture(scope="module")
def scale() -> Scale:
    return load_scale(shipped("ghes")[0][1])


@pytest.mark.parametrize(
    ("use", "scope", "serves"),
    [
        (SessionUse.TRAINING, None, True),
        (SessionUse.CALIBRATION, None, True),
        (SessionUse.MAIN, None, False),
        (SessionUse.MAIN, ExclusionScope.ANALYSIS, False),
        (SessionUse.MAIN, ExclusionScope.MAIN, True),
        (SessionUse.MAIN, ExclusionScope.EVERYTHING, False),
        (SessionUse.TRAINING, ExclusionScope.EVERYTHING, False),
        (SessionUse.TRAINING, ExclusionScope.ANALYSIS, True),
    ],
)
def test_only_sessions_outside_the_main_wave_serve(use: SessionUse, scope: ExclusionScope | None, serves: bool) -> None:
    assert may_serve(use, None if scope is None else LeftOut("why", scope)) is serves


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"item": "ghes9"}, "item", "no item ghes9"),
        ({"item": ""}, "item", "no item –"),
        ({"point": 5}, "point", "no point 5"),
        ({"point": 2.5}, "point", "no point 2.5"),
        ({"stops_s": 10.0}, "stop", "not after its start"),
        ({"stops_s": 12.9}, "stop", "lasts 2.9 s"),
        ({"stops_s": 191.0}, "stop", "lasts 181.0 s"),
        ({"starts_s": -1.0}, "stop", "do not lie within"),
        ({"stops_s": 300.5}, "stop", "do not lie within"),
    ],
)
def test_each_fault_has_its_place_and_cause(scale: Scale, changed: dict[str, object], column: str, words: str) -> None:
    wanted = WantedExample(**{**vars(GOOD), **changed})  # type: ignore[arg-type]  # one field of its own type
    (found,) = example_faults(wanted, scale, "ghes", 300.0)
    assert found.column == column
    assert words in str(found.cause)
    assert str(found.remedy)


@pytest.mark.parametrize("changed", [{}, {"point": None}, {"stops_s": 13.0}, {"stops_s": 190.0}])
def test_what_is_right_has_no_fault(scale: Scale, changed: dict[str, object]) -> None:
    wanted = WantedExample(**{**vars(GOOD), **changed})  # type: ignore[arg-type]  # one field of its own type
    assert example_faults(wanted, scale, "ghes", 300.0) == []


def test_all_faults_come_at_once(scale: Scale) -> None:
    wanted = WantedExample("ghes", "ghes9", 3, 20.0, 10.0, "")
    assert [each.column for each in example_faults(wanted, scale, "ghes", 300.0)] == ["item", "stop"]
    assert [each.column for each in example_faults(wanted, None, "ghes, sthar", 300.0)] == ["item", "stop"]
