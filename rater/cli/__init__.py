"""The command `rater`: parse, one operation, one printed answer."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

import click
from flask import Flask

from rater import __version__
from rater.config import Settings


class AppFactory(Protocol):
    """Makes the application, with its pages or without them."""

    def __call__(self, settings: Settings, *, pages: bool = True) -> Flask:
        """The application for these settings."""


COMMANDS = {
    "allocate": "rater.cli.allocation:allocate",
    "allocation": "rater.cli.allocation:allocation",
    "analyse": "rater.cli.analyse:analyse",
    "db": "rater.cli.db:db",
    "decision": "rater.cli.decision:decision",
    "demo": "rater.cli.demo:demo",
    "difficulties": "rater.cli.homework:difficulties",
    "due": "rater.cli.due:due",
    "exclusions": "rater.cli.exclusions:exclusions",
    "export": "rater.cli.export:export",
    "exports": "rater.cli.exports:exports",
    "flow": "rater.cli.exclusions:flow",
    "freeze": "rater.cli.freeze:freeze",
    "homework": "rater.cli.homework:homework",
    "jobs": "rater.cli.jobs:jobs",
    "keys": "rater.cli.keys:keys",
    "manual": "rater.cli.manual:manual",
    "masks": "rater.cli.masks:masks",
    "message": "rater.cli.message:message",
    "notices": "rater.cli.notices:notices",
    "outcomes": "rater.cli.outcomes:outcomes",
    "patients": "rater.cli.patients:patients",
    "ratings": "rater.cli.ratings:ratings",
    "reliability": "rater.cli.reliability:reliability",
    "scales": "rater.cli.scales:scales",
    "serve": "rater.cli.serve:serve",
    "sessions": "rater.cli.sessions:sessions",
    "settings": "rater.cli.settings:settings",
    "stats": "rater.cli.stats:stats",
    "study": "rater.cli.study:study",
    "supervision": "rater.cli.supervision:supervision",
    "training": "rater.cli.training:training",
    "user": "rater.cli.user:user",
    "wave": "rater.cli.wave:wave",
}


class Commands(click.Group):
    """Commands that are loaded when they are called, so that `rater --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rater")
def _rater() -> None:
    """Rate audiotaped therapy sessions on observer scales: allocation, double coding, reliability, datasets.

    Data live in RATER_HOME (default: ./instance). `rater demo` makes a study to try.
    """


def commands(create_app: AppFactory) -> None:
    """Run the command line; the application is made only by commands that need the database."""
    _rater(obj=create_app)
