"""Examples over HTTP: ranges, the trace before the first byte, who hears, and what the pages tell."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from rater.storage.database import writing
from rater.storage.models import Assignment, Example, Job, Rater, Study
from rater.terms import RatingState
from tests.builders.study import make_assignment
from tests.web.valid import both
from tests.web.world import SOUND, World

SIZE = len(SOUND)
LIMIT = 256 * 1024


def hear(world: World, wanted: str | None = None, name: str = "anna", method: str = "GET") -> TestResponse:
    headers = {} if wanted is None else {"Range": wanted}
    return world.visitors[name].ask(method, f"/examples/{world.ids['example']}/audio", headers=headers)


def give_to_anna(world: World) -> None:
    """The session of the example waits for anna in a training wave."""
    with world.app.app_context(), writing() as session:
        example = session.scalars(select(Example)).one()
        study = session.get_one(Study, example.study_id)
        code = session.scalars(select(Rater.code).where(Rater.study_id == study.id, Rater.code == "R1")).one()
        make_assignment(session, study, example.recording.therapy_session, code, wave="training-2")


@pytest.mark.parametrize(
    ("wanted", "status", "start", "stop"),
    [
        (None, 200, 0, SIZE),
        ("bytes=0-99", 206, 0, 100),
        ("bytes=77-", 206, 77, 77 + LIMIT),
        (f"bytes=0-{SIZE - 1}", 206, 0, LIMIT),
        ("bytes=-500", 206, SIZE - 500, SIZE),
        (f"bytes={SIZE}-", 416, 0, 0),
    ],
)
def test_a_range_is_answered_with_its_bytes(world: World, wanted: str, status: int, start: int, stop: int) -> None:
    answer = hear(world, wanted)
    assert (answer.status_code, answer.data) == (status, SOUND[start:stop])
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Content-Disposition" not in answer.headers
    head = hear(world, wanted, method="HEAD")
    assert (head.status_code, head.data) == (status, b"")


def test_hearing_is_traced_before_the_first_byte_and_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    store, seen = world.app.extensions["rater_media"], []
    stream = store.stream

    def watched(*asked: object) -> object:
        seen.append(world.events("example.played"))
        return stream(*asked)

    monkeypatch.setattr(store, "stream", watched)
    assert hear(world, "bytes=0-9").data == hear(world, "bytes=0-9").data == SOUND[:10]
    assert seen == [1, 1]
    hear(world, "bytes=0-9", "theo")
    assert world.events("example.played") == 2


def test_the_watch_on_the_trace_sees_a_missing_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rater.web.training.examples.trace_example", lambda *_, **__: None)
    hear(world, "bytes=0-9")
    assert world.events("example.played") == 0


def test_without_a_trace_there_are_no_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr("rater.web.training.examples.trace_example", cannot)
    answer = hear(world, "bytes=0-9")
    assert answer.status_code == 503
    assert SOUND[:10] not in answer.data


def test_who_rates_the_session_neither_hears_nor_reads_of_it(world: World) -> None:
    paths = ("/studies/pilot/manual", f"/ratings/{world.ids['mine']}/manual")
    for path in paths:
        page = world.visitors["anna"].ask("GET", path).text
        assert world.ids["example"] in page
        assert "Hear how much was done" in page
    give_to_anna(world)
    for path in paths:
        page = world.visitors["anna"].ask("GET", path).text
        assert world.ids["example"] not in page
        assert "Hear how much was done" not in page
        assert "1 example" not in page
    assert hear(world, "bytes=0-9").status_code == 404
    assert hear(world, "bytes=0-9", "ben").status_code == 206, "who has no part in that wave hears it still"
    assert world.events("example.played") == 1
    with world.app.app_context(), writing() as session:
        for each in session.scalars(select(Assignment).where(Assignment.wave.has(name="training-2"))):
            each.state, each.wave.locked_at = RatingState.SUBMITTED, each.assigned_at
    assert hear(world, "bytes=0-9").status_code == 206


def test_supervisors_find_the_manual_without_what_they_may_not_hear(world: World) -> None:
    assert world.ids["example"] not in both(world, "sam", "/studies/pilot/manual").text


def test_one_that_is_asked_for_leads_to_the_page_of_its_cutting(world: World) -> None:
    theo = world.visitors["theo"]
    with world.app.app_context(), writing() as session:
        recording = session.scalars(select(Example)).one().recording.public_id
    form = {"session": recording, "about": "sthar/sta1", "point": "", "start": "0:05", "stop": "0:12,5", "title": "One"}
    answer = theo.ask("POST", "/studies/pilot/training/examples", form={**form, "text": "Listen"})
    assert answer.status_code == 303
    page = both(world, "theo", answer.location).text
    assert "<noscript>" in page
    with world.app.app_context(), writing() as session:
        made = session.scalars(select(Example).order_by(Example.id.desc())).first()
        assert made is not None
        assert (made.item, made.point, made.starts_s, made.stops_s, made.stored_as) == ("sta1", None, 5.0, 12.5, None)
        job = session.scalars(select(Job).order_by(Job.id.desc())).first()
        assert job is not None
        job.state, job.fault = "failed", "The stored recording cannot be read."
    assert "The stored recording cannot be read" in both(world, "theo", "/studies/pilot/training/examples").text


def test_a_form_that_cannot_be_taken_comes_back_with_every_fault(world: World) -> None:
    before = world.contents()
    theo, form = world.visitors["theo"], {"session": "", "about": "ghes/ghes1", "point": "x", "start": "soon"}
    answer = theo.ask("POST", "/studies/pilot/training/examples", form=form)
    assert answer.status_code == 422
    assert "Choose the session to cut from" in answer.text
    with world.app.app_context(), writing() as session:
        form["session"] = session.scalars(select(Example)).one().recording.public_id
    answer = theo.ask("POST", "/studies/pilot/training/examples", form={**form, "title": "<b>kept</b>"})
    for words in ("soon is no time", "– is no time", "x is no point", "&lt;b&gt;kept&lt;/b&gt;"):
        assert words in answer.text
    assert world.contents() == before


def test_where_no_session_can_serve_the_page_says_which_could(world: World) -> None:
    with world.app.app_context(), writing() as session:
        session.query(Example).delete()
    with world.app.app_context(), writing() as session:
        from rater.storage.models import Exclusion

        session.query(Exclusion).delete()
    page = both(world, "rosa", "/studies/pilot/training/examples").text
    assert "No session can serve" in page
    assert "There is none yet" in page
