"""Verbal labels: the published bounds, what they are judged on, and what has none."""

from __future__ import annotations

import pytest

from rater.reliability.labels import CICCHETTI, KOO_LI, labels


@pytest.mark.parametrize(
    ("value", "word"),
    [(-0.3, "poor"), (0.499, "poor"), (0.5, "moderate"), (0.749, "moderate"), (0.75, "good"), (0.9, "excellent")],
)
def test_the_ranges_of_koo_and_li(value: float, word: str) -> None:
    assert KOO_LI.of(value) == word


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.3, "poor"),
        (0.399, "poor"),
        (0.4, "fair"),
        (0.599, "fair"),
        (0.6, "good"),
        (0.749, "good"),
        (0.75, "excellent"),
    ],
)
def test_the_ranges_of_cicchetti(value: float, word: str) -> None:
    assert CICCHETTI.of(value) == word


def test_one_value_has_two_names_and_both_say_whose_they_are() -> None:
    found = labels(0.68, (0.42, 0.83))
    assert found is not None
    koo_li, cicchetti = found["koo_li_2016"], found["cicchetti_1994"]
    assert (koo_li["from"], koo_li["to"], koo_li["judged_on"]) == ("poor", "good", "interval")
    assert cicchetti["label"] == "good"
    assert "Koo & Li (2016)" in koo_li["source"]
    assert "Cicchetti (1994)" in cicchetti["source"]


def test_without_an_interval_the_label_says_that_it_rests_on_the_value() -> None:
    found = labels(0.68, None)
    assert found is not None
    assert found["koo_li_2016"]["judged_on"] == "value"
    assert found["koo_li_2016"]["from"] == found["koo_li_2016"]["to"] == "moderate"


def test_no_value_no_label() -> None:
    assert labels(None, None) is None
