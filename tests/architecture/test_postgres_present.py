"""PostgreSQL is there, and each test finds it empty."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text


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
