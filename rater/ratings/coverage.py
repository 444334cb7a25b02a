"""What a rater has heard of a recording, as intervals of seconds, and what share of it that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rater.errors import BadInput, Fault
from rater.terms import RateAtEnd, Reason

Interval = tuple[float, float, float]
"""Start and stop in seconds of the recording, to a tenth, and the speed at which it was played."""
Stretch = tuple[float, float]
"""Start and stop in seconds."""

MOST_INTERVALS = 5_000
SLOWEST, FASTEST = 0.25, 4.0
PAST_THE_END_S = 1.0
END_S = 0.5
TENTHS = 10
TOUCHING_TENTHS = 2
"""Intervals of one speed that lie less than 0.25 s apart are one: players tell the time in steps of that size."""


@dataclass(frozen=True)
class Gate:
    """Whether items may be rated already; `advised`: they may, but the study asks to listen first."""

    open: bool
    advised: bool
    wanted: float
    share: float

    @property
    def percents(self) -> dict[str, int]:
        """`wanted` rounded up and `share` rounded down, so that they never look alike before the share is reached."""
        return {"wanted": math.ceil(round(self.wanted * 100, 6)), "share": math.floor(round(self.share * 100, 6))}

    @property
    def said(self) -> dict[str, str]:
        """The same as words for a sentence, such as 90 %."""
        return {name: f"{percent}\N{NO-BREAK SPACE}%" for name, percent in self.percents.items()}


def may_rate(setting: str, share: float | None, wanted: float, *, has_points: bool = False) -> Gate:
    """Whether the items of a rating are open under a study's setting, at a share heard (None: nothing told yet).

    A rating that has points stays open, whatever the setting has become since.
    """
    heard = share or 0.0
    reached = heard >= wanted
    is_open = setting != RateAtEnd.REQUIRE or reached or has_points
    return Gate(is_open, setting != RateAtEnd.OFF and is_open and not reached, wanted, heard)


def read_heard(given: Sequence[object], duration_s: float) -> list[Interval]:
    """What a player tells, checked and merged.

    Raises BadInput for more than 5,000 intervals, and for one that is not finite, is empty or turned round, ends
    more than a second after the recording, or was played at a speed that no player has.
    """
    if len(given) > MOST_INTERVALS:
        raise _wrong(Reason("There are more than {most} intervals", {"most": MOST_INTERVALS}))
    return merged([_interval(each, duration_s) for each in given])


def read_place(second: float, speed: float, duration_s: float) -> Stretch:
    """Where a player stands and at which speed, within the recording. Raises BadInput as `read_heard` does."""
    if not (0 <= second <= duration_s + PAST_THE_END_S and SLOWEST <= speed <= FASTEST):
        raise _wrong(Reason("The player stands outside the recording, or plays at a speed that no player has"))
    return min(float(second), duration_s), float(speed)


def merged(*heard: Iterable[Sequence[float]]) -> list[Interval]:
    """All intervals as one list in rising order, those of one speed that touch joined.

    The order and the number of times in which intervals come change nothing.
    """
    by_speed: dict[float, list[Stretch]] = {}
    for start, stop, speed in (each for intervals in heard for each in intervals):
        tenths = (round(start * TENTHS), round(stop * TENTHS))
        if tenths[0] < tenths[1]:
            by_speed.setdefault(round(speed, 2), []).append(tenths)
    return sorted(
        (start / TENTHS, stop / TENTHS, speed)
        for speed, spans in by_speed.items()
        for start, stop in _joined(spans, TOUCHING_TENTHS)
    )


def union(heard: Iterable[Sequence[float]], duration_s: float) -> list[Stretch]:
    """The stretches of the recording that were heard at any speed, each once, within its length.

    What ends less than half a second before the end of the recording goes to its end.
    """
    spans = ((each[0], duration_s if each[1] > duration_s - END_S else each[1]) for each in heard)
    return _joined([(start, stop) for start, stop in spans if start < stop], 0.0)


def heard_seconds(heard: Iterable[Sequence[float]], duration_s: float) -> float:
    """How many seconds of the recording were heard; a second heard twice counts once."""
    return math.fsum(stop - start for start, stop in union(heard, duration_s))


def share_heard(
    heard: Iterable[Sequence[float]], duration_s: float, silences: Iterable[Sequence[float]] | None = None
) -> float:
    """The share of the recording that was heard, 0 to 1 to four decimals, over the seconds without stored silence.

    1.0 where the recording is nothing but silence.
    """
    quiet = union([(start, stop) for start, stop in silences or ()], duration_s)
    sound = duration_s - math.fsum(stop - start for start, stop in quiet)
    if sound < 1 / TENTHS:
        return 1.0
    stretches = union(heard, duration_s)
    told = math.fsum(stop - start for start, stop in stretches) - _overlap(stretches, quiet)
    return round(min(1.0, max(0.0, told / sound)), 4)


def _joined(spans: Sequence[Stretch], touching: float) -> list[Stretch]:
    found: list[Stretch] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1] + touching:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found


def _overlap(first: Sequence[Stretch], second: Sequence[Stretch]) -> float:
    """The seconds that two lists of stretches share, each in rising order without overlap."""
    shared, here, there = 0.0, 0, 0
    while here < len(first) and there < len(second):
        (start, stop), (other_start, other_stop) = first[here], second[there]
        shared += max(0.0, min(stop, other_stop) - max(start, other_start))
        if stop < other_stop:
            here += 1
        else:
            there += 1
    return shared


def _interval(given: object, duration_s: float) -> Interval:
    if not isinstance(given, list | tuple) or len(given) != 3:
        raise _wrong(Reason("An interval has a start, a stop and a speed"))
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in given):
        raise _wrong(Reason("An interval is made of numbers"))
    start, stop, speed = given
    if not (0 <= start < stop <= duration_s + PAST_THE_END_S and SLOWEST <= speed <= FASTEST):
        raise _wrong(Reason("An interval is empty, outside the recording, or of a speed that no player has"))
    return (min(start, duration_s), min(stop, duration_s), speed)


def _wrong(cause: Reason) -> BadInput:
    return BadInput(Fault(cause, Reason("Load the page again")))
