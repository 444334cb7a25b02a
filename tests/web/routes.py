"""Every route of the application with an address in the world, and a body that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.web.trial import CODE
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
    "examples": "example",
}
TRAINING_WAVE = "training"
"""The wave that the pages of rater training are asked about: it is locked and revealed."""
MADE_BY_BROWSERS = {"note_id", "row_id"}
"""Parts of an address that the browser makes up: one that is not there yet is made, not missed."""
FIXED = {
    "slug": "pilot",
    "item": "ghes1",
    "kind": "lack_of_time",
    "filename": "css/base.css",
    "wave": "main",
    "code": "KP013",
    "table": "dyads",
    "figure": "forest-GHES",
    "rater": "R1",
    "scale": "ghes",
}
TRIAL = {"wave": "training", "code": CODE, "table": "ratings"}
"""Parts of the addresses of rater training: those of a wave that is revealed."""
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
    "supervision.save_point": {"op": "op-000011", "seen": 0, "value": 3, "missing_code": None},
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
    "studies.preview_settings": {"way": "text", "text": "title: Another title"},
    "studies.newer_scale": {},
    "studies.apply_settings": {"text": "title: Another title", "seen": ""},
    "allocation.preview": {"wave": "main", "share": "40", "seed": "7", "rater": "R1", "more": "R2"},
    "allocation.keep": {"wave": "main", "share": "40", "seed": "7", "rater": "R1", "more": "R2", "why": "to begin"},
    "studies.send": {"text": "Please rate by Friday", "to": ""},
    "studies.answer": {"answer": "withdrawn", "message": ""},
    "homework.enter": {"seen": "0", "status": "unknown", "go": "next"},
    "recordings.mask": {"start": "0:05", "stop": "0:09.5", "reason": "name_spoken", "note": "", "roles": "trainee"},
    "training.take": {"scale": "ghes", "proposal": "gone", "do": "look"},
    "training.make": {
        "session": "",
        "about": "ghes/ghes1",
        "point": "3",
        "start": "0:05",
        "stop": "0:12.5",
        "title": "A walk is planned",
        "text": "",
    },
    "exclusions.add": {"about": "session", "code": "P01-S03", "reason": "poor_audio", "scope": "main", "note": ""},
    "exclusions.lift_one": {"why": "the recording was found"},
    "training.keep_criterion": {"point-ghes1": "2", "seen-ghes1": "1", "why-ghes1": "named once"},
    "training.keep_consensus": {"point-ghes1": "3", "seen-ghes1": "0", "why-ghes1": "named once", "go": "next"},
    "training.propose_wording": {"point": "2", "text": "Half of the task", "rationale": "Half was unclear"},
    "exports.freeze": {"name": "paper-1", "note": "Main paper"},
    "training.answer_drift": {"answer": "seen", "alert": "none"},
    "notices.choose": {"digest": "on"},
    "training.override": {"decision": "certify", "reason": "Rated with us in the pilot"},
    "training.add": {"about": "manual/sthar", "title": "", "required": "yes", "opens_on": ""},
    "training.change": {"title": "Read it", "required": "yes", "opens_on": "2026-12-01"},
    "training.move": {"to": "down"},
    "training.give": {"kind": "training", "session": "P08-S01"},
    "supervision.place": {"email": "tom@example.org", "code": "T9", "supervisor": ""},
    "supervision.appoint": {"supervisor": "sven@example.org", "words": "She works on rationale"},
    "supervision.hand_in_session": {},
    "supervision.hand_over": {"words": "She works on rationale"},
    "supervision.note_consent": {"patient": "PT1", "scope": "teaching", "given_on": "2026-11-02", "until": ""},
    "people.language": {"locale": "de", "next": "/"},
    "supervision.propose": {"type": "trying", "task": "Ask once"},
    "supervision.change_task": {"type": "trying", "task": "Ask once", "seen": "1"},
    "supervision.agree_task": {"seen": "1"},
    "supervision.task_done": {"seen": "1", "record": "Asked once"},
    "supervision.drop_task": {"seen": "1", "why": "Not needed"},
    "supervision.attach": {"title": "A memo", "text": "Asked once"},
    "supervision.plan": {"meets_on": "2026-11-12"},
    "supervision.keep": {"events": "A holiday", "mark-events": "e3b0c44298fc1c14", "do": "keep"},
    "supervision.move": {"meets_on": "2026-11-12"},
    "supervision.reflect": {"belief1": "3", "words": "I explain more"},
    "supervision.share": {"shared": "yes"},
    "supervision.rate_handling": {"sta1": "3"},
    "supervision.add_template": {"title": "Ask", "type": "trying", "task": "Ask once"},
    "supervision.submit_rating": {"ghes1": "3", "seen-ghes1": "0", "act": "save"},
    "supervision.comment": {"text": "Here is the plan", "start": "0:05", "stop": "0:09.5", "item": "sta1"},
    "supervision.change_comment": {"do": "release"},
    "supervision.answer": {"kind": "reply", "text": "Yes"},
    "supervision.change_review": {"do": "save", "summary": "Well prepared", "seen": "1"},
    "people.invitation": {"password": "four kettles and a tram"},
}


SUPERVISION = "supervision."
"""What the endpoints of supervision begin with; test_supervision_access.py says who opens them."""
SUPERVISED_IDS = {
    "trainee_id": "trainee",
    "meeting_id": "meeting",
    "task_id": "task",
    "attachment_id": "attachment",
    "comment_id": "comment",
    "review_id": "review",
    "template_id": "template",
    "reflection_id": "reflection",
}
"""Parts of the addresses of supervision, and what the programme of the tests calls them."""


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Each (method, rule) but HEAD and OPTIONS, which Flask adds."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def other_routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Those that do not belong to supervision."""
    return ((method, rule) for method, rule in routes(app) if not rule.endpoint.startswith(SUPERVISION))


