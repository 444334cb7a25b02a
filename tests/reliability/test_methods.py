"""The methods paragraph: what the study knows is told with its figures, and nothing else is claimed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rater.reliability.design import KnownSession, design_of
from rater.reliability.methods import Methods, methods
from rater.reliability.report import report
from rater.terms import Position, RateAtEnd
from tests.builders.figures import ENGLISH, GERMAN
from tests.builders.reliability import example_ratings, make_rated, make_scale, shipped_scales

DRAW = {"algorithm": "margins-1", "seed": 7}


def told(made_here: int = 1, imported: int = 0, draw: Any = None, rate_at_end: str = RateAtEnd.OFF) -> dict[str, Any]:
    """The example study's report, its ratings made in Rater or imported."""
    ratings, scales = example_ratings(), shipped_scales()
    known = [KnownSession(n % 12, n % 3, made_here, imported) for n in range(197)]
    design = design_of(known, scales, draw=draw, rate_at_end=rate_at_end, heard_share=0.9, seed=3, version="0.1.0")
    return report("example", "main", ratings, scales) | {"design": design}


def english(document: dict[str, Any]) -> Methods:
    return methods(document, "en", ENGLISH.say, ENGLISH.number)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return told(draw=DRAW)


def test_design_model_type_unit_estimate_and_why(document: dict[str, Any]) -> None:
    text = english(document).text
    assert "197 therapy sessions of 12 patients with 3 therapists were rated by 5 raters, who gave 276 ratings." in text
    assert "79 sessions (40 per cent) were rated by more than one rater." in text
    assert "algorithm margins-1, seed 7" in text
    assert "restricted maximum likelihood" in text
    assert "absolute agreement is reported because" in text
    assert "two-way random effects, absolute agreement, mean of the two ratings" in text
    assert "(seed 3)" in text
    assert "Rater 0.1.0" in text
    ghes = document["scores"]["GHES"]["overall"]
    low, high = ghes["icc_a_2"]["ci95"]
    assert f"GHES: ICC(A,2) = {ghes['icc_a_2']['value']:.2f} [{low:.2f}; {high:.2f}]" in text
    assert f"from {ghes['n_ratings']} ratings of {ghes['icc_a_2']['n']} sessions." in text
    assert "ICC(A,2) is good after Koo & Li (2016) and excellent after Cicchetti (1994)." in text
    assert "has 7 items with points from 0 to 4" in text
    assert "PHQ" not in text
    assert "{" not in text
    assert "None" not in text


def small() -> dict[str, Any]:
    """One session of one patient with one therapist, rated twice: nearly everything comes once."""
    ratings = [make_rated("S1", "R1", Position.MAIN, {"a1": 1.0}), make_rated("S1", "R2", Position.SECOND, {"a1": 2.0})]
    scale = make_scale(("a1",))
    design = design_of(
        [KnownSession(1, 1, 1, 1)], [scale], draw=None, rate_at_end="off", heard_share=0.9, seed=1, version="1"
    )
    return report("s", "main", ratings, [scale]) | {"design": design}


ONES = re.compile(
    r"\b1 (sessions|therapy sessions|patients|therapists|raters|ratings|pairs|items|dyads|Sitzungen|Therapiesitzungen|"
    r"Patientinnen|Therapeutinnen|Beurteilenden|Beurteilungen|Paare|Items|Dyaden)\b"
)


def test_one_is_said_as_one(document: dict[str, Any]) -> None:
    text = english(small()).text
    assert "1 therapy session of 1 patient with 1 therapist was rated by 2 raters, who gave 2 ratings." in text
    assert "1 session (100 per cent) was rated by more than one rater." in text
    assert "has 1 item with points" in text
    assert "This holds for 1 rating; 1 rating was made elsewhere and imported." in text
    assert "for 1 pair of raters" in text
    german = methods(small(), "de", GERMAN.say, GERMAN.number).text
    assert "1 Therapiesitzung von 1 Patientin oder Patienten bei 1 Therapeutin oder Therapeuten wurde von 2" in german
    assert "Das gilt für 1 Beurteilung; 1 Beurteilung entstand anderswo" in german
    assert not ONES.search(text + german)
    several = methods(document, "de", GERMAN.say, GERMAN.number).text
    assert (
        "197 Therapiesitzungen von 12 Patientinnen und Patienten bei 3 Therapeutinnen und Therapeuten wurden" in several
    )
    assert ONES.search("rated by 1 raters, who gave 11 ratings")
    assert not ONES.search("who gave 11 ratings")


def test_blinding_is_claimed_of_ratings_made_here_alone() -> None:
    blind = "neither other raters' points nor whether anybody else rated the session"
    assert blind in english(told()).text
    mixed = english(told(made_here=1, imported=1))
    assert "This holds for 197 ratings; 197 ratings were made elsewhere and imported." in mixed.text
    imported = english(told(made_here=0, imported=1))
    assert blind not in imported.text
    assert "The ratings were made elsewhere and imported." in imported.text
    assert 8 in [each.item for each in imported.to_fill]
    assert 8 not in [each.item for each in english(told()).to_fill]


def test_an_allocation_that_was_not_drawn_is_left_to_the_author(document: dict[str, Any]) -> None:
    undrawn = english(told())
    assert "computed draw" not in undrawn.text
    assert [each.item for each in undrawn.to_fill].count(7) == 2
    assert [each.item for each in english(document).to_fill].count(7) == 1


def test_the_share_to_be_heard_is_told_where_the_study_requires_it() -> None:
    assert "once 90 per cent" in english(told(rate_at_end=RateAtEnd.REQUIRE)).text
    assert "per cent of the recording" not in english(told(rate_at_end=RateAtEnd.ADVISE)).text


def test_what_is_left_to_the_author_is_in_the_order_of_the_guideline(document: dict[str, Any]) -> None:
    items = [each.item for each in english(document).to_fill]
    assert items == sorted(items)
    assert set(items) == {1, 3, 4, 5, 6, 7, 12, 14, 15}


def test_nothing_rated_twice_is_said_and_nothing_else_about_reliability() -> None:
    scales = shipped_scales()
    ratings = [each for each in example_ratings() if each.position == "main"]
    design = design_of([], scales, draw=None, rate_at_end="off", heard_share=0.9, seed=1, version="0.1.0")
    found = english(report("s", "main", ratings, scales) | {"design": design})
    assert "No session has been rated by more than one rater" in found.text
    assert "ICC" not in found.text
    assert "per cent" not in found.text


def test_a_crossed_design_is_told_as_one() -> None:
    scales = shipped_scales()
    design = told()["design"]
    text = english(report("s", "c", example_ratings("ratings_calibration.csv"), scales) | {"design": design}).text
    assert "every rater having rated every session" in text
    assert "not every rater" not in text


def test_german_has_german_sentences_and_a_decimal_comma(document: dict[str, Any]) -> None:
    german = methods(document, "de", GERMAN.say, GERMAN.number)
    ghes = document["scores"]["GHES"]["overall"]["icc_a_2"]["value"]
    assert f"ICC(A,2) = {ghes:.2f}".replace(".", ",") in german.text
    assert not re.search(r"\b(the|were|rated|raters|sessions)\b", german.text.replace("Rater 0.1.0", ""))
    assert len(german.paragraphs) == len(english(document).paragraphs) == 4
    assert {each.text for each in german.to_fill} & {each.text for each in english(document).to_fill} == set()
