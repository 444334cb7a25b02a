"""How a study came by its ratings, as far as the study itself knows: what a methods section has to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rater.scales.schema import Scale


@dataclass(frozen=True)
class KnownSession:
    """A rated session: whose it is, and how many of its ratings were submitted in Rater or came by import."""

    patient: object
    therapist: object
    made_here: int
    imported: int


def design_of(
    sessions: Iterable[KnownSession],
    scales: Sequence[Scale],
    *,
    draw: Mapping[str, Any] | None,
    rate_at_end: str,
    heard_share: float,
    seed: int,
    version: str,
) -> dict[str, Any]:
    """The `design` of a reliability report: counts, scales, draw and settings, the seed and the release.

    `draw` has `algorithm` and `seed`; None where the allocation was not drawn in Rater as a whole.
    """
    known = list(sessions)
    return {
        "patients": len({each.patient for each in known}),
        "therapists": len({each.therapist for each in known}),
        "made_here": sum(each.made_here for each in known),
        "imported": sum(each.imported for each in known),
        "draw": None if draw is None else dict(draw),
        "rate_at_end": str(rate_at_end),
        "heard_share": heard_share,
        "scales": [_scale(each) for each in scales if each.observer],
        "seed": seed,
        "version": version,
    }


def _scale(scale: Scale) -> dict[str, Any]:
    rated = [item for item in scale.items if item.points]
    points = [point for item in rated for point in item.points]
    return {
        "id": scale.id,
        "version": scale.version,
        "title": dict(scale.title),
        "source": dict(scale.source),
        "items": len(rated),
        "low": min(points, default=None),
        "high": max(points, default=None),
    }
