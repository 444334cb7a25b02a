"""Take in the homework log."""

from __future__ import annotations

from collections.abc import Sequence

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.homework.reconciliation import LedgerRow
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE, HomeworkStatus, LogList


@click.group()
def homework() -> None:
    """Take in which homework was assigned, and what became of it."""


@homework.command("import")
@click.option(
    "--others",
    type=click.Choice(["not_entered", "none", "unknown"]),
    default="not_entered",
    help="What the log knows of sessions without a row that nobody has entered; default not_entered.",
)
@table_options
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, others: str) -> None:
    """Take the homework tasks of FILE into the study SLUG.

    Columns: assigned_session_id, type, and if wanted homework_id, reviewed_session_id, description, completed.
    Sessions with a row count as entered. The file cannot say that a session assigned none: --others says it of all
    the sessions that it leaves out.

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
            study = study_named(session, slug)
            rest = HomeworkStatus(others)
            imported = import_homework(session, COMMAND_LINE, study, content, now=now(), rest=rest)
    answer(content, imported, "homework tasks", as_json=as_json)


@homework.command()
@click.argument("slug")
@click.option("--stated", type=int, metavar="N", help="A number of tasks stated elsewhere, held against the log.")
@json_option
@answers
def ledger(slug: str, stated: int | None, as_json: bool) -> None:
    """Add up the homework log of the study SLUG: assigned, reviewed, completed, never reviewed, by type.

    Example: rater homework ledger pilot
    """
    from rater.homework.operations.ledger import homework_ledger
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        found = homework_ledger(session, study_named(session, slug), stated=stated)
    if as_json:
        print_json(
            {
                "rows": [_counts(row) for row in found.rows],
                "total": _counts(found.total),
                "sessions": found.sessions,
                "reported_twice": found.reported_twice,
                "raters_differ": found.raters_differ,
                "gaps": [str(each) for each in found.gaps],
            }
        )
        return
    for row in (*found.rows, found.total):
        told = ", ".join(f"{name} {count}" for name, count in _counts(row).items() if name != "type")
        click.echo(f"{row.type or 'all'}: {told}")
    click.echo("sessions: " + ", ".join(f"{name} {count}" for name, count in found.sessions.items()))
    click.echo(f"reported by two raters: {found.reported_twice}, of which they differ on {found.raters_differ}")
    for gap in found.gaps:
        click.echo(f"note: {gap}", err=True)


def _counts(row: LedgerRow) -> dict[str, str | int]:
    outcomes = {f"completed_{each}": count for each, count in row.outcomes.items()}
    orphans = {str(each): count for each, count in row.orphans.items()}
    parts = {**outcomes, "orphaned": row.orphaned, **orphans, "heard_only": row.heard_only}
    return {"type": row.type, "assigned": row.assigned, "reviewed": row.reviewed, **parts}


@homework.command("types")
@click.argument("slug")
@click.option("--add", "added", multiple=True, metavar="CODE=LABEL[/GERMAN]", help="A new type, or another label.")
@click.option("--remove", "removed", multiple=True, metavar="CODE", help="Take a type out that is not in use.")
@json_option
@answers
def homework_types(slug: str, added: tuple[str, ...], removed: tuple[str, ...], as_json: bool) -> None:
    """Show, or change, the types of homework on the list of the study SLUG.

    Example: rater homework types pilot --add exposure=Exposure/Exposition
    """
    _types(slug, LogList.HOMEWORK, added, removed, as_json=as_json)


def _types(slug: str, kind: LogList, added: Sequence[str], removed: Sequence[str], *, as_json: bool) -> None:
    from rater.homework.operations.types import change_types
    from rater.homework.types import parse_type
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    fresh = [parse_type(each) for each in added]
    with application(), writing() as session:
        study = study_named(session, slug)
        found = change_types(session, COMMAND_LINE, study, kind, added=fresh, removed=removed, now=now())
    if as_json:
        print_json({"types": [{"code": each.code, "en": each.en, "de": each.de} for each in found.types]})
        return
    for each in found.types:
        click.echo("  ".join(part for part in (each.code, each.en, each.de) if part))


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


@difficulties.command("types")
@click.argument("slug")
@click.option("--add", "added", multiple=True, metavar="CODE=LABEL[/GERMAN]", help="A new type, or another label.")
@click.option("--remove", "removed", multiple=True, metavar="CODE", help="Take a type out that is not in use.")
@json_option
@answers
def difficulty_types(slug: str, added: tuple[str, ...], removed: tuple[str, ...], as_json: bool) -> None:
    """Show, or change, the types of difficulty on the list of the study SLUG.

    Example: rater difficulties types pilot --add transport=Transport/Anfahrt
    """
    _types(slug, LogList.DIFFICULTIES, added, removed, as_json=as_json)
