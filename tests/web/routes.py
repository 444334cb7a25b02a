"""Every route of the application with an address in the world, and a body that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.web.world import World

SAFE = ("GET", "HEAD", "OPTIONS")
NOUN_IDS = {
    "ratings": "mine",
    "recordings": "recording",
    "jobs": "job",
    "exports": "export",
    "invitations": "invitation",
    "obstacles": "obstacle",
    "concerns": "concern",
    "messages": "message",
    "imports": "import",
    "uploads": "upload",
    "draws": "draw",
}
MADE_BY_BROWSERS = {"note_id", "row_id"}
"""Parts of an address that the browser makes up: one that is not there yet is made, not missed."""
FIXED = {
    "slug": "pilot",
    "item": "ghes1",
    "kind": "lack_of_time",
    "filename": "css/base.css",
    "wave": "main",
    "code": "KP013",
}
JSON_BODIES: dict[str, dict[str, Any]] = {
    "ratings.save_item": {"op": "op-000001", "seen": 0, "value": 3, "missing_code": None},
    "ratings.save_mark": {"op": "op-000007", "unsure": True},
    "ratings.save_note": {"op": "op-000002", "seen": 1, "second": 7.5, "text": "a plan is made"},
    "ratings.delete_note": {"op": "op-000004"},
    "ratings.save_task": {"op": "op-000005", "seen": 0, "completed": "partly"},
    "ratings.save_other_task": {
        "op": "op-000008",
        "seen": 1,
        "description": "Call two friends",
        "type": "behavioral",
        "completed": "yes",
    },
    "ratings.delete_other_task": {"op": "op-000009"},
    "ratings.save_difficulty_heard": {"op": "op-000006", "present": True},
    "ratings.note_heard": {
        "op": "op-000010",
        "heard": [[0, 12.5, 1]],
        "position": 12.5,
        "speed": 1,
        "window": "d" * 32,
        "active": 13,
    },
}
BARE_JSON_BODIES: dict[str, dict[str, Any]] = {
    "imports.announce": {"path": "P01/S04.mp3", "size": 1000, "edges": ""},
}
"""Bodies of requests that do no harm when repeated, and so carry no operation id."""
FORM_BODIES: dict[str, dict[str, str]] = {
    "ratings.submit": {"ghes1": "3", "seen-ghes1": "0"},
    "ratings.reopen": {"reason": "an anchor was misread"},
    "ratings.set_session_aside": {"reason": "unusable_audio", "text": ""},
    "ratings.raise_worry": {"text": "speaks of giving up"},
    "ratings.write_decision": {"about": "ghes/ghes1", "on": "2026-11-02", "text": "Half a task is partly"},
    "studies.set_due": {"wave": "main", "rater": "", "how": "day", "day": "2026-11-20", "per_week": "4"},
    "studies.apply_settings": {"text": "title: Another title"},
    "allocation.preview": {"wave": "main", "share": "40", "seed": "7", "rater": "R1", "more": "R2"},
    "allocation.keep": {"wave": "main", "share": "40", "seed": "7", "rater": "R1", "more": "R2", "why": "to begin"},
    "studies.send": {"text": "Please rate by Friday", "to": ""},
    "studies.answer": {"answer": "withdrawn", "message": ""},
    "homework.enter": {"seen": "0", "status": "unknown", "go": "next"},
    "recordings.mask": {"start": "0:05", "stop": "0:09.5", "reason": "name_spoken", "note": "", "roles": "trainee"},
    "exclusions.add": {"about": "session", "code": "P01-S03", "reason": "poor_audio", "scope": "main", "note": ""},
    "exclusions.lift_one": {"why": "the recording was found"},
    "notices.choose": {"digest": "on"},
    "people.language": {"locale": "de", "next": "/"},
    "people.invitation": {"password": "four kettles and a tram"},
}


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Each (method, rule) but HEAD and OPTIONS, which Flask adds."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def address(world: World, rule: str, **instead: str) -> str:
    """The rule's address of something that is there; `instead` replaces parts of it."""
    noun = rule.split("/")[1]
    parts = {
        **FIXED,
        "public_id": world.ids.get(NOUN_IDS.get(noun, ""), ""),
        "token": world.ids["invitation"],
        "note_id": world.ids["note"],
        "task_id": world.ids["task"],
        "row_id": "c" * 32,
        "span_id": world.ids["span"],
        "exclusion_id": world.ids["exclusion"],
        **instead,
    }
    for name, value in parts.items():
        rule = rule.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
    return rule


def body(rule: Rule, method: str) -> dict[str, Any]:
    """Arguments of `Visitor.ask` for a request that the route takes."""
    if method in SAFE:
        return {}
    for bodies in (JSON_BODIES, BARE_JSON_BODIES):
        if rule.endpoint in bodies:
            return {"json": bodies[rule.endpoint]}
    return {"form": FORM_BODIES.get(rule.endpoint, {})}
