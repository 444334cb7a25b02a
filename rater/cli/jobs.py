"""The worker that does background work."""

from __future__ import annotations

import click

from rater.cli.run import answers, application


@click.group()
def jobs() -> None:
    """Do the work that pages ask for in the background."""


@jobs.command()
@answers
def work() -> None:
    """Do jobs as they come; `rater serve` starts one such worker by itself.

    Example: rater jobs work
    """
    from rater import jobs as background

    with application() as settings:
        background.work(settings)
