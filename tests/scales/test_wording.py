"""What of a scale is wording, and what is more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rater.scales.loading import load_scale
from rater.scales.schema import Text
from rater.scales.wording import beyond_wording
from tests.builders.study import shipped

SOURCE = shipped("ghes")[0][1]
OLD = load_scale(SOURCE)
CODE, SCORE = next(iter(OLD.missing_codes)), next(iter(OLD.scores))


def told(*changes: tuple[str, str]) -> list[str]:
    source = SOURCE
    for before, after in changes:
        assert before in source
        source = source.replace(before, after)
    return [str(each) for each in beyond_wording(OLD, load_scale(source))]


def test_every_text_may_change() -> None:
    other = Text("other words")
    items = tuple(
        replace(item, text=other, description=other, anchors={0: other}, short_anchors={}) for item in OLD.items
    )
    codes = {name: replace(each, label=other) for name, each in OLD.missing_codes.items()}
    scores = {name: replace(each, title=other) for name, each in OLD.scores.items()}
    new = replace(OLD, version=2, title=other, notes=other, instructions=other, items=items)
    assert list(beyond_wording(OLD, replace(new, missing_codes=codes, scores=scores))) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("ghes7", "ghes8", "the same items in the same order"),
        ("reverse: true", "reverse: false", "ghes5 would no longer be answered"),
        (f"{CODE}:", "another_code:", "the same missing codes"),
        (f"{SCORE}_without_ghes5:", "Other:", "the same scores"),
    ],
)
def test_control_what_points_and_scores_hang_on_may_not(before: str, after: str, words: str) -> None:
    assert any(words in each for each in told((before, after)))
