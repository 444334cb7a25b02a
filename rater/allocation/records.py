"""What is kept of a draw: enough to draw it again, and to tell whether the same comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rater.allocation.balance import balance
from rater.allocation.plans import (
    ALGORITHM,
    Bar,
    BarOn,
    BegunSession,
    Plan,
    PlannedSession,
    SessionToRate,
    Settings,
    plan_digest,
)

Row = tuple[str, str, str | None]
"""Session, main rater, second rater: one line of a plan as it is kept."""


@dataclass(frozen=True)
class DrawnAgain:
    """What came of drawing a kept plan again; `differing` holds the sessions whose raters are others."""

    same_algorithm: bool
    same_inputs: bool
    differing: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the record is whole and gives the plan that it holds."""
        return self.same_algorithm and self.same_inputs and not self.differing


def inputs_of(sessions: Sequence[SessionToRate], settings: Settings) -> dict[str, Any]:
    """What a plan was drawn from, as a JSON document that `read_inputs` gives back."""
    return {
        "double": settings.double,
        "seed": settings.seed,
        "raters": list(settings.raters),
        "bars": [[bar.rater, bar.on.value, bar.value] for bar in settings.bars],
        "caps": dict(settings.caps),
        "kept": rows_of(settings.kept),
        "begun": [[row.session_id, row.main_rater, row.second_rater] for row in settings.begun],
        "sessions": [[each.id, each.therapist, each.patient, each.phase] for each in sessions],
    }


def read_inputs(document: Mapping[str, Any]) -> tuple[list[SessionToRate], Settings]:
    """The sessions and settings behind a document of `inputs_of`."""
    settings = Settings(
        document["double"],
        document["seed"],
        tuple(document["raters"]),
        tuple(Bar(rater, BarOn(on), value) for rater, on, value in document["bars"]),
        dict(document["caps"]),
        read_rows(document["kept"]),
        tuple(BegunSession(*row) for row in document["begun"]),
    )
    return [SessionToRate(*each) for each in document["sessions"]], settings


def rows_of(plan: Sequence[PlannedSession]) -> list[list[str | None]]:
    """The rows of a plan as JSON."""
    return [[row.session_id, row.main_rater, row.second_rater] for row in plan]


def read_rows(rows: Sequence[Sequence[Any]]) -> tuple[PlannedSession, ...]:
    """The plan behind rows of `rows_of`."""
    return tuple(PlannedSession(*row) for row in rows)


def compare(
    kept: Sequence[PlannedSession],
    again: Sequence[PlannedSession],
    *,
    algorithm: str,
    digest: str,
    inputs: tuple[Sequence[SessionToRate], Settings],
) -> DrawnAgain:
    """Hold a plan drawn again beside the one that was kept with this algorithm and this hash of its inputs."""
    before, after = ({row.session_id: row for row in rows} for rows in (kept, again))
    differing = sorted(code for code in {*before, *after} if before.get(code) != after.get(code))
    return DrawnAgain(algorithm == ALGORITHM, plan_digest(*inputs) == digest, tuple(differing))


def balance_of(
    rows: Sequence[PlannedSession], sessions: Sequence[SessionToRate], settings: Settings
) -> dict[str, Any] | None:
    """How even a plan is that may not cover all sessions, over those it covers; None where it covers none."""
    row_of = {row.session_id: row for row in rows}
    covered = [session for session in sessions if session.id in row_of]
    if not covered:
        return None
    plan = Plan(tuple(row_of[session.id] for session in covered), settings.seed)
    return balance(plan, covered, settings)
