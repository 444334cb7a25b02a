"""Two databases that differ only in what is hidden from a rater answer her alike, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rater.storage.database import db, writing
from rater.storage.models import Assignment, Point
from rater.terms import Position
from tests.builders.study import NOON
from tests.web.blind_study import AGAIN, Hidden
from tests.web.blind_visit import answers

VARIANTS = {
    "a second rater is assigned": Hidden(second=True),
    "the second rater has rated": Hidden(second=True, second_submitted=True),
    "her rating is the second one": Hidden(second=True, position=Position.SECOND),
    "the second rater is late": Hidden(second=True, theirs_due=date(2026, 10, 1)),
    "all rate it": Hidden(position=Position.ALL),
    "low outcomes": Hidden(outcomes=0),
    "high outcomes": Hidden(outcomes=3),
    "another patient": Hidden(patient="Q77", number=9, therapist="T3", held_on=date(2026, 3, 1)),
    "another file": Hidden(file_name="Mueller_Sitzung7.mp3"),
    "another session is excluded": Hidden(excluded=True),
    "the last one is given again": Hidden(again=True),
    "more rows before": Hidden(earlier_rows=3),
    "all at once": Hidden(
        True, True, Position.SECOND, 2, "Q77", 9, "T3", date(2026, 3, 1), "x.wav", 2, True, NOON.date(), True
    ),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The answers where nothing is hidden; what a process does once it has done for an earlier visit."""
    with pytest.MonkeyPatch.context() as patch:
        answers(tmp_path_factory.mktemp("earlier"), Hidden(), patch)
        return answers(tmp_path_factory.mktemp("plain"), Hidden(), patch)


def test_the_visit_sees_pages_sound_and_refusals(plain: list[Any]) -> None:
    statuses = [answer.split("\n")[0] for _, answer in plain]
    assert {"200", "303", "403", "404", "409", "422", "423"} <= set(statuses)
    assert all(code in dict(plain)["GET /studies/pilot/sessions"] for code in ("KX7", "KB2", "KM9"))
    again = [answer.split("\n")[0] for asked, answer in plain if f"/ratings/{AGAIN}" in asked]
    assert again == ["200", "200", "200", "303", "303", "200", "200", "200", "200", "200", "423"]


@pytest.mark.parametrize("name", VARIANTS)
def test_the_rater_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: list[Any], name: str) -> None:
    for (asked, mine), (_, theirs) in zip(plain, answers(tmp_path, VARIANTS[name], monkeypatch), strict=True):
        assert mine == theirs, asked


def leak_on_the_page(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.web.ratings import screen

    def leaky(opened: Any, *given: Any, **more: Any) -> dict[str, Any]:
        shown = screen.rating_screen(opened, *given, **more)
        return {**shown, "total": shown["total"] + (opened.assignment.position == Position.SECOND)}

    patch.setattr("rater.web.ratings.views.rating_screen", leaky)


def leak_in_a_header(app: Flask, patch: pytest.MonkeyPatch) -> None:
    @app.after_request
    def leaky(response: Any) -> Any:
        with db.engine.connect() as connection:
            response.headers["X-Points"] = str(connection.scalar(select(func.count()).select_from(Point)))
        return response


def leak_in_an_error(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.errors import NotFound, NotPermitted

    def leaky(session: Session, actor: Any, public_id: str, *, now: Any) -> Assignment:
        found = session.scalar(select(Assignment).where(Assignment.public_id == public_id))
        if found is None:
            raise NotFound
        if found.rater.person_id != actor.person_id:
            raise NotPermitted
        return found

    patch.setattr("rater.ratings.operations.opening.find_assignment", leaky)


def leak_by_sorting(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.storage.queries.ratings import queue_rows as before

    def leaky(session: Session, *given: Any, **more: Any) -> list[Any]:
        shared = select(Assignment.session_id).group_by(Assignment.session_id).having(func.count() > 1)
        doubled = set(session.scalars(shared))
        return sorted(before(session, *given, **more), key=lambda row: row[0].session_id in doubled)

    patch.setattr("rater.ratings.operations.opening.queue_rows", leaky)


def leak_in_time(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.storage.queries.ratings import queue_rows as before

    def leaky(session: Session, *given: Any, **more: Any) -> list[Any]:
        rows = before(session, *given, **more)
        for row in rows:
            if row[0].position == Position.SECOND:
                session.scalar(select(func.count()).select_from(Point))
        return rows

    patch.setattr("rater.ratings.operations.opening.queue_rows", leaky)


def leak_in_a_due_date(app: Flask, patch: pytest.MonkeyPatch) -> None:
    with app.app_context(), writing() as session:
        latest = select(func.max(Assignment.due_on)).scalar_subquery()
        doubled = select(Assignment.session_id).group_by(Assignment.session_id).having(func.count() > 1)
        session.execute(update(Assignment).where(Assignment.session_id.in_(doubled)).values(due_on=latest))


def leak_of_the_record(app: Flask, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("rater.allocation.operations.recording.permit", lambda *given, **more: None)


def leak_of_the_wave(app: Flask, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Assignment, "shown_wave", property(lambda self: self.wave.name))


def leak_in_the_hours(app: Flask, patch: pytest.MonkeyPatch) -> None:
    def leaky(*given: Any, **more: Any) -> Any:
        answer = before(*given, **more)
        with db.engine.connect() as connection:
            waves = connection.scalar(select(func.count(Assignment.wave_id.distinct())))
        answer.data += f"waves,{waves}\n".encode()
        return answer

    before = app.view_functions["ratings.hours"]
    patch.setitem(app.view_functions, "ratings.hours", leaky)


LEAKS = [
    leak_on_the_page,
    leak_in_a_header,
    leak_in_an_error,
    leak_by_sorting,
    leak_in_time,
    leak_in_a_due_date,
    leak_of_the_record,
    leak_of_the_wave,
    leak_in_the_hours,
]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: Callable[[Flask, pytest.MonkeyPatch], None]
) -> None:
    one = answers(tmp_path / "one", Hidden(), monkeypatch, leak)
    two = answers(tmp_path / "two", VARIANTS["all at once"], monkeypatch, leak)
    assert one != two
