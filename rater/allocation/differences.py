"""What a new plan changes in the one before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rater.allocation.plans import PlannedSession


@dataclass(frozen=True)
class Change:
    """One session whose raters a new plan changes; `before` is empty where it had none, `after` where it has none."""

    session_id: str
    before: PlannedSession | None
    after: PlannedSession | None


@dataclass(frozen=True)
class RaterChange:
    """How many ratings a rater has before and after, and how many of them are new or given up."""

    rater: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True)
class Differences:
    """The sessions that a plan adds, moves and withdraws, how many it leaves as they were, and each rater's part.

    A session is moved where its main or its second rater is another one, so that a change of places counts too.
    """

    added: tuple[Change, ...]
    moved: tuple[Change, ...]
    withdrawn: tuple[Change, ...]
    kept: int
    raters: tuple[RaterChange, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every session that changes, moved ones first."""
        return self.moved + self.withdrawn + self.added


def differences(before: Iterable[PlannedSession], after: Iterable[PlannedSession]) -> Differences:
    """What changes from one plan to the next; sessions in the order of their ids, raters in that of their codes."""
    was, now = ({row.session_id: row for row in rows} for rows in (before, after))
    codes = sorted({*was, *now})
    changes = [Change(code, was.get(code), now.get(code)) for code in codes if was.get(code) != now.get(code)]
    return Differences(
        added=tuple(each for each in changes if each.before is None),
        moved=tuple(each for each in changes if each.before and each.after),
        withdrawn=tuple(each for each in changes if each.after is None),
        kept=len(codes) - len(changes),
        raters=_by_rater(_ratings(was.values()), _ratings(now.values())),
    )


def _ratings(plan: Iterable[PlannedSession]) -> set[tuple[str, str]]:
    return {(rater, row.session_id) for row in plan for rater in (row.main_rater, row.second_rater) if rater}


def _by_rater(was: set[tuple[str, str]], now: set[tuple[str, str]]) -> tuple[RaterChange, ...]:
    counts = [Counter(rater for rater, _ in ratings) for ratings in (was, now, now - was, was - now)]
    raters = sorted(counts[0].keys() | counts[1].keys())
    return tuple(RaterChange(rater, *(count[rater] for count in counts)) for rater in raters)
