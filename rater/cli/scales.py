"""Check and show scales."""

from __future__ import annotations

from pathlib import Path

import click

from rater.cli.run import answers, json_option, print_json, read_file
from rater.config import data_folder
from rater.errors import BadInput, Fault, fault
from rater.scales.description import describe
from rater.scales.loading import load_scale
from rater.scales.schema import Scale


def scale_file(named: str) -> Path:
    """The file of a scale given by path or by the id of a shipped one. Raises BadInput where there is none."""
    path = Path(named)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    identifier, _, version = named.partition("@")
    shipped = data_folder("scales") / f"{identifier}.yaml"
    if identifier.isidentifier() and shipped.exists():
        scale = load_scale(shipped.read_bytes(), file=str(shipped))
        if version in ("", str(scale.version)):
            return shipped
    known = ", ".join(sorted(each.stem for each in data_folder("scales").glob("*.yaml")))
    raise BadInput(fault("there is no scale {named}", "Name a file, or one of {known}", named=named, known=known))


@click.group()
def scales() -> None:
    """Check and show scales."""


@scales.command()
@click.argument("files", nargs=-1, required=True)
@json_option
@answers
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Check scale FILES and tell every fault with its line.

    Example: rater scales check scales/ghes.yaml my_scale.yaml
    """
    faults: list[Fault] = []
    good: list[Scale] = []
    for file in files:
        try:
            good.append(load_scale(read_file(file), file=file))
        except BadInput as error:
            faults += error.faults
    if faults:
        raise BadInput(faults)
    if as_json:
        print_json([{"id": scale.id, "version": scale.version, "items": len(scale.items)} for scale in good])
        return
    for scale in good:
        click.echo(f"{scale.id}@{scale.version}: in order; items: {len(scale.items)}, scores: {len(scale.scores)}")


@scales.command()
@click.argument("scale")
@click.option("--locale", type=click.Choice(["en", "de"]), default="en", help="Language of the words.")
@json_option
@answers
def show(scale: str, locale: str, as_json: bool) -> None:
    """Print SCALE (a file, an id, or ID@VERSION) with its items and anchors.

    Example: rater scales show ghes
    """
    path = scale_file(scale)
    shown = describe(load_scale(read_file(str(path)), file=str(path)), locale)
    if as_json:
        print_json(shown)
        return
    click.echo(f"{shown['title']} ({shown['id']}@{shown['version']}, {shown['kind']})\n{shown['notes']}".rstrip())
    for item in shown["items"]:
        turned = " (reversed in scores)" if item["reverse"] else ""
        click.echo(f"\n{item['id']}  {item['text']}{turned}\n    {item['description']}".rstrip())
        for anchor in item["anchors"]:
            click.echo(f"    {anchor['point']}  {anchor['text']}")
    click.echo("\nWhere no point can be given:")
    for code in shown["missing_codes"]:
        click.echo(f"    {code['code']}  {code['label']}")
