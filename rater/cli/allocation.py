"""Draw who rates what, or take in an allocation made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rater.cli.draws import redraw, show, write_plan
from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.errors import BadInput, fault
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE, WaveKind, kind_of_wave

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
@click.option("--double", type=float, metavar="SHARE", help="Share of sessions rated twice; default: the study's rate.")
@click.option("--again", type=float, metavar="SHARE", help="Share of submitted ratings given again: recalibration.")
@click.option("--seed", required=True, type=int, help="The number that chance starts from; the same draws the same.")
@click.option("--raters", default="", metavar="R1,R2,R3", help="Who rates; default: all raters of the study.")
@click.option("--sessions", default="", metavar="S1,S2", help="In training and calibration, these of the set.")
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
    sessions: str,
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

    Sessions of the waves training and calibration (training-2, calibration-2 and so on) go to all raters;
    recalibration gives raters a share of what they have submitted once more, hidden among their open sessions.

    Example: rater allocate pilot --double 0.4 --seed 7 --bar R1=therapist:T1 --cap R2=40
    """
    from rater.allocation.constraints import parse_bars, parse_caps
    from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation
    from rater.allocation.operations.importing import read_allocation_for
    from rater.allocation.operations.recording import checked_why
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    named, chosen = _listed(raters), _listed(sessions)
    wanted_bars, wanted_caps = parse_bars(bars), parse_caps(caps)
    reason = checked_why(why) if why else ""
    if kind_of_wave(wave) in _WITHOUT_DRAW:
        _check_options(wave, again, chosen, double=double, cap=caps, keep=keep, csv=csv_file)
        _give(slug, wave, again, named, wanted_bars, chosen, seed, dry_run=dry_run, as_json=as_json)
        return
    _check_draw(again, chosen)
    data = read_file(keep) if keep else None
    with application():
        with reading() as session:
            study = study_named(session, slug)
            kept = read_allocation_for(session, study, data, wave=wave, file=keep or "") if data is not None else None
            if kept is not None:
                understood(kept, yes=yes)
            share = study.double_rate if double is None else double
            terms = Terms(share, seed, wave, named, wanted_bars, wanted_caps, kept)
            drawn = draw_allocation(session, study, terms)
        if csv_file:
            write_plan(csv_file, drawn.plan.sessions)
        imported = None
        if not dry_run:
            with writing() as session:
                study = study_named(session, slug)
                imported = keep_allocation(session, COMMAND_LINE, study, terms, drawn, now=now(), why=reason)
    _tell_new(drawn.new_raters, dry_run)
    if as_json:
        print_json(_document(drawn) | ({"kept": imported.counts} if imported else {}))
        return
    _show(drawn)
    click.echo("nothing was written to the study (--dry-run)" if dry_run else "the allocation is kept")


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _check_draw(again: float | None, sessions: tuple[str, ...]) -> None:
    if again is not None:
        remedy = "Use it with --wave recalibration"
        raise BadInput(fault("Nothing is given again in this wave", remedy, column="--again"))
    if sessions:
        remedy = "Use it with --wave training or calibration"
        raise BadInput(fault("The sessions of this wave are not chosen one by one", remedy, column="--sessions"))


def _check_options(wave: str, again: float | None, sessions: tuple[str, ...], **drawing: object) -> None:
    """Refuse what has no meaning in a wave without a draw."""
    faults = [
        fault("The wave {wave} is not drawn", "Leave the option out", column=f"--{name.replace('_', '-')}", wave=wave)
        for name, value in drawing.items()
        if value not in (None, (), False)
    ]
    if wave == WaveKind.RECALIBRATION and again is None:
        faults.append(fault("The share to be rated again is missing", "Give it with --again 0.1", column="--again"))
    if wave == WaveKind.RECALIBRATION and sessions:
        remedy = "Use it with --wave training or calibration"
        faults.append(fault("The sessions of this wave are not chosen one by one", remedy, column="--sessions"))
    if wave != WaveKind.RECALIBRATION and again is not None:
        remedy = "Use it with --wave recalibration"
        faults.append(fault("Nothing is given again in this wave", remedy, column="--again"))
    if faults:
        raise BadInput(faults)


def _give(
    slug: str, wave: str, again: float | None, raters: tuple[str, ...], bars: tuple[Bar, ...],
    sessions: tuple[str, ...], seed: int, *, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    from rater.allocation.operations.waves import give_again, give_to_all
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    with application(), writing() as session:
        study = study_named(session, slug)
        if again is not None:
            given = give_again(session, COMMAND_LINE, study, again, raters=raters, bars=bars, seed=seed, now=now())
        else:
            given = give_to_all(
                session, COMMAND_LINE, study, wave, raters=raters, bars=bars, sessions=sessions, seed=seed, now=now()
            )
        if dry_run:
            session.rollback()
    _tell_new(given.new_raters, dry_run)
    if as_json:
        kept = {} if dry_run else {"kept": given.counts}
        found = {"added": given.added, "unchanged": given.unchanged, "updated": given.updated}
        print_json(
            {"seed": seed, "wave": wave, "sessions": found, "new_raters": list(given.new_raters), "refused": None}
            | kept
        )
        return
    click.echo(f"{given.added} sessions added, {given.unchanged} unchanged, {given.updated} updated")
    if dry_run:
        click.echo("nothing was written to the study (--dry-run)")


def _tell_new(codes: tuple[str, ...], dry_run: bool) -> None:
    if codes:
        stored = "would become" if dry_run else "are now"
        click.echo(f"note: {', '.join(codes)} {stored} raters without a sign-in", err=True)


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
        click.echo(f"{title}: {counts or 'none'} ({_excess(evenness[name])})")
    for name, margin in evenness["by"].items():
        click.echo(f"by {name.replace('_', ' x ')}: spread {margin['spread']}, {_excess(margin)}")


def _excess(margin: dict[str, Any]) -> str:
    least = f", at least {margin['least_excess']} under these rules" if margin["excess"] else ""
    return f"excess {margin['excess']}{least}"
