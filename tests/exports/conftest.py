"""The example study, exported once in each test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rater.exports.operations import export_study
from rater.storage.database import db, reading, writing
from rater.storage.models import Study
from tests.application import make_app
from tests.exports.builders import Exported, import_example
from tests.exports.scripts import Run, runs


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    place = tmp_path_factory.mktemp("exported")
    app = make_app(place / "home")
    with app.app_context():
        with writing() as session:
            import_example(session)
        with reading() as session:
            told = export_study(session, session.query(Study).one(), place / "bundle").as_dict()
    yield Exported(app, place / "bundle", told)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(params=["python", "r"])
def run(request: pytest.FixtureRequest, rscript: str) -> Run:
    """One script of a bundle, then the other."""
    return runs(rscript)[request.param]
