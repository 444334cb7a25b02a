"""The rating screen's words and numbers, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from rater.ratings.completeness import NOT_GIVEN, GivenPoint
from rater.ratings.operations.opening import OpenRating
from rater.scales.schema import Item, Scale
from rater.terms import DIFFICULTY_TYPES as DIFFICULTIES
from rater.web import words


def rating_screen(opened: OpenRating, locale: str, *, problems: Iterable[str] = ()) -> dict[str, Any]:
    """Everything the template shows; nothing in it tells patient, number, position or partner."""
    assignment, recording, refused = opened.assignment, opened.recording, list(problems)
    total = sum(len(scale.items) for scale in opened.scales)
    return {
        "id": assignment.public_id,
        "code": assignment.therapy_session.rating_code,
        "study": opened.study,
        "state": assignment.state,
        "wave": assignment.wave.name,
        "recording": recording
        and {
            "audio_url": url_for("recordings.audio", public_id=recording.public_id),
            "peaks_url": url_for("recordings.peaks", public_id=recording.public_id),
            "duration_s": recording.duration_s,
            "mime": recording.mime,
        },
        "scales": [_sheet(scale, opened.points, locale) for scale in opened.scales],
        "tasks": [
            {
                "id": task.public_id,
                "type": task.type,
                "description": task.description,
                "completed": report.completed if report else None,
                "version": report.version if report else 0,
            }
            for task, report in opened.tasks
        ],
        "tasks_state": "entered" if opened.tasks else "not_entered",
        "difficulties": [
            {"type": kind, "label": str(words.DIFFICULTY_TYPES[kind]), "present": kind in opened.difficulties}
            for kind in DIFFICULTIES
        ],
        "notes": [{"id": note.public_id, "second": note.second, "text": note.text} for note in opened.notes],
        "missing": opened.missing if refused else [],
        "problems": refused,
        "done": total - len(opened.missing),
        "total": total,
        "urls": _urls(assignment.public_id, opened.study.slug),
    }


def _urls(public_id: str, slug: str) -> dict[str, str]:
    base = url_for("ratings.screen", public_id=public_id)
    return {
        "save_item": f"{base}/items/",
        "note": f"{base}/notes",
        "task": f"{base}/homework/",
        "difficulty": f"{base}/difficulties/",
        "submit": f"{base}/submit",
        "queue": url_for("ratings.queue", slug=slug),
    }


def _sheet(scale: Scale, points: Mapping[str, GivenPoint], locale: str) -> dict[str, Any]:
    grouped = {item for subscale in scale.subscales.values() for item in subscale.items}
    loose = [item for item in scale.items if item.id not in grouped]
    sections: list[dict[str, Any]] = (
        [{"title": None, "items": [_item(scale, item, points, locale) for item in loose]}] if loose else []
    )
    sections += [
        {
            "title": subscale.title.in_(locale),
            "items": [_item(scale, scale.item(item), points, locale) for item in subscale.items],
        }
        for subscale in scale.subscales.values()
    ]
    return {
        "id": scale.id,
        "version": scale.version,
        "title": scale.title.in_(locale),
        "notes": scale.notes.in_(locale),
        "instructions": scale.instructions.in_(locale),
        "missing_codes": [{"code": code.id, "label": code.label.in_(locale)} for code in scale.missing_codes.values()],
        "sections": sections,
        "logs": list(scale.logs),
    }


def _item(scale: Scale, item: Item, points: Mapping[str, GivenPoint], locale: str) -> dict[str, Any]:
    given = points.get(item.id, NOT_GIVEN)
    return {
        "id": item.id,
        "text": item.text.in_(locale),
        "description": item.description.in_(locale),
        "min": min(item.points, default=0),
        "max": max(item.points, default=0),
        "anchors": [
            {
                "point": point,
                "text": item.anchors[point].in_(locale) if point in item.anchors else "",
                "short": item.short_anchors[point].in_(locale) if point in item.short_anchors else "",
            }
            for point in item.points
        ],
        "missing_codes": [
            {"code": code.id, "label": code.label.in_(locale)} for code in scale.missing_codes_for(item.id)
        ],
        "value": given.value if given.value is None else int(given.value),
        "missing_code": given.missing_code,
        "version": given.version,
        "reverse": item.reverse,
    }
