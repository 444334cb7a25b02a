"""A programme with a session of Tom's that Sara has commented on, and the browsers of its people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from rater.ratings.completeness import GivenPoint
from rater.storage.database import db, writing
from rater.storage.media.store import MediaStore
from rater.supervision.moments import WantedComment
from rater.supervision.operations.commenting import release_comment, write_comment
from rater.supervision.operations.rating import save_sheet, submit_session_rating
from rater.supervision.operations.reviewing import release_review, save_summary
from tests.application import make_app
from tests.builders.study import NOON, actor_of, all_points
from tests.builders.supervision import Programme, make_programme, make_supervised
from tests.web.world import PEAKS, SOUND, Visitor

LATER = NOON + timedelta(hours=20)
CODE, BARE = "PT1-S01", "PT1-S00"
"""A session with a recording of 300 seconds, and one without."""
PLACE = f"/studies/clinic/supervision/sessions/{CODE}"
PEOPLE = ("sara", "sven", "tom", "tina", "lea", "carl")


@dataclass
class Reviewed:
    """The application, its people's browsers, and what can be done to its session behind the pages."""

    app: Flask
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def ask(self, name: str, method: str, path: str = "", json: Any = None, form: Any = None, **headers: str) -> Any:
        """Ask for a page of the session."""
        return self.visitors[name].ask(method, f"{PLACE}{path}", json, form=form, headers=headers or None)


@dataclass
class Desk:
    """What people do to the session, in one transaction."""

    session: Session
    programme: Programme
    now: datetime = LATER

    def place(self, name: str) -> Any:
        """Who does it, and to what."""
        return self.session, actor_of(self.programme.people[name]), "clinic", CODE

    def comment(self, name: str, text: str, start: float | None = None, stop: float | None = None, **more: Any) -> str:
        """The id of a new draft."""
        wanted = WantedComment(text, start, stop, **more)
        return write_comment(*self.place(name), wanted, now=self.now).public_id

    def release(self, name: str, comment_id: str) -> None:
        """Release a draft."""
        release_comment(*self.place(name), comment_id, now=self.now)

    def rate(self, name: str, value: float, *, submitted: bool = True) -> None:
        """Rate every item alike."""
        points = {item: GivenPoint(value) for item in all_points(self.programme.study)}
        save_sheet(*self.place(name), points, now=self.now)
        if submitted:
            submit_session_rating(*self.place(name), now=self.now)

    def summary(self, text: str, *, released: bool = False) -> None:
        """Write Sara's summary, and release her review."""
        save_summary(*self.place("sara"), text, now=self.now, seen=0)
        if released:
            release_review(*self.place("sara"), now=self.now)


def lay(session: Session, store: MediaStore) -> Desk:
    """The programme, with nothing said yet."""
    programme = make_programme(session)
    target, recording = make_supervised(session, programme)
    sound, peaks = store.put_bytes(SOUND), store.put_bytes(PEAKS.to_bytes())
    recording.audio_name, recording.peaks_name, recording.size = sound, peaks, len(SOUND)
    recording.duration_s, recording.public_id = 300.0, "r" * 22
    assert target.code == CODE
    return Desk(session, programme)


def build(home: Path, names: tuple[str, ...] = PEOPLE, do: Any = None) -> Reviewed:
    """The application after `do` was done at the desk."""
    app = make_app(home)
    app.config["SECRET_KEY"] = "the same wherever it is built"
    app.extensions["rater_clock"] = lambda: LATER
    with app.app_context(), writing() as session:
        desk = lay(session, app.extensions["rater_media"])
        if do is not None:
            do(desk)
    visitors = {name: Visitor(app.test_client(), f"{name}@example.org") for name in names}
    return Reviewed(app, visitors)


def close(reviewed: Reviewed) -> None:
    """Let go of the database."""
    with reviewed.app.app_context():
        db.engine.dispose()
