"""What a study found, recomputed: counts, descriptives, consistency, correlations, course and homework."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from reproduce_consistency import Figures, consistency, pearson
from reproduce_halo import by_rater
from reproduce_models import frame, models
from scipy.stats import t

OUTCOMES = ("yes", "partly", "no", "unknown", "raters_differ", "not_recorded")


def read(folder: Path, name: str) -> pd.DataFrame:
    """A table of the bundle as text, without the apostrophe that stands before what a spreadsheet would run."""
    table: pd.DataFrame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
    marked = r"^'('*[-=+@\t\r])"
    table.columns = table.columns.str.replace(marked, r"\1", regex=True)
    for column in table.columns:
        table[column] = table[column].str.replace(marked, r"\1", regex=True)
    return table


def analysis(
    folder: Path, results: dict[str, Any], wanted: dict[str, Any], sessions: pd.DataFrame, long: pd.DataFrame
) -> Figures:
    """Every figure of the analysis, by its path in results.json."""
    scoring, document = results["scoring"], results["analysis"]
    held = sessions[(sessions["use"] == "main") & (sessions["session_no"].astype(int) > 0)]
    analysed = held[held["excluded"] == ""].reset_index(drop=True)
    main = long[long["wave"] == "main"]
    items = keyed_items(folder, results, analysed, main)
    previous = of_previous(items, analysed)
    scores = {name: score(rule, items, previous) for name, rule in scoring["scores"].items()}
    variables = items.assign(**scores)
    told = counts(held, main, document) | missingness(main, document["missingness"])
    with np.errstate(all="ignore"):
        told |= descriptives(variables, analysed, scoring, document["descriptives"])
        for name, rule in scoring["scores"].items():
            told |= consistencies(rule, items, previous, analysed, wanted, f"/consistency/{name}")
        for pair in document["correlations"]:
            told |= pearson(variables[pair.split("~")].to_numpy(), f"/correlations/{pair}", with_n=True)
        told |= by_rater(main, analysed, scoring["scores"], document["correlations"])
        told |= course(variables, analysed, document["course"])
        told |= homework(folder, set(analysed["session_id"]))
        table = frame(analysed, variables, read(folder, "patients.csv"))
        told |= models(table, document["models"], document["common_sample"])
    return {f"/analysis{path}": float(value) for path, value in told.items()}


def keyed_items(folder: Path, results: dict[str, Any], analysed: pd.DataFrame, main: pd.DataFrame) -> pd.DataFrame:
    """Of each session analysed the keyed value of each item by the study's rule; outcomes as answered, keyed."""
    scoring, rule = results["scoring"], results["analysis"].get("rule", "mean")
    taken = main[main["role"] == "main"] if rule == "main" else main
    means = taken.groupby(["session_id", "item"])["scored"].mean().unstack()
    wide = means.reindex(index=analysed["session_id"], columns=list(scoring["items"]))
    if rule == "consensus":
        lay_over(wide, scoring["items"], folder)
    for measure in sorted({each["outcome"] for each in scoring["scores"].values() if each["outcome"]}):
        answered = read(folder, f"outcomes_{measure}.csv").set_index("session_id")
        for name in answered.columns.intersection(wide.columns):
            item, values = scoring["items"][name], pd.to_numeric(answered[name].replace("", None))
            turned = item["min"] + item["max"] - values if item["reversed"] else values
            wide[name] = turned.reindex(wide.index)
    return wide.astype(float).reset_index(drop=True)


def lay_over(wide: pd.DataFrame, items: dict[str, Any], folder: Path) -> None:
    """Put what the raters of the main wave agreed on in the place of their mean, keyed."""
    path = folder / "consensus.csv"
    for row in read(folder, path.name).to_dict("records") if path.exists() else []:
        if row["wave"] == "main" and row["session_id"] in wide.index and row["item"] in wide.columns:
            value, item = float(row["value"] or "nan"), items[row["item"]]
            wide.loc[row["session_id"], row["item"]] = item["min"] + item["max"] - value if item["reversed"] else value


