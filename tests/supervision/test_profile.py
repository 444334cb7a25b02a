"""The profile of a trainee: extent over sessions against the own earlier ones, and the patient's outcome."""

from __future__ import annotations

import pytest

from rater.config import data_folder
from rater.figures.trend import HEIGHT, WIDTH, trend
from rater.ratings.completeness import GivenPoint
from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.supervision.outcome import outcome_trends
from rater.supervision.profile import Rated, ScaleProfile, leading, profile_of
from rater.terms import RatedBy


def shipped(name: str) -> Scale:
    return load_scale((data_folder("scales") / f"{name}.yaml").read_text(encoding="utf-8"))


def given(value: float | None, **others: float) -> dict[str, GivenPoint]:
    points = dict.fromkeys(shipped("sthar").item_ids, value) | others
    return {
        item: GivenPoint(each) if each is not None else GivenPoint(None, "NOT_RATABLE") for item, each in points.items()
    }


def profile(*sessions: Rated) -> ScaleProfile:
    (found,) = profile_of([shipped("sthar")], sessions)
    return found


def test_the_supervisors_points_lead_where_there_are_any() -> None:
    assert leading([Rated(given(1), {})]) is RatedBy.SELF
    assert leading([Rated(given(1), {}), Rated({}, given(2))]) is RatedBy.SUPERVISOR


def test_often_and_seldom_go_by_the_mean_share_of_the_range() -> None:
    sessions = [Rated({}, given(2, sta1=4, sta2=0, sta3=3)) for _ in range(3)]
    found = profile(*sessions)
    assert [each.id for each in found.often] == ["sta1", "sta3"]
    assert [each.id for each in found.seldom] == ["sta2"]
    rows = {each.item.id: each for each in found.items}
    assert (rows["sta1"].share, rows["sta2"].share, rows["sta4"].share) == (1.0, 0.0, 0.5)


def test_a_reversed_item_is_seldom_where_its_raw_point_is_high() -> None:
    scale = shipped("ghes")
    reversed_item = next(each for each in scale.items if each.reverse)
    sessions = [Rated({}, {reversed_item.id: GivenPoint(4)}) for _ in range(3)]
    (found,) = profile_of([scale], sessions)
    assert [each.id for each in found.seldom] == [reversed_item.id]


def test_two_sessions_say_nothing_of_often_nor_of_a_range() -> None:
    found = profile(*[Rated({}, given(4))] * 2)
    assert not found.often
    assert {each.earlier for each in found.items} == {None}
    assert profile(*[Rated({}, given(4))] * 3).often


def test_the_earlier_range_leaves_the_last_session_out() -> None:
    found = profile(*[Rated({}, given(value)) for value in (1, 3, 2, 4)])
    assert {each.earlier for each in found.items} == {(1, 3)}
    line = next(each for each in found.lines if each.score.name == "StH_A")
    assert (line.earlier, line.latest, line.minimum, line.maximum) == ((1.0, 3.0), 4.0, 0.0, 4.0)


def test_a_missing_point_is_no_zero() -> None:
    found = profile(Rated({}, given(4)), Rated({}, given(None)), Rated({}, given(4)), Rated({}, given(4)))
    assert {each.share for each in found.items} == {1.0}
    line = next(each for each in found.lines if each.score.name == "StH_R")
    assert line.theirs == (4.0, None, 4.0, 4.0)


def test_lagged_scores_are_no_line() -> None:
    assert [each.score.name for each in profile(Rated({}, given(1))).lines] == ["StH_A", "StH_R", "StHAR_same"]


def phq9(ninth: float | None, others: float = 1) -> dict[str, float | None]:
    return {**{f"phq{n}": others for n in range(1, 9)}, "phq9": ninth}


def test_an_outcome_with_thoughts_of_death_is_flagged() -> None:
    (found,) = outcome_trends(shipped("phq9"), [phq9(0), {}, phq9(1), phq9(None)])
    assert found.values == (8, None, 9, None)
    assert found.flagged == (2,)
    assert (found.minimum, found.maximum) == (0, 27)
    assert outcome_trends(shipped("phq9"), [{}, {}]) == []


@pytest.mark.parametrize(("values", "stretches"), [([1, 2, 3], 1), ([1, None, 3], 0), ([1, 2, None, 3, 4], 2), ([], 0)])
def test_a_line_is_broken_where_a_value_is_missing(values: list[float | None], stretches: int) -> None:
    drawn = trend(values, 0, 4)
    assert len(drawn.stretches) == stretches
    assert [each.value for each in drawn.dots] == [each for each in values if each is not None]
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in drawn.dots)


def test_more_lies_higher() -> None:
    low, high = trend([0, 4], 0, 4).dots
    assert low.y > high.y
    assert trend([2], 2, 2).dots[0].y == HEIGHT / 2
