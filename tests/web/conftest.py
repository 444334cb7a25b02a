"""One world for all tests of pages, brought back to its beginning before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rater.storage.database import db
from tests.web.clinic import build_clinic
from tests.web.world import World, build_world


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, built once in each test process."""
    world = build_world(tmp_path_factory.mktemp("world"))
    yield world
    with world.app.app_context():
        db.engine.dispose()


@pytest.fixture
def world(built: World) -> World:
    """The world as it began."""
    built.restore()
    return built


@pytest.fixture(scope="session")
def built_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The supervision programme, built once in each test process."""
    clinic = build_clinic(tmp_path_factory.mktemp("clinic"))
    yield clinic
    with clinic.app.app_context():
        db.engine.dispose()


@pytest.fixture
def clinic(built_clinic: World) -> World:
    """The supervision programme as it began."""
    built_clinic.restore()
    return built_clinic
