"""The command `rater` as a script would call it, on a home of the test's own."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from rater.app import create_app
from rater.cli import _rater
from rater.config import Settings
from rater.storage.database import Base, db
from tests.migrated import lay_sqlite

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def errors(self) -> list[tuple[str | None, int | None, str | None]]:
        """File, line and column of each fault that was printed as JSON."""
        return [(each["file"], each["line"], each["column"]) for each in self.json["errors"]]


@dataclass
class Command:
    """A home and its database; calling it runs one command."""

    home: Path
    database_url: str = ""

    def __call__(self, *arguments: object, expect: int = 0, typed: str | None = None) -> Said:
        """Run `rater` with these arguments; an exit code other than expected fails the test."""
        apps: list[Flask] = []

        def factory(settings: Settings, *, pages: bool = True) -> Flask:
            apps.append(create_app(settings, pages=pages))
            return apps[-1]

        environment = {"RATER_HOME": str(self.home), "RATER_DATABASE_URL": self.database_url or None}
        runner = CliRunner(env=environment)
        result = runner.invoke(_rater, [str(each) for each in arguments], obj=factory, input=typed)
        for app in apps:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        said = Said(result.exit_code, result.stdout, result.stderr)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert said.code == expect, said
        return said

    def row_counts(self) -> dict[str, int]:
        """How many rows each table has."""
        app = create_app(Settings.load({}, home=self.home, database_url=self.database_url), pages=False)
        with app.app_context():
            tables = Base.metadata.sorted_tables
            counts = {each.name: db.session.scalar(select(func.count()).select_from(each)) or 0 for each in tables}
            db.session.remove()
            db.engine.dispose()
        return counts


def new_study(home: Path, database_url: str = "", *, slug: str = "ex") -> Command:
    """A home with an up-to-date database and an empty study that uses the shipped scales."""
    rater = Command(home, database_url)
    settings = Settings.load({}, home=home, database_url=database_url)
    if settings.database_file is not None and not settings.database_file.exists():
        settings.database_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lay_sqlite(settings.database_file)
    rater("db", "upgrade")
    scales = ["--scale", "ghes", "--scale", "sthar", "--scale", "phq9"]
    rater("study", "create", slug, "--title", "Example", *scales, "--phases", "1-4,5-")
    return rater


def example_study(home: Path, database_url: str = "") -> Command:
    """The example study, all seven files taken in; on SQLite they are taken in once for each test process."""
    wanted = Settings.load({}, home=home, database_url=database_url).database_file
    if wanted is None:
        return _taken_in(home, database_url)
    kept = Path(_example().name)
    shutil.copytree(kept, home, ignore=shutil.ignore_patterns("rater.sqlite*"), dirs_exist_ok=True)
    shutil.copyfile(kept / "rater.sqlite", wanted)
    return Command(home, database_url)


@lru_cache(maxsize=1)
def _example() -> tempfile.TemporaryDirectory[str]:
    """A home with the example study, which goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="rater-example-")
    _taken_in(Path(folder.name))
    return folder


def _taken_in(home: Path, database_url: str = "") -> Command:
    rater = new_study(home, database_url)
    for arguments in EXAMPLE_IMPORTS:
        rater(*arguments)
    return rater


EXAMPLE_IMPORTS: tuple[tuple[object, ...], ...] = (
    ("sessions", "import", "ex", EXAMPLE / "sessions.csv"),
    ("homework", "import", "ex", EXAMPLE / "homework.csv"),
    ("outcomes", "import", "ex", EXAMPLE / "phq9.csv", "--measure", "phq9"),
    ("allocation", "import", "ex", EXAMPLE / "allocation.csv"),
    ("ratings", "import", "ex", EXAMPLE / "ratings.csv", "--wave", "main"),
    ("ratings", "import", "ex", EXAMPLE / "ratings_calibration.csv", "--wave", "calibration"),
    ("difficulties", "import", "ex", EXAMPLE / "difficulties.csv"),
)
