"""A statement made ready gives what SQLAlchemy gives for the same statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from rater.storage.database import changing, connection_of, db, reading, session_of, table_of
from rater.storage.models import AuditEvent, Person
from rater.storage.prepared import Prepared, run_text
from tests.builders.study import NOON

PEOPLE, EVENTS = table_of(Person), table_of(AuditEvent)
ADD = Prepared(insert(PEOPLE).returning(PEOPLE.c.id))
NAME = Prepared(update(PEOPLE).where(PEOPLE.c.id == bindparam("of_person")))
NOTE = Prepared(insert(EVENTS))
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
    found = Prepared(select(PEOPLE.c.name).where(PEOPLE.c.id == bindparam("person")))
    with changing() as connection:
        with session_of(connection) as session:
            session.get_one(Person, key).name = "Berta"
        assert found.one(connection, {"person": key}) == ("Berta",)
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
