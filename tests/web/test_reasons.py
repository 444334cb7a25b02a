"""Why there is no figure is said in the reader's language, also where names stand in the sentence."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from typing import Any

import pytest
from babel.messages.pofile import read_po
from markupsafe import escape
from sqlalchemy import select

import rater.statistics
from rater.analysis.data import AnalysisData
from rater.analysis.models import Model, Plan
from rater.analysis.report import analyse
from rater.statistics.result import NO_VARIANCE, missing
from rater.storage.database import writing
from rater.storage.models import Study
from rater.storage.queries.jobs import ask
from rater.terms import COMMAND_LINE, JobState, Position, Reason
from rater.training.gate import Attained, GatePolicy, pass_gate
from rater.web.errors import said_anew
from tests.builders.reliability import make_rated, make_scale
from tests.builders.study import NOON
from tests.exports.builders import make_listed
from tests.web.test_sentences import CATALOGUE
from tests.web.valid import both
from tests.web.world import World

MODELS = {
    "there is no column {names}": Model("A ~ nothing_there"),
    "{names} holds no numbers": Model("phase ~ time"),
    "collinear columns: {names} follows from the others": Model("A ~ time + session_no"),
    "no variance in {names}": Model("a4 ~ time"),
    "the model leaves no residual variance": Model("a1 ~ time"),
}
MODULES = [
    importlib.import_module(f"rater.statistics.{each.name}") for each in pkgutil.iter_modules(rater.statistics.__path__)
]
PLAIN = {str(each) for module in MODULES for each in vars(module).values() if isinstance(each, Reason)}


def found_nothing() -> dict[str, Any]:
    """An analysis in which an item is constant and each model has another reason why it cannot be fitted."""
    sessions = [make_listed(f"S{p}{n}", f"P{p}", n) for p in range(1, 6) for n in range(1, 6)]
    ratings = [
        make_rated(each.session_id, "R1", Position.MAIN, {"a1": float(each.session_no), "a4": 3.0}) for each in sessions
    ]
    data = AnalysisData("s", [make_scale(("a1", "a4"))], sessions, ratings, plan=Plan(MODELS))
    return analyse(data)


def sentences(page: str) -> set[str]:
    """The templates whose sentence the page shows, whatever stands in the gaps."""
    return {
        each
        for each in {*PLAIN, *MODELS}
        if re.search(r"[>( ]" + re.sub(r"\\{\w+\\}", r"[^<]+?", re.escape(str(escape(each)))) + "[<).;]", page)
    }


def test_no_english_reason_stands_on_a_german_page(world: World) -> None:
    told = found_nothing()
    assert {model["reason_parts"]["template"] if model.get("reason_parts") else model["reason"]
            for model in told["models"].values()} == set(MODELS)  # fmt: skip
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        job = ask(session, COMMAND_LINE, study.id, "analysis", now=NOON)
        job.state, job.result, job.ended_at = JobState.DONE, told, NOON
    english = both(world, "rosa", "/studies/pilot/analysis").text
    assert sentences(english) >= set(MODELS)
    assert "there is no column nothing_there" in english
    assert "no variance in a4" in english
    german = world.visitors["rosa"].ask("GET", "/studies/pilot/analysis", headers={"Accept-Language": "de"}).text
    assert sentences(german) == set()
    with CATALOGUE.open("rb") as file:
        known = {message.id: message.string for message in read_po(file, locale="de")}
    assert str(known["no variance in {names}"]).format(names="a4") in german
    assert str(known["there is no column {names}"]).format(names="nothing_there") in german


@pytest.mark.parametrize("template", [*MODELS, *sorted(PLAIN)])
def test_every_reason_would_be_seen(template: str) -> None:
    page = f"<td>{escape(template.format(names='ghes1, ghes2'))}</td>"
    assert template in sentences(page)


def test_a_reason_within_a_reason_that_was_kept_is_said_in_german(world: World) -> None:
    decision = pass_gate({"GHES": Attained(missing(NO_VARIANCE, 12), 12)}, GatePolicy())
    parts = json.loads(json.dumps(decision.as_dict()))["reasons"][0]["reason_parts"]
    with world.app.test_request_context(headers={"Accept-Language": "de"}):
        said = said_anew(parts)
    assert said == "ICC(2,k) aller Beurteilenden für GHES lässt sich nicht schätzen: keine Varianz"
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        assert said_anew(parts) == str(decision.reasons[0])
