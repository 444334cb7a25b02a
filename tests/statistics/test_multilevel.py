"""Mixed models against lme4 and lmerTest, published figures, statsmodels and known truth."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from rater.statistics import multilevel as module
from rater.statistics.crossed import fit
from rater.statistics.gtheory import BOUNDARY, CONVERGED
from rater.statistics.multilevel import likelihood_ratio, multilevel

DATA = Path(__file__).parent / "data"
R = {each["name"]: each for each in json.loads((DATA / "multilevel.json").read_text())}
RANDOM = ("var_intercept", "var_slope", "cov", "var_residual")


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv")


def fitted(name: str):
    of = R[name]
    return multilevel(table(of["file"]), of["formula"], group=of["group"], random=of["random"], reml=of["reml"])


def variances(model) -> list[float]:
    return [model.random[name].value for name in RANDOM if model.random[name].value is not None]


@pytest.mark.parametrize("name", [name for name in R if name != "penicillin"])
def test_every_figure_is_that_of_lme4_and_lmertest(name):
    found, expected = fitted(name), R[name]
    assert found.reason is None
    assert (found.n, found.groups, found.df) == (expected["n"], expected["groups"], expected["df"])
    assert found.n + found.dropped == len(table(expected["file"]))
    assert found.loglik == pytest.approx(expected["loglik"], abs=1e-7)
    assert (found.aic, found.bic) == pytest.approx((expected["aic"], expected["bic"]), abs=1e-6)
    assert found.singular is expected["singular"]
    assert found.status == (BOUNDARY if expected["singular"] else CONVERGED)
    assert list(found.fixed) == list(expected["fixed"])
    for term, row in expected["fixed"].items():
        ours = found.fixed[term]
        assert ours.estimate == pytest.approx(row["estimate"], abs=1e-5)
        assert ours.se == pytest.approx(row["se"], rel=1e-5)
        assert ours.df == pytest.approx(row["df"], rel=1e-4)
        assert ours.t == pytest.approx(row["t"], rel=1e-4)
        assert ours.p == pytest.approx(row["p"], rel=1e-3)
        assert ours.ci95[0] < ours.estimate < ours.ci95[1]
    assert variances(found) == pytest.approx(expected["variance"], rel=1e-4, abs=1e-4)


def test_the_sleep_study_is_as_published():
    """Bates et al. (2015), sections 1.2 and 5: REML criterion, effects, standard deviations, correlation."""
    found = fitted("sleep")
    assert round(-2 * found.loglik, 1) == 1743.6
    assert [round(each.estimate, 3) for each in found.fixed.values()] == [251.405, 10.467]
    assert [round(each.se, 2) for each in found.fixed.values()] == [6.82, 1.55]
    intercept, slope, cov, residual = (found.random[name].value for name in RANDOM)
    assert (round(intercept**0.5, 2), round(slope**0.5, 2), round(residual**0.5, 2)) == (24.74, 5.92, 25.59)
    assert round(cov / (intercept * slope) ** 0.5, 2) == 0.07
    assert round(found.fixed["Days"].df, 1) == 17.0


def test_the_penicillin_assay_is_as_published():
    """Bates et al. (2015): standard deviations of plates, samples and residual, crossed."""
    rows = table("penicillin")
    plate, sample = (np.unique(rows[name], return_inverse=True)[1] for name in ("plate", "sample"))
    found = fit(plate, sample, rows["diameter"].to_numpy())
    sds = [each**0.5 for each in (found.session, found.rater, found.residual)]
    assert [round(each, 4) for each in sds] == [0.8467, 1.9316, 0.5499]
    assert sds == pytest.approx(R["penicillin"]["sd"], rel=1e-5)
    assert found.loglik == pytest.approx(R["penicillin"]["loglik"], abs=1e-6)


@pytest.mark.parametrize("reml", [True, False])
def test_statsmodels_finds_the_same(reml):
    from statsmodels.regression.mixed_linear_model import MixedLM

    rows = table("gaps").dropna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = MixedLM.from_formula("y ~ time + x", rows, groups="patient_id", re_formula="~time").fit(reml=reml)
    ours = multilevel(table("gaps").dropna(subset="arm"), "y ~ time + x", group="patient_id", random="time", reml=reml)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-5)
    assert [each.estimate for each in ours.fixed.values()] == pytest.approx(list(theirs.fe_params), abs=1e-4)
    cov = theirs.cov_re.to_numpy()
    assert variances(ours) == pytest.approx([cov[0, 0], cov[1, 1], cov[0, 1], theirs.scale], rel=1e-2, abs=1e-3)


def test_a_likelihood_ratio_test_is_as_published():
    """lme4's manual: the random slope of the sleep study, chi-squared 42.139 with 2 degrees of freedom, p 7.07e-10."""
    found = likelihood_ratio(fitted("sleep, same slope, by ML"), fitted("sleep by ML"))
    assert (round(found.chi2, 3), found.df) == (42.139, 2)
    assert found.p == pytest.approx(7.072e-10, rel=1e-3)


