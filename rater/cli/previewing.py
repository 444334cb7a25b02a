"""Print what an import would do."""

from __future__ import annotations

import click

from rater.cli.importing import described
from rater.cli.run import print_json
from rater.recordings.manifest import SessionsFile
from rater.recordings.preview import Plan, PlannedSession, Preview

STATES = {"added": "new", "updated": "changed", "unchanged": "unchanged"}
RECORDINGS = {Plan.NEW: "new recording", Plan.REPLACED: "another recording", Plan.KEPT: "recording stays"}


def show_preview(preview: Preview, content: SessionsFile, *, as_json: bool) -> None:
    """One line a session, then the files that nothing names, then the counts; or all of it as JSON."""
    if as_json:
        more = {"dialect": described(content.dialect), "unknown_columns": list(content.unknown_columns)}
        print_json(preview.as_dict() | more)
        return
    width = max((len(each.session_id) for each in preview.sessions), default=0)
    for each in preview.sessions:
        click.echo(f"{each.session_id:<{width}}  {STATES[each.state]:<9}  {_told(each)}".rstrip())
    for path, _ in preview.unnamed:
        click.echo(f"no session names {path}")
    counts = preview.counts
    told = f"{counts['added']} new, {counts['updated']} changed, {counts['unchanged']} unchanged"
    click.echo(f"sessions: {told}; recordings: {counts['recordings']}. Nothing was written.")


def _told(each: PlannedSession) -> str:
    parts = [f"{part.path} ({part.sound.codec}, {_clock(part.sound.duration_s)})" for part in each.parts if part.sound]
    recording = RECORDINGS.get(each.recording, "")
    told = [", ".join(each.changes), f"{recording}: {' + '.join(parts)}" if recording and parts else recording]
    return "; ".join(filter(None, told))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
