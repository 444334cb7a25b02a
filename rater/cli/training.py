"""Rater training: how it stands, the gate, and drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from rater.cli.figures import figure, print_columns, short
from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def training() -> None:
    """Rater training: how it stands, the gate, and whether raters drift."""


@training.command("status")
@click.argument("slug")
@json_option
@answers
def status(slug: str, as_json: bool) -> None:
    """How rater training stands in the study SLUG: steps, certifications, and what waits for them.

    Example: rater training status pilot --json
    """
    from rater.storage.database import reading
    from rater.studies.operations import study_named
    from rater.training.operations.status import status_of

    with application(), reading() as session:
        told = status_of(session, study_named(session, slug), today=now().date())
    if as_json:
        print_json(told)
        return
    gate = told["gate"]
    asked = f"{gate['statistic']} of the {gate['unit']} at least {short(gate['threshold'])}"
    closed = "closes the main wave" if gate["required"] else "closes nothing"
    click.echo(f"{told['study']}: the gate {closed}; {asked} on {gate['minimum_sessions']} sessions\n")
    rows = [("rater", "steps", "next", "certified", "until", "waiting")]
    for code, each in told["raters"].items():
        steps = f"{each['steps_done']} of {each['steps_required']}"
        certified = "yes" if each["certified"] else "no"
        until = each["recertify_on"] or "-"
        rows.append((code, steps, each["next_step"] or "-", certified, until, str(each["waiting_sessions"])))
    print_columns(rows)


@training.command("reveal")
@click.argument("slug")
@click.argument("wave")
@json_option
@answers
def reveal(slug: str, wave: str, as_json: bool) -> None:
    """Reveal the ratings of the locked wave WAVE of the study SLUG to its raters; it cannot be taken back.

    Example: rater training reveal pilot training
    """
    from rater.ratings.operations.locking import wave_named
    from rater.storage.database import writing
    from rater.studies.operations import study_named
    from rater.training.operations.revealing import reveal_wave

    with application(), writing() as session:
        study = study_named(session, slug)
        wave_named(session, study, wave)
        revealed = reveal_wave(session, COMMAND_LINE, study, wave, now=now())
        told = {"study": slug, "wave": wave, "revealed_at": revealed.revealed_at and revealed.revealed_at.isoformat()}
    if as_json:
        print_json(told)
    else:
        click.echo(f"{wave}: revealed {told['revealed_at']}")


@training.command("criterion")
@table_options
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and write nothing.")
@answers
def criterion(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, dry_run: bool) -> None:
    """Take the criterion ratings of FILE into the study SLUG: session_id, item, value, missing_code, rationale.

    Example: rater training criterion pilot criterion.csv --dry-run
    """
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named
    from rater.training.operations.criterion import import_criterion, read_criterion_for

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_criterion_for(session, study, data, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            study = study_named(session, slug)
            imported = import_criterion(session, COMMAND_LINE, study, content, now=now())
            if dry_run:
                session.rollback()
    answer(content, imported, "items with a criterion", as_json=as_json)
    if dry_run:
        click.echo("nothing was written (--dry-run)", err=True)


@training.command("gate")
@click.argument("slug")
@click.argument("wave")
@click.option("--keep", is_flag=True, help="Put the decisions on record; without it they are only shown.")
@json_option
@answers
def gate(slug: str, wave: str, keep: bool, as_json: bool) -> None:
    """What the gate of the study SLUG says of each rater after the revealed wave WAVE, with intervals and reasons.

    Example: rater training gate pilot calibration --keep
    """
    from rater.storage.database import writing
    from rater.studies.operations import study_named
    from rater.training.operations.certifying import decide_at_gate, gate_decisions

    with application(), writing() as session:
        study = study_named(session, slug)
        found = gate_decisions(session, study, wave)
        for code in found if keep else ():
            decide_at_gate(session, COMMAND_LINE, study, code, wave, now=now())
    if as_json:
        print_json({"study": slug, "wave": wave, "kept": keep, "raters": {c: d.as_dict() for c, d in found.items()}})
        return
    for code, decision in found.items():
        click.echo(f"{code}: {'passed' if decision.passed else 'not passed'}")
        for score, each in decision.scores.items():
            click.echo(f"  {score}: {figure(each.estimate.as_dict())}, {each.n_sessions} sessions")
        for reason in (*decision.reasons, *decision.cautions):
            click.echo(f"  - {reason}")
    click.echo("the decisions are on record" if keep else "nothing was written; --keep puts the decisions on record")


@training.command("drift")
@click.argument("slug")
@click.option("--wave", default="main", show_default=True, help="Which wave's ratings.")
@click.option("--weeks", type=click.IntRange(1), help="Weeks looked at together.")
@click.option(
    "--sigma", type=click.FloatRange(min=0, min_open=True), help="Width of the control band in standard errors."
)
@click.option(
    "--smallest-shift", type=click.FloatRange(min=0),
    help="Points of the score below which a rater's shift raises no alert.",
)  # fmt: skip
@click.option("--least-ratings", type=click.IntRange(2), help="Ratings needed in these weeks, and before them.")
@json_option
@answers
def drift(slug: str, wave: str, as_json: bool, **policy: float | None) -> None:
    """Severity and agreement of the raters of the study SLUG, week by week, against their earlier ratings.

    What counts as drift is a setting of the study; an option overrides it here.

    Example: rater training drift pilot --json
    """
    from rater.storage.database import reading
    from rater.studies.operations import study_named
    from rater.training.operations import drift_of
    from rater.training.operations.settings import drift_policy

    given: dict[str, Any] = {name: value for name, value in policy.items() if value is not None}
    with application(), reading() as session:
        study = study_named(session, slug)
        told = drift_of(session, study, replace(drift_policy(study), **given), wave)
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['study']}, wave {told['wave']}: {told['n_ratings']} ratings")
    for name, score in told["scores"].items():
        _print_score(name, score)
    _print_repeats(told["repeats"])
    for alert in told["alerts"]:
        _print_alert(alert)
    if not told["alerts"]:
        click.echo("\nno alert: every shift lies within its control band")


def _print_score(name: str, score: Mapping[str, Any]) -> None:
    click.echo(f"\n{name}")
    if score["reason"] is not None:
        click.echo(f"  - ({score['reason']})")
        return
    rows = [("rater", "n", "severity", "difference from the mean", "last shift", "band")]
    for rater, severity in score["severity"].items():
        last = next((each for each in reversed(score["by_week"].get(rater, [])) if each["shift"] is not None), None)
        shift = ("-", "-") if last is None else (short(last["shift"]), f"±{short(last['high'])}")
        rows.append((rater, str(severity["n"]), figure(severity), figure(score["difference"][rater]), *shift))
    print_columns(rows)


def _print_repeats(repeats: Mapping[str, Any]) -> None:
    if not repeats:
        return
    click.echo("\nsessions rated twice by the same rater, second minus first")
    rows = [("rater", "sessions", "days between", "score", "difference", "ICC(2,1)")]
    for rater, own in repeats.items():
        for name, score in own["scores"].items():
            figures = figure(score["difference"]), figure(score["icc"])
            rows.append((rater, str(own["n"]), short(own["days_between"]), name, *figures))
    print_columns(rows)


def _print_alert(alert: Mapping[str, Any]) -> None:
    who = alert["rater"] or "agreement of all raters"
    band = f"{short(alert['low'])} to {short(alert['high'])}"
    click.echo(f"\nalert: {who}, {alert['score']}, week of {alert['week']}: {short(alert['shift'])}, band {band}")
