"""The report on small studies: what is listed, left out, flagged and kept apart."""

from __future__ import annotations

import json

import pytest

from rater.reliability.matrix import by_session, shared_sessions
from rater.reliability.report import report
from rater.terms import Position
from tests.builders.reliability import example_ratings, make_rated, make_scale, shipped_scales

MAIN, SECOND = Position.MAIN, Position.SECOND


def pair(session, first, second, a, b):
    return [
        make_rated(session, first, MAIN, {"a1": a, "a2": a}),
        make_rated(session, second, SECOND, {"a1": b, "a2": b}),
    ]


def small_study():
    """R1 and R2 share six sessions, R2 and R3 two, R1 and R3 none."""
    given = []
    for number, (a, b) in enumerate([(0, 1), (1, 1), (2, 3), (3, 3), (4, 3), (2, 2)]):
        given += pair(f"S{number}", "R1", "R2", a, b)
    for number, (a, b) in enumerate([(1, 2), (4, 4)]):
        given += pair(f"T{number}", "R3", "R2", a, b)
    return given


def test_pairs_without_a_common_session_are_listed_and_in_no_mean():
    told = report("s", "main", small_study(), [make_scale()])["scores"]["A"]
    assert list(told["dyads"]) == ["R1-R2", "R2-R3"]
    summary = told["summary"]["icc_2_k"]
    assert summary["not_estimable"] == [{"dyad": "R1-R3", "reason": "no session shared"}]
    values = [told["dyads"][dyad]["icc"]["2,k"]["value"] for dyad in told["dyads"]]
    assert summary["mean"] == pytest.approx(sum(values) / 2)
    assert summary["n_dyads"] == 2


def test_fewer_than_five_shared_sessions_are_flagged():
    dyads = report("s", "main", small_study(), [make_scale()])["scores"]["A"]["dyads"]
    assert {key: each["unstable"] for key, each in dyads.items()} == {"R1-R2": False, "R2-R3": True}
    assert (dyads["R2-R3"]["n_shared"], dyads["R2-R3"]["n"]) == (2, 2)


def test_sessions_count_as_shared_though_the_score_is_missing():
    given = small_study()
    given[0] = make_rated("S0", "R1", MAIN, {"a1": None, "a2": None}, {"a1": "NA", "a2": "NA"})
    told = report("s", "main", given, [make_scale()])
    dyad = told["scores"]["A"]["dyads"]["R1-R2"]
    assert (dyad["n_shared"], dyad["n"]) == (6, 5)
    assert told["items"]["a1"]["applicability"]["rated_by"] == {"all": 7, "some": 1, "none": 0}
    assert told["items"]["a1"]["n"] == 7


def test_an_item_that_is_not_rated_yet_is_no_disagreement_on_ratability():
    given = small_study()
    given[0] = make_rated("S0", "R1", MAIN, {"a2": 1.0})
    found = report("s", "main", given, [make_scale()])["items"]["a1"]["applicability"]
    assert (found["n"], found["value"]) == (7, 1.0)


def test_a_dyad_without_variance_is_null_with_its_reason_and_out_of_the_mean():
    given = [each for n in range(6) for each in pair(f"S{n}", "R1", "R2", 3, 3)]
    told = report("s", "main", given, [make_scale()])["scores"]["A"]
    assert told["dyads"]["R1-R2"]["icc"]["2,k"]["value"] is None
    assert told["summary"]["icc_2_k"]["not_estimable"] == [{"dyad": "R1-R2", "reason": "no variance"}]
    assert told["summary"]["icc_2_k"]["mean"] is None
    assert told["overall"]["icc_a1"]["reason"] == "no variance"


def test_nothing_double_coded_has_that_reason():
    given = [make_rated(f"S{n}", f"R{n % 2}", MAIN, {"a1": n % 4, "a2": 1}) for n in range(8)]
    told = report("s", "main", given, [make_scale()])
    assert (told["n_sessions"], told["n_double"]) == (8, 0)
    assert told["scores"]["A"]["overall"]["g_q_k"]["reason"] == "nothing double-coded"
    assert told["scores"]["A"]["dyads"] == {}
    json.dumps(told, allow_nan=False)


def test_no_rating_at_all_is_an_answer():
    told = report("s", "main", [], [make_scale()])
    assert told["n_sessions"] == 0
    assert told["scores"]["A"]["overall"]["n_ratings"] == 0
    json.dumps(told, allow_nan=False)


def test_scores_use_turned_items_and_the_item_table_raw_ones():
    given = []
    for number, (a, b) in enumerate([(0, 1), (1, 1), (2, 3), (3, 3), (4, 3), (2, 2)]):
        given.append(make_rated(f"S{number}", "R1", MAIN, {"a1": a, "a2": 4 - a}))
        given.append(make_rated(f"S{number}", "R2", SECOND, {"a1": b, "a2": 4 - b}))
    turned = report("s", "main", given, [make_scale(reverse=["a2"])])
    plain = report("s", "main", given, [make_scale()])
    assert turned["scores"]["A"]["dyads"]["R1-R2"]["icc"]["2,k"]["value"] > 0.8
    assert plain["scores"]["A"]["dyads"]["R1-R2"]["icc"]["2,k"]["reason"] == "no variance"
    assert turned["scores"]["A"]["dyads"]["R1-R2"]["mean_difference"]["value"] == pytest.approx(-1 / 6)
    assert turned["items"]["a2"]["icc"] == plain["items"]["a2"]["icc"]


