"""`draws.json`: how the allocation was drawn, so that anybody can draw it again."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from rater.exports.contents import KeptDraw, Rights, StudyData


def draws(data: StudyData, rights: Rights) -> list[dict[str, Any]]:
    """Every draw that was kept, the first first: seed, algorithm, rules, sessions, and the plan that came out.

    De-identified, the reason and the moment are left out.
    """
    return [_told(each, rights) for each in data.draws]


def _told(each: KeptDraw, rights: Rights) -> dict[str, Any]:
    lead = {"draw": each.number, "wave": each.wave, "algorithm": each.algorithm, "digest": each.digest}
    moment = each.drawn_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    more = {"why": each.why, "drawn_at": moment} if rights is Rights.FULL else {}
    return {**lead, **more, "inputs": dict(each.inputs), "plan": [list(row) for row in each.plan]}
