"""A profile over sessions as pages show it: its drawings, the tint of its cells, its figures read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext

from rater.figures.trend import HEIGHT, WIDTH, place, trend
from rater.supervision.outcome import OutcomeTrend
from rater.supervision.profile import LEAST, Extent, ScaleProfile, keyed_share
from rater.web.language import locale

Drawings = dict[str, dict[str, Any]]
_SIZE = {"width": WIDTH, "height": HEIGHT}


def profile_shown(profiles: Iterable[ScaleProfile]) -> dict[str, Any]:
    """What the parts in `supervision/profile_parts.html` take beside the page's own `found`."""
    return {
        "drawings": score_drawings(profiles),
        "tint": _tint,
        "said_values": _said,
        "least": LEAST,
        "language": locale(),
    }


def score_drawings(profiles: Iterable[ScaleProfile]) -> Drawings:
    """The lines of scores by the score's name."""
    drawn: Drawings = {}
    for line in (each for scale in profiles for each in scale.lines):
        own, theirs = (trend(values, line.minimum, line.maximum) for values in (line.own, line.theirs))
        ends = [place(each, line.minimum, line.maximum) for each in line.earlier or ()]
        drawn[line.score.name] = {"own": own, "theirs": theirs, "band": sorted(ends), **_SIZE}
    return drawn


def outcome_drawings(outcomes: Iterable[OutcomeTrend]) -> Drawings:
    """The lines of one patient's outcomes by the score's name."""
    return {
        each.score.name: {"theirs": trend(each.values, each.minimum, each.maximum), "band": [], **_SIZE}
        for each in outcomes
    }


def _tint(row: Extent, at: int) -> str:
    """How strongly a cell is tinted, from 0 to 5: by the supervisor's point, else the trainee's."""
    share = keyed_share(row.item, row.theirs[at].value if row.theirs[at].is_given else row.own[at].value)
    return "" if share is None else f"tint tint-{round(share * 5)}"


def _said(values: Sequence[float | None]) -> str:
    """A line of figures as one reads it aloud."""
    given = [f"{each:.1f}" for each in values if each is not None]
    return ", ".join(given) or gettext("none")
