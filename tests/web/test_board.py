"""The board leads to where each thing that is stuck is mended, for those who may mend it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from rater.storage.database import writing
from rater.storage.models import Study
from tests.builders.study import make_assignment, make_session
from tests.web.valid import parsed, words_of
from tests.web.world import World


@pytest.fixture
def unlogged(world: World) -> World:
    """R1 is to rate a patient's second session, and nobody has entered the homework of the first."""
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        make_session(session, study, "P20", 1)
        make_assignment(session, study, make_session(session, study, "P20", 2), "R1", place=90)
    return world


def links(world: World, name: str) -> dict[str, str]:
    """Where the links in the list of what is stuck lead, by their words."""
    page = parsed(world.visitors[name].ask("GET", "/studies/pilot/board").text)
    (stuck,) = [each for each in page.iter("section") if each.get("aria-labelledby") == "stuck-title"]
    return {words_of(each): each.get("href") or "" for each in stuck.iter("a")}


def test_each_reason_leads_to_its_page(unlogged: World) -> None:
    found = links(unlogged, "carla")
    assert found["Import recordings"] == "/studies/pilot/import"
    assert found["Enter homework"] == "/studies/pilot/homework"
    entry = unlogged.visitors["carla"].ask("GET", found["P20-S01"])
    assert entry.status_code == 200
    assert "P20-S01" in entry.text


@pytest.mark.parametrize("name", ["carla", "rosa"])
def test_every_link_opens_for_whoever_is_given_it(unlogged: World, name: str) -> None:
    for link in links(unlogged, name).values():
        assert unlogged.visitors[name].ask("GET", link.partition("#")[0]).status_code == 200
