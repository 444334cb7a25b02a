"""A statement made ready gives what SQLAlchemy gives for the same statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import bindparam, create_engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from rater.storage.database import (
    changing,
    connection_of,
    db,
    engine_options,
    glancing,
    reading,
    session_of,
    table_of,
    way_of,
)
from rater.storage.lent import Lent
from rater.storage.models import AuditEvent, Person, SignIn
from rater.storage.prepared import Prepared, run_text
from tests.builders.study import NOON

PEOPLE, EVENTS = table_of(Person), table_of(AuditEvent)
ADD = Prepared(insert(PEOPLE).returning(PEOPLE.c.id))
NAME = Prepared(update(PEOPLE).where(PEOPLE.c.id == bindparam("of_person")))
NAMED = Prepared(select(PEOPLE.c.name).where(PEOPLE.c.id == bindparam("person")))
NOTE = Prepared(insert(EVENTS))
NOBODYS = Prepared(insert(table_of(SignIn)))
ANNA = {"email": "a@b.de", "name": "Anna", "created_at": NOON, "is_administrator": True, "digest": True}
EVENT = {
    "at": NOON,
    "actor_name": "test",
    "action": "tried",
    "subject": "test:1",
    "detail": {"items": ["ä", None, 1.5], "done": True},
}


def added(values: Mapping[str, object] = ANNA) -> int:
    with changing() as connection:
        row = ADD.one(connection, dict(values))
    assert row is not None
    return int(row[0])


def test_values_are_turned_by_their_types_both_ways(app: Flask) -> None:
    with app.app_context():
        key = added()
        with changing() as connection:
            NOTE.run(connection, EVENT)
        columns = (PEOPLE.c.created_at, PEOPLE.c.is_administrator, PEOPLE.c.locale, EVENTS.c.detail)
        statement = (
            select(*columns)
            .join_from(PEOPLE, EVENTS, EVENTS.c.action == "tried")
            .where(PEOPLE.c.id == bindparam("person"))
        )
        ready = Prepared(statement)
        with db.engine.connect() as connection:
            expected = connection.execute(statement, {"person": key}).one()
            for _ in range(2):
                assert ready.one(connection, {"person": key}) == tuple(expected)
            assert tuple(expected) == (NOON, True, None, EVENT["detail"])
            assert ready.one(connection, {"person": key + 1}) is None


def test_constants_inside_functions_are_part_of_the_text(app: Flask) -> None:
    ready = Prepared(select(func.aggregate_strings(PEOPLE.c.name, " + ")).where(PEOPLE.c.id >= bindparam("first")))
    with app.app_context():
        added()
        added({**ANNA, "email": "b@b.de", "name": "Ben"})
        with db.engine.connect() as connection:
            assert ready.one(connection, {"first": 0}) == ("Anna + Ben",)
            assert ready.one(connection, {"first": 99}) == (None,)


def test_faults_are_those_of_sqlalchemy(app: Flask) -> None:
    with app.app_context():
        added()
        with pytest.raises(IntegrityError):
            added()
        with changing() as connection, pytest.raises((OperationalError, ProgrammingError)):
            run_text(connection, "SELECT nothing FROM nowhere")


def rename_and_fail(key: int) -> None:
    with changing() as connection:
        NAME.run(connection, {"of_person": key, "name": "Berta"})
        raise ZeroDivisionError


def rename_in_a_session_and_fail(key: int) -> None:
    with changing() as connection:
        with session_of(connection) as session:
            session.get_one(Person, key).name = "Berta"
        assert NAMED.one(connection, {"person": key}) == ("Berta",)
        raise ZeroDivisionError


def test_a_failed_change_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        key = added()
        with pytest.raises(ZeroDivisionError):
            rename_and_fail(key)
        with reading() as session:
            assert session.get_one(Person, key).name == "Anna"
        with changing() as connection:
            NAME.run(connection, {"of_person": key, "name": "Berta"})
        with reading() as session:
            assert session.get_one(Person, key).name == "Berta"


def test_a_session_within_a_transaction_shares_it(app: Flask) -> None:
    with app.app_context():
        key = added()
        with pytest.raises(ZeroDivisionError):
            rename_in_a_session_and_fail(key)
        with reading() as session:
            assert session.get_one(Person, key).name == "Anna"


def test_what_a_session_holds_back_is_written_first(session: Session) -> None:
    session.add(Person(**ANNA))
    found = Prepared(select(PEOPLE.c.name).where(PEOPLE.c.email == bindparam("email")))
    assert found.one(connection_of(session), {"email": "a@b.de"}) == ("Anna",)
    with session_of(session) as same:
        assert same is session
    assert way_of(session) is connection_of(session)


def test_what_a_session_writes_within_a_change_is_kept_with_it_and_not_before(app: Flask) -> None:
    with app.app_context():
        key = added()
        with changing() as change:
            NAME.run(change, {"of_person": key, "name": "Berta"})
            with session_of(change) as session:
                assert session.get_one(Person, key).name == "Berta"
                session.get_one(Person, key).name = "Carla"
            assert connection_of(change) is connection_of(change)
            with glancing() as other:
                assert NAMED.one(other, {"person": key}) == ("Anna",)
        with glancing() as other:
            assert NAMED.one(other, {"person": key}) == ("Carla",)


def a_sign_in_of_nobody() -> None:
    with changing() as change:
        run_text(change, "PRAGMA defer_foreign_keys = ON")
        NOBODYS.run(change, {"token_hash": "x", "person_id": 99, "started_at": NOON, "seen_at": NOON})


def test_a_commit_that_fails_keeps_nothing_and_lets_the_next_in(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        for _ in range(2):
            with pytest.raises(IntegrityError):
                a_sign_in_of_nobody()
        with reading() as session:
            assert session.scalars(select(SignIn)).all() == []
        assert added()


def test_a_database_that_is_not_there_is_said_as_sqlalchemy_says_it(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'no folder' / 'x.sqlite'}"
    with pytest.raises(OperationalError):
        Lent(create_engine(address, **engine_options(address)))
