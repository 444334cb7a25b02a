"""The rating screen's words and numbers, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from flask import url_for

from rater.ratings.completeness import NOT_GIVEN
from rater.ratings.operations.opening import OpenRating
from rater.ratings.tagging import tagged_items
from rater.recordings.loudness import evening_gain
from rater.scales.schema import Item, Scale
from rater.storage.models import Recording
from rater.terms import RatingState
from rater.web import words
from rater.web.ratings.forms import fresh_ids


def rating_screen(opened: OpenRating, locale: str, *, problems: Iterable[str] = ()) -> dict[str, Any]:
    """Everything the template shows; nothing in it tells patient, number, position or partner."""
    assignment, recording, refused = opened.assignment, opened.recording, list(problems)
    total = sum(len(scale.items) for scale in opened.scales)
    return {
        "id": assignment.public_id,
        "code": assignment.shown_code,
        "study": opened.study,
        "state": _state(opened),
        "wave": assignment.shown_wave,
        "recording": _sound(recording, opened) if recording and opened.may_hear else None,
        "is_prepared": bool(recording) and not opened.is_ready and not opened.is_kept_away,
        "is_kept_away": opened.is_kept_away,
        "gate": opened.gate,
        "scales": [_sheet(scale, opened, locale) for scale in opened.scales],
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
        "other_tasks": [
            {
                "id": task.public_id,
                "type": task.type,
                "description": task.description,
                "completed": task.completed,
                "version": task.version,
            }
            for task in opened.other_tasks
        ],
        "fresh": {"note": fresh_ids(opened, "note")[0], "tasks": fresh_ids(opened, "task")},
        "tasks_state": str(opened.log_status),
        "difficulties": [
            {
                "type": kind.code,
                "label": kind.label(locale) or words.log_label(kind.code),
                "present": kind.code in opened.difficulties,
            }
            for kind in opened.difficulty_types.types
        ],
        "types": {kind.code: kind.label(locale) or words.log_label(kind.code) for kind in opened.homework_types.types},
        "notes": _notes(opened),
        "missing": opened.missing if refused else [],
        "problems": refused,
        "done": total - len(opened.missing),
        "total": total,
        "urls": _urls(assignment.public_id, opened.study.slug),
    }


def _state(opened: OpenRating) -> str:
    """The state of the assignment; `locked` where a lock of the wave has closed one that was not submitted."""
    is_closed = opened.assignment.wave.locked_at is not None and opened.assignment.state != RatingState.SUBMITTED
    return "locked" if is_closed else str(opened.assignment.state)


def _urls(public_id: str, slug: str) -> dict[str, str]:
    base = url_for("ratings.screen", public_id=public_id)
    return {
        "save_item": f"{base}/items/",
        "note": f"{base}/notes",
        "task": f"{base}/homework/",
        "other_task": f"{base}/other-tasks/",
        "difficulty": f"{base}/difficulties/",
        "listening": f"{base}/listening",
        "manual": f"{base}/manual",
        "manual_page": url_for("ratings.manual_page", slug=slug),
        "submit": f"{base}/submit",
        "queue": url_for("ratings.queue", slug=slug),
    }


def _sound(recording: Recording, opened: OpenRating) -> dict[str, Any]:
    kept = opened.listening
    return {
        "audio_url": url_for("recordings.audio", public_id=recording.public_id),
        "peaks_url": url_for("recordings.peaks", public_id=recording.public_id),
        "voice_url": url_for("recordings.voice", public_id=recording.public_id),
        "duration_s": recording.duration_s,
        "mime": recording.mime,
        "position_s": kept.position_s,
        "speed": kept.speed,
        "heard": kept.heard,
        "share": kept.share,
        "gain": evening_gain(recording.loudness_db),
        "seams": _seams(recording.parts),
        "masks": opened.masks,
    }


def _seams(parts: Iterable[dict[str, Any]]) -> list[float]:
    """The seconds at which the second and later parts of a recording begin."""
    starts = list(accumulate(float(part["duration_s"]) for part in parts))
    return [round(second, 1) for second in starts[:-1]]


def _notes(opened: OpenRating) -> list[dict[str, Any]]:
    items = [item for scale in opened.scales for item in scale.item_ids]
    return [
        {
            "id": note.public_id,
            "second": note.second,
            "text": note.text,
            "version": note.version,
            "items": tagged_items(note.text, items),
        }
        for note in opened.notes
    ]


def _sheet(scale: Scale, opened: OpenRating, locale: str) -> dict[str, Any]:
    grouped = {item for subscale in scale.subscales.values() for item in subscale.items}
    loose = [item for item in scale.items if item.id not in grouped]
    sections: list[dict[str, Any]] = (
        [{"title": None, "items": [_item(scale, item, opened, locale) for item in loose]}] if loose else []
    )
    sections += [
        {
            "title": subscale.title.in_(locale),
            "items": [_item(scale, scale.item(item), opened, locale) for item in subscale.items],
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


def _item(scale: Scale, item: Item, opened: OpenRating, locale: str) -> dict[str, Any]:
    given = opened.points.get(item.id, NOT_GIVEN)
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
        "unsure": given.unsure,
        "rulings": opened.rulings.get(item.id, 0),
        "reverse": item.reverse,
    }
