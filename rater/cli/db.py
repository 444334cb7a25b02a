"""Bring the database up to date."""

from __future__ import annotations

import click
from alembic.util import CommandError

from rater.cli.run import answers, application
from rater.errors import BadInput, fault


@click.group()
def db() -> None:
    """Set up the database and bring it up to date."""


@db.command()
@answers
def upgrade() -> None:
    """Bring the database to this release, making it if there is none.

    Example: rater db upgrade
    """
    from rater.storage import schema
    from rater.storage.database import db as database

    with application(needs_database=False) as settings:
        settings.home.mkdir(parents=True, exist_ok=True)
        schema.upgrade(database.engine)
        click.echo(f"the database in {settings.home} is at {schema.current(database.engine)}")


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
