"""Take in outcome measures."""

from __future__ import annotations

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, now, read_file
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def outcomes() -> None:
    """Take in outcome measures, which raters never see."""


@outcomes.command("import")
@table_options
@click.option("--measure", required=True, metavar="SCALE", help="The study's outcome scale, such as phq9.")
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, measure: str) -> None:
    """Take the outcomes of FILE into the study SLUG: session_id and a column for each item of the measure.

    Example: rater outcomes import pilot phq9.csv --measure phq9
    """
    from rater.recordings.operations.outcomes import import_outcomes, read_outcomes_for
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_outcomes_for(session, study, data, measure=measure, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            study = study_named(session, slug)
            imported = import_outcomes(session, COMMAND_LINE, study, content, measure=measure, now=now())
    answer(content, imported, "sessions with outcomes", as_json=as_json)
