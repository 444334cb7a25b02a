"""Draw who rates what, or take in an allocation made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rater.cli.draws import redraw, show, write_plan
from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.errors import BadInput, fault
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE, WaveKind

if TYPE_CHECKING:
    from rater.allocation.operations.drawing import Drawn
    from rater.allocation.plans import Bar

_WITHOUT_DRAW = (WaveKind.TRAINING, WaveKind.CALIBRATION, WaveKind.RECALIBRATION)
_WAVE = click.option("--wave", default=WaveKind.MAIN.value, show_default=True, metavar="WAVE", help="The wave.")


@click.group()
def allocation() -> None:
    """Take in an allocation made elsewhere, look at the draws, and draw one again."""


allocation.add_command(show)
allocation.add_command(redraw)


@allocation.command("import")
@table_options
@_WAVE
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, wave: str) -> None:
    """Make the assignments of the study SLUG what FILE says; what has been begun is never moved.

    Columns: session_id, main_rater, second_rater; an empty second rater means rated once.

    Example: rater allocation import pilot allocation.csv
    """
    from rater.allocation.operations.importing import import_allocation, read_allocation_for
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_allocation_for(session, study, data, wave=wave, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            study = study_named(session, slug)
            imported = import_allocation(session, COMMAND_LINE, study, content, wave=wave, now=now())
    answer(content, imported, "sessions allocated", as_json=as_json)


@click.command()
@click.argument("slug")
@_WAVE
@click.option("--double", type=float, metavar="SHARE", help="Share of sessions to be rated twice; for the main wave.")
@click.option("--again", type=float, metavar="SHARE", help="Share of submitted ratings given again: recalibration.")
@click.option("--seed", required=True, type=int, help="The number that chance starts from; the same draws the same.")
@click.option("--raters", default="", metavar="R1,R2,R3", help="Who rates; default: all raters of the study.")
@click.option(
    "--bar", "bars", multiple=True, metavar="R1=therapist:T1", help="Also patient:P03, session:ID; may be repeated."
)
@click.option("--cap", "caps", multiple=True, metavar="R2=40", help="Most ratings of a rater; may be repeated.")
@click.option("--why", default="", metavar="TEXT", help="Why it is drawn; kept with the record of the draw.")
@click.option("--keep", metavar="FILE", help="An allocation.csv whose rows are not moved.")
@click.option("--dry-run", is_flag=True, help="Show the plan and write nothing to the study.")
@click.option("--csv", "csv_file", metavar="FILE", help="Also write the plan as allocation.csv.")
@click.option("--yes", is_flag=True, help="Take the file of --keep as it was understood; for scripts.")
@json_option
@answers
def allocate(
    slug: str,
    wave: str,
    double: float | None,
    again: float | None,
    seed: int,
    raters: str,
    bars: tuple[str, ...],
    caps: tuple[str, ...],
    why: str,
    keep: str | None,
    dry_run: bool,
    csv_file: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Draw who rates which session of the study SLUG, and which are rated twice; what has been begun is not moved.

    Sessions of the waves training and calibration go to all raters; recalibration gives raters a share of what they
    have submitted once more, hidden among their open sessions.

    Example: rater allocate pilot --double 0.4 --seed 7 --bar R1=therapist:T1 --cap R2=40
    """
    from rater.allocation.constraints import parse_bars, parse_caps
    from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation
    from rater.allocation.operations.importing import read_allocation_for
    from rater.allocation.operations.recording import checked_why
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    named = tuple(code.strip() for code in raters.split(",") if code.strip())
    wanted_bars, wanted_caps = parse_bars(bars), parse_caps(caps)
    reason = checked_why(why) if why else ""
    if wave in _WITHOUT_DRAW:
        _check_options(wave, again, double=double, cap=caps, keep=keep, csv=csv_file, dry_run=dry_run)
        _give(slug, wave, again, named, wanted_bars, seed, as_json)
        return
    _check_draw(double, again)
    data = read_file(keep) if keep else None
    with application():
        with reading() as session:
            study = study_named(session, slug)
            kept = read_allocation_for(session, study, data, wave=wave, file=keep or "") if data is not None else None
            if kept is not None:
                understood(kept, yes=yes)
            terms = Terms(double or 0.0, seed, wave, named, wanted_bars, wanted_caps, kept)
            drawn = draw_allocation(session, study, terms)
        if csv_file:
            write_plan(csv_file, drawn.plan.sessions)
        imported = None
        if not dry_run:
            with writing() as session:
                study = study_named(session, slug)
                imported = keep_allocation(session, COMMAND_LINE, study, terms, drawn, now=now(), why=reason)
    if drawn.new_raters:
        stored = "would become" if dry_run else "are now"
        click.echo(f"note: {', '.join(drawn.new_raters)} {stored} raters without a sign-in", err=True)
    if as_json:
        print_json(_document(drawn) | ({"kept": imported.counts} if imported else {}))
        return
    _show(drawn)
    click.echo("nothing was written to the study (--dry-run)" if dry_run else "the allocation is kept")


