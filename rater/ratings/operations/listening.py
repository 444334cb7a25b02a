"""What a rater has heard, where he or she stopped, the hours at work, and whether items are open yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, Refused
from rater.ratings.coverage import (
    MOST_INTERVALS,
    Gate,
    Interval,
    may_rate,
    merged,
    read_heard,
    read_place,
    share_heard,
)
from rater.ratings.hours import WeekOfWork, monday_of, plausible_seconds, weekly_hours
from rater.storage.database import Transaction, connection_of
from rater.storage.models import Study
from rater.storage.queries.listening import (
    HeldListening,
    KeptListening,
    hold_listening,
    keep_heard,
    keep_seconds,
    kept_listening,
    last_speed,
    stretches_of,
)
from rater.storage.queries.masking import masked_for_raters
from rater.storage.queries.saving import HeldAssignment
from rater.terms import Actor, RateAtEnd, RatingState, Reason

WINDOW = re.compile(r"[0-9a-f]{32}")
LONGEST_ACTIVE_S = 1e9
CLOSED = frozenset({RatingState.SUBMITTED, RatingState.SET_ASIDE})


@dataclass(frozen=True)
class Heard:
    """What the player is told: the share of the recording heard so far, in all windows together, 0 to 1."""

    share: float


def note_listening(
    session: Session,
    actor: Actor,
    public_id: str,
    heard: Sequence[object],
    position: float,
    speed: float,
    window: str,
    active: float,
    *,
    now: datetime,
) -> Heard:
    """Take in what one window of the actor's browser has heard so far, and its seconds at work.

    `heard` are [start, stop, speed] in seconds of the recording; the last position and speed to arrive are those
    where the rater goes on. Told twice or out of order, it adds nothing. Leaves no audit event: the rows themselves
    are the record, and playback has its own. Raises NotFound, also where there is no recording; BadInput; and
    Refused where the session is not being rated.
    """
    session.flush()
    connection = session.connection()
    held = _held(connection, actor, public_id, window, now=now)
    if held.duration_s is None:
        raise NotFound
    place, at_speed = read_place(position, speed, held.duration_s)
    told = read_heard(heard, held.duration_s)
    if not 0 <= active <= LONGEST_ACTIVE_S:
        raise BadInput(Fault(Reason("The seconds at work are no number of seconds"), Reason("Load the page again")))
    every = merged(held.heard or (), told)
    if len(every) > MOST_INTERVALS:
        raise BadInput(
            Fault(
                Reason("There are more than {most} intervals", {"most": MOST_INTERVALS}), Reason("Load the page again")
            )
        )
    fresh = {"heard": every, "position_s": place, "speed": at_speed, "changed_at": now}
    keep_heard(connection, held, fresh)
    since_began = 0.0 if held.began_at is None else (now - held.began_at).total_seconds()
    keep_seconds(connection, held, window, plausible_seconds(held.seconds or 0.0, active, since_began), now=now)
    return Heard(share_heard(every, held.duration_s, _quiet(connection, held)))


def _quiet(connection: Connection, kept: HeldListening | KeptListening) -> list[Sequence[float]]:
    """What nobody has to hear: silences, and what is masked for raters."""
    masked = masked_for_raters(connection, kept.recording_id) if kept.recording_id and kept.is_masked else []
    return [*(kept.silences or ()), *masked]


def _held(connection: Connection, actor: Actor, public_id: str, window: str, *, now: datetime) -> HeldListening:
    held = hold_listening(connection, actor.person_id, public_id, window, now=now)
    if held is None:
        raise NotFound
    if not WINDOW.fullmatch(window):
        raise BadInput(Fault(Reason("The window has no usable name"), Reason("Load the page again")))
    if held.locked_at is not None or held.state in CLOSED:
        raise Refused(Reason("This session is not being rated now, so what is heard does not count"))
    return held


@dataclass(frozen=True)
class Remembered:
    """Where a rater goes on listening; `share` is None where there is no recording.

    `speed` is the one used last in this session, else in the session heard last, else None.
    """

    position_s: float
    speed: float | None
    heard: list[Interval]
    share: float | None


def listening_of(session: Session, assignment_id: int) -> Remembered:
    """What the rating screen starts with; the assignment is one that the reader may see."""
    connection = session.connection()
    kept = kept_listening(connection, assignment_id)
    speed = kept.speed if kept.speed is not None else last_speed(connection, assignment_id)
    share = None if kept.duration_s is None else _share(connection, kept) or 0.0
    return Remembered(kept.position_s or 0.0, speed, merged(kept.heard or ()), share)


def share_at_submission(session: Session, assignment_id: int) -> float | None:
    """The share heard that a revision keeps when it is submitted, to four decimals.

    None where it is not known: there is no recording, or no player has told anything (the page was used without
    scripts). A player that was opened and heard nothing has told 0.0.
    """
    connection = session.connection()
    return _share(connection, kept_listening(connection, assignment_id))


def _share(connection: Connection, kept: KeptListening) -> float | None:
    if kept.duration_s is None or kept.heard is None:
        return None
    return share_heard(kept.heard, kept.duration_s, _quiet(connection, kept))


def gate_of(session: Session, assignment_id: int, *, has_points: bool = False) -> Gate:
    """Whether the items of an assignment are open under the study's setting; `has_points`: some have a point."""
    connection = session.connection()
    kept = kept_listening(connection, assignment_id)
    return may_rate(kept.rate_at_end, _share(connection, kept), kept.wanted, has_points=has_points)


def refuse_unheard(transaction: Transaction, held: HeldAssignment, *, plain: bool = False) -> None:
    """Raise Refused where the study asks to listen before points are given and the rater has not.

    Costs nothing unless the study requires it and the rating has no point yet. `plain`: the points come from the
    form without scripts, which cannot tell what was heard.
    """
    if held.rate_at_end != RateAtEnd.REQUIRE or held.given:
        return
    connection = connection_of(transaction)
    gate = may_rate(held.rate_at_end, _share(connection, kept_listening(connection, held.id)), held.heard_share)
    if not gate.open:
        raise Refused(unheard_reason(gate, plain=plain))


def unheard_reason(gate: Gate, *, plain: bool = False) -> Reason:
    """Why points, or a submission, are not taken yet; the gaps are percentages such as 90 %."""
    if plain:
        return Reason(
            "Items open once {wanted} of the recording has been heard, and so far it is {share}. Only the player can "
            "tell what was heard: this study needs JavaScript",
            gate.said,
        )
    return Reason("Items open once {wanted} of the recording has been heard; so far it is {share}", gate.said)


def my_hours(
    session: Session, actor: Actor, study: Study, *, now: datetime, weeks: int = 6, zone: tzinfo = UTC
) -> list[WeekOfWork]:
    """The actor's own hours at work in a study, the present week first, weeks without work too."""
    first = monday_of(now, zone) - timedelta(weeks=weeks - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    found = stretches_of(session, actor.person_id, study.id, since)
    return weekly_hours(found, now=now, weeks=weeks, zone=zone)