def of_previous(items: pd.DataFrame, analysed: pd.DataFrame) -> pd.DataFrame:
    """The same items of the same patient's session before; a row of its own kind (`absent`) where there is none."""
    numbers = analysed["session_no"].astype(int)
    place = {key: n for n, key in enumerate(zip(analysed["patient_id"], numbers, strict=True))}
    before = [place.get((patient, number - 1)) for patient, number in zip(analysed["patient_id"], numbers, strict=True)]
    rows = items.reindex([-1 if each is None else each for each in before]).reset_index(drop=True)
    return rows.assign(absent=[each is None for each in before])


def items_of(rule: dict[str, Any], items: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """The items that a score is made of, those from the session before being that session's."""
    earlier = rule["from_previous_session"]
    return pd.DataFrame({each: (previous if each in earlier else items)[each] for each in rule["items"]})


def score(rule: dict[str, Any], items: pd.DataFrame, previous: pd.DataFrame) -> pd.Series:
    """A mean or sum over the items that are there, if they are enough."""
    given = items_of(rule, items, previous)
    enough = given.notna().sum(axis=1) >= max(rule["min_valid"], 1)
    enough &= ~previous["absent"] if rule["from_previous_session"] else True
    return (given.mean(axis=1) if rule["rule"] == "mean" else given.sum(axis=1)).where(enough)


def counts(held: pd.DataFrame, main: pd.DataFrame, document: dict[str, Any]) -> Figures:
    """From the sessions held to the points given."""
    ratings = main.drop_duplicates(["session_id", "rater_id"])
    per_session = ratings.groupby("session_id").size()
    barred = held["excluded_scope"].isin(["main", "everything"])
    told: dict[str, Any] = {
        "sessions_held": len(held),
        "sessions_eligible": (~barred).sum(),
        "sessions_rated": len(per_session),
        "sessions_analysed": (held["excluded"] == "").sum(),
        "patients": held["patient_id"].nunique(),
        "therapists": held["therapist_id"].nunique(),
        "ratings": len(ratings),
        "double_coded": (per_session > 1).sum(),
        "points": main["value"].notna().sum(),
    }
    aside = held["excluded_scope"] == "analysis"
    for key, chosen in (("excluded", barred), ("excluded_from_analysis", aside)):
        told |= {f"{key}/{reason}": n for reason, n in held[chosen].groupby("excluded").size().items()}
    rated = {str(rater): set(rows["session_id"]) for rater, rows in ratings.groupby("rater_id")}
    first = ratings[ratings["role"] == "main"]
    for rater, mine in rated.items():
        told[f"main_per_rater/{rater}"] = (first["rater_id"] == rater).sum()
        told[f"total_per_rater/{rater}"] = len(mine)
    for a, b in combinations(sorted(rated), 2):
        told[f"pairs/{a}-{b}"] = len(rated[a] & rated[b])
    codes = main[main["missing_code"] != ""].groupby("missing_code").size()
    told |= {f"missing_codes/{code}": n for code, n in codes.items()}
    return {f"/counts/{key}": float(value) for key, value in told.items()}


def missingness(main: pd.DataFrame, document: dict[str, Any]) -> Figures:
    """For each item how many ratings gave a point, each missing code, or nothing."""
    ratings = len(main.drop_duplicates(["session_id", "rater_id"]))
    told: Figures = {}
    for item in document:
        rows = main[main["item"] == item]
        coded = rows[rows["missing_code"] != ""]
        points = int(rows["value"].notna().sum())
        told |= {f"/missingness/{item}/codes/{code}": n for code, n in coded.groupby("missing_code").size().items()}
        told |= {f"/missingness/{item}/ratings": ratings, f"/missingness/{item}/points": points}
        told[f"/missingness/{item}/not_given"] = ratings - points - len(coded)
    return told


def descriptives(
    variables: pd.DataFrame, analysed: pd.DataFrame, scoring: dict[str, Any], document: dict[str, Any]
) -> Figures:
    """Mean, spread, floor and ceiling of each variable, over all sessions and by running number."""
    told: Figures = {}
    for name in document["overall"]:
        path, known = f"/descriptives/overall/{name}", variables[name].dropna()
        told |= spread(known, path)
        low, high = ends(name, scoring)
        told[f"{path}/floor"] = (known <= low + 1e-9).mean() if len(known) else np.nan
        told[f"{path}/ceiling"] = (known >= high - 1e-9).mean() if len(known) else np.nan
        for number, part in variables[name].groupby(analysed["session_no"]):
            told |= spread(part.dropna(), f"/descriptives/by_session_no/{number}/{name}")
    return told


def spread(known: pd.Series, path: str) -> Figures:
    """Mean with its limits, standard deviation, n, minimum and maximum."""
    n, mean, sd = len(known), known.mean(), known.std()
    reach = t.ppf(0.975, n - 1) * sd / np.sqrt(n) if n > 1 else np.nan
    told = {"n": n, "mean": mean, "sd": sd, "min": known.min(), "max": known.max()}
    told |= {"ci95/0": mean - reach, "ci95/1": mean + reach}
    return {f"{path}/{key}": value for key, value in told.items()}


def ends(name: str, scoring: dict[str, Any]) -> tuple[float, float]:
    """The lowest and the highest value that a score or an item can take."""
    rule = scoring["scores"].get(name)
    parts = [scoring["items"][each] for each in (rule["items"] if rule else [name])]
    if any(each["min"] is None or each["max"] is None for each in parts):
        return np.nan, np.nan
    share = len(parts) if rule and rule["rule"] == "mean" else 1
    return sum(each["min"] for each in parts) / share, sum(each["max"] for each in parts) / share


def consistencies(
    rule: dict[str, Any],
    items: pd.DataFrame,
    previous: pd.DataFrame,
    analysed: pd.DataFrame,
    wanted: dict[str, Any],
    path: str,
) -> Figures:
    """Alpha, omega and item-total correlations of one score, over all sessions and by running number."""
    given = items_of(rule, items, previous)
    told = consistency(given, wanted, path)
    for number, part in given.groupby(analysed["session_no"]):
        told |= consistency(part, wanted, f"{path}/by_session_no/{number}")
    return told


def course(variables: pd.DataFrame, analysed: pd.DataFrame, document: dict[str, Any]) -> Figures:
    """Each patient's scores over the sessions: pairs of running number and value."""
    told: Figures = {}
    numbers = analysed["session_no"].astype(int)
    for name in document:
        rows = pd.DataFrame({"patient": analysed["patient_id"], "number": numbers, "value": variables[name]})
        for patient, line in rows.dropna().sort_values("number").groupby("patient"):
            for place, pair in enumerate(line[["number", "value"]].to_numpy()):
                told |= {f"/course/{name}/{patient}/{place}/{n}": each for n, each in enumerate(pair)}
    return told


def homework(folder: Path, analysed: set[str]) -> Figures:
    """Tasks by type and completion, and difficulties, in the sessions analysed."""
    tasks, reports = read(folder, "homework.csv"), read(folder, "homework_reports.csv")
    said = reports.groupby("homework_id")["completed"].agg(set)
    mine = tasks[tasks["assigned_session_id"].isin(analysed)]
    told: Figures = {"assigned": len(mine), "left_out": len(tasks) - len(mine)}
    became = [
        outcome(given, said.get(task, set()))
        for task, given in zip(mine["homework_id"], mine["completed"], strict=True)
    ]
    mine = mine.assign(outcome=became)
    for each in OUTCOMES:
        told[f"completed/{each}"] = (mine["outcome"] == each).sum()
    for kind, rows in mine.groupby("type"):
        told[f"by_type/{kind}"] = len(rows)
        told |= {f"by_type_completed/{kind}/{each}": (rows["outcome"] == each).sum() for each in OUTCOMES}
    told["reviewed"] = (mine["reviewed_session_id"] != "").sum()
    told["not_reviewed"] = len(mine) - told["reviewed"]
    mentioned = read(folder, "difficulties.csv")
    mentioned = mentioned[mentioned["session_id"].isin(analysed)]
    told |= {f"difficulties/{kind}": n for kind, n in mentioned.groupby("difficulty_type").size().items()}
    return {f"/homework/{key}": float(value) for key, value in told.items()}


def outcome(given: str, said: set[str]) -> str:
    """The study's own word on a task where there is one, else the raters', who may differ."""
    if given:
        return given
    return "raters_differ" if len(said) > 1 else next(iter(said), "not_recorded")