def address(world: World, rule: str, **instead: str) -> str:
    """The rule's address of something that is there; `instead` replaces parts of it."""
    noun = rule.split("/")[1]
    parts = {
        **FIXED,
        **(TRIAL if "/training/" in rule else {}),
        "public_id": world.ids.get(NOUN_IDS.get(noun, ""), ""),
        "token": world.ids["invitation"],
        "note_id": world.ids["note"],
        "row_id": "c" * 32,
        "span_id": world.ids["span"],
        "exclusion_id": world.ids["exclusion"],
        "proposal_id": world.ids["proposal"],
        "example_id": world.ids["example"],
        "step_id": world.ids["step"],
        **{part: world.ids.get(name, "none") for part, name in SUPERVISED_IDS.items()},
        **({"wave": TRAINING_WAVE} if "/training/" in rule else {}),
        **instead,
    }
    for name, value in parts.items():
        rule = rule.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
    return rule


def clinic_address(clinic: World, rule: str, **instead: str) -> str:
    """The address in the supervision programme of the tests: tom's session, his meeting and task, sara's draft."""
    parts = {
        "slug": "clinic",
        "code": clinic.ids["session"],
        "public_id": clinic.ids["recording"],
        "item": "ghes1",
        "scale": "reflect",
        **{part: clinic.ids[name] for part, name in SUPERVISED_IDS.items()},
        **instead,
    }
    for name, value in parts.items():
        rule = rule.replace(f"<{name}>", value)
    return rule


def body(rule: Rule, method: str) -> dict[str, Any]:
    """Arguments of `Visitor.ask` for a request that the route takes."""
    if method in SAFE:
        return {}
    for bodies in (JSON_BODIES, BARE_JSON_BODIES):
        if rule.endpoint in bodies:
            return {"json": bodies[rule.endpoint]}
    return {"form": FORM_BODIES.get(rule.endpoint, {})}
