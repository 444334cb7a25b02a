"""What a meeting finds filled in already: scores, homework, moments to look at, and homework made in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from rater.scales.scoring import scores_of
from rater.storage.models import Comment, Meeting, SessionRating, TherapySession
from rater.storage.queries.supervision import open_in_supervision
from rater.storage.queries.supervision_meetings import (
    comments_between,
    homework_for,
    meetings_of,
    ratings_between,
    released_reviews,
    tasks_made_in,
)
from rater.studies.operations import scales_of
from rater.supervision.meetings import Held, Stretch, is_looked_at, stretch_of
from rater.supervision.operations.asking import SeenTrainee
from rater.supervision.operations.commented import is_held_back, may_take_further
from rater.supervision.operations.pairing import side_of
from rater.supervision.operations.tasks import ShownTask, shown
from rater.supervision.tasks import Side
from rater.terms import Actor, RatedBy


@dataclass
class RatedSession:
    """The scores of a session by name, as the trainee gave them and as the supervisor did; None where not shown."""

    therapy_session: TherapySession
    own: dict[str, float | None] = field(default_factory=dict)
    supervisor: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Prefilled:
    """What the data say for the parts of a meeting; `since` is when the last one was held."""

    since: datetime | None
    scores: Sequence[str]
    sessions: Sequence[RatedSession]
    homework: Sequence[ShownTask]
    moments: Sequence[Comment]
    new_homework: Sequence[ShownTask]

    @property
    def is_looked_at(self) -> bool:
        """Whether the homework from last time is done with."""
        return is_looked_at(each.row.state for each in self.homework)


def prefilled(
    session: Session, actor: Actor, seen: SeenTrainee, meeting: Meeting, *, now: datetime, today: date
) -> Prefilled:
    """What this meeting looks back on, as the actor may see it.

    The trainee sees nothing of the supervisor's on a session that he or she has to rate first; a supervisor's scores
    reach others once the review of the session is released. Sessions whose consent has ended are left out.
    """
    meetings = [Held(each.id, each.meets_on, each.held_at) for each in meetings_of(session, seen.trainee.id)]
    stretch = stretch_of(meeting.id, meetings)
    return Prefilled(
        stretch.since,
        _score_names(seen),
        _sessions(session, actor, seen, stretch, now),
        shown(seen, homework_for(session, meeting), today),
        _moments(session, actor, seen, stretch, now),
        shown(seen, tasks_made_in(session, meeting.id), today),
    )


def _score_names(seen: SeenTrainee) -> list[str]:
    scales = scales_of(seen.study, observer_only=True)
    return [name for _, scale in scales for name, each in scale.scores.items() if not each.lagged]


def _sessions(session: Session, actor: Actor, seen: SeenTrainee, stretch: Stretch, now: datetime) -> list[RatedSession]:
    trainee = seen.trainee
    people = {trainee.person_id, *(each.person_id for each in trainee.supervisions)}
    rows = ratings_between(
        session, trainee.therapist_id, people, since=stretch.since, until=stretch.until
    )  # fmt: skip
    opened = _opened(session, actor, (each.therapy_session for each in rows), now)
    released = released_reviews(session, {each.session_id for each in rows})
    found: dict[int, RatedSession] = {}
    for row in rows:
        if row.session_id not in opened:
            continue
        if row.kind == RatedBy.SUPERVISOR and row.by_id != actor.person_id:
            held_back = side_of(seen) is Side.TRAINEE and is_held_back(session, seen.study, trainee, row.session_id)
            if held_back or (row.session_id, row.by_id) not in released:
                continue
        rated = found.setdefault(row.session_id, RatedSession(row.therapy_session))
        (rated.own if row.kind == RatedBy.SELF else rated.supervisor).update(_scores(seen, row))
    return sorted(found.values(), key=lambda each: (each.therapy_session.code, each.therapy_session.id))


def _scores(seen: SeenTrainee, row: SessionRating) -> dict[str, float | None]:
    points = {each.item: each.value for each in row.points}
    scores: dict[str, float | None] = {}
    for _, scale in scales_of(seen.study, observer_only=True):
        scores |= scores_of(scale, points)
    return scores


def _moments(
    session: Session, actor: Actor, seen: SeenTrainee, stretch: Stretch, now: datetime
) -> list[Comment]:  # fmt: skip
    rows = comments_between(session, seen.trainee.therapist_id, since=stretch.since, until=stretch.until)
    opened = _opened(session, actor, (each.therapy_session for each in rows), now)
    return [each for each in rows if each.session_id in opened and may_take_further(session, actor, seen, each)]


def _opened(session: Session, actor: Actor, found: Iterable[TherapySession], now: datetime) -> set[int]:
    """Those of the sessions that supervision opens to the actor; one without a recording is open."""
    sessions = {each.id: each for each in found}
    without = {each.id for each in sessions.values() if each.recording is None}
    return without | open_in_supervision(session, actor.person_id, sessions, now=now)
