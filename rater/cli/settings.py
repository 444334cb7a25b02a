"""Print the settings."""

from __future__ import annotations

import click

from rater.cli.run import answers, json_option, print_json
from rater.config import Settings, setting_rows


@click.command()
@json_option
@answers
def settings(as_json: bool) -> None:
    """List every setting, its value, where the value comes from, and what it means.

    Example: rater settings
    """
    rows = setting_rows(Settings.load())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['variable']} = {row['value'] or '(empty)'}  [{row['source']}]\n    {row['meaning']}")