def _check_draw(double: float | None, again: float | None) -> None:
    if double is None:
        raise BadInput(fault("The share to be rated twice is missing", "Give it with --double 0.4", column="--double"))
    if again is not None:
        remedy = "Use it with --wave recalibration"
        raise BadInput(fault("Nothing is given again in this wave", remedy, column="--again"))


def _check_options(wave: str, again: float | None, **drawing: object) -> None:
    """Refuse what has no meaning in a wave without a draw."""
    faults = [
        fault("The wave {wave} is not drawn", "Leave the option out", column=f"--{name.replace('_', '-')}", wave=wave)
        for name, value in drawing.items()
        if value not in (None, (), False)
    ]
    if wave == WaveKind.RECALIBRATION and again is None:
        faults.append(fault("The share to be rated again is missing", "Give it with --again 0.1", column="--again"))
    if wave != WaveKind.RECALIBRATION and again is not None:
        remedy = "Use it with --wave recalibration"
        faults.append(fault("Nothing is given again in this wave", remedy, column="--again"))
    if faults:
        raise BadInput(faults)


def _give(
    slug: str, wave: str, again: float | None, raters: tuple[str, ...], bars: tuple[Bar, ...], seed: int, as_json: bool
) -> None:
    from rater.allocation.operations.waves import give_again, give_to_all
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    with application(), writing() as session:
        study = study_named(session, slug)
        if again is not None:
            given = give_again(session, COMMAND_LINE, study, again, raters=raters, seed=seed, now=now())
        else:
            given = give_to_all(session, COMMAND_LINE, study, wave, raters=raters, bars=bars, seed=seed, now=now())
    if as_json:
        print_json({"seed": seed, "wave": wave, "kept": given.counts, "refused": None})
    else:
        click.echo(", ".join(f"{count} sessions {name}" for name, count in given.counts.items()))


def _document(drawn: Drawn) -> dict[str, Any]:
    """The plan as the contract prints it: loads as counts by rater, every margin in full under `margins`."""
    evenness = drawn.balance
    loads = ("main_load", "total_load")
    flat: dict[str, Any] = {name: evenness[name]["counts"] for name in loads}
    return {
        "seed": drawn.plan.seed,
        "algorithm": drawn.plan.algorithm,
        "digest": drawn.digest,
        "assignments": [
            {"session_id": row.session_id, "main_rater": row.main_rater, "second_rater": row.second_rater}
            for row in drawn.plan.sessions
        ],
        "balance": {**evenness, **flat, "margins": {name: evenness[name] for name in loads}},
        "new_raters": list(drawn.new_raters),
        "refused": None,
    }


def _show(drawn: Drawn) -> None:
    evenness, rows = drawn.balance, drawn.plan.sessions
    double = evenness["double"]["count"]
    click.echo(f"{len(rows)} sessions, {double} rated twice; seed {drawn.plan.seed}, {drawn.plan.algorithm}")
    for title, name in (("main ratings", "main_load"), ("all ratings", "total_load"), ("pairs", "pairs")):
        counts = ", ".join(f"{cell} {count}" for cell, count in evenness[name]["counts"].items())
        click.echo(f"{title}: {counts or 'none'} (excess {evenness[name]['excess']})")
    for name, margin in evenness["by"].items():
        click.echo(f"by {name.replace('_', ' x ')}: spread {margin['spread']}, excess {margin['excess']}")
