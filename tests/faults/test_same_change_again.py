"""The same change sent twice, many times at once, and out of order: one row, one event."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from rater.storage.database import reading
from rater.storage.models import Assignment, AuditEvent
from tests.faults.client import Client, new_id
from tests.faults.served import Served, served
from tests.faults.truth import found

AT_ONCE = 8


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("place")) as made:
        yield made


@pytest.fixture(scope="module")
def anna(place: Served) -> Client:
    return Client(f"http://127.0.0.1:{place.port}")


def events(place: Served, public_id: str, action: str) -> int:
    with place.app.app_context(), reading() as session:
        key = session.scalars(select(Assignment.id).where(Assignment.public_id == public_id)).one()
        of_this = (AuditEvent.subject == f"assignment:{key}") & (AuditEvent.action == action)
        return session.scalar(select(func.count()).where(of_this)) or 0


def all_at_once(anna: Client, path: str, bodies: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda body: anna.send("PUT", path, **body), bodies))


def point(value: int | None, seen: int, op: str | None = None) -> dict[str, Any]:
    return {"op": op or new_id(), "seen": seen, "value": value, "missing_code": None}


def test_one_change_sent_many_times_at_once_is_done_once(place: Served, anna: Client) -> None:
    rating = place.alone.pop(0)
    answers = all_at_once(anna, f"/ratings/{rating}/items/ghes1", [point(3, 0, "one-operation")] * 16)
    assert {(status, body["version"]) for status, body in answers} == {(200, 1)}
    rows = found(place.app, rating)
    assert (rows.values["point", "ghes1"], rows.rows["point", "ghes1"]) == ("3", 1)
    assert events(place, rating, "point.saved") == 1


def test_the_same_value_under_other_ids_would_be_seen_as_further_changes(place: Served, anna: Client) -> None:
    rating = place.alone.pop(0)
    answers = [anna.send("PUT", f"/ratings/{rating}/items/ghes1", **point(3, seen)) for seen in range(3)]
    assert [status for status, _ in answers] == [200] * 3
    assert events(place, rating, "point.saved") == 3


def test_a_change_that_comes_late_takes_nothing_back(place: Served, anna: Client) -> None:
    rating = place.alone.pop(0)
    path, first, second = f"/ratings/{rating}/items/ghes2", point(3, 0), point(1, 1)
    for body in (first, second):
        assert anna.send("PUT", path, **body)[0] == 200
    assert [anna.send("PUT", path, **first)[0] for _ in range(2)] == [200, 200]
    assert found(place.app, rating).values["point", "ghes2"] == "1"
    assert events(place, rating, "point.saved") == 2


def test_a_change_that_comes_before_the_one_it_follows_is_not_overwritten_by_it(place: Served, anna: Client) -> None:
    rating = place.alone.pop(0)
    path, first, second = f"/ratings/{rating}/items/ghes3", point(3, 0), point(1, 1)
    assert anna.send("PUT", path, **second)[0] == 200
    status, answer = anna.send("PUT", path, **first)
    assert (status, answer["current"]["value"]) == (409, 1)
    assert found(place.app, rating).values["point", "ghes3"] == "1"


def test_changes_in_any_order_and_twice_leave_one_row_whose_version_counts_the_events(
    place: Served, anna: Client
) -> None:
    rating = place.alone.pop(0)
    bodies = [point(value, seen) for seen, value in enumerate((0, 1, 2, 3, 4))] * 3
    random.Random(7).shuffle(bodies)
    answers = all_at_once(anna, f"/ratings/{rating}/items/ghes4", bodies)
    assert {status for status, _ in answers} <= {200, 409}
    rows = found(place.app, rating)
    assert rows.rows["point", "ghes4"] == 1
    assert rows.versions["point", "ghes4"] == events(place, rating, "point.saved")


def test_a_note_sent_many_times_at_once_is_one_note_and_stays_deleted(place: Served, anna: Client) -> None:
    rating = place.alone.pop(0)
    path, written = f"/ratings/{rating}/notes/{new_id()}", {"op": new_id(), "seen": 0, "second": 12.5, "text": "once"}
    assert {status for status, _ in all_at_once(anna, path, [written] * 16)} == {200}
    assert found(place.app, rating).notes == {"once": 1}
    assert events(place, rating, "note.saved") == 1
    gone = {"op": new_id()}
    assert [anna.send("DELETE", path, **gone)[0] for _ in range(3)] == [200] * 3
    anna.send("PUT", path, **written)
    assert found(place.app, rating).notes == {}
    assert events(place, rating, "note.deleted") == 1
