"""A trainee's page: the profile over sessions, the patients' outcomes, and the one thing chosen to work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.ratings.completeness import GivenPoint
from rater.scales.schema import Item, Scale
from rater.storage.audit import record
from rater.storage.models import Focus, SessionRating, TherapySession
from rater.storage.queries.profiles import focus_of, outcome_values, released_by, submitted_ratings
from rater.storage.queries.supervision import open_in_supervision
from rater.storage.queries.supervision_home import sessions_of
from rater.studies.operations import scales_of
from rater.supervision.feedback import Reader, must_rate_first, shows_rating, supervisor_reader, trainee_reader
from rater.supervision.operations.asking import Seat, SeenTrainee
from rater.supervision.operations.pairing import pair_for
from rater.supervision.outcome import OutcomeTrend, outcome_trends
from rater.supervision.period import Period
from rater.supervision.profile import Rated, ScaleProfile, leading, profile_of
from rater.terms import Actor, RatedBy, ScaleKind

LONGEST = 1000


@dataclass(frozen=True)
class ChosenFocus:
    """The item that trainee and supervisor have chosen, and the row that says why and since when."""

    row: Focus
    item: Item


@dataclass(frozen=True)
class TraineePage:
    """What the trainee and the supervisor look at together.

    `sessions` are those that are open to the actor; `closed` counts the others; `rated` are the columns of the
    profiles, sessions with a rating that the actor sees; `self_rated` and `released` are the ids of sessions that the
    trainee has rated, and of those with a review that is out. `by` says whose points often and seldom go by.
    """

    seen: SeenTrainee
    patients: Sequence[str]
    patient: str
    sessions: Sequence[TherapySession]
    closed: int
    by: RatedBy
    profiles: Sequence[ScaleProfile]
    outcomes: Sequence[OutcomeTrend]
    focus: ChosenFocus | None
    rated: Sequence[TherapySession]
    self_rated: frozenset[int]
    released: frozenset[int]

    @property
    def items(self) -> list[Item]:
        """Every item that can be chosen."""
        return [each.item for scale in self.profiles for each in scale.items]


def day_of(therapy_session: TherapySession) -> date | None:
    """The day of a session; where none is noted, that on which its recording came in."""
    recording = therapy_session.recording
    return therapy_session.held_on or (recording.ingested_at.date() if recording else None)


def open_profile(
    session: Session,
    actor: Actor,
    slug: str,
    trainee_id: str,
    *,
    now: datetime,
    patient: str = "",
    period: Period | None = None,
) -> TraineePage:
    """The page, over all patients or one; an unknown patient is nobody's. Raises what `pair_for` raises.

    A period leaves out the sessions of other days, those without any day among them (see `day_of`).
    The trainee sees the supervisor's ratings as far as they are released, and not before own ones where those go first.
    """
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    every = [each for each in sessions_of(session, [seen.trainee])[seen.trainee.id] if each.recording or each.number]
    chosen = [
        each
        for each in every
        if (not patient or each.patient.code == patient) and (period is None or period.has(day_of(each)))
    ]
    opened = open_in_supervision(session, actor.person_id, [each.id for each in chosen if each.recording], now=now)
    shown = [each for each in chosen if each.recording is None or each.id in opened]
    ids = [each.id for each in shown]
    ratings, released = submitted_ratings(session, ids), released_by(session, ids)
    rated = [_rated(seen, actor, each.id, ratings.get(each.id, []), released) for each in shown]
    columns = [at for at, each in enumerate(rated) if each.own or each.theirs]
    with_points = [rated[at] for at in columns]
    scales = [scale for _, scale in scales_of(seen.study, observer_only=True)]
    return TraineePage(
        seen,
        sorted({each.patient.code for each in every}),
        patient,
        shown,
        len(chosen) - len(shown),
        leading(with_points),
        profile_of(scales, with_points),
        outcomes_of(session, seen, shown) if patient or len({each.patient_id for each in every}) == 1 else [],
        _focus(session, seen, scales),
        [shown[at] for at in columns],
        frozenset(each for each in ids if any(one.kind == RatedBy.SELF for one in ratings.get(each, []))),
        frozenset(session_id for session_id, _ in released),
    )


def choose_focus(
    session: Session, actor: Actor, slug: str, trainee_id: str, item: str, reason: str, *, now: datetime
) -> Focus:
    """Let the trainee work on one item from now on, in place of the one before. Raises BadInput, NotFound."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    known = {each.id for _, scale in scales_of(seen.study, observer_only=True) for each in scale.items}
    faults = []
    if item not in known:
        faults.append(fault("This is no item of the programme's scales", "Choose one of the list", column="item"))
    if len(reason) > LONGEST:
        faults.append(fault("The reason is longer than {most} characters", "Shorten it", column="reason", most=LONGEST))
    if faults:
        raise BadInput(faults)
    end_focus(session, actor, slug, trainee_id, now=now)
    made = Focus(trainee_id=seen.trainee.id, item=item, reason=reason.strip(), chosen_at=now, by_id=actor.person_id)
    session.add(made)
    session.flush()
    record(session, actor, "focus.chosen", f"trainee:{trainee_id}", now=now, study_id=seen.study.id, item=item)
    return made


def end_focus(session: Session, actor: Actor, slug: str, trainee_id: str, *, now: datetime) -> None:
    """Let the trainee work on nothing in particular; where nothing was chosen, nothing changes."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    standing = focus_of(session, seen.trainee.id)
    if standing is not None:
        standing.ended_at = now
        session.flush()
        record(session, actor, "focus.ended", f"trainee:{trainee_id}", now=now, study_id=seen.study.id)


def _rated(
    seen: SeenTrainee, actor: Actor, session_id: int, ratings: Sequence[SessionRating], released: set[tuple[int, int]]
) -> Rated:
    """The last rating of each side that the actor may see."""
    reader = _reader(seen, actor, ratings)
    found: dict[str, Mapping[str, GivenPoint]] = {}
    for each in ratings:
        out = each.kind == RatedBy.SELF or (session_id, each.by_id) in released
        if shows_rating(each.by_id, is_submitted=True, is_released=out, reader=reader):
            found[each.kind] = {point.item: GivenPoint(point.value, point.missing_code) for point in each.points}
    return Rated(found.get(RatedBy.SELF, {}), found.get(RatedBy.SUPERVISOR, {}))


def _reader(seen: SeenTrainee, actor: Actor, ratings: Sequence[SessionRating]) -> Reader:
    if seen.seat is not Seat.TRAINEE:
        return supervisor_reader(actor.person_id)
    has_submitted = any(each.kind == RatedBy.SELF and each.by_id == actor.person_id for each in ratings)
    waits = must_rate_first(seen.study.self_first, seen.study.rated_by, has_submitted=has_submitted)
    return trainee_reader(actor.person_id, waits=waits)


def outcomes_of(session: Session, seen: SeenTrainee, shown: Sequence[TherapySession]) -> list[OutcomeTrend]:
    """The outcomes of one patient over sessions that were found to be open."""
    values = outcome_values(session, [each.id for each in shown])
    found: list[OutcomeTrend] = []
    for version, scale in scales_of(seen.study):
        if version.kind == ScaleKind.OUTCOME and version.id in values:
            found += outcome_trends(scale, [values[version.id].get(each.id, {}) for each in shown])
    return found


def _focus(session: Session, seen: SeenTrainee, scales: Sequence[Scale]) -> ChosenFocus | None:
    row = focus_of(session, seen.trainee.id)
    item = next((each for scale in scales for each in scale.items if row is not None and each.id == row.item), None)
    return ChosenFocus(row, item) if row is not None and item is not None else None
