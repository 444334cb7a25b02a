"""One world for all tests of pages, brought back to its beginning before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from rater.storage.database import db
from tests.web.world import World, build_world

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, built once in each test process; its passwords are hashed in little time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rater.people.credentials._hasher", QUICK)
        world = build_world(tmp_path_factory.mktemp("world"))
    yield world
    with world.app.app_context():
        db.engine.dispose()


@pytest.fixture
def world(built: World) -> World:
    """The world as it began."""
    built.restore()
    return built
