"""The scripts of a bundle find its figures again from its CSV files, in Python and in R, and see what was changed."""

from __future__ import annotations

import ast
import json
import random
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from rater.analysis.data import AnalysisData
from rater.analysis.models import Model, Plan
from rater.analysis.report import analyse
from rater.exports.bundle import write_bundle
from rater.exports.contents import AgreedPoint, StudyData
from rater.reliability.matrix import RatedSession
from rater.reliability.report import report
from rater.terms import AnalysisRule, Position
from tests.exports.builders import Exported, make_counted, make_data, make_listed
from tests.exports.scripts import Run, figures_of
from tests.exports.test_tables import small


def test_every_figure_is_found_again(exported: Exported, run: Run) -> None:
    """Of two waves, one with a main and a second rater and one that all rate; both scripts compare the same figures."""
    done = run(exported.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert figures_of(done) == (15479, 0, 0, 273)
    assert done.stdout.count("\nok ") == 15478
    results = json.loads((exported.folder / "results.json").read_text())
    assert set(results["reliability"]) == {"main", "calibration"}
    assert results["counts"] == exported.counts


def rated_in(data: StudyData, wave: str) -> list[RatedSession]:
    return [
        RatedSession(each.session_id, each.rater_id, Position(each.role), each.points, each.missing)
        for each in data.ratings
        if each.wave == wave
    ]


def computed(data: StudyData) -> StudyData:
    """The data with what `rater reliability` tells of each wave, and `rater analyse` of the main one."""
    told = {each: report("pilot", each, rated_in(data, each), data.scales) for each in {r.wave for r in data.ratings}}
    plan = Plan({"null": Model("A ~ 1"), "by_time": Model("A ~ time", random="time")})
    main = rated_in(data, "main")
    rated = AnalysisData("pilot", data.scales, data.sessions, main, plan=plan, taking=data.taking)
    plain: dict[str, Any] = json.loads(json.dumps({"reliability": told, "analysis": analyse(rated)}))
    return replace(data, **plain)


def every_kind() -> StudyData:
    """Waves with points missing, with three raters who rate all, and with nothing rated twice."""
    together = [
        make_counted(
            f"S{n}", rater, {"a1": float((n * k) % 5), "a2": float((n + k) % 4)}, role="all", wave="calibration"
        )
        for n in range(1, 6)
        for k, rater in enumerate(("R1", "R2", "R3"), start=1)
    ]
    alone = [make_counted(f"S{n}", "R1", {"a1": 1.0, "a2": None}, wave="recalibration") for n in range(1, 4)]
    return make_data(*small().ratings, *together, *alone)


def a_course() -> StudyData:
    """Five patients with six sessions each; one rater, or two where session and patient are both even or both odd."""
    drawn, ratings, sessions = random.Random(7), [], []
    for patient, number in product(range(1, 6), range(1, 7)):
        code = f"P{patient}S{number}"
        sessions.append(make_listed(code, f"P{patient}", number))
        level = 1 + patient % 3 + number / 3
        for place in range(2 if (patient + number) % 2 == 0 else 1):
            a1, a2 = (min(4.0, max(0.0, round(drawn.gauss(level, 1)))) for _ in range(2))
            rater, role = f"R{(patient + number + place) % 3 + 1}", "second" if place else "main"
            ratings.append(make_counted(code, rater, {"a1": 4 - a1, "a2": a2}, role=role))
    return make_data(*ratings, sessions=tuple(sessions))


@pytest.mark.parametrize("make", [every_kind, make_data])
def test_small_and_empty_studies(run: Run, tmp_path: Path, make: Callable[[], StudyData]) -> None:
    write_bundle(computed(make()), tmp_path / "bundle")
    done = run(tmp_path / "bundle")
    assert done.returncode == 0, done.stdout + done.stderr
    agreeing, differing, left_out, _ = figures_of(done)
    assert agreeing > 10
    assert differing == left_out == 0


def agreed() -> tuple[AgreedPoint, ...]:
    """Points other than both raters' that were agreed on, one that none can be given, and one of another wave."""
    main = [AgreedPoint("main", f"P{patient}S2", "a1", 4.0, None, "Heard again") for patient in (2, 4)]
    none = AgreedPoint("main", "P1S1", "a2", None, "no_sound", "Nothing to hear")
    return (*main, none, AgreedPoint("training", "P3S1", "a1", 0.0, None, "Of a trial"))


@pytest.mark.parametrize("rule", [AnalysisRule.CONSENSUS, AnalysisRule.MAIN])
def test_the_rule_of_the_analysis_is_followed(run: Run, tmp_path: Path, rule: AnalysisRule) -> None:
    data = replace(a_course(), consensus=agreed(), analysis_rule=rule)
    write_bundle(computed(data), tmp_path / "bundle")
    done = run(tmp_path / "bundle")
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "bundle/results.json").read_text())
    assert results["analysis"]["rule"] == rule
    assert "Rule of the analysis" in (tmp_path / "bundle/README.txt").read_text()
    results["analysis"]["rule"] = "mean"
    (tmp_path / "bundle/results.json").write_text(json.dumps(results, indent=2) + "\n")
    seen = run(tmp_path / "bundle")
    assert seen.returncode == 1, "the control: by another rule other figures come"
    assert "analysis/descriptives/overall/a1/mean" in differing(seen.stdout)


