"""A trainee's portfolio over a term: for the trainee and the present supervisor, to be read and printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.scales.loading import load_scale
from rater.scales.schema import Item, Scale
from rater.storage.models import Comment, Focus, Meeting, Reflection, SupervisionTask, TherapySession
from rater.storage.queries.profiles import foci_of
from rater.storage.queries.reflections import reflections_of
from rater.storage.queries.supervision_meetings import comments_between, meetings_of
from rater.storage.queries.supervision_tasks import tasks_of
from rater.supervision.changing import Change, changes_in
from rater.supervision.feedback import must_rate_first
from rater.supervision.operations.asking import Seat
from rater.supervision.operations.profiling import TraineePage, day_of, open_profile, outcomes_of
from rater.supervision.outcome import OutcomeTrend
from rater.supervision.period import Period
from rater.supervision.rows import Column
from rater.terms import Actor, MeetingState


@dataclass(frozen=True)
class PatientOutcome:
    """A patient's sessions of the period, and the outcome over them."""

    patient: str
    sessions: Sequence[TherapySession]
    trends: Sequence[OutcomeTrend]


@dataclass(frozen=True)
class WornFocus:
    """What was worked on, from a day to a day; the item is None where the scales know it no more."""

    row: Focus
    item: Item | None


@dataclass(frozen=True)
class SharedReflection:
    """A reflection that the trainee has shared, and its form."""

    row: Reflection
    scale: Scale


@dataclass(frozen=True)
class Portfolio:
    """What a term came to; counts of comments are by tag and by item, and their words are not in it.

    `recorded` and `reviewed` are sessions by the patient's code; `changes` are by scale.
    """

    page: TraineePage
    period: Period
    recorded: Mapping[str, int]
    reviewed: Mapping[str, int]
    changes: Mapping[str, Sequence[Change]]
    outcomes: Sequence[PatientOutcome]
    foci: Sequence[WornFocus]
    meetings: Sequence[Meeting]
    tasks: Sequence[SupervisionTask]
    comments: int
    by_tag: Mapping[str, int]
    by_item: Mapping[str, int]
    reflections: Sequence[SharedReflection]

    @property
    def items(self) -> dict[str, Item]:
        """The items of the scales by id."""
        return {each.id: each for each in self.page.items}

    @property
    def columns(self) -> list[Column]:
        """The rated sessions as tables name them."""
        return [Column(each.code, each.patient.code, each.number, each.held_on) for each in self.page.rated]


def portfolio_of(
    session: Session,
    actor: Actor,
    slug: str,
    trainee_id: str,
    period: Period,
    *,
    now: datetime,
    with_outcomes: bool = False,
) -> Portfolio:
    """The portfolio over a period; ratings and comments as the trainee's page shows them to the same person.

    Outcomes of patients are loaded only where they are wanted. Raises NotFound, NotPermitted.
    """
    page = open_profile(session, actor, slug, trainee_id, now=now, period=period)
    trainee, shown = page.seen.trainee, page.sessions
    comments = _comments(session, page)
    in_first = [(day_of(each) or period.last) <= period.middle for each in page.rated]
    items = {each.id: each for each in page.items}
    return Portfolio(
        page,
        period,
        _by_patient([each for each in shown if each.recording]),
        _by_patient([each for each in shown if each.id in page.released]),
        {each.scale.id: changes_in(each, page.by, in_first) for each in page.profiles},
        _outcomes(session, page) if with_outcomes else [],
        [
            WornFocus(each, items.get(each.item))
            for each in foci_of(session, trainee.id)
            if period.meets(each.chosen_at.date(), each.ended_at.date() if each.ended_at else None)
        ],
        [
            each
            for each in meetings_of(session, trainee.id)
            if each.state == MeetingState.HELD and period.has(each.meets_on)
        ],
        [each for each in tasks_of(session, trainee.id) if _is_of(each, period)],
        len(comments),
        _most_first(Counter(tag for each in comments for tag in each.tags)),
        _most_first(Counter(each.item for each in comments if each.item)),
        [
            SharedReflection(each, load_scale(each.scale_version.source))
            for each in reversed(reflections_of(session, [trainee.id], shared_only=True))
            if period.has(each.filled_at.date())
        ],
    )


def _by_patient(sessions: Sequence[TherapySession]) -> dict[str, int]:
    return dict(sorted(Counter(each.patient.code for each in sessions).items()))


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _is_of(task: SupervisionTask, period: Period) -> bool:
    """Whether it was agreed, done or looked at in the period."""
    moments = (task.agreed_at, task.done_at, task.reviewed_at)
    return any(period.has(each.date()) for each in moments if each is not None)


def _comments(session: Session, page: TraineePage) -> list[Comment]:
    """The released comments on the sessions shown that both may read: what a trainee has to wait for is not counted."""
    study, ids = page.seen.study, {each.id for each in page.sessions}
    if page.seen.seat is Seat.TRAINEE:
        ids = {
            each
            for each in ids
            if not must_rate_first(study.self_first, study.rated_by, has_submitted=each in page.self_rated)
        }
    found = comments_between(session, page.seen.trainee.therapist_id, since=None, until=None)
    return [each for each in found if each.session_id in ids]


def _outcomes(session: Session, page: TraineePage) -> list[PatientOutcome]:
    found = []
    for patient in dict.fromkeys(each.patient.code for each in page.sessions):
        sessions = [each for each in page.sessions if each.patient.code == patient]
        if trends := outcomes_of(session, page.seen, sessions):
            found.append(PatientOutcome(patient, sessions, trends))
    return found
