"""Which seconds of a recording somebody may not hear, and which versions of it are needed therefore."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from rater.errors import Fault, fault
from rater.terms import Role

Stretch = tuple[float, float]
"""Start and stop in seconds of the recording."""

SHORTEST_S: Final = 0.1
LONGEST_NOTE: Final = 400
MASKED_ROLES: Final = tuple(role for role in Role if role is not Role.COORDINATOR)
"""Roles that a span can be silent for; coordinators set the spans, so they hear them."""

_TIME: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d(?:[.,]\d{1,3})?)|(\d{1,5}(?:[.,]\d{1,3})?)", re.ASCII)


@dataclass(frozen=True)
class Mask:
    """Some seconds of a recording, and the roles that do not hear them."""

    start_s: float
    stop_s: float
    roles: frozenset[Role]


def merged(stretches: Iterable[Sequence[float]]) -> tuple[Stretch, ...]:
    """The stretches in rising order, those that touch or overlap as one; empty ones are left out."""
    found: list[Stretch] = []
    for start, stop in sorted((each[0], each[1]) for each in stretches if each[0] < each[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return tuple(found)


def hidden_from(masks: Iterable[Mask], roles: Set[Role]) -> tuple[Stretch, ...]:
    """The seconds that a person holding these roles does not hear: what one role forbids no other role allows."""
    return merged((mask.start_s, mask.stop_s) for mask in masks if mask.roles & roles)


def versions_needed(masks: Sequence[Mask]) -> frozenset[tuple[Stretch, ...]]:
    """What has to be silent together, for each set of roles that somebody may hold; one entry a version."""
    concerned = sorted({role for mask in masks for role in mask.roles})
    alike: dict[tuple[Stretch, ...], Role] = {}
    for role in concerned:
        alike.setdefault(hidden_from(masks, {role}), role)
    apart = tuple(alike.values())
    held = (set(roles) for count in range(1, len(apart) + 1) for roles in combinations(apart, count))
    return frozenset(hidden_from(masks, roles) for roles in held)


def version_key(audio_name: str, stretches: Sequence[Stretch]) -> str:
    """The name of the version of a stored file in which these stretches are silent."""
    told = ";".join(f"{start:.3f}-{stop:.3f}" for start, stop in stretches)
    return hashlib.sha256(f"{audio_name}:{told}".encode()).hexdigest()


def quiet_in(silences: Sequence[Sequence[float]] | None, hidden: Sequence[Stretch]) -> list[Stretch] | None:
    """Where a version with hidden seconds is silent, None where the recording's own silences are not known yet.

    A silence that reaches into hidden seconds is one with them, so that nothing tells what is spoken there.
    """
    return None if silences is None else list(merged([*silences, *hidden]))


def read_time(text: str) -> float | None:
    """Seconds from a time such as 1:15.8, 1:02:03 or 75.8; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    if found[4] is not None:
        return float(found[4].replace(",", "."))
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3].replace(",", "."))


def told_time(seconds: float) -> str:
    """Seconds as a time to the tenth, such as 1:15.8, as `read_time` takes it."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest // 10:02}.{rest % 10}"


def span_faults(start: float, stop: float, duration_s: float) -> list[Fault]:
    """What is wrong with a span of a recording of this length."""
    told: dict[str, Any] = {"start": told_time(start), "stop": told_time(stop), "total": told_time(duration_s)}
    if stop - start < SHORTEST_S:
        cause = "The span ends at {stop}, which is not after its start at {start}"
        return [fault(cause, "Give the start first and then the end", column="stop", **told)]
    if start < 0 or stop > duration_s + SHORTEST_S:
        cause = "The span from {start} to {stop} does not lie within the recording, which ends at {total}"
        return [fault(cause, "Correct the times", column="stop", **told)]
    return []
