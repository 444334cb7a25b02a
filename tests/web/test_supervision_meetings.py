"""The page of a meeting: all that was typed is kept by whatever button, clashes and faults bring it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from rater.storage.database import reading
from rater.storage.models import Meeting, SupervisionTask
from rater.supervision.written import mark_of
from tests.web.supervised_work import OF_TOM, add_work
from tests.web.valid import LANGUAGES, check
from tests.web.world import World

MEETING = f"{OF_TOM}/meetings/{{meeting}}"


@pytest.fixture
def clinic(clinic: World) -> World:
    return add_work(clinic)


def meeting(clinic: World) -> Meeting:
    with clinic.app.app_context(), reading() as session:
        found = session.scalars(select(Meeting).where(Meeting.public_id == clinic.ids["meeting"])).one()
        session.expunge(found)
        return found


def typed(**words: str) -> dict[str, str]:
    """A form that was opened when all notes were empty."""
    return {**{f"mark-{name}": mark_of("") for name in words}, **words}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["tom", "sara"])
def test_the_page_brings_what_the_data_hold(clinic: World, name: str, language: str) -> None:
    page = clinic.visitors[name].ask("GET", MEETING.format(**clinic.ids), headers={"Accept-Language": language})
    check(page.text, language)
    for words in ("The reason was left out", "12:31", clinic.ids["session"]):
        assert words in page.text
    assert page.text.index("part-homework") < page.text.index("part-scales"), "homework waits"


def test_any_button_keeps_all_that_was_typed(clinic: World) -> None:
    path, task = MEETING.format(**clinic.ids), clinic.ids["agreed"]
    review = {f"seen-{task}": "1", f"completed-{task}": "partly", f"conclusions-{task}": "One session at a time"}
    sent = {**typed(events="A holiday", minutes="We met"), **review, "do": "task"}
    answer = clinic.visitors["sara"].ask("POST", path, form=sent)
    assert (answer.status_code, "tasks/new?meeting=" in answer.location) == (303, True)
    new = {"type": "trying", "task": "Plan one obstacle", "meeting": clinic.ids["meeting"]}
    answer = clinic.visitors["sara"].ask("POST", answer.location.partition("?")[0], form=new)
    assert answer.location.endswith(clinic.ids["meeting"])
    assert "Plan one obstacle" in clinic.visitors["tom"].ask("GET", path).text
    sent = {**typed(agenda="Obstacles"), "helpful": "8", "understood": "", "change": "", "do": "held"}
    assert clinic.visitors["tom"].ask("POST", path, form=sent).status_code == 303
    row = meeting(clinic)
    assert row.agenda == {"events": "A holiday", "agenda": "Obstacles"}
    assert (row.minutes, row.state, row.evaluation["helpful"]) == ("We met", "held", 8)
    with clinic.app.app_context(), reading() as session:
        looked = session.scalars(select(SupervisionTask).where(SupervisionTask.public_id == task)).one()
        assert (looked.state, looked.completed, looked.conclusions) == ("reviewed", "partly", "One session at a time")
    printed = clinic.visitors["tom"].ask("GET", f"{path}/print").text
    for words in ("A holiday", "Obstacles", "We met", "One session at a time", "Plan one obstacle"):
        assert words in printed
    assert "<textarea" not in printed
    check(printed, "en")


def test_a_clash_shows_both_and_then_keeps_what_one_decides(clinic: World) -> None:
    path = MEETING.format(**clinic.ids)
    assert clinic.visitors["sara"].ask("POST", path, form=typed(events="A holiday")).status_code == 303
    answer = clinic.visitors["tom"].ask("POST", path, form=typed(events="An illness", agenda="Mine"))
    assert answer.status_code == 409
    check(answer.text, "en")
    for words in ("A holiday", "An illness", "Mine", "Both of you wrote here"):
        assert words in answer.text
    assert meeting(clinic).agenda == {"events": "A holiday"}
    seen = {"events": "Both", "mark-events": mark_of("A holiday"), "agenda": "Mine", "mark-agenda": mark_of("")}
    assert clinic.visitors["tom"].ask("POST", path, form=seen).status_code == 303
    assert meeting(clinic).agenda == {"events": "Both", "agenda": "Mine"}


def test_a_form_with_faults_comes_back_as_it_was_typed(clinic: World) -> None:
    path, task, before = MEETING.format(**clinic.ids), clinic.ids["agreed"], clinic.contents()
    sent = {**typed(events="A holiday"), "helpful": "99", "change": "More time", f"seen-{task}": "1"}
    sent[f"difficulties-{task}"] = "No time"
    answer = clinic.visitors["tom"].ask("POST", path, form=sent)
    assert answer.status_code == 422
    check(answer.text, "en")
    for words in (
        "A holiday",
        "More time",
        "No time",
        "99 is no whole number from 0 to 10",
        "Choose yes, partly or no",
    ):
        assert words in answer.text
    assert clinic.contents() == before


def test_a_day_is_asked_for(clinic: World) -> None:
    path = f"{OF_TOM}/meetings".format(**clinic.ids)
    answer = clinic.visitors["tom"].ask("POST", path, form={"meets_on": ""})
    assert (answer.status_code, "Choose a day" in answer.text) == (422, True)
    assert clinic.visitors["tom"].ask("POST", path, form={"meets_on": "2026-11-12"}).status_code == 303
    day = f"{path}/{clinic.ids['meeting']}/day"
    assert clinic.visitors["tom"].ask("POST", day, form={"meets_on": "x"}).status_code == 422
    assert clinic.visitors["tom"].ask("POST", day, form={"meets_on": "2026-11-13"}).status_code == 303
    assert str(meeting(clinic).meets_on) == "2026-11-13"


def test_a_moment_becomes_homework_of_the_meeting(clinic: World) -> None:
    path, ids = MEETING.format(**clinic.ids), clinic.ids
    ask = f"{OF_TOM}/tasks/new?comment={{remark}}&meeting={{meeting}}".format(**ids)
    assert ask.replace("&", "&amp;") in clinic.visitors["sara"].ask("GET", path).text
    assert "tasks/new?" not in clinic.visitors["sara"].ask("GET", f"{path}/print").text
    form = clinic.visitors["sara"].ask("GET", ask).text
    for name in ("remark", "meeting"):
        assert f'value="{ids[name]}"' in form
    sent = {"type": "trying", "task": "Name the reason", "comment": ids["remark"], "meeting": ids["meeting"]}
    assert clinic.visitors["sara"].ask("POST", ask.partition("?")[0], form=sent).status_code == 303
    with clinic.app.app_context(), reading() as session:
        made = session.scalars(select(SupervisionTask).where(SupervisionTask.task == "Name the reason")).one()
        assert made.comment is not None
        assert made.meeting is not None
        assert (made.comment.public_id, made.meeting.public_id) == (ids["remark"], ids["meeting"])
