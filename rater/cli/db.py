"""Bring the database up to date."""

from __future__ import annotations

import click
from alembic.util import CommandError

from rater.cli.run import answers, application, now
from rater.errors import BadInput, fault
from rater.terms import COMMAND_LINE


@click.group()
def db() -> None:
    """Set up the database and bring it up to date."""


@db.command()
@answers
def upgrade() -> None:
    """Bring the database to this release, making it if there is none, and encrypt recordings that are in clear.

    Example: rater db upgrade
    """
    from rater.recordings.operations.keys import encrypt_all
    from rater.storage import schema
    from rater.storage.database import db as database
    from rater.storage.database import writing
    from rater.storage.media.store import media_store

    with application(needs_database=False) as settings:
        settings.home.mkdir(parents=True, exist_ok=True)
        schema.upgrade(database.engine)
        click.echo(f"the database in {settings.home} is at {schema.current(database.engine)}")
        store = media_store(settings)
        if settings.encryption and store.keys_needed()[b""]:
            with writing() as session:
                changed = encrypt_all(session, COMMAND_LINE, store, now=now())
            click.echo(f"{changed} stored files are encrypted; keep a copy of {settings.key_place} apart from them")


@db.command()
@click.argument("revision")
@answers
def downgrade(revision: str) -> None:
    """Take the database back to REVISION; `base` empties it.

    Example: rater db downgrade base
    """
    from rater.storage import schema
    from rater.storage.database import db as database

    with application(needs_database=False):
        try:
            schema.downgrade(database.engine, revision)
        except CommandError as error:
            words = str(error)
            raise BadInput(fault("{words}", "Name a revision in migrations/versions, or base", words=words)) from error
        click.echo(f"the database is at {schema.current(database.engine) or 'base'}")
