"""A session's recording and the scales of a programme, as the pages of supervision show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from rater.recordings.masking import read_time
from rater.storage.models import Recording
from rater.supervision.operations.asking import SeenSession
from rater.supervision.operations.rating import SessionSheet
from rater.terms import Actor
from rater.web.player import player_of
from rater.web.ratings.scales import scale_shown


def recording_shown(session: Session, actor: Actor, seen: SeenSession, *, now: datetime) -> dict[str, Any]:
    """What the player shows of a session; people in supervision know it by its own code."""
    target = seen.therapy_session
    return {**player_of(session, actor, target, seen.study, now=now), "code": target.code}


def excerpt_asked(recording: Recording | None) -> str:
    """The stretch that the address asks for (`?from=130&to=145`), as an audio element takes it; "" where none is."""
    given = [read_time(request.args.get(name, "")) for name in ("from", "to")]
    start, stop = given
    if recording is None or start is None or start > recording.duration_s:
        return ""
    return f"{start:g}" if stop is None or stop <= start else f"{start:g},{min(stop, recording.duration_s):g}"


def sheet_shown(
    session: Session, actor: Actor, sheet: SessionSheet, locale: str, *, now: datetime, problems: Iterable[str] = ()
) -> dict[str, Any]:
    """Everything that the form of a session's rating shows."""
    seen, refused = sheet.seen, list(problems)
    base = url_for("supervision.rate", slug=seen.study.slug, code=seen.therapy_session.code)
    total = sum(len(scale.items) for scale in sheet.scales)
    return {
        **recording_shown(session, actor, seen, now=now),
        "kind": sheet.kind,
        "trainee": seen.trainee.person.name,
        "state": "submitted" if sheet.is_submitted else "open",
        "submitted_at": sheet.row.submitted_at if sheet.row else None,
        "gate": {"open": True, "advised": False},
        "has_flags": False,
        "scales": [scale_shown(scale, sheet, locale) for scale in sheet.scales],
        "notes": [],
        "missing": sheet.missing if refused else [],
        "problems": refused,
        "done": total - len(sheet.missing),
        "total": total,
        "urls": {
            "rate": base,
            "save_item": f"{base}/",
            "review": url_for("supervision.review", slug=seen.study.slug, code=seen.therapy_session.code),
        },
    }
