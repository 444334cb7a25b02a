"""`rater stats`: coefficients of any CSV file, without a home or a database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builders.command import Command

WITNESS = Path(__file__).parents[1] / "data" / "shrout-fleiss.csv"
COLUMNS = ("--unit", "target", "--rater", "judge", "--value", "score")
PUBLISHED = {"1,1": 0.17, "2,1": 0.29, "3,1": 0.71, "1,k": 0.44, "2,k": 0.62, "3,k": 0.91}


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")


def written(folder: Path, data: bytes | str, name: str = "ratings.csv") -> Path:
    """A file with these bytes."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_the_table_of_shrout_and_fleiss(rater: Command) -> None:
    """Shrout & Fleiss (1979), table 4: six targets, four judges."""
    told = rater("stats", "reliability", WITNESS, *COLUMNS, "--json").json
    assert {form: round(each["value"], 2) for form, each in told["icc"].items()} == PUBLISHED
    assert (told["n_units"], told["n_raters"], told["complete"]) == (6, 4, True)
    assert set(told) == {
        "n_units", "n_raters", "complete", "icc", "anova", "sem", "kappa", "alpha", "gwet", "percent_agreement",
        "within_1", "pearson",
    }  # fmt: skip
    lines = rater("stats", "reliability", WITNESS, *COLUMNS).out.splitlines()
    assert lines[0] == "6 units, 4 raters, every rater rated every unit"
    assert sum(line.startswith("  ICC(2,k)") and " 0.620 [0.071, 0.927]  n = 6" in line for line in lines) == 1
    assert not rater.home.exists()


def test_the_variances_of_the_same_table(rater: Command) -> None:
    told = rater("stats", "gstudy", WITNESS, *COLUMNS, "--json").json
    assert round(told["icc_a1"]["value"], 2) == 0.29
    assert round(told["icc_c1"]["value"], 2) == 0.71
    assert {"n_units", "n_raters", "k_harmonic", "q", "variance", "icc_a_k", "icc_c_k", "g_q_k", "sem"} <= set(told)
    assert "  icc_a1               0.290" in rater("stats", "gstudy", WITNESS, *COLUMNS).out


@pytest.mark.parametrize(
    ("separator", "encoding", "line_end"),
    [(";", "utf-8-sig", "\r\n"), ("\t", "utf-16", "\r\n"), (";", "cp1252", "\n")],
)
def test_a_file_saved_by_a_german_spreadsheet(
    rater: Command, tmp_path: Path, separator: str, encoding: str, line_end: str
) -> None:
    """Decimal commas, umlauts and semicolons give the same figures; how the file was read is told on stderr."""
    header, *rows = [line.split(",") for line in WITNESS.read_text().splitlines()]
    halves = [(target, f"Jörg {judge}", f"{score}.5") for target, judge, score in rows]
    lines = [separator.join((*names, score.replace(".", ","))) for *names, score in halves]
    german = line_end.join([separator.join(header), *lines, ""]).encode(encoding)
    standard = "\n".join(",".join(row) for row in (header, *halves))
    first = rater("stats", "reliability", written(tmp_path, standard, "plain.csv"), *COLUMNS, "--json")
    second = rater("stats", "reliability", written(tmp_path, german, "german.csv"), *COLUMNS, "--json")
    assert first.json == second.json
    assert {form: round(each["value"], 2) for form, each in second.json["icc"].items()} == PUBLISHED
    assert "decimals are written with a comma" in second.err
    assert first.err == ""


def test_missing_values_are_left_out_and_told(rater: Command, tmp_path: Path) -> None:
    lines = WITNESS.read_text().splitlines()
    lines[1], lines[6] = "1,J1,", "2,J2,NA"
    said = rater("stats", "reliability", written(tmp_path, "\n".join(lines)), *COLUMNS, "--json")
    assert said.json["complete"] is False
    assert said.json["icc"]["2,1"]["n"] == 4
    assert said.err == "2 of 24 values are missing.\n"


