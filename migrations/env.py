"""Run migrations over the connection that the caller hands in, or over one from the settings."""

from alembic import context
from sqlalchemy import Connection, create_engine

import rater.storage.models  # noqa: F401  (registers the tables)
from rater.config import Settings
from rater.storage.database import Base, UtcDateTime, engine_options, prepare_engine


def render(kind: str, thing: object, autogen_context: object) -> str | bool:
    """Write our own column type as plain SQLAlchemy, so that a migration never imports the application."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Run what alembic asks for, in one transaction where the database allows."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    address = Settings.load().database_address
    engine = create_engine(address, **engine_options(address))
    prepare_engine(engine)
    with engine.connect() as opened:
        run(opened)
        opened.commit()
