"""Recomputes the figures of results.json from the CSV files beside it, prints each of them, and says what differs.

    python reproduce.py

It needs numpy, scipy and pandas, reads the files of its own folder, and shares no code with the program that wrote
them; reproduce_*.py are its parts. Not recomputed are words (labels, reasons, definitions), settings of the study, how
many assignments were open, which ratings were imported, and the limits of omega and of the variances of models.

A figure may differ by 1e-6, relative to figures above 1: counts are exact. Where a fit ends within a tolerance more is
allowed: omega 2e-3, fixed effects 1e-3, log-likelihood 1e-2, variances of models 1 in 1000 and Satterthwaite's degrees
of freedom 2 in 100. A limit of `overall` comes of random draws: of the script's own draws, 2.5 % +- 0.7 % must lie
beyond it. The exit code is 1 where a figure differs or is left out.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOT_RECOMPUTED = re.compile(
    r"/(assignments|not_submitted)$|/(labels|not_estimable)/|/omega/ci95/|/models/[^/]+/(random/[^/]+|icc)/ci95/|"
    r"/reason_parts/|/design/(made_here|imported|heard_share|seed|draw/seed|scales/.*)$"
)
OF_FIGURES = re.compile(r"/n$")
LIMIT = re.compile(r"/[01]$")
TOLERANCES = (
    (re.compile(r"/omega/value$"), 2e-3, 0.0),
    (re.compile(r"/models/.*/(loglik|aic|bic|chi2)$"), 1e-2, 0.0),
    (re.compile(r"/models/.*/fixed/.*/df$"), 0.0, 2e-2),
    (re.compile(r"/models/.*/fixed/.*/(t|ci95/[01])$"), 1e-3, 1e-2),
    (re.compile(r"/models/.*/random/"), 1e-4, 1e-3),
    (re.compile(r"/models/.*/(fixed|icc|comparison)/"), 1e-3, 0.0),
)
"""By how much figures may differ that a fit ends in: a number, and a share of the figure, added up."""


def flat(document: Any, path: str = "") -> dict[str, Any]:
    """Every number and null of a JSON document by its path, in which keys and places are joined by /."""
    if isinstance(document, dict):
        return {key: value for name, each in document.items() for key, value in flat(each, f"{path}/{name}").items()}
    if isinstance(document, list):
        return {key: value for n, each in enumerate(document) for key, value in flat(each, f"{path}/{n}").items()}
    return {} if isinstance(document, (str, bool)) else {path: document}


def recomputed(results: dict[str, Any], wanted: dict[str, Any]) -> dict[str, float]:
    """Every figure that can be had from the CSV files, by its path in results.json."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads cost more than they bring to tables of this size
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(HERE))
    from reproduce_analysis import analysis, read
    from reproduce_reliability import counts, reliability

    sessions, long = read(HERE, "sessions.csv"), read(HERE, "ratings_long.csv")
    for column in ("value", "scored"):
        long[column] = long[column].replace("", "nan").astype(float)
    told: dict[str, float] = counts(sessions, long) | reliability(results, wanted, sessions, long)
    return told | (analysis(HERE, results, wanted, sessions, long) if "analysis" in results else {})


def allowed(path: str, value: float) -> float:
    """By how much a figure may differ."""
    fixed, share = next((each for pattern, *each in TOLERANCES if pattern.search(path)), (1e-6, 0.0))
    return float(max(fixed, fixed * abs(value)) if fixed == 1e-6 else fixed + share * abs(value))


def compare(wanted: dict[str, Any], told: dict[str, float]) -> tuple[int, int]:
    """Print a line for each figure; how many agree and how many differ."""
    agreeing = differing = 0
    for path in sorted({*told, *wanted}):
        value, found = wanted.get(path), told.get(path)
        none = path in wanted or LIMIT.sub("", path) in wanted or found != found
        if value is None and none:
            continue
        if found is None and (NOT_RECOMPUTED.search(path) or OF_FIGURES.search(path)):
            continue
        if value is not None and found is not None and abs(found - value) <= allowed(path, value):
            agreeing += 1
            print(f"ok       {path}  {value:.10g}")
        else:
            differing += 1
            print(f"DIFFERS  {path}  results.json {value}, recomputed {found}")
    return agreeing, differing


def main() -> int:
    """Compare, print, and say by the exit code whether all figures agree."""
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    wanted = flat({key: results[key] for key in ("counts", "reliability", "analysis") if key in results})
    without = sum(path.endswith("/value") and each is None for path, each in wanted.items())
    agreeing, differing, left_out = 0, 0, 0
    try:
        agreeing, differing = compare(wanted, recomputed(results, wanted))
    except ModuleNotFoundError as lacking:
        left_out = sum(each is not None and not NOT_RECOMPUTED.search(path) for path, each in wanted.items())
        print(f"LEFT OUT all figures: the package {lacking.name} is missing")
    print(
        f"{agreeing} figures agree, {differing} differ, {left_out} are left out, "
        f"{without} have a reason instead of a value"
    )
    return 1 if differing or left_out else 0


if __name__ == "__main__":
    sys.exit(main())