def test_what_cannot_be_estimated_is_no_fault(rater: Command, tmp_path: Path) -> None:
    constant = written(tmp_path, "u,r,v\n" + "".join(f"{unit},{who},3\n" for unit in "abc" for who in "xy"))
    columns = ("--unit", "u", "--rater", "r", "--value", "v")
    told = rater("stats", "reliability", constant, *columns, "--json").json
    assert (told["icc"]["2,1"]["value"], told["icc"]["2,1"]["reason"]) == (None, "no variance")
    assert told["percent_agreement"]["value"] == 1
    assert "- (no variance)" in rater("stats", "reliability", constant, *columns).out
    alone = written(tmp_path, "u,r,v\na,x,3\nb,y,2\n")
    assert rater("stats", "gstudy", alone, *columns, "--json").json["icc_a1"]["reason"] == "nothing double-coded"
    for each in (constant, alone, written(tmp_path, "u,r,v\na,x,\n", "empty.csv")):
        assert rater("stats", "reliability", each, *columns, "--json").json["kappa"]["linear"]["value"] is None


def test_declared_categories_count(rater: Command, tmp_path: Path) -> None:
    """Linear kappa rests on the declared distances: on 0-4 a miss of one point weighs less than on the two seen."""
    path = written(tmp_path, "u,r,v\n" + "".join(f"{n},x,{n % 2}\n{n},y,{n % 2 if n else 1}\n" for n in range(6)))
    columns = ("--unit", "u", "--rater", "r", "--value", "v", "--json")
    seen = rater("stats", "reliability", path, *columns).json
    declared = rater("stats", "reliability", path, *columns, "--categories", "0,1,2,3,4").json
    outside = rater("stats", "reliability", path, *columns, "--categories", "1,2").json
    assert seen["gwet"]["ac1"]["value"] != declared["gwet"]["ac1"]["value"]
    assert seen["kappa"]["unweighted"] == declared["kappa"]["unweighted"]
    assert outside["kappa"]["linear"]["reason"] == "a value lies outside the declared categories"
    assert outside["icc"] == seen["icc"]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("target,judge,score\n1,J1,x\n1,J2,\n2,J1,3\n2,J2,1e\n", [(2, "score"), (5, "score")]),
        ("target,judge,score\n1,J1,3\n1,J1,4\n", [(3, "target")]),
        ("target,judge,score\n,J1,3\n1,,4\n", [(2, "target"), (3, "judge")]),
        ("unit,judge,points\n1,J1,3\n", [(1, "target"), (1, "score")]),
        ("target,judge,score\n", [(None, None)]),
        ("target,judge,score\n1,J1\n", [(2, 3)]),
        ("target,target,judge,score\n1,1,J1,3\n", [(1, "target")]),
        ("target,judge,score\n1,J1,inf\n", [(2, "score")]),
        ("", [(None, None)]),
        ('target,judge,score\n1,"J1,3\n', [(2, "judge")]),
    ],
)
def test_bad_input(rater: Command, tmp_path: Path, text: str, faults: list[tuple[int | None, Any]]) -> None:
    path = written(tmp_path, text)
    for command in ("reliability", "gstudy"):
        said = rater("stats", command, path, *COLUMNS, "--json", expect=2)
        assert said.errors == [(str(path), line, column) for line, column in faults]
        lines = rater("stats", command, path, *COLUMNS, expect=2).err.splitlines()
        assert [line.startswith(f"error: {path}") for line in lines] == [True] * len(faults)


def test_more_than_twenty_faults_are_counted(rater: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "target,judge,score\n" + "".join(f"{n},J1,x\n" for n in range(25)))
    lines = rater("stats", "reliability", path, *COLUMNS, expect=2).err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "error: and 5 more; nothing was written"


@pytest.mark.parametrize("categories", ["", "0", "0,1,x", "0,0,1", "0,inf", "nan,1"])
def test_categories_that_are_no_scale(rater: Command, categories: str) -> None:
    said = rater("stats", "reliability", WITNESS, *COLUMNS, "--categories", categories, "--json", expect=2)
    assert said.errors == [("--categories", None, None)]


def test_other_refusals(rater: Command, tmp_path: Path) -> None:
    assert "cannot be read" in rater("stats", "reliability", tmp_path / "absent.csv", *COLUMNS, expect=2).err
    assert "cannot be read" in rater("stats", "reliability", tmp_path, *COLUMNS, expect=2).err
    twice = ("--unit", "judge", "--rater", "judge", "--value", "score")
    assert "one column twice" in rater("stats", "reliability", WITNESS, *twice, expect=2).err
    missing = rater("stats", "reliability", WITNESS, *COLUMNS[:-1], "points", expect=2).err
    assert "no column points. Name one of its columns with --value: target, judge, score" in missing