def changed(folder: Path) -> list[str]:
    """Change one figure of each kind by more than its tolerance; the paths of those that were changed."""
    path = folder / "results.json"
    results: dict[str, Any] = json.loads(path.read_text())
    results["counts"]["double_coded"] += 1
    main, analysis = results["reliability"]["main"], results["analysis"]
    main["scores"]["A"]["overall"]["variance"]["unit"]["value"] += 2e-5
    main["items"]["a1"]["within_1"]["ci95"][0] += 2e-6
    analysis["descriptives"]["overall"]["A"]["sd"] += 2e-6
    analysis["consistency"]["A"]["omega"]["value"] += 3e-3
    analysis["models"]["null"]["fixed"]["(Intercept)"]["estimate"] += 2e-3
    analysis["models"]["by_time"]["loglik"] -= 0.2
    path.write_text(json.dumps(results, indent=2))
    return [
        "counts/double_coded",
        "reliability/main/scores/A/overall/variance/unit/value",
        "reliability/main/items/a1/within_1/ci95/0",
        "analysis/descriptives/overall/A/sd",
        "analysis/consistency/A/omega/value",
        "analysis/models/null/fixed/(Intercept)/estimate",
        "analysis/models/by_time/loglik",
    ]


def differing(out: str) -> set[str]:
    return {each.lstrip("/") for each in re.findall(r"^DIFFERS  (\S+)", out, re.MULTILINE)}


def another_point(folder: Path) -> None:
    """One rater's point of one item in the long file, and nothing else."""
    path = folder / "ratings_long.csv"
    text = path.read_text()
    (row,) = re.findall(r"^.*,P1S1,.*,main,main,.*,a2,\d,\d,.*$", text, re.MULTILINE)
    other = re.sub(r",a2,(\d),\1,", lambda found: f",a2,{(int(found[1]) + 2) % 5},{(int(found[1]) + 2) % 5},", row)
    path.write_text(text.replace(row, other))


def test_a_changed_figure_or_point_is_seen(run: Run, tmp_path: Path) -> None:
    write_bundle(computed(a_course()), tmp_path / "figure")
    shutil.copytree(tmp_path / "figure", tmp_path / "point")
    seen = changed(tmp_path / "figure")
    done = run(tmp_path / "figure")
    assert done.returncode == 1
    assert differing(done.stdout) == set(seen)
    assert figures_of(done)[1] == len(seen)
    another_point(tmp_path / "point")
    done = run(tmp_path / "point")
    assert done.returncode == 1
    found = differing(done.stdout)
    assert {"reliability/main/scores/A/overall/icc_a1/value", "analysis/descriptives/overall/a2/mean"} <= found


def test_what_a_missing_package_leaves_out_is_named_and_counted(run: Run, tmp_path: Path) -> None:
    """Both scripts see no packages beside those of the language itself."""
    write_bundle(computed(a_course()), tmp_path / "bundle")
    first = run(tmp_path / "bundle")
    assert first.returncode == 0, first.stdout + first.stderr
    whole = figures_of(first)
    done = run(tmp_path / "bundle", packages=False)
    assert done.returncode == 1
    agreeing, differing_, left_out, without = figures_of(done)
    assert (differing_, without) == (0, whole[3])
    named = re.findall(r"^LEFT OUT (\S+) .*the package (\w+) is missing$", done.stdout, re.MULTILINE)
    if run.name == "r":
        assert len(named) == left_out > 50
        assert agreeing + left_out == whole[0]
        assert {package for _, package in named} == {"psych", "lme4"}
        assert 'install.packages(c("' in done.stdout
    else:
        assert (agreeing, named) == (0, [("all", "numpy")])
        assert left_out >= whole[0]


def test_the_python_script_needs_nothing_of_rater(exported: Exported) -> None:
    parts = sorted(exported.folder.glob("reproduce*.py"))
    nodes = [node for each in parts for node in ast.walk(ast.parse(each.read_text()))]
    names = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    own = {each.stem for each in parts}
    others = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - own
    assert others == {"numpy", "scipy", "pandas"}
