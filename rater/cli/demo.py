"""Make a demo study to try Rater with, and serve it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rater.cli.run import answers, application, now
from rater.config import Settings
from rater.errors import BadInput, fault

if TYPE_CHECKING:
    from rater.cli.demo_study import SignInCard

HOST = "127.0.0.1"
HOME = "demo-home"
MARKER = "MADE-BY-RATER-DEMO"
MARKED = "rater demo made this folder, and rater demo --fresh empties it. Keep nothing of your own here.\n"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="Make the demo study and stop there.")
@click.option("--fresh", is_flag=True, help="Remove the demo study that is here and make a new one.")
@answers
def demo(port: int, no_serve: bool, fresh: bool) -> None:
    """Make a demo study with synthetic ratings and serve it on this computer.

    It lives in RATER_HOME, or in ./demo-home. The sign-ins are printed once, when the study is made.

    Example: rater demo --port 8000
    """
    os.environ.setdefault("RATER_HOME", HOME)
    settings = Settings.load()
    if not no_serve:
        check_port(port)
    claim_home(settings.home)
    is_there, others = studies_here()
    if others and (fresh or not is_there):
        raise BadInput(
            fault(
                "{place} holds other studies: {names}",
                "The demo keeps apart from them: set RATER_HOME to a new folder",
                place=settings.database_url or settings.home,
                names=", ".join(others),
            )
        )
    if fresh and (settings.database_url or settings.media_url):
        raise BadInput(
            fault(
                "the demo's data lie outside its folder, where --fresh removes nothing",
                "Unset RATER_DATABASE_URL and RATER_MEDIA_URL",
            )
        )
    if is_there and not fresh:
        click.echo(f"The demo study in {settings.home} is kept. Its sign-ins were printed when it was made;")
        click.echo("rater demo --fresh makes a new one, with new passwords.")
    else:
        empty_home(settings.home)
        make(settings.home, None if no_serve else port)
    if not no_serve:
        from rater.cli.serve import serve_forever

        click.echo(f"Rater is at http://{HOST}:{port} (stop it with Ctrl-C)")
        sys.stdout.flush()
        serve_forever(HOST, port, 2)


def check_port(port: int) -> None:
    """Make sure that the demo can listen on a port before the work begins. Raises BadInput."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            cause = (
                "port {port} is in use" if error.errno == errno.EADDRINUSE else "port {port} cannot be used: {words}"
            )
            words = error.strerror or str(error)
            other = port + 1 if 1024 <= port < 65535 else 8000
            raise BadInput(
                fault(cause, "Choose another: rater demo --port {other}", port=port, words=words, other=other)
            ) from error


def claim_home(home: Path) -> None:
    """Mark an empty or new folder as the demo's. Raises BadInput for one that holds what no demo made."""
    marker = home / MARKER
    if marker.is_file():
        return
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise BadInput(
            fault(
                "{home} holds data that no demo made; nothing was changed",
                "Set RATER_HOME to a new folder, or leave it unset",
                home=home,
            )
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.write_text(MARKED, encoding="utf-8")


def empty_home(home: Path) -> None:
    """Remove everything in the demo's folder but its mark."""
    for each in home.iterdir():
        if each.name == MARKER:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def studies_here() -> tuple[bool, list[str]]:
    """Whether the demo study is in the database, brought up to date, and the short names of other studies."""
    from alembic.util import CommandError
    from sqlalchemy import select
    from sqlalchemy.exc import SQLAlchemyError

    from rater.cli.demo_programme import SLUG as PROGRAMME
    from rater.cli.demo_study import SLUG
    from rater.cli.demo_training import SLUG as TRAINING
    from rater.storage import schema
    from rater.storage.database import db, reading
    from rater.storage.models import Study

    with application(needs_database=False) as settings:
        try:
            schema.upgrade(db.engine)
            with reading() as session:
                slugs = list(session.scalars(select(Study.slug).order_by(Study.slug)))
        except (SQLAlchemyError, CommandError) as error:
            raise BadInput(
                fault(
                    "the database in {home} cannot be read",
                    "Remove the folder, or set RATER_HOME to a new one",
                    home=settings.home,
                )
            ) from error
        finally:
            db.engine.dispose()
    return SLUG in slugs, [slug for slug in slugs if slug not in (SLUG, PROGRAMME, TRAINING)]


def make(home: Path, port: int | None) -> None:
    """Build the study with a progress bar on stderr, then print the sign-ins once."""
    from rater.cli.demo_study import build_demo
    from rater.storage import schema
    from rater.storage.database import db

    started = time.monotonic()
    bar = Bar()
    with application(needs_database=False) as settings:
        bar.show(0, "Setting up the database")
        schema.upgrade(db.engine)
        cards = build_demo(settings, bar.show, now=now())
        db.engine.dispose()
    bar.show(1, f"Built in {time.monotonic() - started:.0f} seconds")
    bar.end()
    click.echo("\n".join(sign_in_box(cards, home, port)))


class Bar:
    """Progress on stderr: one moving bar on a terminal, a plain line per step elsewhere."""

    def __init__(self) -> None:
        self.moves = sys.stderr.isatty()
        self.said = ""

    def show(self, share: float, step: str) -> None:
        """Show that a share (0 to 1) of the work is done, and which step is under way."""
        if self.moves:
            done = round(30 * share)
            click.echo(f"\r[{'#' * done}{'-' * (30 - done)}] {share:4.0%}  {step:<44}", nl=False, err=True)
        elif step != self.said:
            click.echo(f"{share:4.0%}  {step}", err=True)
        self.said = step

    def end(self) -> None:
        """Leave the bar as it is and go on below it."""
        if self.moves:
            click.echo(err=True)


def sign_in_box(cards: Sequence[SignInCard], home: Path, port: int | None) -> list[str]:
    """The sign-ins in a frame, with the address, or with the command that serves where there is none yet."""
    rows = [("Role", "E-mail", "Password"), *((card.role, card.email, card.password) for card in cards)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = ["   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    table.insert(1, "   ".join("-" * width for width in widths))
    lines = [
        "Rater demo: a synthetic study. No real person, session or rating is in it.",
        "",
        f"Address: http://{HOST}:{port}" if port else f"Serve it with: RATER_HOME={home} rater demo",
        f"Folder:  {home}",
        "",
        *table,
        "",
        "These passwords are shown this once. rater demo --fresh makes a new study and new ones.",
        "To try it: sign in as the rater and press Continue.",
    ]
    width = max(map(len, lines))
    edge = f"+{'-' * (width + 2)}+"
    return [edge, *(f"| {line.ljust(width)} |" for line in lines), edge]