def test_item_rows_stack_each_item_of_each_shared_session():
    dyad = report("s", "main", small_study(), [make_scale()])["scores"]["A"]["item_rows"]["dyads"]["R1-R2"]
    assert (dyad["n_shared"], dyad["n"], dyad["unstable"]) == (6, 12, False)


def test_scores_over_two_sessions_are_left_out_with_the_reason_and_outcomes_do_not_appear():
    told = report("s", "main", small_study(), [make_scale(lagged=["a1"])])
    assert list(told["scores"]) == ["A"]
    assert "previous session" in told["left_out"]["A_lagged"]
    shipped = report("s", "main", example_ratings(), shipped_scales())
    assert "phq9" not in shipped["scores"]
    assert "phq1" not in shipped["items"]
    assert "StHAR" in shipped["left_out"]


def test_in_calibration_every_pair_is_a_dyad_and_items_have_a_column_per_rater():
    told = report("example", "calibration", example_ratings("ratings_calibration.csv"), shipped_scales())
    ghes = told["scores"]["GHES"]
    assert (told["n_sessions"], told["n_double"], len(ghes["dyads"])) == (3, 3, 10)
    assert all(each["unstable"] for each in ghes["dyads"].values())
    assert set(told["items"]["ghes1"]["icc"]) == {"1,1", "2,1", "3,1", "1,k", "2,k", "3,k"}
    assert told["items"]["ghes1"]["kappa"]["linear"]["reason"] == "needs exactly two raters"
    assert told["items"]["ghes1"]["alpha"]["interval"]["n"] == 3
    assert ghes["overall"]["k_harmonic"] == 5


def test_the_order_of_ratings_does_not_matter():
    given = small_study()
    assert report("s", "main", given[::-1], [make_scale()]) == report("s", "main", given, [make_scale()])


def test_main_comes_first_whatever_the_codes():
    assert [each.rater_id for each in by_session(small_study())["T0"]] == ["R3", "R2"]
    assert shared_sessions(by_session(small_study()))[("R2", "R3")] == ["T0", "T1"]


def test_two_ratings_of_a_session_by_one_rater_are_refused():
    with pytest.raises(ValueError, match="two ratings of S0 by one rater"):
        report("s", "main", [make_rated("S0", "R1", MAIN, {}), make_rated("S0", "R1", SECOND, {})], [make_scale()])


def test_the_seed_moves_the_intervals_only():
    first, other = (report("s", "main", small_study(), [make_scale()], seed=seed) for seed in (1, 2))
    one, two = (each["scores"]["A"]["overall"]["g_q_k"] for each in (first, other))
    assert one["value"] == two["value"]
    assert one["ci95"] != two["ci95"]


def test_what_cannot_be_estimated_is_gathered_with_its_place_and_reason():
    given = [each for n in range(6) for each in pair(f"S{n}", "R1", "R2", 3, 3)]
    given += [make_rated("T0", "R3", MAIN, {"a1": 1, "a2": 1})]
    told = report("s", "main", given, [make_scale()])
    dyads = [each for each in told["not_estimable"] if "dyad" in each]
    assert {(each["rows"], each["dyad"], each["reason"]) for each in dyads} == {
        (rows, dyad, reason)
        for rows in ("scores", "item rows")
        for dyad, reason in (("R1-R2", "no variance"), ("R1-R3", "no session shared"), ("R2-R3", "no session shared"))
    }
    others = [(each["of"], each["rows"], each["figure"], each["reason"]) for each in told["not_estimable"]]
    assert ("a1", "item", "icc.1,1", "no variance") in others
    assert not [each for each in others if each[2].startswith("gwet")], "a figure with a value is listed"


def test_where_all_can_be_estimated_only_the_kappa_of_constant_ratability_is_listed():
    found = report("s", "main", small_study()[:12], [make_scale()])["not_estimable"]
    assert {(each["figure"], each["reason"]) for each in found} == {("applicability.kappa", "no variance")}


def test_headline_and_summaries_have_labels_and_raters_and_ratings_are_counted():
    told = report("s", "main", small_study(), [make_scale()])
    score = told["scores"]["A"]
    assert set(score["overall"]["labels"]) == {"icc_a1", "icc_a_2", "analysed_file"}
    assert score["overall"]["labels"]["icc_a_2"]["koo_li_2016"]["judged_on"] == "interval"
    for part in (score, score["item_rows"]):
        assert set(part["summary"]["icc_2_k"]["labels"]) == {"mean", "median"}
    assert (told["n_raters"], told["n_ratings"]) == (3, 16)
