"""Supervision programmes: who supervises whom, consents, shared recordings."""

from __future__ import annotations

from typing import Any

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.errors import BadInput, fault
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def supervision() -> None:
    """Supervision programmes: who supervises whom."""


@supervision.command()
@click.argument("slug")
@click.option("--trainee", "trainees", multiple=True, metavar="EMAIL=CODE", help="Who is behind a therapist's code.")
@click.option(
    "--supervisor", "supervisors", multiple=True, metavar="EMAIL=CODE", help="Who supervises the trainee from now on."
)
@click.option("--words", default="", metavar="TEXT", help="What the present supervisor leaves to the next.")
@json_option
@answers
def arrange(slug: str, trainees: tuple[str, ...], supervisors: tuple[str, ...], words: str, as_json: bool) -> None:
    """Place trainees and their supervisors in the programme SLUG; without options print how it is arranged.

    `--supervisor =T1` leaves the trainee behind T1 without a supervisor. Repeating the command changes nothing.

    Example: rater supervision arrange clinic --trainee tom@example.org=T1 --supervisor sara@example.org=T1
    """
    from rater.storage.database import writing
    from rater.supervision.operations.arranging import appoint_supervisor, arrangement, place_trainee
    from rater.supervision.operations.asking import programme_named

    with application(), writing() as session:
        programme_named(session, slug)
        for email, code in map(_pair, trainees):
            place_trainee(session, COMMAND_LINE, slug, email, code, now=now())
        for email, code in map(_pair, supervisors):
            found = arrangement(session, COMMAND_LINE, slug, now=now()).trainees
            by_code = {each.trainee.therapist.code: each.trainee.public_id for each in found}
            if code not in by_code:
                raise BadInput(fault("no trainee is behind {code}", "Place one first: --trainee EMAIL=CODE", code=code))
            appoint_supervisor(session, COMMAND_LINE, slug, by_code[code], email, now=now(), words=words)
        rows = [_row(each) for each in arrangement(session, COMMAND_LINE, slug, now=now()).trainees]
    if as_json:
        print_json({"trainees": rows})
        return
    for row in rows:
        click.echo(f"{row['code']}  {row['trainee']}  supervised by {row['supervisor'] or 'nobody'}")
    if not rows:
        click.echo("No trainees are placed.")


@supervision.command()
@table_options
@answers
def consent(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Note the consents of FILE for the recordings of the study or programme SLUG, all of them or none.

    Columns: session_id, scope, given_on, and if wanted until.

    Example: rater supervision consent clinic consents.csv
    """
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named
    from rater.supervision.operations.consenting import import_consents, read_consents_for

    data, moment = read_file(file), now()
    with application():
        with reading() as session:
            study, renamed = study_named(session, slug), parse_renames(renames)
            content = read_consents_for(session, study, data, today=moment.date(), file=file, rename=renamed)
        understood(content, yes=yes)
        with writing() as session:
            imported = import_consents(session, COMMAND_LINE, study_named(session, slug), content, now=moment)
    answer(content, imported, "consents", as_json=as_json)


@supervision.command()
@table_options
@click.option("--from", "source", required=True, metavar="STUDY", help="The research study that has the recordings.")
@answers
def share(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, source: str) -> None:
    """Let the recordings that FILE names serve the programme SLUG too; the sound is stored once.

    Columns: research_session_id, session_id, patient_id, therapist_id, session_no, the last four as the programme
    calls them. Each recording needs a consent to supervision, noted in the research study.

    Example: rater supervision share clinic shares.csv --from pilot
    """
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named
    from rater.supervision.operations.asking import programme_named
    from rater.supervision.operations.sharing import read_shares_for, share_recordings

    data, moment = read_file(file), now()
    with application():
        with reading() as session:
            studies = study_named(session, source), programme_named(session, slug)
            renamed = parse_renames(renames)
            content = read_shares_for(session, *studies, data, today=moment.date(), file=file, rename=renamed)
        understood(content, yes=yes)
        with writing() as session:
            studies = study_named(session, source), programme_named(session, slug)
            imported = share_recordings(session, COMMAND_LINE, *studies, content, now=moment)
    answer(content, imported, "shared recordings", as_json=as_json)


@supervision.command()
@click.argument("slug")
@json_option
@answers
def report(slug: str, as_json: bool) -> None:
    """Print what was done and what waits in the programme SLUG, trainee by trainee: counts, nobody's scores.

    Example: rater supervision report clinic --json
    """
    from rater.storage.database import reading
    from rater.supervision.operations.asking import programme_named
    from rater.supervision.operations.overview import overview_of

    moment = now()
    with application(), reading() as session:
        programme_named(session, slug)
        told = overview_of(session, COMMAND_LINE, slug, now=moment, today=moment.date())
        rows = [each.as_dict() for each in told.trainees]
    if as_json:
        print_json({"trainees": rows})
        return
    for row in rows:
        sessions = f"{row['sessions_recorded']} recorded, {row['sessions_waiting']} to review"
        homework = f"homework {row['homework_done']} of {row['homework_agreed']}, {row['homework_overdue']} overdue"
        click.echo(f"{row['trainee_id']}  {sessions}  {homework}  {row['meetings_held']} meetings")
    if not rows:
        click.echo("No trainees are placed.")


def _pair(given: str) -> tuple[str, str]:
    email, equals, code = given.rpartition("=")
    if not equals or not code:
        raise BadInput(fault("{given!r} names no code", "Write EMAIL=CODE, as in tom@example.org=T1", given=given[:64]))
    return email, code


def _row(arranged: Any) -> dict[str, Any]:
    standing = arranged.standing
    return {
        "code": arranged.trainee.therapist.code,
        "trainee": arranged.trainee.person.email,
        "supervisor": standing.person.email if standing else None,
        "since": standing.since.isoformat() if standing else None,
    }
