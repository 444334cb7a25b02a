"""A programme with one session of Tom's, whom Sara supervises, and what people do to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from rater.ratings.completeness import GivenPoint
from rater.supervision.moments import WantedComment
from rater.supervision.operations.commenting import release_comment, write_comment
from rater.supervision.operations.looking import SeenReview, open_session
from rater.supervision.operations.rating import open_sheet, save_point, save_sheet, submit_session_rating
from rater.terms import Actor
from tests.builders.study import NOON, actor_of, all_points
from tests.builders.supervision import Programme, make_programme, make_supervised

LATER = NOON + timedelta(days=1)


class Desk:
    """A programme with one session of Tom's, and what people do to its rating."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.programme: Programme = make_programme(session)
        self.target, self.recording = make_supervised(session, self.programme)
        self.recording.duration_s = 263.3
        self.code = self.target.code

    def actor(self, name: str) -> Actor:
        return actor_of(self.programme.people[name])

    def place(self, name: str) -> tuple[Session, Actor, str, str]:
        return self.session, self.actor(name), "clinic", self.code

    def point(self, name: str, value: float | None, code: str | None = None, **more: Any) -> Any:
        asked = {"seen": 0, "now": LATER, **more}
        return save_point(*self.place(name), "ghes1", value, code, **asked)

    def fill(self, name: str, value: float = 2) -> None:
        given = all_points(self.programme.study, value)
        kept = open_sheet(*self.place(name), now=LATER).points
        points = {item: GivenPoint(float(each), None, kept[item].version if item in kept else 0)
                  for item, each in given.items()}  # fmt: skip
        save_sheet(*self.place(name), points, now=LATER)

    def submit(self, name: str, value: float = 2) -> None:
        self.fill(name, value)
        submit_session_rating(*self.place(name), now=LATER)

    def comment(self, name: str, text: str, start: float | None = None, stop: float | None = None, **more: Any) -> str:
        """The id of a draft."""
        wanted = WantedComment(text, start, stop, **more)
        return write_comment(*self.place(name), wanted, now=LATER).public_id

    def released(self, name: str, text: str, start: float | None = None, **more: Any) -> str:
        """The id of a comment that is out."""
        made = self.comment(name, text, start, **more)
        release_comment(*self.place(name), made, now=LATER)
        return made

    def look(self, name: str) -> SeenReview:
        return open_session(*self.place(name), now=LATER)

    def texts(self, name: str) -> list[str]:
        return [each.text for each in self.look(name).comments]
