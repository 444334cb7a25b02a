"""The rating screen's words and numbers, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from flask import url_for

from rater.ratings.operations.opening import OpenRating
from rater.ratings.tagging import tagged_items
from rater.storage.models import Recording
from rater.terms import RatingState
from rater.web import words
from rater.web.player import sound_shown
from rater.web.ratings.forms import fresh_ids
from rater.web.ratings.scales import scale_shown


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
        "is_prepared": bool(recording) and not opened.is_ready,
        "is_kept_away": opened.is_kept_away,
        "is_closed": bool(recording) and opened.is_closed,
        "consent_ended": opened.consent_ended,
        "gate": opened.gate,
        "has_flags": True,
        "scales": [scale_shown(scale, opened, locale) for scale in opened.scales],
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
        "no_homework_reason": opened.log.reason and words.no_homework_reason(opened.log.reason),
        "difficulties": [
            {
                "type": kind.code,
                "label": kind.label(locale) or words.log_label(kind.code),
                "present": kind.code in opened.difficulties,
            }
            for kind in opened.difficulty_types.types
        ],
        "types": words.log_labels(opened.homework_types, opened.homework_types.codes, locale),
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
        **sound_shown(recording, opened.masks),
        "mime": recording.mime,
        "position_s": kept.position_s,
        "speed": kept.speed,
        "heard": kept.heard,
        "share": kept.share,
        "seams": _seams(recording.parts),
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
