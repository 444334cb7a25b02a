"""The keys that recordings are encrypted with."""

from __future__ import annotations

from dataclasses import asdict

import click

from rater.cli.run import answers, application, json_option, now, print_json
from rater.terms import COMMAND_LINE


@click.group()
def keys() -> None:
    """Show, change and forget the keys that recordings are encrypted with."""


@keys.command()
@json_option
@answers
def show(as_json: bool) -> None:
    """List the keys by their ids, and how many stored files need each. The keys themselves are never printed.

    Example: rater keys show
    """
    from rater.recordings.operations.keys import keys_in_use
    from rater.storage.media.store import key_ring, media_store

    with application() as settings:
        found = keys_in_use(media_store(settings), key_ring(settings))
    if as_json:
        print_json({"file": str(settings.key_place), **asdict(found)})
        return
    click.echo(f"The keys are in {settings.key_place}; keep a copy of this file apart from the recordings.")
    for each in found.keys:
        state = "encrypts now" if each.is_current else "opens older files" if each.is_here else "MISSING"
        click.echo(f"{each.id}  {each.made or '-':10}  {each.files} files  {state}")
    if found.in_clear:
        click.echo(f"{found.in_clear} files are in clear; rater db upgrade encrypts them.")


@keys.command()
@answers
def rotate() -> None:
    """Make a new key and bring every recording under it. Rater may go on serving meanwhile.

    The key before stays in the file, so that backups made before can be opened; `rater keys drop` forgets it.

    Example: rater keys rotate
    """
    from rater.recordings.operations.keys import rotate as rotate_keys
    from rater.storage.database import writing
    from rater.storage.media.store import key_ring, media_store

    with application() as settings, writing() as session:
        ring = key_ring(settings)
        changed = rotate_keys(session, COMMAND_LINE, media_store(settings), ring, now=now())
        click.echo(f"{changed} files are under the new key {ring.current().id.hex()}; copy {settings.key_place} now")


@keys.command()
@click.argument("key_id", metavar="ID")
@answers
def drop(key_id: str) -> None:
    """Forget the key ID for good: what it encrypted, in any copy anywhere, can never be opened again.

    Refused while a stored recording or an upload needs it.

    Example: rater keys drop 0f1e2d3c4b5a6978
    """
    from rater.recordings.operations.keys import drop as drop_key
    from rater.storage.database import writing
    from rater.storage.media.store import key_ring, media_store
    from rater.storage.media.uploads import uploads_of

    with application() as settings, writing() as session:
        store, uploads, ring = media_store(settings), uploads_of(settings), key_ring(settings)
        drop_key(session, COMMAND_LINE, store, uploads, ring, key_id, now=now())
    click.echo(f"the key {key_id} is forgotten; destroy the copies of the key file that hold it, too")
