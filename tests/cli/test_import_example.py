"""The example study goes in by the commands, on each database, and comes out the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, reading
from rater.storage.models import AuditEvent, Rating, TherapySession
from rater.storage.queries.points import rated_sessions
from rater.storage.queries.progress import progress
from tests.builders.command import EXAMPLE_IMPORTS, Command, new_study


def test_the_example_study_goes_in_once(tmp_path: Path, database_url: str) -> None:
    rater = new_study(tmp_path / "home", database_url)
    first = [rater(*arguments, "--json").json for arguments in EXAMPLE_IMPORTS]
    assert [each["added"] for each in first] == [213, 405, 210, 197, 276, 15, 176]
    assert all(each["unchanged"] == each["updated"] == 0 for each in first)
    assert all(each["dialect"]["standard"] and each["unknown_columns"] == [] for each in first)
    filled = rater.row_counts()
    again = [rater(*arguments, "--json").json for arguments in EXAMPLE_IMPORTS]
    assert [each["unchanged"] for each in again] == [213, 405, 210, 197, 276, 15, 176]
    assert all(each["added"] == each["updated"] == 0 for each in again)
    assert rater.row_counts() == filled | {"audit_event": filled["audit_event"] + len(EXAMPLE_IMPORTS)}
    look_inside(rater)


def look_inside(rater: Command) -> None:
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with reading() as session:
            counts = progress(session, 1, "main")
            assert (counts.held, counts.eligible, counts.allocated) == (210, 197, 197)
            assert (counts.ratings_submitted, counts.double_done) == (276, 79)
            assert sum(count for _, count in counts.excluded) == 13
            rated = rated_sessions(session, 1, "main")
            assert Counter(each.position for each in rated) == {"main": 197, "second": 79}
            by_session: dict[str, list[str]] = {}
            for each in rated:
                by_session.setdefault(each.session_id, []).append(each.rater_id)
            assert len({tuple(sorted(raters)) for raters in by_session.values() if len(raters) == 2}) == 10
            assert Counter(each.revision for each in rated) == {1: 271, 2: 5}
            assert {len(each.points) for each in rated} == {15}
            first = next(each for each in rated if each.rating_code == "RT0001")
            assert first.missing["ghes1"] == "NA_NO_PREVIOUS_HOMEWORK"
            assert {each.position for each in rated_sessions(session, 1, "calibration")} == {"all"}
            codes = session.scalars(select(TherapySession.rating_code)).all()
            assert len(set(codes)) == 213
            assert len(set(session.scalars(select(Rating.code)))) == 291
            actions = Counter(session.scalars(select(AuditEvent.action)))
            assert actions["ratings.imported"] == 4
            assert {"sessions.imported", "homework.imported", "outcomes.imported"} <= set(actions)
            assert {"difficulties.imported", "allocation.imported"} <= set(actions)
        db.engine.dispose()


def test_the_exported_ratings_give_the_same_reliability(tmp_path: Path) -> None:
    rater = new_study(tmp_path / "home")
    for arguments in EXAMPLE_IMPORTS[:1] + EXAMPLE_IMPORTS[4:6]:
        rater(*arguments)
    rater("export", "ex", tmp_path / "out")
    exported = tmp_path / "out" / "ratings_long.csv"
    assert rater("ratings", "import", "ex", exported, "--json").json["unchanged"] == 291
    fresh = new_study(tmp_path / "fresh")
    fresh("sessions", "import", "ex", tmp_path / "out" / "sessions.csv")
    assert fresh("ratings", "import", "ex", exported, "--json").json["added"] == 291
    figures = [each("reliability", "ex", "--json").json for each in (rater, fresh)]
    assert figures[0] == figures[1]
    assert len(figures[0]["scores"]["GHES"]["dyads"]) == 10
