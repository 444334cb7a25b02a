"""The example study in a database, and bundles read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from rater.allocation.operations.importing import import_allocation, read_allocation_for
from rater.analysis.sessions import ListedSession
from rater.exports.contents import StudyData
from rater.exports.rated import CountedRating
from rater.homework.operations import import_difficulties, import_homework, read_difficulties_for, read_homework_for
from rater.ratings.operations.importing import import_ratings, read_ratings_for
from rater.recordings.operations.importing import import_sessions, read_sessions_for
from rater.recordings.operations.outcomes import import_outcomes, read_outcomes_for
from rater.scales.schema import Scale
from rater.storage.database import reading
from rater.storage.models import Study
from rater.terms import COMMAND_LINE, LeftOut, WaveKind
from tests.builders.reliability import EXAMPLE, make_scale
from tests.builders.study import NOON, make_study

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Exported:
    """The example study in a database, its de-identified bundle in a folder, and what the export told."""

    app: Flask
    folder: Path
    told: dict[str, Any]

    @property
    def counts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.told["counts"]
        return found

    @contextmanager
    def study(self) -> Iterator[tuple[Session, Study]]:
        """The study in a transaction that leaves nothing behind."""
        with self.app.app_context(), reading() as session:
            yield session, session.query(Study).one()


def import_example(session: Session, slug: str = "pilot", folder: Path = EXAMPLE) -> Study:
    """A study with all files of the example study imported."""
    study = make_study(session, slug)
    files = {each.name: each.read_bytes() for each in folder.glob("*.csv")}
    import_sessions(session, COMMAND_LINE, study, read_sessions_for(session, study, files["sessions.csv"]), now=NOON)
    homework = read_homework_for(session, study, files["homework.csv"])
    import_homework(session, COMMAND_LINE, study, homework, now=NOON)
    outcomes = read_outcomes_for(session, study, files["phq9.csv"], measure="phq9")
    import_outcomes(session, COMMAND_LINE, study, outcomes, measure="phq9", now=NOON)
    allocation = read_allocation_for(session, study, files["allocation.csv"], wave=WaveKind.MAIN)
    import_allocation(session, COMMAND_LINE, study, allocation, wave=WaveKind.MAIN, now=NOON)
    import_long(session, study, files["ratings.csv"], wave="main")
    import_long(session, study, files["ratings_calibration.csv"], wave="calibration")
    difficulties = read_difficulties_for(session, study, files["difficulties.csv"])
    import_difficulties(session, COMMAND_LINE, study, difficulties, now=NOON)
    return study


def import_long(session: Session, study: Study, data: bytes, *, wave: str | None = None) -> None:
    """Ratings as `rater ratings import` takes them in."""
    import_ratings(session, COMMAND_LINE, study, read_ratings_for(session, study, data, wave=wave), now=NOON)


def rows_of(path: Path) -> Rows:
    """A CSV file's rows by column."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def make_listed(code: str, patient: str = "P1", number: int = 1, *, excluded: str | None = None) -> ListedSession:
    """A session of the register."""
    return ListedSession(code, patient, "T1", number, "I", None, None, LeftOut(excluded) if excluded else None, "main")


def make_counted(
    session: str,
    rater: str,
    points: Mapping[str, float | None],
    *,
    role: str = "main",
    missing: Mapping[str, str] | None = None,
    wave: str = "main",
) -> CountedRating:
    """A rating that counts."""
    return CountedRating(wave, session, rater, role, f"{session}/{rater}", 1, NOON, points, missing or {})


def make_data(
    *ratings: CountedRating, sessions: tuple[ListedSession, ...] = (), scale: Scale | None = None
) -> StudyData:
    """A study of one scale with items a1 (reversed) and a2, and their mean A."""
    listed = sessions or tuple(
        make_listed(each, number=place)
        for place, each in enumerate(sorted({rating.session_id for rating in ratings}), start=1)
    )
    scales = (scale or make_scale(reverse=["a1"]),)
    waves = {each.wave: 0 for each in ratings}
    for each in ratings:
        waves[each.wave] += 1
    return StudyData("pilot", "Pilot", False, scales, listed, ratings, assignments=waves)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}
