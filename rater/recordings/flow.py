"""The flow of a study from therapy sessions registered to those analysed: boxes whose counts add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rater.terms import LeftOut, RatingState, SessionUse, WaveKind


class Step(StrEnum):
    """A box of the flow, in its order; `DOUBLE` is a share of those rated, not a step on the way."""

    REGISTERED = "registered"
    HELD = "held"
    RECORDED = "recorded"
    ELIGIBLE = "eligible"
    ALLOCATED = "allocated"
    RATED = "rated"
    ANALYSED = "analysed"
    DOUBLE = "double_coded"


WAY = tuple(Step)[:-1]


class DoesNotAddUp(ValueError):
    """The counts of the flow contradict each other."""


@dataclass(frozen=True)
class SessionFacts:
    """What the flow needs to know of one session; `states` are those of its main and second rating."""

    session: str
    patient: str
    number: int
    use: str
    recorded: bool = False
    left_out: LeftOut | None = None
    main_state: str | None = None
    second_state: str | None = None


@dataclass(frozen=True)
class Aside:
    """Sessions that leave the flow between two boxes: how many, and why; `detail` is the study's code word."""

    why: str
    count: int
    detail: str = ""


@dataclass(frozen=True)
class Box:
    """How many sessions, of how many patients, are left, and who went before."""

    step: Step
    sessions: int
    patients: int
    aside: Sequence[Aside] = ()


@dataclass(frozen=True)
class Flow:
    """The boxes on the way, and the sessions among those rated that two raters have rated."""

    boxes: Sequence[Box]
    double_coded: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `rater flow`."""
        return {
            "boxes": [
                {
                    "step": box.step.value,
                    "sessions": box.sessions,
                    "patients": box.patients,
                    "aside": [{"why": each.why, "detail": each.detail, "count": each.count} for each in box.aside],
                }
                for box in self.boxes
            ],
            "double_coded": self.double_coded,
        }


def study_flow(facts: Iterable[SessionFacts]) -> Flow:
    """The flow of these sessions. Raises DoesNotAddUp where its counts would not add up.

    What is rated counts as recorded, and where there is no recording at all, that box is left out: they lie elsewhere.
    """
    left = list(facts)
    way = [step for step in WAY if step is not Step.RECORDED or any(each.recorded for each in left)]
    if len({each.session for each in left}) != len(left):
        raise DoesNotAddUp("a session is counted twice")
    boxes = [_box(Step.REGISTERED, left, Counter())]
    rated: list[SessionFacts] = []
    for step in way[1:]:
        reasons = [(each, _why_not(step, each)) for each in left]
        gone = Counter(why for _, why in reasons if why is not None)
        left = [each for each, why in reasons if why is None]
        rated = left if step is Step.RATED else rated
        boxes.append(_box(step, left, gone))
    double = sum(each.second_state == RatingState.SUBMITTED for each in rated)
    flow = Flow(boxes, double)
    check_flow(flow)
    return flow


def check_flow(flow: Flow) -> None:
    """Raise DoesNotAddUp where a box and those set aside before it are not the box above, or a count is negative."""
    for before, after in zip(flow.boxes, flow.boxes[1:], strict=False):
        gone = sum(each.count for each in after.aside)
        if before.sessions != after.sessions + gone:
            raise DoesNotAddUp(
                f"{before.sessions} {before.step.value} are not {after.sessions} {after.step.value} and {gone} aside"
            )
        if after.patients > before.patients:
            raise DoesNotAddUp(f"more patients are {after.step.value} than {before.step.value}")
    rated = next((box.sessions for box in flow.boxes if box.step is Step.RATED), 0)
    counts = [flow.double_coded, *(box.sessions for box in flow.boxes)]
    counts += [each.count for box in flow.boxes for each in box.aside]
    if min(counts) < 0 or flow.double_coded > rated:
        raise DoesNotAddUp(f"{flow.double_coded} double-coded of {rated} rated cannot be")


def _box(step: Step, left: Sequence[SessionFacts], gone: Counter[tuple[str, str]]) -> Box:
    aside = sorted(gone.items(), key=lambda each: (-each[1], each[0]))
    asides = [Aside(why, count, detail) for (why, detail), count in aside]
    return Box(step, len(left), len({each.patient for each in left}), asides)


def _why_not(step: Step, each: SessionFacts) -> tuple[str, str] | None:
    """Why a session of the box above does not reach this one; None where it does."""
    match step:
        case Step.HELD:
            return _not_held(each)
        case Step.RECORDED:
            return None if each.recorded or each.main_state else _not_recorded(each)
        case Step.ELIGIBLE:
            barred = each.left_out is not None and each.left_out.bars(WaveKind.MAIN)
            return _excluded(each) if barred else None
        case Step.ALLOCATED:
            return None if each.main_state else ("not_allocated", "")
        case Step.RATED:
            return None if each.main_state == RatingState.SUBMITTED else (f"rating_{each.main_state}", "")
        case _:
            return _excluded(each)


def _not_held(each: SessionFacts) -> tuple[str, str] | None:
    if each.use != SessionUse.MAIN:
        return (f"use_{each.use}", "")
    return ("session_0", "") if each.number == 0 else None


def _not_recorded(each: SessionFacts) -> tuple[str, str]:
    """Why a session without a recording is out; one that is excluded says so in the study's own word."""
    barred = each.left_out is not None and each.left_out.bars(WaveKind.MAIN)
    return ("without_recording", each.left_out.reason if barred and each.left_out else "")


def _excluded(each: SessionFacts) -> tuple[str, str] | None:
    if each.left_out is None:
        return None
    return (f"excluded_{each.left_out.scope.value}", each.left_out.reason)
