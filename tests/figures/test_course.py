"""The course of a score: what is drawn is what the analysis says."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from rater.figures.course import course_figures
from rater.figures.figure import Figure
from rater.figures.language import Language
from tests.builders.figures import ENGLISH, GERMAN

SVG = "{http://www.w3.org/2000/svg}"
ONE = {"A": {"mean": 2.5, "n": 2, "ci95": [1.0, 4.0]}}
TOLD: dict[str, Any] = {
    "course": {"A": {"P1": [[1, 2.0], [3, 3.0]], "P<2>": [[1, 3.0]]}, "empty": {}},
    "descriptives": {"by_session_no": {"10": {"A": {"mean": 3.0, "n": 1, "ci95": None}}, "2": ONE}},
}


def drawn(told: dict[str, Any], language: Language) -> list[Figure]:
    return [each.draw(language) for each in course_figures(told)]


def words(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_score_with_values_has_two_figures_and_one_without_none() -> None:
    course, means = drawn(TOLD, ENGLISH)
    assert (course.name, means.name) == ("course-A", "means-A")
    assert "2 patients" in course.alt
    assert {"P1", "P<2>"} <= set(words(course.svg))
    assert "2.50 in session 2 to 3.00 in session 10" in means.alt


def test_numbers_and_words_are_german_in_german() -> None:
    course, means = drawn(TOLD, GERMAN)
    assert "2,50" in means.alt
    assert course.title != drawn(TOLD, ENGLISH)[0].title


@pytest.mark.parametrize("point", [[1, 0.0], [7, 4.0]])
def test_a_single_point_is_drawn(point: list[float]) -> None:
    number = str(int(point[0]))
    told = {
        "course": {"A": {"P1": [point]}},
        "descriptives": {"by_session_no": {number: {"A": {"mean": point[1], "n": 1, "ci95": None}}}},
    }
    assert all(each.png.startswith(b"\x89PNG") for each in drawn(told, ENGLISH))


def test_the_same_data_give_the_same_bytes() -> None:
    assert [each.svg for each in drawn(TOLD, ENGLISH)] == [each.svg for each in drawn(TOLD, ENGLISH)]
