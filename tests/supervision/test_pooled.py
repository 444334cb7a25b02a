"""A programme as a whole: nothing of it with fewer than five trainees."""

from __future__ import annotations

import pytest

from rater.config import data_folder
from rater.ratings.completeness import GivenPoint
from rater.scales.loading import load_scale
from rater.supervision.pooled import PooledItem, pooled

SCALE = load_scale((data_folder("scales") / "ghes.yaml").read_text(encoding="utf-8"))


def item(name: str, *trainees: list[float]) -> PooledItem:
    (found,) = pooled([SCALE], [[{name: GivenPoint(value)} for value in each] for each in trainees])
    return next(each for each in found.items if each.item.id == name)


def test_five_trainees_are_pooled_and_four_are_not() -> None:
    assert item("ghes1", [4], [4], [4], [4]).share is None
    assert item("ghes1", [4], [4], [4], [4], [0]).share == pytest.approx(0.8)
    assert item("ghes1", [4], [4], [4], [4], []).share is None


def test_each_trainee_counts_once() -> None:
    assert item("ghes1", [4, 4, 4, 4, 4], [0], [0], [0], [0]).share == pytest.approx(0.2)


def test_a_reversed_item_is_turned() -> None:
    assert item("ghes5", [4], [4], [4], [4], [0]).share == pytest.approx(0.2)
