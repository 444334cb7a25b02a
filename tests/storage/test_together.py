"""Changes that wait at the same time are kept by one commit; each still fails alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from rater.storage import together
from rater.storage.database import _together_at, changed, glancing, reading, session_of, table_of
from rater.storage.lent import Change
from rater.storage.models import Person, SignIn
from rater.storage.prepared import Prepared, run_text
from rater.storage.together import Asked
from tests.builders.study import NOON
from tests.storage.test_fairness import turns_of, until

ADD = Prepared(insert(table_of(Person)).returning(table_of(Person).c.id))
NOBODYS = Prepared(insert(table_of(SignIn)))
NAMES = select(Person.name).order_by(Person.id)


def person(name: str) -> dict[str, Any]:
    return {"email": f"{name}@b.de", "name": name, "created_at": NOON, "is_administrator": False, "digest": True}


def adds(name: str, then: Callable[[Change], None] = lambda change: None) -> Callable[[Change], str]:
    def work(change: Change) -> str:
        assert ADD.one(change, person(name)) is not None
        then(change)
        return name

    return work


def fails(change: Change) -> None:
    raise ZeroDivisionError


def names() -> list[str]:
    with reading() as session:
        return list(session.scalars(NAMES))


@dataclass
class Crowd:
    """Changes of threads that ask while another has the turn, in the order given."""

    app: Flask
    commits: int = 0

    def ask(self, *works: Callable[[Change], Any]) -> list[Future[Any]]:
        """Start them one by one while the turn is taken; they have all ended when this returns."""
        turns = turns_of(self.app)
        assert turns.take(5)
        with ThreadPoolExecutor(len(works)) as pool:
            asked = []
            for count, work in enumerate(works, 1):
                asked.append(pool.submit(self._changed, work))
                until(lambda count=count: self._waiting() == count)
            turns.give()
        return asked

    def _changed(self, work: Callable[[Change], Any]) -> Any:
        with self.app.app_context():
            return changed(work)

    def _waiting(self) -> int:
        lines = len(turns_of(self.app)._line._waiting)
        group = self._together()._open or []
        return max(len(group), lines)

    def _together(self) -> together.Together:
        return _together_at(turns_of(self.app))


@pytest.fixture
def crowd(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crowd]:
    with sqlite_app.app_context():
        crowd = Crowd(sqlite_app)
        commit = Change.commit

        def counted(change: Change) -> None:
            crowd.commits += 1
            commit(change)

        monkeypatch.setattr(Change, "commit", counted)
        yield crowd


def test_all_that_waited_are_kept_by_one_commit_in_the_order_of_asking(crowd: Crowd) -> None:
    wanted = [f"P{number}" for number in range(6)]
    asked = crowd.ask(*map(adds, wanted))
    assert [each.result() for each in asked] == wanted
    assert names() == wanted
    assert crowd.commits == 1


def test_control_alone_each_needs_a_commit(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 1)
    asked = crowd.ask(*map(adds, "ABC"))
    assert [each.result() for each in asked] == names() == ["A", "B", "C"]
    assert crowd.commits == 3


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_fails_takes_back_its_own_and_nothing_else(crowd: Crowd, place: int) -> None:
    works = [adds(name) for name in "ABC"]
    works[place] = adds("ABC"[place], fails)
    asked = crowd.ask(*works)
    assert [type(each.exception()) for each in asked] == [
        ZeroDivisionError if number == place else type(None) for number in range(3)
    ]
    assert names() == [name for number, name in enumerate("ABC") if number != place]
    assert crowd.commits == 1


def test_control_without_savepoints_what_failed_would_be_kept(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(asked: Asked[Any], change: Change) -> None:
        try:
            asked._result = asked._work(change)
        except ZeroDivisionError as error:
            asked.failure = error

    monkeypatch.setattr(Asked, "run_apart", without)
    crowd.ask(adds("A"), adds("B", fails))
    assert names() == ["A", "B"]


def test_a_session_that_fails_within_one_of_many_takes_back_its_own(crowd: Crowd) -> None:
    def twice(change: Change) -> None:
        with session_of(change) as session:
            session.add(Person(**person("D")))
            session.flush()
            session.add(Person(**person("D")))
            session.flush()

    def in_a_session(change: Change) -> None:
        with session_of(change) as session:
            session.add(Person(**person("E")))

    asked = crowd.ask(adds("A"), adds("B", twice), adds("C", in_a_session))
    assert isinstance(asked[1].exception(), IntegrityError)
    assert names() == ["A", "C", "E"]


def test_a_commit_that_fails_is_told_to_all_and_keeps_nothing(crowd: Crowd) -> None:
    def of_nobody(change: Change) -> None:
        run_text(change, "PRAGMA defer_foreign_keys = ON")
        NOBODYS.run(change, {"token_hash": "x", "person_id": 99, "started_at": NOON, "seen_at": NOON})

    asked = crowd.ask(adds("A"), adds("B", of_nobody), adds("C"))
    assert isinstance(asked[0].exception(), IntegrityError)
    assert [type(each.exception()) for each in asked[1:]] == [OperationalError] * 2
    assert names() == []
    crowd.ask(adds("D"))
    assert names() == ["D"]


def test_a_database_that_takes_all_back_is_told_to_all(crowd: Crowd) -> None:
    asked = crowd.ask(adds("A"), adds("B", lambda change: run_text(change, "ROLLBACK")), adds("C"))
    assert all(isinstance(each.exception(), OperationalError) for each in asked)
    assert names() == []


def test_one_that_is_stopped_leaves_nobody_waiting(crowd: Crowd) -> None:
    def stopped(change: Change) -> None:
        raise SystemExit

    asked = crowd.ask(adds("A", stopped), adds("B"))
    assert [type(each.exception()) for each in asked] == [SystemExit, OperationalError]
    assert names() == []


def test_nobody_is_answered_before_the_commit(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[bool]] = []
    commit = Change.commit
    asked: list[Asked[Any]] = []
    run = Asked.run_apart

    def noted(one: Asked[Any], change: Change) -> None:
        asked.append(one)
        run(one, change)

    def looked(change: Change) -> None:
        seen.append([each.ended.locked() for each in asked])
        commit(change)

    monkeypatch.setattr(Asked, "run_apart", noted)
    monkeypatch.setattr(Change, "commit", looked)
    crowd.ask(adds("A"), adds("B"), adds("C"))
    assert seen == [[True, True, True]]


def test_a_turn_that_does_not_come_is_told_to_all(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rater.storage.database.PATIENCE_S", 0.5)
    turns = turns_of(crowd.app)
    assert turns.take(5)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(crowd._changed, adds(name)) for name in "ABC"]
    turns.give()
    assert all(isinstance(each.exception(), OperationalError) for each in asked)
    assert names() == []


def test_a_crowd_is_cut_into_groups(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    turns = turns_of(crowd.app)
    assert turns.take(5)
    with ThreadPoolExecutor(6) as pool:
        asked = []
        for number in range(6):
            asked.append(pool.submit(crowd._changed, adds(f"P{number}")))
            until(lambda leaders=number // 2 + 1: len(turns._line._waiting) == leaders)
            until(lambda joined=number % 2 + 1: len(crowd._together()._open or []) == joined)
        turns.give()
    assert [each.result() for each in asked] == names() == [f"P{number}" for number in range(6)]
    assert crowd.commits == 3


def test_many_threads_at_both_databases_keep_all(app: Flask) -> None:
    def work(number: int) -> str:
        with app.app_context():
            return changed(adds(f"P{number}"))

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, range(60)))
    with app.app_context():
        assert sorted(done) == sorted(names())


def test_what_one_writes_is_seen_by_others_only_once_it_is_kept(crowd: Crowd) -> None:
    seen: list[int] = []

    def look(change: Change) -> None:
        with crowd.app.app_context(), glancing() as other:
            seen.append(len(other.connection.cursor().execute("SELECT id FROM person").fetchall()))

    crowd.ask(adds("A"), adds("B", look))
    assert seen == [0]
    assert names() == ["A", "B"]


def test_a_change_alone_needs_no_savepoint(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(together, "run_text", lambda change, text: said.append(text))
    crowd.ask(adds("A"))
    assert said == []
    crowd.ask(adds("B"), adds("C"))
    assert len(said) == 4
