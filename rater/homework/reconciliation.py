"""The ledger of the homework log: what was assigned, reviewed and completed, in counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rater.terms import Completed, Reason


class Outcome(StrEnum):
    """What became of a task that was reviewed; raters who differ are counted as such, never averaged."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"
    RATERS_DIFFER = "raters_differ"
    NOT_RECORDED = "not_recorded"


class Orphan(StrEnum):
    """Why a task was never reviewed."""

    NO_LATER_SESSION = "no_later_session"
    NEXT_EXCLUDED = "next_excluded"
    NOT_CARRIED = "not_carried"


@dataclass(frozen=True)
class LoggedTask:
    """A task as the log holds it; `reports` are the raters' own, one each, `next_excluded` None without a session."""

    type: str
    is_reviewed: bool
    next_excluded: bool | None
    completed: Completed | None = None
    reports: tuple[Completed, ...] = ()


@dataclass(frozen=True)
class LedgerRow:
    """The tasks of one type: reviewed and orphaned are all of them, the outcomes are all that were reviewed."""

    type: str
    assigned: int
    outcomes: dict[Outcome, int]
    orphans: dict[Orphan, int]
    heard_only: int

    @property
    def reviewed(self) -> int:
        """Tasks that were carried to a session."""
        return sum(self.outcomes.values())

    @property
    def orphaned(self) -> int:
        """Tasks that no session reviewed."""
        return sum(self.orphans.values())


@dataclass(frozen=True)
class Ledger:
    """A row a type and their total; `gaps` say where counts do not add up."""

    rows: tuple[LedgerRow, ...]
    total: LedgerRow
    sessions: dict[str, int]
    reported_twice: int
    raters_differ: int
    gaps: tuple[Reason, ...]


def outcome_of(task: LoggedTask) -> Outcome:
    """The study's own word on the task where there is one, else the raters', who may differ."""
    if task.completed is not None:
        return Outcome(task.completed.value)
    said = set(task.reports)
    if len(said) > 1:
        return Outcome.RATERS_DIFFER
    return Outcome(said.pop().value) if said else Outcome.NOT_RECORDED


def orphan_of(task: LoggedTask) -> Orphan | None:
    """Why nobody reviewed the task, or None where somebody did."""
    if task.is_reviewed:
        return None
    if task.next_excluded is None:
        return Orphan.NO_LATER_SESSION
    return Orphan.NEXT_EXCLUDED if task.next_excluded else Orphan.NOT_CARRIED


def reconcile(
    tasks: Sequence[LoggedTask],
    heard: Iterable[str],
    sessions: dict[str, int],
    types: Sequence[str],
    *,
    stated: int | None = None,
) -> Ledger:
    """Add up the log; `heard`: types of tasks that raters heard of and the log lacks, `stated`: a number elsewhere."""
    others = Counter(heard)
    order = [*types, *sorted({*others, *(task.type for task in tasks)} - set(types))]
    rows = tuple(_row(kind, [task for task in tasks if task.type == kind], others[kind]) for kind in order)
    total = _row("", tasks, sum(others.values()))
    twice = [task for task in tasks if len(task.reports) > 1]
    differ = sum(len(set(task.reports)) > 1 for task in twice)
    gaps = tuple(_gaps(rows, total, tasks, set(types), stated))
    return Ledger(rows, total, dict(sessions), len(twice), differ, gaps)


def _row(kind: str, tasks: Sequence[LoggedTask], heard: int) -> LedgerRow:
    outcomes = Counter(outcome_of(task) for task in tasks if task.is_reviewed)
    orphans = Counter(why for task in tasks if (why := orphan_of(task)) is not None)
    return LedgerRow(
        kind,
        len(tasks),
        {each: outcomes[each] for each in Outcome},
        {each: orphans[each] for each in Orphan},
        heard,
    )


def _gaps(
    rows: Sequence[LedgerRow], total: LedgerRow, tasks: Sequence[LoggedTask], types: set[str], stated: int | None
) -> Iterable[Reason]:
    unlisted = sum(row.assigned for row in rows if row.type not in types)
    if unlisted:
        yield Reason("{n} tasks have a type that is not on the study's list", {"n": unlisted})
    by_type = sum(row.assigned for row in rows)
    if by_type != total.assigned:
        params = {"types": by_type, "tasks": total.assigned}
        yield Reason("The types add to {types}, the log holds {tasks} tasks", params)
    early = sum(not task.is_reviewed and task.completed is not None for task in tasks)
    if early:
        yield Reason("{n} tasks are recorded as completed or not, though no session reviewed them", {"n": early})
    if total.orphans[Orphan.NOT_CARRIED]:
        n = total.orphans[Orphan.NOT_CARRIED]
        yield Reason("{n} tasks have a later session that is not excluded, but were not carried to it", {"n": n})
    if stated is not None and stated != total.assigned:
        params = {"stated": stated, "tasks": total.assigned, "n": abs(stated - total.assigned)}
        yield Reason("Stated are {stated} tasks, the log holds {tasks}: {n} apart", params)