def test_no_database_is_opened() -> None:
    script = "import sys, rater.cli.stats; print([n for n in ('sqlalchemy', 'pandas', 'numpy') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_rows_are_chosen_with_where(rater: Command, tmp_path: Path) -> None:
    rows = "".join(f"{score},s{n},{r},{v}\n" for score in "ab" for n in range(4) for r, v in (("x", n), ("y", n)))
    file = tmp_path / "long.csv"
    file.write_text("score,unit,rater,value\n" + rows)
    columns = ["--unit", "unit", "--rater", "rater", "--value", "value"]
    rater("stats", "reliability", file, *columns, "--json", expect=2)
    assert rater("stats", "reliability", file, *columns, "--where", "score=a", "--json").json["n_units"] == 4
    for wrong in ("score", "=a", "score=c", "nothing=a"):
        rater("stats", "reliability", file, *columns, "--where", wrong, expect=2)


def items(folder: Path, text: str = "") -> Path:
    """Three items of eight units, one of them incomplete."""
    rows = "1,2,1\n2,2,3\n3,3,2\n4,5,4\n2,1,NA\n5,4,5\n1,1,2\n3,4,3\n"
    return written(folder, text or "a,b,c\n" + rows, "items.csv")


def test_consistency_of_the_items_of_a_table(rater: Command, tmp_path: Path) -> None:
    said = rater("stats", "consistency", items(tmp_path), "--items", "a,b,c", "--json")
    assert set(said.json) == {"n", "alpha", "omega", "item_total"}
    assert list(said.json["item_total"]) == ["a", "b", "c"]
    table = np.array([[1, 2, 1], [2, 2, 3], [3, 3, 2], [4, 5, 4], [5, 4, 5], [1, 1, 2], [3, 4, 3]])
    expected = 3 / 2 * (1 - table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1))
    assert said.json["alpha"]["value"] == pytest.approx(expected, abs=1e-12)
    assert "one factor, maximum likelihood" in said.json["omega"]["definition"]
    assert said.err == "1 of 8 rows are left out: an item is missing.\n"
    lines = rater("stats", "consistency", items(tmp_path), "--items", "a,b,c").out.splitlines()
    assert lines[0] == "7 complete rows, 3 items"
    assert f"  alpha                {expected:.3f}" in lines[1]


def test_consistency_that_cannot_be_estimated_is_no_fault(rater: Command, tmp_path: Path) -> None:
    flat = items(tmp_path, "a,b,c\n1,3,2\n2,3,1\n3,3,4\n4,3,3\n")
    told = rater("stats", "consistency", flat, "--items", "a,b,c", "--json").json
    assert told["alpha"] == told["alpha"] | {"value": None, "reason": "no variance in b"}
    turned = items(tmp_path, "a,b,c\n1,2,5\n2,2,3\n3,3,3\n4,5,1\n5,4,2\n")
    assert "note: c: this item runs against the others" in rater("stats", "consistency", turned, "--items", "a,b,c").out
    alone = rater("stats", "consistency", flat, "--items", "a", "--json").json
    assert alone["alpha"]["reason"] == "needs at least two items"


@pytest.mark.parametrize(
    ("text", "chosen", "faults"),
    [
        ("a,b\n1,x\ny,2\n", "a,b", [(2, "b"), (3, "a")]),
        ("a,b\n1,2\n", "a,c,d", [(1, "c"), (1, "d")]),
        ("a,b\n", "a,b", [(None, None)]),
        ("a,a,b\n1,2,3\n", "a,b", [(1, "a")]),
        ("a,b\n1\n", "a,b", [(2, 2)]),
    ],
)
def test_bad_items(
    rater: Command, tmp_path: Path, text: str, chosen: str, faults: list[tuple[int | None, Any]]
) -> None:
    path = items(tmp_path, text)
    said = rater("stats", "consistency", path, "--items", chosen, "--json", expect=2)
    assert said.errors == [(str(path), line, column) for line, column in faults]


@pytest.mark.parametrize("chosen", ["", "a,,b", "a,b,a"])
def test_items_that_name_no_columns(rater: Command, tmp_path: Path, chosen: str) -> None:
    said = rater("stats", "consistency", items(tmp_path), "--items", chosen, "--json", expect=2)
    assert said.errors == [("--items", None, None)]


SLEEP = Path(__file__).parents[1] / "statistics" / "data" / "sleepstudy.csv"
MODEL = ("--formula", "Reaction ~ Days", "--group", "Subject")


