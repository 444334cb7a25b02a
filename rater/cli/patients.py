"""Take in what is known of patients."""

from __future__ import annotations

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, now, read_file
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def patients() -> None:
    """Take in what is known of patients, which raters never see."""


@patients.command("import")
@table_options
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Take the patients of FILE into the study SLUG: patient_id and a column for each covariate.

    Example: rater patients import pilot patients.csv
    """
    from rater.recordings.manifest import read_patients
    from rater.recordings.operations.patients import import_patients
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    content = read_patients(read_file(file), file=file, rename=parse_renames(renames))
    understood(content, yes=yes)
    with application(), writing() as session:
        imported = import_patients(session, COMMAND_LINE, study_named(session, slug), content, now=now())
    answer(content, imported, "patients", as_json=as_json)
