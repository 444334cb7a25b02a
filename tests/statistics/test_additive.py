"""The crossed model where no residual variance is left: labels do not matter, and the values are the limit's."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given, settings

from rater.statistics.additive import is_additive, parts, variances
from rater.statistics.crossed import fit
from rater.statistics.gtheory import BOUNDARY, gstudy
from rater.statistics.long_form import gstudy_of

GAP = st.sampled_from([False, False, False, True])


@st.composite
def tables(draw):
    """Small tables of whole or half points, most of them exactly additive, with gaps."""
    s, r = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    points = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5, 4.0])
    of_session, of_rater = (
        draw(st.lists(points, min_size=s, max_size=s)),
        draw(st.lists(points, min_size=r, max_size=r)),
    )
    table = np.add.outer(of_session, of_rater)
    if draw(st.sampled_from([False, False, True])):
        table[draw(st.integers(0, s - 1)), draw(st.integers(0, r - 1))] += draw(st.sampled_from([0.5, 1.0, 1e-4]))
    gaps = np.array(draw(st.lists(st.lists(GAP, min_size=r, max_size=r), min_size=s, max_size=s)))
    return np.where(gaps, np.nan, table)


def told(table, sessions, raters):
    places = [(i, j) for i in range(table.shape[0]) for j in range(table.shape[1])]
    names = [f"S{sessions[i]}" for i, _ in places], [f"R{raters[j]}" for _, j in places]
    return gstudy_of(*names, [table[place] for place in places])


@settings(max_examples=250, deadline=None)
@given(tables(), st.permutations(range(6)), st.permutations(range(4)))
def test_the_names_of_sessions_and_raters_change_no_component(table, sessions, raters):
    plain, renamed = told(table, range(6), range(4)), told(table, sessions, raters)
    assert plain["status"] == renamed["status"]
    for name, each in plain["variance"].items():
        if each["value"] is None:
            assert renamed["variance"][name]["reason"] == each["reason"]
        else:
            assert renamed["variance"][name]["value"] == pytest.approx(each["value"], rel=1e-5, abs=1e-6)


def long(table):
    unit, rater = np.nonzero(~np.isnan(table))
    return unit, rater, table[unit, rater]


def test_the_variances_of_linked_raters_are_those_of_the_parts():
    of_session, of_rater = np.array([1.0, 2.0, 4.0, 4.5, 0.0]), np.array([0.0, 0.5, -1.0])
    table = np.add.outer(of_session, of_rater)
    table[0, 1] = table[3, 2] = table[4, 0] = np.nan
    found = fit(*long(table))
    assert (found.session, found.rater) == pytest.approx((of_session.var(ddof=1), of_rater.var(ddof=1)))
    assert (found.residual, found.loglik, found.boundary) == (0.0, None, True)
    told = gstudy(*long(table))
    assert told.status == BOUNDARY
    assert told.as_dict()["loglik"] is None
    assert told.coefficients["icc_c1"].value == 1.0


@pytest.mark.parametrize("linked", [True, False])
def test_they_are_what_a_vanishing_residual_leads_to(linked):
    rng = np.random.default_rng(3)
    table = np.add.outer(rng.normal(0, 1, 14), rng.normal(0, 0.7, 6))
    if not linked:
        table[:5, 2:] = table[5:, :2] = np.nan
        table[5:10, 4:] = table[10:, 2:4] = np.nan
    else:
        table[rng.random(table.shape) < 0.3] = np.nan
    unit, rater, y = long(table)
    exact, near = fit(unit, rater, y), fit(unit, rater, y + rng.normal(0, 0.004, len(y)))
    assert exact.residual == 0
    assert 0 < near.residual < 1e-4
    assert (near.session, near.rater) == pytest.approx((exact.session, exact.rater), rel=0.02)
    further = fit(unit, rater, y + rng.normal(0, 0.5, len(y)))
    assert (further.session, further.rater) != pytest.approx((exact.session, exact.rater), rel=0.02)
    groups = len(parts(unit, rater, y).level)
    assert groups == (1 if linked else 3)


def test_a_part_that_does_not_vary_has_no_variance():
    scores = np.array([0.5, 1.0, 2.5, 3.0])
    agreed = fit(*long(np.column_stack([scores, scores])))
    assert (agreed.session, agreed.rater, agreed.residual) == (pytest.approx(scores.var(ddof=1)), 0.0, 0.0)
    shifted = fit(*long(np.array([[1.0, 2.0, 4.0]] * 5)))
    assert (shifted.session, shifted.rater, shifted.residual) == (0.0, pytest.approx(np.var([1, 2, 4], ddof=1)), 0.0)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_what_is_not_additive_is_not_taken_for_it(table):
    unit, rater, y = long(table)
    assume(len(y) and len(np.unique(unit)) == len(table) and len(np.unique(rater)) == table.shape[1])
    known = parts(unit, rater, y)
    assume(known.freedom > 0 and np.ptp(y) > 0)
    rest = known.residual / known.freedom
    assert is_additive(known) == (rest <= 1e-6 * max(variances(known)))
    assert known.residual >= 0
    bent = parts(unit, rater, y + 0.5 * np.sin(3.0 * unit * (rater + 1.0)))
    assert not is_additive(bent) or bent.residual <= 1e-6 * known.freedom * max(variances(bent))
