"""PostgreSQL is there, and each test finds it empty."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, select, text

from rater.storage.database import writing
from rater.storage.models import Study
from tests.builders.study import make_study


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(postgres_url: str, turn: int) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        assert connection.dialect.name == "postgresql"
        assert not inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE left_over (turn integer)"))
    engine.dispose()


def test_database_url_covers_both(database_url: str, request: pytest.FixtureRequest) -> None:
    engine = create_engine(database_url)
    expected = "postgresql" if "postgres" in request.node.callspec.id else "sqlite"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        assert connection.dialect.name == expected
    engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_no_rows(app: Flask, turn: int) -> None:
    with app.app_context(), writing() as session:
        assert [study.id for study in session.scalars(select(Study))] == []
        assert make_study(session).id == 1
