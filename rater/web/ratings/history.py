"""The revisions of a rating in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext

from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.reopening import History
from rater.ratings.revisions import PointChange
from rater.scales.schema import Scale


def history_page(history: History, locale: str) -> dict[str, Any]:
    """What the page of revisions shows."""
    assignment = history.assignment
    return {
        "study": history.study,
        "code": assignment.shown_code,
        "screen_url": url_for("ratings.screen", public_id=assignment.public_id),
        "revisions": [
            {
                "number": each.number,
                "submitted_at": each.submitted_at,
                "reason": each.reason,
                "heard_share": each.heard_share,
                "changes": [_change(change, history.scales, locale) for change in each.changes],
            }
            for each in history.revisions
        ],
    }


def _change(change: PointChange, scales: Sequence[Scale], locale: str) -> dict[str, Any]:
    scale = next(scale for scale in scales if change.item in scale.item_ids)
    marks = (gettext("marked as unsure"), gettext("no longer marked as unsure"))
    marked = marks[0 if change.after.unsure else 1] if change.before.unsure != change.after.unsure else None
    return {
        "scale": scale.id,
        "text": scale.item(change.item).text.in_(locale),
        "before": _point(change.before, scale, change.item, locale) if change.is_of_point else None,
        "after": _point(change.after, scale, change.item, locale) if change.is_of_point else None,
        "marked": marked,
    }


def _point(given: GivenPoint, scale: Scale, item_id: str, locale: str) -> str:
    """`3 (mostly)`, the label of a missing code, or that there was none."""
    if given.missing_code is not None:
        code = scale.missing_codes.get(given.missing_code)
        return str(code.label.in_(locale)) if code else given.missing_code
    if given.value is None:
        return str(gettext("no rating"))
    item, point = scale.item(item_id), int(given.value)
    short = item.short_anchors[point].in_(locale) if point in item.short_anchors else ""
    return f"{point} ({short})" if short else str(point)
