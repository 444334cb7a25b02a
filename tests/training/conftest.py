"""A study with a session of which examples are cut, on one database or on each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.training.made_examples import Training, build


@pytest.fixture
def training(sqlite_app: Flask, tmp_path: Path) -> Iterator[Training]:
    with sqlite_app.app_context():
        yield build(sqlite_app, tmp_path)


@pytest.fixture
def anywhere(app: Flask, tmp_path: Path) -> Iterator[Training]:
    """The same on each kind of database."""
    with app.app_context():
        yield build(app, tmp_path)