def test_a_model_of_the_sleep_study(rater: Command) -> None:
    told = rater("stats", "multilevel", SLEEP, *MODEL, "--random", "Days", "--json").json
    assert (told["formula"], told["reml"], told["n"], told["groups"]) == ("Reaction ~ Days", True, 180, 18)
    assert round(told["loglik"], 4) == -871.8141
    assert {"df", "aic", "bic", "singular", "icc"} <= set(told)
    assert set(told["fixed"]["Days"]) == {"estimate", "se", "df", "t", "p", "ci95"}
    assert set(told["random"]) == {"var_intercept", "var_slope", "cov", "var_residual"}
    lines = rater("stats", "multilevel", SLEEP, *MODEL, "--random", "Days").out.splitlines()
    assert lines[0] == ("Reaction ~ Days, random intercept and slope of Days by Subject, restricted maximum likelihood")
    assert lines[1] == "180 rows in 18 groups"
    assert any(line.split()[:3] == ["Days", "10.467", "1.546"] for line in lines)
    assert lines[-1] == "log-likelihood -871.814, 6 parameters, AIC 1755.628, BIC 1774.786; converged"
    by_ml = rater("stats", "multilevel", SLEEP, *MODEL, "--ml", "--json").json
    assert (by_ml["reml"], round(by_ml["loglik"], 4)) == (False, -897.0393)


def observed(folder: Path, text: str) -> Path:
    return written(folder, text, "observed.csv")


def test_words_are_factors_and_missing_cells_are_left_out(rater: Command, tmp_path: Path) -> None:
    rows = "".join(f"P{n % 5},{n % 2},{'ja' if n % 3 else 'nein'},{n * 7 % 11}\n" for n in range(30))
    path = observed(tmp_path, "p,when,arm,y\n" + rows + "P1,NA,ja,3\nP1,1,,4\n")
    said = rater("stats", "multilevel", path, "--formula", "y ~ when * arm", "--group", "p", "--json").json
    assert list(said["fixed"]) == ["(Intercept)", "when", "armnein", "when:armnein"]
    assert (said["n"], said["dropped"]) == (30, 2)
    printed = rater("stats", "multilevel", path, "--formula", "y ~ when * arm", "--group", "p").out.splitlines()
    assert printed[1] == "30 rows in 5 groups; 2 rows are left out: a variable is missing"


def test_a_model_that_cannot_be_fitted_is_no_fault(rater: Command, tmp_path: Path) -> None:
    path = observed(tmp_path, "p,x,y\n1,1,2\n1,2,3\n1,3,5\n")
    told = rater("stats", "multilevel", path, "--formula", "y ~ x", "--group", "p", "--json").json
    assert told["reason"] == "only one group"
    assert told["fixed"]["x"]["estimate"] is None
    assert rater("stats", "multilevel", path, "--formula", "y ~ x", "--group", "p").out.splitlines()[-1] == (
        "  - (only one group)"
    )


@pytest.mark.parametrize(
    ("text", "options", "faults"),
    [
        ("p,x,y\n1,1,2\n1,b,3\n", ("--formula", "y ~ x", "--group", "p"), [(3, "x")]),
        ("p,x,y\n1,1,two\n1,2,3\n", ("--formula", "y ~ x", "--group", "p"), [(2, "y")]),
        ("p,x,y\n1,a,2\n", ("--formula", "y ~ 1", "--group", "p", "--random", "x"), [(2, "x")]),
        ("p,x,y\n1,1,2\n", ("--formula", "z ~ w", "--group", "q", "--random", "v"),
         [(1, "z"), (1, "w"), (1, "q"), (1, "v")]),
        ("p,x,y\n", ("--formula", "y ~ x", "--group", "p"), [(None, None)]),
    ],
)  # fmt: skip
def test_bad_observations(
    rater: Command, tmp_path: Path, text: str, options: tuple[str, ...], faults: list[tuple[int | None, Any]]
) -> None:
    path = observed(tmp_path, text)
    said = rater("stats", "multilevel", path, *options, "--json", expect=2)
    assert said.errors == [(str(path), line, column) for line, column in faults]


@pytest.mark.parametrize("formula", ["y", "y ~", "y ~ x +", "y ~ log(x)", "y ~ 0 + x"])
def test_what_is_no_formula(rater: Command, formula: str) -> None:
    said = rater("stats", "multilevel", SLEEP, "--formula", formula, "--group", "Subject", "--json", expect=2)
    assert said.errors == [("--formula", None, None)]
