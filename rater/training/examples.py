"""Which seconds of which recordings may show raters what a point of an item sounds like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from rater.errors import Fault, fault
from rater.recordings.masking import told_time
from rater.scales.schema import Scale
from rater.terms import ExclusionScope, LeftOut, SessionUse, WaveKind

SHORTEST_S: Final = 3.0
LONGEST_S: Final = 180.0
LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 2000


@dataclass(frozen=True)
class WantedExample:
    """An example as somebody asks for it; without a `point` it is about the item as a whole.

    `starts_s` and `stops_s` are seconds of the recording.
    """

    scale: str
    item: str
    point: float | None
    starts_s: float
    stops_s: float
    title: str
    text: str = ""


def may_serve(use: str, left_out: LeftOut | None) -> bool:
    """Whether excerpts of a session may be heard by its study's raters.

    A session that is rated in the main wave, or may come to be, would not be rated blind by those who heard of it
    what points it shows; one that is left out of everything serves nothing any more.
    """
    if left_out is not None and left_out.scope is ExclusionScope.EVERYTHING:
        return False
    is_left_out = left_out is not None and left_out.bars(WaveKind.MAIN)
    return use in (SessionUse.TRAINING, SessionUse.CALIBRATION) or is_left_out


def unfit(code: str) -> Fault:
    """Why an example cannot come from a session that `may_serve` refuses."""
    return fault(
        "The session {code} serves the main wave or is left out of everything: who heard an example from it could "
        "not rate it blind",
        "Take a session of use training or calibration, or exclude this one from the main wave first",
        column="session",
        code=code,
    )


def example_faults(wanted: WantedExample, scale: Scale | None, known: str, duration_s: float) -> list[Fault]:
    """What is wrong with an example; `scale` is None where raters use none of its name, `known` names all."""
    faults = [] if scale else [_unknown_scale(wanted, known)]
    faults += _about(wanted, scale) if scale else []
    return faults + _times(wanted, duration_s)


def _unknown_scale(wanted: WantedExample, known: str) -> Fault:
    cause = "The raters of this study use no scale {scale}"
    return fault(cause, "Scales: {known}", column="item", scale=wanted.scale[:64] or "–", known=known or "–")


def _about(wanted: WantedExample, scale: Scale) -> list[Fault]:
    if wanted.item not in scale.item_ids:
        told: dict[str, Any] = {"scale": scale.id, "item": wanted.item[:64] or "–", "items": ", ".join(scale.item_ids)}
        return [fault("The scale {scale} has no item {item}", "Items: {items}", column="item", **told)]
    points = next(item for item in scale.items if item.id == wanted.item).points
    if wanted.point is not None and wanted.point not in points:
        known = ", ".join(map(str, points)) or "–"
        cause = "{item} has no point {point}"
        return [fault(cause, "Points: {points}", column="point", item=wanted.item, point=wanted.point, points=known)]
    return []


def _times(wanted: WantedExample, duration_s: float) -> list[Fault]:
    length = wanted.stops_s - wanted.starts_s
    told: dict[str, Any] = {"start": told_time(wanted.starts_s), "stop": told_time(wanted.stops_s)}
    if length <= 0:
        cause = "The example ends at {stop}, which is not after its start at {start}"
        return [fault(cause, "Give the start first and then the end", column="stop", **told)]
    if wanted.starts_s < 0 or wanted.stops_s > duration_s:
        cause = "The seconds from {start} to {stop} do not lie within the recording, which ends at {total}"
        return [fault(cause, "Correct the times", column="stop", total=told_time(duration_s), **told)]
    if not SHORTEST_S <= length <= LONGEST_S:
        cause = "The example lasts {length:.1f} s; from {shortest} to {longest} s are taken"
        limits: dict[str, Any] = {"shortest": round(SHORTEST_S), "longest": round(LONGEST_S)}
        return [fault(cause, "Choose its start and its end anew", column="stop", length=length, **limits)]
    return []