def test_what_cannot_be_compared_has_its_reason():
    rows = table("gaps")

    def model(formula, data=rows, random=None, reml=False):
        return multilevel(data, formula, group="patient_id", random=random, reml=reml)

    small, large = model("y ~ 1"), model("y ~ time")
    assert likelihood_ratio(small, large).reason is None
    for pair, reason in (
        ((model("y ~ 1", reml=True), model("y ~ time", reml=True)), module.NOT_BY_ML),
        ((small, model("y ~ x")), module.OTHER_ROWS),
        ((large, small), module.NOT_NESTED),
        ((large, large), module.NOT_NESTED),
        ((model("y ~ time", random="time"), model("y ~ time + arm")), module.NOT_NESTED),
        ((small, model("y ~ nowhere")), module.NO_FIT),
    ):
        told = likelihood_ratio(*pair)
        assert told.reason == reason
        assert told.as_dict() == {"chi2": None, "df": None, "p": None, "reason": str(reason)}


def test_the_icc_belongs_to_the_null_model():
    null = fitted("sleep, null")
    intercept, residual = R["sleep, null"]["variance"]
    assert null.icc.value == pytest.approx(intercept / (intercept + residual), abs=1e-6)
    assert null.icc.ci95[0] < null.icc.value < null.icc.ci95[1]
    assert fitted("sleep").icc.reason == module.NOT_THE_NULL_MODEL


def few(**columns) -> pd.DataFrame:
    plain = {"g": list("aabbcc"), "y": [1.0, 2.0, 4.0, 3.0, 6.0, 8.0], "x": [1.0, 2.0, 1.0, 2.0, 1.0, 3.0]}
    return pd.DataFrame(plain | columns)


@pytest.mark.parametrize(
    ("data", "formula", "random", "reason"),
    [
        (few(), "y ~ z", None, "there is no column z"),
        (few(), "y ~ x", "when", "there is no column when"),
        (few(y=[None] * 6), "y ~ x", None, "no row has all variables of the model"),
        (few(g=["a"] * 6), "y ~ x", None, "only one group"),
        (few(g=list("abcdef")), "y ~ x", None, "too few rows for so many parameters"),
        (few(), "y ~ x", "x", "too few rows for so many parameters"),
        (few(y=[2.0] * 6), "y ~ x", None, "no variance in y"),
        (few(x=[2.0] * 6), "y ~ x", None, "no variance in x"),
        (few(z=[2.0, 4.0, 2.0, 4.0, 2.0, 6.0]), "y ~ x + z", None, "collinear columns: z follows from the others"),
        (few(y=[1.0, 1.0, 2.0, 2.0, 5.0, 5.0]), "y ~ 1", None, "the model leaves no residual variance"),
        (few(y=[2.0, 4.0, 2.0, 4.0, 2.0, 6.0]), "y ~ x", None, "the model leaves no residual variance"),
        (few(y=list("pqrstu")), "y ~ x", None, "y holds no numbers"),
        (few(x=list("pqrpqr")), "y ~ 1", "x", "x holds no numbers"),
        (few(x=[1.0, np.inf, 1.0, 2.0, 1.0, 3.0]), "y ~ x", None, "x holds a value that is not finite"),
        (few(h=list("aabbcc")), "y ~ h", None, "the fixed effects tell all groups apart"),
    ],
)
def test_what_cannot_be_fitted_has_its_reason_and_no_figures(data, formula, random, reason):
    told = multilevel(data, formula, group="g", random=random).as_dict()
    assert told["reason"] == told["icc"]["reason"] == reason
    assert [told[key] for key in ("loglik", "df", "aic", "bic", "singular", "status")] == [None] * 6
    assert {each["reason"] for each in told["random"].values()} == {reason}
    assert all(number is None for effect in told["fixed"].values() for number in effect.values())
    assert told["fixed"].keys() >= {"(Intercept)"}
    json.dumps(told, allow_nan=False)


def test_rows_that_lack_a_variable_are_dropped_and_counted():
    whole = fitted("gaps")
    rows = table("gaps")
    assert whole.dropped == len(rows) - len(rows.dropna()) > 0
    again = multilevel(rows.dropna(), "y ~ time + x + arm", group="patient_id", random="time")
    assert (again.dropped, again.loglik) == (0, pytest.approx(whole.loglik))
    assert multilevel(few(x=[None] * 6), "y ~ x", group="g").dropped == 6


