"""A programme as its lead sees it: what was done and what waits, trainee by trainee, and nobody's scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.ratings.completeness import GivenPoint
from rater.storage.models import Comment, Study, TherapySession, Trainee
from rater.storage.queries import supervision_home as waiting
from rater.storage.queries.profiles import released_by, submitted_ratings
from rater.storage.queries.supervision import consents_of, trainees_in
from rater.storage.queries.supervision_meetings import meetings_of
from rater.storage.queries.supervision_overview import comments_for_lead
from rater.storage.queries.supervision_tasks import tasks_of
from rater.studies.operations import scales_of
from rater.studies.permissions import Action
from rater.supervision.consents import ConsentStanding, ConsentState, standing_of
from rater.supervision.operations.asking import programme_for
from rater.supervision.operations.profiling import day_of
from rater.supervision.pooled import PooledScale, pooled
from rater.supervision.profile import Points
from rater.supervision.tasks import is_overdue
from rater.terms import Actor, ConsentScope, MeetingState, RatedBy, SupervisionTaskState


@dataclass(frozen=True)
class TraineeCounts:
    """A trainee in counts alone.

    `sessions_waiting` have a recording whose consent stands, and no released review; `waiting_since` is the day of the
    oldest. `homework_agreed` counts what was ever agreed and not dropped, done or not.
    """

    trainee_id: str
    trainee: str
    supervisor: str | None
    sessions_recorded: int
    sessions_reviewed: int
    sessions_waiting: int
    waiting_since: date | None
    meetings_held: int
    next_meeting: date | None
    homework_agreed: int
    homework_done: int
    homework_overdue: int
    consents_ending: int

    def as_dict(self) -> dict[str, Any]:
        """The counts by name, days as text."""
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}


COLUMNS = tuple(TraineeCounts.__dataclass_fields__)


@dataclass(frozen=True)
class EndingConsent:
    """A session whose consent to supervision ends soon, and on which day."""

    therapy_session: TherapySession
    until: date


@dataclass(frozen=True)
class Overview:
    """The programme: its trainees in the order of their codes, what ends, what the lead is told, and the whole."""

    study: Study
    trainees: Sequence[TraineeCounts]
    ending: Sequence[EndingConsent]
    comments: Sequence[Comment]
    rated_trainees: int
    pooled: Sequence[PooledScale]


def overview_of(session: Session, actor: Actor, slug: str, *, now: datetime, today: date) -> Overview:
    """The programme for its lead. Raises NotFound, NotPermitted for anybody else.

    Pooled are the supervisors' ratings whose review is released; a session without a standing consent is in nothing
    but the count of recorded and reviewed ones.
    """
    study = programme_for(session, actor, slug, Action.LEAD_PROGRAMME, now=now)
    trainees = trainees_in(session, study.id)
    sessions = waiting.sessions_of(session, trainees)
    every = [each for rows in sessions.values() for each in rows]
    standing = _standing(session, every, today)
    opened = {each for each, found in standing.items() if found.is_open}
    done = waiting.reviewed(session, [each.id for each in every])
    meetings = waiting.next_meetings(session, [each.id for each in trainees], today=today)
    ending = [
        EndingConsent(each, found.day)
        for each in every
        if (found := standing.get(each.id)) and found.state is ConsentState.ENDS_SOON and found.day is not None
    ]
    points = _points(session, opened)
    given = [[points[one.id] for one in sessions[each.id] if one.id in points] for each in trainees]
    rated = [each for each in given if each]
    return Overview(
        study,
        [
            _counts(session, each, sessions[each.id], opened, done, ending, meetings.get(each.id), now, today)
            for each in trainees
        ],
        sorted(ending, key=lambda each: (each.until, each.therapy_session.code)),
        [each for each in comments_for_lead(session, study.id) if each.session_id in opened],
        len(rated),
        pooled([scale for _, scale in scales_of(study, observer_only=True)], rated),
    )


def _counts(
    session: Session,
    trainee: Trainee,
    sessions: Sequence[TherapySession],
    opened: set[int],
    done: set[int],
    ending: Sequence[EndingConsent],
    next_meeting: date | None,
    now: datetime,
    today: date,
) -> TraineeCounts:
    heard = [each for each in sessions if each.recording]
    waits = [each for each in heard if each.id in opened - done]
    tasks = [each for each in tasks_of(session, trainee.id) if each.agreed_at]
    agreed = [each for each in tasks if each.state != SupervisionTaskState.DROPPED]
    finished = (SupervisionTaskState.DONE, SupervisionTaskState.REVIEWED)
    supervisor = next((each for each in trainee.supervisions if each.until is None or each.until > now), None)
    ids = {each.id for each in sessions}
    return TraineeCounts(
        trainee.therapist.code,
        trainee.person.name,
        supervisor.person.name if supervisor else None,
        len(heard),
        len([each for each in heard if each.id in done]),
        len(waits),
        min((day for each in waits if (day := day_of(each))), default=None),
        sum(each.state == MeetingState.HELD for each in meetings_of(session, trainee.id)),
        next_meeting,
        len(agreed),
        sum(each.state in finished for each in agreed),
        sum(is_overdue(each.state, each.due_on, today) for each in agreed),
        sum(each.therapy_session.id in ids for each in ending),
    )


def _standing(session: Session, sessions: Sequence[TherapySession], today: date) -> Mapping[int, ConsentStanding]:
    """Where the consent to supervision stands, by the session's id."""
    by_recording = {each.recording.id: each.id for each in sessions if each.recording}
    noted = consents_of(session, by_recording)
    return {
        of: standing_of([each for each in noted.get(recording, []) if each.scope == ConsentScope.SUPERVISION], today)
        for recording, of in by_recording.items()
    }


def _points(session: Session, opened: set[int]) -> dict[int, Points]:
    """The last rating of a supervisor whose review is released, by the session's id."""
    released = released_by(session, opened)
    return {
        of: {point.item: GivenPoint(point.value, point.missing_code) for point in each.points}
        for of, ratings in submitted_ratings(session, opened).items()
        for each in ratings
        if each.kind == RatedBy.SUPERVISOR and (of, each.by_id) in released
    }
