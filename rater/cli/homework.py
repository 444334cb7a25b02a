"""Take in the homework log."""

from __future__ import annotations

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, now, read_file
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def homework() -> None:
    """Take in which homework was assigned, and what became of it."""


@homework.command("import")
@table_options
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Take the homework tasks of FILE into the study SLUG.

    Columns: assigned_session_id, type, and if wanted homework_id, reviewed_session_id, description, completed.

    Example: rater homework import pilot homework.csv
    """
    from rater.homework.operations import import_homework, read_homework_for
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_homework_for(session, study, data, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            imported = import_homework(session, COMMAND_LINE, study_named(session, slug), content, now=now())
    answer(content, imported, "homework tasks", as_json=as_json)


@click.group()
def difficulties() -> None:
    """Take in difficulties with homework."""


@difficulties.command("import")
@table_options
@answers
def import_difficulties_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Take the difficulties of FILE into the study SLUG.

    Columns: session_id, difficulty_type, and if wanted rater_id; several rows a session.

    Example: rater difficulties import pilot difficulties.csv
    """
    from rater.homework.operations import import_difficulties, read_difficulties_for
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_difficulties_for(session, study, data, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            imported = import_difficulties(session, COMMAND_LINE, study_named(session, slug), content, now=now())
    answer(content, imported, "difficulties", as_json=as_json)
