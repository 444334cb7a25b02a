"""Create studies and set how they are rated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.cli.scales import scale_file
from rater.terms import COMMAND_LINE


@click.group()
def study() -> None:
    """Create studies and set how they are rated."""


@study.command()
@click.argument("slug")
@click.option("--title", required=True)
@click.option(
    "--scale", "scales", multiple=True, required=True, metavar="FILE_OR_ID", help="A scale file, or ghes, sthar, phq9."
)
@click.option("--phases", default="", metavar="1-4,5-", help="Session numbers of the phases I, II, ...")
@answers
def create(slug: str, title: str, scales: tuple[str, ...], phases: str) -> None:
    """Create the study SLUG with its scales.

    Example: rater study create pilot --title "Pilot study" --scale ghes --scale sthar --scale phq9 --phases 1-4,5-
    """
    from rater.storage.database import writing
    from rater.studies.operations import create_study

    sources = [(str(path), read_file(str(path)).decode(errors="surrogateescape")) for path in map(scale_file, scales)]
    with application(), writing() as session:
        made = create_study(session, COMMAND_LINE, slug, title, sources, now=now(), phases=phases)
        names = ", ".join(f"{row.scale}@{row.version}" for row in made.scale_versions)
    click.echo(f"created {slug} with {names}")


@study.command("settings")
@click.argument("slug")
@click.option(
    "--rate-at-end",
    metavar="off|advise|require",
    help="Whether raters listen before they rate: off, advise (a quiet line), require (items open afterwards).",
)
@click.option("--heard-share", type=float, metavar="0.9", help="Share of the recording to be heard first, up to 1.")
@click.option("--concern-person", metavar="EMAIL", help='Who is told of a worry about a patient; "" for nobody named.')
@click.option("--concern-contact", metavar="TEXT", help="How to reach this person, such as a telephone number.")
@json_option
@answers
def change_settings(
    slug: str,
    rate_at_end: str | None,
    heard_share: float | None,
    concern_person: str | None,
    concern_contact: str | None,
    as_json: bool,
) -> None:
    """Set how the study SLUG is rated; without options, print the settings as they are.

    Ratings that have points already stay open, whatever is set.

    Example: rater study settings pilot --rate-at-end require --heard-share 0.9
    """
    from rater.storage.database import writing
    from rater.studies.operations import change_rating_settings, rating_settings, study_named

    given: dict[str, Any] = {
        "rate_at_end": rate_at_end,
        "heard_share": heard_share,
        "concern_contact": None if concern_contact is None else concern_contact.strip(),
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    if concern_person is not None:
        wanted["concern_person"] = concern_person.strip() or None
    with application(), writing() as session:
        found = study_named(session, slug)
        settings = rating_settings(session, found)
        if wanted:
            settings = change_rating_settings(session, COMMAND_LINE, found, replace(settings, **wanted), now=now())
    if as_json:
        print_json(settings.as_dict())
        return
    for name, value in settings.as_dict().items():
        click.echo(f"{name.replace('_', '-'):<16} {value if value not in (None, '') else '-'}")


@study.command("show")
@click.argument("slug")
@answers
def show(slug: str) -> None:
    """Print all settings of the study SLUG as YAML, to be changed and handed to `rater study apply`.

    Example: rater study show pilot
    """
    from rater.storage.database import reading
    from rater.studies.operations import sheet_of, study_named
    from rater.studies.sheet import written

    with application(), reading() as session:
        click.echo(written(*sheet_of(session, study_named(session, slug))), nl=False)


@study.command("apply")
@click.argument("slug")
@click.argument("file")
@click.option("--yes", "agreed", is_flag=True, help="Other phases may move sessions to another phase.")
@answers
def apply_settings(slug: str, file: str, agreed: bool) -> None:
    """Set the study SLUG as the YAML in FILE says, all of it or nothing; what FILE leaves out stays.

    Example: rater study apply pilot study.yaml
    """
    from rater.storage.database import writing
    from rater.studies.operations import apply_sheet, study_named

    text = read_file(file)
    with application(), writing() as session:
        found = study_named(session, slug)
        changed = apply_sheet(session, COMMAND_LINE, found, text, now=now(), agreed=agreed, file=file)
    click.echo(f"changed: {', '.join(changed) or 'nothing'}")
