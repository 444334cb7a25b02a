"""Create studies and set how they are rated."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import click

from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.cli.scales import scale_file
from rater.terms import COMMAND_LINE, StudyKind


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
@click.option(
    "--kind",
    type=click.Choice([str(each) for each in StudyKind]),
    default=str(StudyKind.RESEARCH),
    help="Research, or a supervision programme.",
)
@answers
def create(slug: str, title: str, scales: tuple[str, ...], phases: str, kind: str) -> None:
    """Create the study, or the supervision programme, SLUG with its scales.

    Example: rater study create pilot --title "Pilot study" --scale ghes --scale sthar --scale phq9 --phases 1-4,5-
    """
    from rater.storage.database import writing
    from rater.studies.operations import create_study

    sources = [(str(path), read_file(str(path)).decode(errors="surrogateescape")) for path in map(scale_file, scales)]
    with application(), writing() as session:
        made = create_study(session, COMMAND_LINE, slug, title, sources, now=now(), phases=phases, kind=StudyKind(kind))
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
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@answers
def apply_settings(slug: str, file: str, agreed: bool, dry_run: bool) -> None:
    """Set the study SLUG as the YAML in FILE says, all of it or nothing; what FILE leaves out stays.

    Example: rater study apply pilot study.yaml --dry-run
    """
    from rater.storage.database import reading, writing
    from rater.studies.operations import apply_sheet, plan_file, study_named

    text = read_file(file)
    if dry_run:
        with application(), reading() as session:
            planned = plan_file(session, study_named(session, slug), text, file=file)
        for each in planned.changes:
            click.echo(f"{each.key}: {_shown(each.before)} -> {_shown(each.after)}")
        click.echo(f"{planned.moved} sessions would move to another phase" if planned.moved else "no session moves")
        return
    with application(), writing() as session:
        found = study_named(session, slug)
        changed = apply_sheet(session, COMMAND_LINE, found, text, now=now(), agreed=agreed, file=file)
    click.echo(f"changed: {', '.join(changed) or 'nothing'}")


@study.command("models")
@click.argument("slug")
@click.argument("file", required=False)
@answers
def models(slug: str, file: str | None) -> None:
    """Keep the models in FILE (analysis.yaml) with the study SLUG; without FILE print those that it fits.

    An empty FILE brings the usual models back.

    Example: rater study models pilot analysis.yaml
    """
    from rater.analysis.operations.computing import plan_of, set_plan
    from rater.analysis.plan_writing import written_plan
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    if file is None:
        with application(), reading() as session:
            click.echo(written_plan(plan_of(study_named(session, slug))), nl=False)
        return
    text = read_file(file)
    with application(), writing() as session:
        plan = set_plan(session, COMMAND_LINE, study_named(session, slug), text, file=file, now=now())
    click.echo(f"models: {', '.join(plan.models) or 'the usual ones'}")


@study.command("scale")
@click.argument("slug")
@click.argument("scale")
@click.option("--changes", default="", metavar="TEXT", help="What is new, in Markdown; raters must read it.")
@answers
def newer_scale(slug: str, scale: str, changes: str) -> None:
    """Put a newer version of a scale, the file or shipped id SCALE, in the old one's place in the study SLUG.

    Where ratings use the old version, a newer one needs --changes, may differ in words alone, and those ratings keep
    the old one: all must be of locked training or calibration waves. Outcomes stay pinned to their version.

    Example: rater study scale pilot ghes.yaml --changes "The anchor of point 2 of ghes3 names half of the tasks."
    """
    from rater.storage.database import writing
    from rater.studies.operations import study_named, supersede_scale, take_newer_version

    path = str(scale_file(scale))
    source = read_file(path).decode(errors="surrogateescape")
    with application(), writing() as session:
        found = study_named(session, slug)
        if changes:
            made, before = supersede_scale(session, COMMAND_LINE, found, source, changes, now=now(), file=path)
        else:
            made, before = take_newer_version(session, COMMAND_LINE, found, source, now=now(), file=path)
        click.echo(f"{made.scale}: version {made.version} in place of {before}")


def _shown(value: object) -> str:
    return "-" if value is None else json.dumps(value if isinstance(value, str | int | float) else str(value))