def test_known_truth_lies_inside_the_intervals_at_the_nominal_rate():
    rng = np.random.default_rng(6)
    inside = {"time": [], "icc": []}
    group, time = np.repeat(np.arange(30), 6), np.tile(np.arange(6.0), 30)
    for _ in range(150):
        start, slope = rng.normal(0, 1, 30), rng.normal(0.2, 0.3, 30)
        y = start[group] + slope[group] * time + rng.normal(0, 1, 180)
        rows = pd.DataFrame({"g": group, "t": time, "y": y, "z": start[group] + rng.normal(0, 1, 180)})
        low, high = multilevel(rows, "y ~ t", group="g", random="t").fixed["t"].ci95
        inside["time"].append(low <= 0.2 <= high)
        low, high = multilevel(rows, "z ~ 1", group="g").icc.ci95
        inside["icc"].append(low <= 0.5 <= high)
    for each in inside.values():
        assert 0.9 <= np.mean(each) <= 0.99


@pytest.mark.parametrize("apart", [0.0, 1.0, 1e3, 1e5])
def test_a_balanced_null_model_has_the_variances_of_the_analysis_of_variance(apart):
    rng = np.random.default_rng(9)
    y = apart * rng.normal(size=12)[:, None] + rng.normal(size=(12, 5))
    between, within = 5 * y.mean(axis=1).var(ddof=1), y.var(axis=1, ddof=1).mean()
    expected = [(between - within) / 5, within] if between > within else [0.0, y.var(ddof=1)]
    found = multilevel(pd.DataFrame({"g": np.repeat(np.arange(12), 5), "y": y.ravel()}), "y ~ 1", group="g")
    assert found.status == (CONVERGED if expected[0] else BOUNDARY)
    assert variances(found) == pytest.approx(expected, rel=1e-6)


cells = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 3.0]), st.floats(-1e9, 1e9))
observations = st.lists(
    st.tuples(st.sampled_from("abcd"), cells, cells, st.sampled_from(["p", "q", None])), max_size=24
)
asked = st.sampled_from(["y ~ 1", "y ~ x", "y ~ x * f", "y ~ x:f", "y ~ f"])


@settings(max_examples=150, deadline=None)
@given(observations, asked, st.sampled_from([None, "x"]), st.booleans())
def test_any_rows_are_answered_in_finite_json_with_values_or_a_reason(rows, formula, random, reml):
    data = pd.DataFrame(rows, columns=["g", "y", "x", "f"])
    told = multilevel(data, formula, group="g", random=random, reml=reml).as_dict()
    json.dumps(told, allow_nan=False)
    assert (told["loglik"] is None) == (told["reason"] is not None)
    assert told["n"] + told["dropped"] == len(data)
    for each in (*told["random"].values(), told["icc"]):
        assert (each["value"] is None) != (each["reason"] is None)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([None, "time"]))
def test_neither_the_order_of_rows_nor_the_names_of_groups_matter(rng, random):
    rows = table("gaps")
    order, names = list(range(len(rows))), sorted(set(rows["patient_id"]))
    rng.shuffle(order)
    others = [f"X{place:02}" for place in range(len(names))]
    rng.shuffle(others)
    moved = rows.iloc[order].assign(patient_id=rows["patient_id"].map(dict(zip(names, others, strict=True))))
    one, other = (multilevel(each, "y ~ time", group="patient_id", random=random) for each in (rows, moved))
    assert other.loglik == pytest.approx(one.loglik, abs=1e-8)
    assert variances(other) == pytest.approx(variances(one), rel=1e-5)
    for term in one.fixed:
        assert other.fixed[term].df == pytest.approx(one.fixed[term].df, rel=1e-4)


def test_units_and_origins_of_the_variables_change_nothing_but_the_units():
    rows = table("gaps")
    moved = rows.assign(y=1000 * rows["y"] - 7, time=rows["time"] * 7 + 2018)
    one, other = (multilevel(each, "y ~ time", group="patient_id", random="time") for each in (rows, moved))
    assert other.fixed["time"].t == pytest.approx(one.fixed["time"].t, rel=1e-6)
    assert other.fixed["time"].df == pytest.approx(one.fixed["time"].df, rel=1e-4)
    assert other.random["var_slope"].value == pytest.approx(one.random["var_slope"].value * (1000 / 7) ** 2, rel=1e-5)
    assert other.random["var_residual"].value == pytest.approx(one.random["var_residual"].value * 1e6, rel=1e-6)
