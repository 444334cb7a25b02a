"""Figures of drift: what is drawn is what the document says."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from rater.figures.drift import drift_figures
from rater.figures.figure import Figure
from rater.figures.language import Language
from tests.builders.figures import ENGLISH, GERMAN, statistic

SVG = "{http://www.w3.org/2000/svg}"


def week(day: str, shift: float | None, *, drifted: bool = False) -> dict[str, Any]:
    band = {"low": None, "high": None} if shift is None else {"low": -0.5, "high": 0.5}
    reason = "too few earlier ratings" if shift is None else None
    return {"week": day, "n": 6, "shift": shift, "drifted": drifted, "reason": reason, **band}


def told(**instead: Any) -> dict[str, Any]:
    one = {
        "severity": {"R1": statistic(-0.2, (-0.4, 0.0)), "R<2>": statistic(0.0, None)},
        "difference": {"R1": statistic(-0.6, (-0.9, -0.3)), "R<2>": statistic(0.6, (0.3, 0.9))},
        "by_week": {
            "R1": [week("2026-03-02", None), week("2026-03-09", 0.1), week("2026-05-04", -0.9, drifted=True)],
            "R<2>": [week("2026-03-09", 0.0)],
            "R3": [week("2026-03-02", None)],
        },
        "agreement": [week("2026-03-09", 0.05), week("2026-05-04", -0.6, drifted=True)],
        "reason": None,
    }
    return {"scores": {"A_b": {**one, **instead}}}


def drawn(given: dict[str, Any], language: Language = ENGLISH) -> dict[str, Figure]:
    return {each.name: each.draw(language) for each in drift_figures(given)}


def words(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_each_score_has_three_figures_whose_words_say_what_is_seen() -> None:
    found = drawn(told())
    assert list(found) == ["severity-A_b", "shifts-A_b", "agreement-A_b"]
    severity, shifts, agreement = found.values()
    assert "from \u22120.20 (R1) to 0.00 (R<2>)" in severity.alt
    assert "\u22120.20 [\u22120.40; 0.00], n = 6" in words(severity.svg)
    assert "for 2 raters" in shifts.alt
    assert "Drift: R1 May 4" in shifts.alt
    assert {"R1", "R<2>"} <= set(words(shifts.svg))
    assert "R3" not in words(shifts.svg)
    assert "Drift: May 4" in agreement.alt


def test_without_drift_that_is_said() -> None:
    calm = drawn(told(by_week={"R1": [week("2026-03-09", 0.1)]}, agreement=[week("2026-03-09", 0.0)]))
    assert all("Nothing has drifted" in calm[name].alt for name in ("shifts-A_b", "agreement-A_b"))


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_one_rater_and_one_week_are_drawn(value: float) -> None:
    one = told(
        severity={"R1": statistic(value, None)}, difference={"R1": statistic(value, None)},
        by_week={"R1": [week("2026-03-09", value)]}, agreement=[],
    )  # fmt: skip
    assert all(each.png.startswith(b"\x89PNG") for each in drawn(one).values())


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    none = told(severity={}, difference={}, by_week={"R1": [week("2026-03-02", None)]}, agreement=[])
    assert drawn(none) == {}


def test_days_and_numbers_are_german_in_german() -> None:
    found = drawn(told(), GERMAN)
    assert "\u22120,20 (R1)" in found["severity-A_b"].alt
    assert "Drift: R1 4. Mai" in found["shifts-A_b"].alt


def test_the_same_data_give_the_same_bytes() -> None:
    assert [each.svg for each in drawn(told()).values()] == [each.svg for each in drawn(told()).values()]
