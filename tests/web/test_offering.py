"""The rating screen offers missing codes as the homework log allows, with and without scripts."""

from __future__ import annotations

import pytest

from tests.web.world import World

DUE, NEW = "NA_NO_PREVIOUS_HOMEWORK", "NA_NO_NEW_HOMEWORK"
ENTRY = "/studies/pilot/homework/KP013"


def screen(world: World, who: str, name: str) -> str:
    return world.visitors[who].ask("GET", f"/ratings/{world.ids[name]}").text


def enter(world: World, **form: str) -> str:
    answer = world.visitors["carla"].ask("POST", ENTRY, form={"seen": "0", **form})
    assert answer.status_code == 303
    return world.visitors["carla"].ask("GET", ENTRY).text


def test_codes_that_the_log_speaks_against_are_not_on_the_page(world: World) -> None:
    page = screen(world, "anna", "mine")
    assert 'id="ghes1-NOT_RATABLE"' in page, "control: the code that does not depend on the log"
    assert f'id="ghes1-{DUE}"' not in page, "the session before assigned a task"
    assert f'id="sta1-{NEW}"' not in page, "this session assigned a task"
    assert f'id="sta1-{NEW}"' in screen(world, "ben", "bens"), "control: nobody has entered what this one assigned"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "ghes1 needs a point: the homework log holds homework that was due in this session"),
        ("de", "ghes1 braucht einen Punkt: Laut Hausaufgabenprotokoll war in dieser Sitzung eine Hausaufgabe fällig"),
    ],
)
def test_an_old_page_that_sends_one_is_told_why(world: World, language: str, words: str) -> None:
    anna, path = world.visitors["anna"], f"/ratings/{world.ids['mine']}"
    anna.ask("POST", "/language", form={"locale": language})
    plain = anna.ask("POST", f"{path}/submit", form={"ghes1": DUE, "seen-ghes1": "0", "act": "save"})
    assert (plain.status_code, words in plain.text) == (422, True)
    saved = anna.ask("PUT", f"{path}/items/ghes1", {"value": None, "missing_code": DUE, "seen": 0, "op": "o" * 32})
    assert (saved.status_code, words in str(saved.json)) == (422, True)


def test_a_reason_for_no_homework_is_entered_and_told_to_the_rater(world: World) -> None:
    entry = enter(world, status="none", reason="last_session")
    assert '<option value="last_session" selected>' in entry
    page = screen(world, "ben", "bens")
    assert "The reason in the log: Last session" in page
    assert f'id="sta1-{NEW}"' in page


def test_no_homework_without_a_reason_leaves_the_points_alone(world: World) -> None:
    enter(world, status="none", reason="")
    page = screen(world, "ben", "bens")
    assert "The reason in the log" not in page
    assert f'id="sta1-{NEW}"' not in page
