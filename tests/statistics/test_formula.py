"""Formulas as R reads them: terms, their order, treatment coding; what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rater.errors import BadInput
from rater.statistics.formula import fixed_columns, parse_formula

DATA = pd.DataFrame(
    {
        "y": [1.0, 2.0, 3.0, 4.0],
        "age": [10, 11, 12, 13],
        "Sex": ["Male", "Female", "Male", "Female"],
        "arm": ["b", "a", "c", "b"],
        "seen": [True, False, False, True],
    }
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("y ~ 1", []),
        ("y ~ age", ["age"]),
        ("y~age+Sex", ["age", "SexMale"]),
        ("y ~ age * Sex", ["age", "SexMale", "age:SexMale"]),
        ("y ~ Sex:age + Sex + age", ["SexMale", "age", "SexMale:age"]),
        ("y ~ age:Sex", ["age:SexFemale", "age:SexMale"]),
        ("y ~ age + age:Sex", ["age", "age:SexMale"]),
        ("y ~ arm + arm", ["armb", "armc"]),
        ("y ~ Sex * arm", ["SexMale", "armb", "armc", "SexMale:armb", "SexMale:armc"]),
        ("y ~ arm:Sex", ["arma:SexFemale", "armb:SexFemale", "armc:SexFemale", "arma:SexMale", "armb:SexMale",
                         "armc:SexMale"]),
        ("y ~ seen", ["seenTrue"]),
        ("y ~ 1 + `age`", ["age"]),
        ("y ~ age * Sex * arm", ["age", "SexMale", "armb", "armc", "age:SexMale", "age:armb", "age:armc",
                                 "SexMale:armb", "SexMale:armc", "age:SexMale:armb", "age:SexMale:armc"]),
    ],
)  # fmt: skip
def test_columns_are_named_and_ordered_as_in_r(text, names):
    columns, found = fixed_columns(DATA, parse_formula(text))
    assert found == ("(Intercept)", *names)
    assert columns.shape == (4, len(names) + 1)
    assert (columns[:, 0] == 1).all()


def test_columns_hold_products():
    columns, names = fixed_columns(DATA, parse_formula("y ~ age * Sex"))
    by_name = dict(zip(names, columns.T.tolist(), strict=True))
    assert by_name == {
        "(Intercept)": [1, 1, 1, 1], "age": [10, 11, 12, 13], "SexMale": [1, 0, 1, 0], "age:SexMale": [10, 0, 12, 0],
    }  # fmt: skip
    crossed, _ = fixed_columns(DATA, parse_formula("y ~ arm:Sex"))
    assert np.array_equal(crossed[:, 1:].sum(axis=1), np.ones(4))


def test_a_formula_knows_its_variables():
    formula = parse_formula("HE ~ time * `a b` + x")
    assert formula.response == "HE"
    assert formula.variables == ("time", "a b", "x")
    assert formula.terms == (("time",), ("a b",), ("x",), ("time", "a b"))


@pytest.mark.parametrize(
    "text",
    ["", "y", "~ x", "y ~", "y ~ x +", "y ~ + x", "y ~ x z", "y + z ~ x", "y ~ x ~ z", "y ~ 0 + x", "y ~ x - 1",
     "y ~ (1 | g)", "y ~ log(x)", "y ~ y", "y ~ x:y", "1 ~ x", "y ~ x ** 2", "y ~ x * 1", "y ~ x:", "y ~ 2"],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_a_remedy(text):
    with pytest.raises(BadInput) as refused:
        parse_formula(text, file="analysis.yaml", line=3)
    assert str(refused.value).startswith("analysis.yaml:3: the formula")
    assert str(refused.value).endswith("y ~ age * sex + time.")
