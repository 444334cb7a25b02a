"""A session that is not begun shows what has changed first; without scripts, and once."""

from __future__ import annotations

import pytest

from rater.storage.database import writing
from rater.storage.models import Study
from rater.studies.operations import supersede_scale
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON
from tests.studies.test_superseding import WHY
from tests.web.world import World

PAGE = "/studies/pilot/changes/sthar"


@pytest.fixture
def changed(world: World) -> World:
    """The world after a version of a scale that only numbers and a title tell apart."""
    with world.app.app_context(), writing() as session:
        study = session.query(Study).filter_by(slug="other").one()
        (row,) = [each for each in study.scale_versions if each.scale == "sthar"]
        source = row.source.replace("version: 1\n", "version: 2\n", 1)
        supersede_scale(session, COMMAND_LINE, study, source, WHY, now=NOON)
    return world


def test_reading_leads_on_to_the_session(changed: World) -> None:
    olga, mine = changed.visitors["olga"], changed.ids["other_assignment"]
    page = PAGE.replace("pilot", "other")
    first = olga.ask("GET", f"/ratings/{mine}")
    assert (first.status_code, first.location) == (303, f"{page}?then={mine}")
    saved = olga.ask(
        "PUT", f"/ratings/{mine}/items/ghes1", json={"op": "op-000001", "seen": 0, "value": 3, "missing_code": None}
    )
    assert (saved.status_code, saved.json["message"][:40]) == (423, "Read first what has changed in sthar; th")
    shown = olga.ask("GET", first.location).text
    assert WHY in shown
    assert "I have read it" in shown
    assert "Read what has changed in STHAR" in olga.ask("GET", "/studies/other/sessions").text
    for _ in range(2):
        on = olga.ask("POST", page, form={"then": mine})
        assert (on.status_code, on.location) == (303, f"/ratings/{mine}")
    assert olga.ask("GET", f"/ratings/{mine}").status_code == 200
    assert "I have read it" not in olga.ask("GET", page).text
    assert "Read what has changed" not in olga.ask("GET", "/studies/other/sessions").text
    assert page in olga.ask("GET", "/studies/other/manual").text


@pytest.mark.parametrize("then", ["//example.org", "../..", "x/../y", "ü", ""])
def test_reading_leads_nowhere_else(changed: World, then: str) -> None:
    answer = changed.visitors["olga"].ask("POST", PAGE.replace("pilot", "other"), form={"then": then})
    assert (answer.status_code, answer.location) == (303, "/studies/other/sessions")
