"""The coordinator's board: how far the work has come, and what is stuck. It knows of no points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rater.ratings.due import DueState, due_state
from rater.terms import RatingState

QUIET_DAYS = 7
"""After so many days without a sign of life, work or a rater is shown as stuck."""
UNFINISHED = frozenset({RatingState.OPEN, RatingState.STARTED})


@dataclass(frozen=True)
class Piece:
    """One rater's work on one session, as far as the board needs it.

    `touched_on` is the day of the last change or listening; `waits` says that a reason for setting the session aside
    has no answer yet; `unlogged` is the session before, where nobody has entered yet what homework it assigned.
    """

    session: str
    rater: str
    wave: str
    therapist: str
    state: RatingState
    assigned_on: date
    due_on: date | None = None
    touched_on: date | None = None
    locked: bool = False
    waits: bool = False
    recorded: bool = True
    unlogged: str | None = None

    @property
    def to_do(self) -> bool:
        """Whether somebody is still to rate it."""
        return self.state in UNFINISHED and not self.locked

    def overdue(self, today: date) -> bool:
        """Whether it should have been rated before today."""
        return self.to_do and due_state(self.due_on, today) is DueState.OVERDUE


@dataclass(frozen=True)
class Tally:
    """The work of one rater, wave or therapist; `assigned` is the sum of the next four, `overdue` is among them."""

    name: str
    assigned: int
    unbegun: int
    started: int
    submitted: int
    set_aside: int
    overdue: int


class Hitch(StrEnum):
    """Why something does not move on, the most pressing first."""

    SET_ASIDE = "set_aside"
    OVERDUE = "overdue"
    UNTOUCHED = "untouched"
    NOT_ALLOCATED = "not_allocated"
    NO_RECORDING = "no_recording"
    NO_LOG = "no_log"
    NO_SIGN_IN = "no_sign_in"


@dataclass(frozen=True)
class Stuck:
    """A session, a rater, or a rater's work on a session that does not move on; `since` is None where nobody knows."""

    hitch: Hitch
    session: str | None
    rater: str | None
    since: date | None


def tallied(pieces: Iterable[Piece], name: Callable[[Piece], str], today: date) -> list[Tally]:
    """A tally for each name, by name; every piece is in exactly one of them."""
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(name(piece), []).append(piece)
    return [_tally(each, groups[each], today) for each in sorted(groups)]


def _tally(name: str, pieces: Sequence[Piece], today: date) -> Tally:
    states = [piece.state for piece in pieces]
    return Tally(
        name,
        assigned=len(pieces),
        unbegun=states.count(RatingState.OPEN),
        started=states.count(RatingState.STARTED),
        submitted=states.count(RatingState.SUBMITTED),
        set_aside=states.count(RatingState.SET_ASIDE),
        overdue=sum(piece.overdue(today) for piece in pieces),
    )


def stuck(
    pieces: Sequence[Piece],
    seen: Mapping[str, date | None],
    today: date,
    *,
    left_over: Iterable[str] = (),
    quiet: int = QUIET_DAYS,
) -> list[Stuck]:
    """What does not move on, by reason and then by how long.

    `seen` is the last day on which each rater was signed in; a rater who never was counts from the day on which the
    oldest open work was assigned. `left_over` are sessions that nobody is to rate. Sessions without a recording, and
    those whose homework is not entered though it is due in work to do, appear once, whoever rates them.
    """
    long_ago = today - timedelta(days=quiet)
    found = [Stuck(Hitch.SET_ASIDE, each.session, each.rater, each.touched_on) for each in pieces if each.waits]
    for each in pieces:
        if each.overdue(today):
            found.append(Stuck(Hitch.OVERDUE, each.session, each.rater, each.due_on))
        if each.to_do and each.state is RatingState.STARTED and (each.touched_on or each.assigned_on) <= long_ago:
            found.append(Stuck(Hitch.UNTOUCHED, each.session, each.rater, each.touched_on))
    todo = [piece for piece in pieces if piece.to_do]
    found += [Stuck(Hitch.NO_RECORDING, each, None, None) for each in {p.session for p in todo if not p.recorded}]
    found += [Stuck(Hitch.NO_LOG, each, None, None) for each in {p.unlogged for p in todo if p.unlogged}]
    found += [Stuck(Hitch.NOT_ALLOCATED, each, None, None) for each in left_over]
    found += _absent(todo, seen, long_ago)
    order = list(Hitch)
    return sorted(
        found, key=lambda each: (order.index(each.hitch), each.since or date.min, each.session or "", each.rater or "")
    )


def _absent(todo: Iterable[Piece], seen: Mapping[str, date | None], long_ago: date) -> list[Stuck]:
    oldest: dict[str, date] = {}
    for piece in todo:
        oldest[piece.rater] = min(piece.assigned_on, oldest.get(piece.rater, piece.assigned_on))
    return [
        Stuck(Hitch.NO_SIGN_IN, None, rater, seen.get(rater))
        for rater, assigned in oldest.items()
        if max(assigned, seen.get(rater) or assigned) <= long_ago
    ]
