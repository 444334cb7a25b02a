"""The register of exclusions, and the flow from sessions registered to sessions analysed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rater.cli.run import answers, application, json_option, now, print_json
from rater.errors import BadInput, fault
from rater.terms import COMMAND_LINE, Reason

if TYPE_CHECKING:
    from rater.storage.models import Exclusion


@click.group()
def exclusions() -> None:
    """See which sessions and patients are left out, leave one out, and lift an exclusion."""


@exclusions.command("list")
@click.argument("slug")
@json_option
@answers
def list_(slug: str, as_json: bool) -> None:
    """List the exclusions of the study SLUG, those that stand first; notes are not printed.

    Example: rater exclusions list pilot --json
    """
    from rater.recordings.operations.excluding import register
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        rows = [_row(each) for each in register(session, COMMAND_LINE, study_named(session, slug), now=now()).entries]
    if as_json:
        print_json({"exclusions": rows})
    for row in [] if as_json else rows:
        click.echo(_line(row))


@exclusions.command()
@click.argument("slug")
@click.option("--session", "code", default="", metavar="CODE", help="The session that is left out.")
@click.option("--patient", default="", metavar="CODE", help="The patient who is left out, with all sessions.")
@click.option("--reason", required=True, metavar="WORD", help="Why, as a code word such as poor_audio.")
@click.option("--scope", default="main", show_default=True, metavar="SCOPE", help="analysis, main or everything.")
@click.option("--note", default="", metavar="TEXT", help="More about it; never exported.")
@json_option
@answers
def add(slug: str, code: str, patient: str, reason: str, scope: str, note: str, as_json: bool) -> None:
    """Leave a session or a patient of the study SLUG out.

    Work that was not begun is taken from the raters' lists; ratings that were begun are kept and not counted.

    Example: rater exclusions add pilot --session P02-S07 --reason poor_audio
    """
    from rater.recordings.exclusions import Wanted
    from rater.recordings.operations.excluding import exclude
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    wanted = Wanted(code, patient, reason, scope, note)
    with application(), writing() as session:
        made, ended = exclude(session, COMMAND_LINE, study_named(session, slug), wanted, now=now())
        row = {**_row(made), "withdrawn": ended.gone, "kept": ended.kept}
    if as_json:
        print_json(row)
    else:
        click.echo(f"{_line(row)}; assignments withdrawn: {ended.gone}, begun ratings kept: {ended.kept}")


@exclusions.command()
@click.argument("slug")
@click.argument("id_", metavar="ID")
@click.option("--reason", "why", required=True, metavar="TEXT", help="Why it is lifted.")
@json_option
@answers
def lift(slug: str, id_: str, why: str, as_json: bool) -> None:
    """Lift the exclusion ID of the study SLUG; it stays in the register as lifted.

    Example: rater exclusions lift pilot s3Yq0cJ2b8Wv5nT1kL9xZA --reason "the recording was found"
    """
    from rater.errors import NotFound
    from rater.recordings.operations.excluding import lift as lift_exclusion
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    with application(), writing() as session:
        try:
            row = _row(lift_exclusion(session, COMMAND_LINE, study_named(session, slug), id_, why, now=now()))
        except NotFound as error:
            cause, remedy = "there is no exclusion {id}", "Look it up with rater exclusions list {slug}"
            raise BadInput(fault(cause, remedy, column="ID", id=id_, slug=slug)) from error
    if as_json:
        print_json(row)
    else:
        click.echo(_line(row))


@click.command()
@click.argument("slug")
@click.option("--svg", "file", type=click.Path(dir_okay=False), metavar="FILE", help="Write the flow diagram there.")
@click.option("--locale", type=click.Choice(["en", "de"]), default="en", help="Language of the words.")
@json_option
@answers
def flow(slug: str, file: str | None, locale: str, as_json: bool) -> None:
    """Count the study SLUG from sessions registered to sessions analysed, with who is left out and why.

    Example: rater flow pilot --svg flow.svg --locale de
    """
    from rater.notices.letters import sayings
    from rater.recordings.flow_picture import flow_svg, told
    from rater.recordings.flow_words import DOUBLE_CODED, ONE_PATIENT, PATIENTS, STEPS
    from rater.recordings.operations.flowing import flow_of
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        found = flow_of(session, study_named(session, slug))
    say = sayings(locale)
    if file is not None:
        _write(Path(file), flow_svg(found, say))
    if as_json:
        print_json({"study": slug, **found.as_dict()})
        return
    for box in found.boxes:
        for each in box.aside:
            click.echo(f"       - {each.count:>4}  {told(each, say)}")
        patients = ONE_PATIENT if box.patients == 1 else Reason(PATIENTS.template, {"count": box.patients})
        step, of = say(STEPS[box.step]), say(patients)
        click.echo(f"{box.sessions:>6}  {step} ({of})")
    click.echo(f"{found.double_coded:>6}  {say(DOUBLE_CODED)}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        words = error.strerror or str(error)
        cause = "the file cannot be written: {words}"
        raise BadInput(fault(cause, "Check its folder and rights", file=str(path), words=words)) from error


def _row(each: Exclusion) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "session_id": each.therapy_session.code if each.therapy_session else None,
        "patient_id": each.patient.code if each.patient else None,
        "reason": each.reason,
        "scope": str(each.scope),
        "excluded_at": each.excluded_at.isoformat(),
        "lifted_at": each.lifted_at and each.lifted_at.isoformat(),
        "lift_reason": each.lift_reason or None,
    }


def _line(row: dict[str, Any]) -> str:
    about = f"session {row['session_id']}" if row["session_id"] else f"patient {row['patient_id']}"
    state = f"lifted: {row['lift_reason']}" if row["lifted_at"] else "stands"
    return f"{row['id']}  {about}: {row['reason']}, left out of {row['scope']}; {state}"
