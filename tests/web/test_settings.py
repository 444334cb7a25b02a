"""The settings page: fields and text say the same, what would change is shown first, and nothing else is kept."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.studies.operations import apply_sheet
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON, shipped
from tests.web.valid import check, parsed
from tests.web.world import World

PAGE, KEEP = "/studies/pilot/settings", "/studies/pilot/settings/keep"


def fields(answer: TestResponse, action: str) -> dict[str, str]:
    """What a browser would send of the first form with this action."""
    form = next(each for each in parsed(answer.text).iter("form") if each.get("action") == action)
    sent: dict[str, str] = {}
    for each in form.iter():
        name, kind = each.get("name"), each.get("type")
        if each.tag == "input" and name and (kind not in ("radio", "checkbox") or each.get("checked") is not None):
            sent[name] = each.get("value") or ""
        elif each.tag == "textarea" and name:
            sent[name] = "".join(each.itertext()).removeprefix("\n")
        elif each.tag == "select" and name:
            options = list(each.iter("option"))
            chosen = next((one for one in options if one.get("selected") is not None), options[0])
            sent[name] = chosen.get("value") or ""
    return sent


def show(world: World, language: str = "en", **more: Any) -> TestResponse:
    """The page, its fields filled in otherwise, and the answer to *Show what would change*."""
    carla = world.visitors["carla"]
    form = fields(carla.ask("GET", PAGE), PAGE)
    assert set(more) <= set(form)
    return carla.ask("POST", PAGE, form={**form, **more}, headers={"Accept-Language": language})


def keep(world: World, shown: TestResponse) -> TestResponse:
    return world.visitors["carla"].ask("POST", KEEP, form=fields(shown, KEEP))


def yaml(world: World) -> str:
    return world.visitors["carla"].ask("GET", f"{PAGE}/study.yaml").text


EVERYTHING = {
    "title": "Übung",
    "phases": "1-3,4-",
    "double_rate": "33,3",
    "rate_at_end": "require",
    "heard_share": "75",
    "concern_person": "sam@example.org",
    "concern_contact": "030 123",
    "least-ghes-GHES": "5",
    "consent_version": "2",
    "consent_text": "Agr\x07eed.\r\nTwice.",
    "study_ends": "2027-12-31",
    "months": "120",
    "originals": "Shredded",
}


def test_every_field_is_shown_first_and_then_kept(world: World) -> None:
    before = yaml(world)
    shown = show(world, **EVERYTHING)
    assert shown.status_code == 200
    check(shown.text, "en")
    text = html.unescape(re.sub(r"<[^>]+>", "|", shown.text))
    for words in ("33.3 %", "as the scale says", "31 Dec 2027", "Items open once the share below was heard"):
        assert words in text
    assert yaml(world) == before, "a preview writes nothing"
    assert keep(world, shown).status_code == 303
    after = yaml(world)
    wanted = {'title: "Übung"', "double_rate: 0.333", "    GHES: 5", '  text: "Agreed.\\nTwice."', "  months: 120"}
    assert wanted <= set(after.splitlines())
    again = fields(world.visitors["carla"].ask("GET", PAGE), PAGE)
    assert {name: again[name] for name in EVERYTHING} == {
        **EVERYTHING,
        "double_rate": "33.3",
        "consent_text": "Agreed.\nTwice.",
    }


def test_the_page_as_it_stands_changes_nothing(world: World) -> None:
    shown = show(world)
    assert "Nothing: everything stands" in shown.text
    assert KEEP not in shown.text


@pytest.mark.parametrize(
    ("field", "value", "english", "german"),
    [
        ("title", "", "The study has no title", "Die Studie hat keinen Titel"),
        ("title", "x" * 201, "longer than 200", "länger als 200"),
        ("phases", "5-4", "ends before it starts", "endet, bevor sie beginnt"),
        ("double_rate", "101", "no share of sessions", "kein Anteil der Sitzungen"),
        ("double_rate", "viel", "no share of sessions", "kein Anteil der Sitzungen"),
        ("heard_share", "0", "no share of a recording", "kein Anteil einer Aufnahme"),
        ("heard_share", "nan", "no share of a recording", "kein Anteil einer Aufnahme"),
        ("rate_at_end", "always", "does not say whether", "sagt nicht, ob"),
        ("concern_person", "eve@example.org", "takes no part", "nimmt an der Studie nicht teil"),
        ("least-ghes-GHES", "8", "The score has 7 items", "Der Skalenwert hat 7 Items"),
        ("least-ghes-GHES", "1.5", "not a whole number", "keine ganze Zahl"),
        ("study_ends", "2027-02-30", "no day of the calendar", "kein Tag des Kalenders"),
        ("months", "1201", "cannot be kept", "nicht festgelegt werden"),
    ],
)
def test_a_fault_stands_beside_its_field_in_the_readers_language(
    world: World, field: str, value: str, english: str, german: str
) -> None:
    before = yaml(world)
    for language, words in (("en", english), ("de", german)):
        shown = show(world, language, **{field: value})
        assert shown.status_code == 422
        check(shown.text, language)
        marked = next(each for each in parsed(shown.text).iter() if each.get("class", "").endswith("has-fault"))
        assert words in "".join(marked.itertext())
        assert KEEP not in shown.text, "there is nothing to keep"
    assert yaml(world) == before


def test_the_text_is_the_second_way_and_comes_back_with_its_faults(world: World) -> None:
    carla = world.visitors["carla"]
    shown = carla.ask("POST", PAGE, form={"way": "text", "text": 'double_rate: 0.5\nphases: "1-3,4-"'})
    assert fields(shown, PAGE)["double_rate"] == "50"
    assert keep(world, shown).status_code == 303
    assert "double_rate: 0.5\n" in yaml(world)
    refused = carla.ask("POST", PAGE, form={"way": "text", "text": "double_rate: 50\nrates: 1"})
    assert refused.status_code == 422
    assert "Line 1, column 14" in refused.text
    assert "Line 2, column 1" in refused.text


def test_what_was_overtaken_is_shown_again_and_not_kept(world: World) -> None:
    shown = show(world, title="Mine")
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        apply_sheet(session, COMMAND_LINE, study, "double_rate: 0.3", now=NOON)
    again = keep(world, shown)
    assert again.status_code == 409
    assert "Somebody has set this study meanwhile" in again.text
    assert "double_rate: 0.3\n" in yaml(world)
    assert "Mine" not in yaml(world)
    assert keep(world, again).status_code == 303
    assert "Mine" in yaml(world)


def test_the_allocation_page_begins_with_the_rate(world: World) -> None:
    keep(world, show(world, double_rate="12.5"))
    page = world.visitors["carla"].ask("GET", "/studies/pilot/allocation")
    assert fields(page, "/studies/pilot/allocation")["share"] == "12.5"


def test_sessions_that_would_move_are_counted(world: World) -> None:
    shown = show(world, phases="1-2,3-")
    assert re.search(r"[0-9]+ sessions move to another phase", shown.text)
    keep(world, shown)
    with world.app.app_context(), reading() as session:
        assert session.scalars(select(Study.phases).where(Study.slug == "pilot")).one() == "1-2,3-"


def test_a_newer_scale_that_cannot_be_taken_comes_back_with_the_reason(world: World) -> None:
    newer = shipped("ghes")[0][1].replace("version: 1\n", "version: 2\n", 1).encode()
    for language, words in (("en", "stay pinned to it"), ("de", "bleiben daran gebunden")):
        sent = {"scale": (io.BytesIO(newer), "ghes.yaml")}
        answer = world.visitors["carla"].ask("POST", f"{PAGE}/scale", form=sent, headers={"Accept-Language": language})
        assert answer.status_code == 422
        assert words in answer.text
        check(answer.text, language)
