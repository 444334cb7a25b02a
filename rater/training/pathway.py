"""The steps that a rater takes before the main wave, and which of them is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rater.terms import StepKind


class StepState(StrEnum):
    """Where a rater stands with a step: done, open, held up by an earlier step, or not open before its date."""

    DONE = "done"
    OPEN = "open"
    WAITS_FOR = "waits_for"
    OPENS_LATER = "opens_later"


@dataclass(frozen=True)
class Step:
    """One step of a training pathway and what one rater has done of it.

    Attributes
    ----------
    place : int
        Its place in the pathway; steps are taken in the order of their places.
    kind : StepKind
        What it asks of the rater.
    title : str
        As the trainer calls it.
    required : bool
        Whether later steps wait for it; optional steps never hold others up.
    opens_on : date, optional
        The first day on which it may be open.
    done_on : date, optional
        The day on which this rater finished it.
    """

    place: int
    kind: StepKind
    title: str
    required: bool = True
    opens_on: date | None = None
    done_on: date | None = None

    @property
    def is_done(self) -> bool:
        """Whether this rater has finished it."""
        return self.done_on is not None


@dataclass(frozen=True)
class StepStanding:
    """A step and its state; `waits_for` is the first required step before it that is not done, where it waits.

    `opens_on` is told where only the date keeps it closed.
    """

    step: Step
    state: StepState
    waits_for: Step | None = None
    opens_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the rater may do it, for the first time or again."""
        return self.state in (StepState.OPEN, StepState.DONE)


@dataclass(frozen=True)
class Progress:
    """How many of the required steps are done."""

    done: int
    required: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where nothing is required."""
        return self.done / self.required if self.required else 1.0


def standing(steps: Sequence[Step], today: date) -> list[StepStanding]:
    """The state of each step, in the order of their places.

    A step that is done stays done, whatever stands before it. Any other is open when every required step before it is
    done and its date, if it has one, has come. Where both an earlier step and a date keep it closed, the step is told.
    Raises ValueError where two steps have one place.
    """
    ordered = _in_order(steps)
    found: list[StepStanding] = []
    holding: Step | None = None
    for step in ordered:
        found.append(_stands(step, holding, today))
        if holding is None and step.required and not step.is_done:
            holding = step
    return found


def _stands(step: Step, holding: Step | None, today: date) -> StepStanding:
    if step.is_done:
        return StepStanding(step, StepState.DONE)
    if holding is not None:
        return StepStanding(step, StepState.WAITS_FOR, waits_for=holding)
    if step.opens_on is not None and today < step.opens_on:
        return StepStanding(step, StepState.OPENS_LATER, opens_on=step.opens_on)
    return StepStanding(step, StepState.OPEN)


def progress(steps: Sequence[Step]) -> Progress:
    """How far the rater has come; optional steps do not count."""
    required = [step for step in steps if step.required]
    return Progress(sum(step.is_done for step in required), len(required))


def is_through(steps: Sequence[Step]) -> bool:
    """Whether every required step is done; a pathway that requires nothing is through at once."""
    return all(step.is_done for step in steps if step.required)


def next_step(steps: Sequence[Step], today: date) -> StepStanding | None:
    """What the rater does next: the first open required step, else the first open optional one, or None."""
    opened = [each for each in standing(steps, today) if each.state is StepState.OPEN]
    return next((each for each in opened if each.step.required), opened[0] if opened else None)


def _in_order(steps: Sequence[Step]) -> list[Step]:
    if len({step.place for step in steps}) < len(steps):
        raise ValueError("two steps have one place")
    return sorted(steps, key=lambda step: step.place)
