"""Invite people and give them roles."""

from __future__ import annotations

import click

from rater.cli.run import answers, application, now
from rater.errors import BadInput, fault
from rater.terms import COMMAND_LINE, Role


@click.group()
def user() -> None:
    """Invite people and give them roles."""


def _roles(given: tuple[str, ...]) -> list[tuple[str, Role]]:
    pairs = []
    for each in given:
        slug, _, role = each.rpartition(":")
        if not slug or role not in set(Role):
            known = ", ".join(Role)
            raise BadInput(
                fault("{given!r} names no role", "Write STUDY:ROLE; roles are {known}", given=each, known=known)
            )
        pairs.append((slug, Role(role)))
    return pairs


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, metavar="STUDY:ROLE", help="A role in a study; may be repeated.")
@click.option("--code", help="The rater's code, such as R1; default: the next free one.")
@click.option("--administrator", is_flag=True, help="Looks after accounts; sees no recordings or ratings.")
@click.option("--locale", type=click.Choice(["en", "de"]), help="Language of the pages.")
@answers
def add(
    email: str, name: str, roles: tuple[str, ...], code: str | None, administrator: bool, locale: str | None
) -> None:
    """Invite a person, or give roles to one who is here, and print the single-use invitation.

    Example: rater user add anna@example.org --name "Anna Berg" --role demo:rater --code R1
    """
    from rater.people.operations import invite_person, person_by_email
    from rater.storage.database import writing
    from rater.studies.operations import add_member, study_named

    wanted = _roles(roles)
    with application(), writing() as session:
        studies = {slug: study_named(session, slug) for slug, _ in wanted}
        person, token = person_by_email(session, email), None
        if person is None or person.password_hash is None:
            person, token = invite_person(
                session, COMMAND_LINE, email, name, now=now(), locale=locale, is_administrator=administrator
            )
        for slug, role in wanted:
            add_member(session, COMMAND_LINE, studies[slug], person, role, now=now(), rater_code=code)
    if token:
        click.echo(f"Invitation for {email}, good once and for 14 days: /invitations/{token}")
    for slug, role in wanted:
        click.echo(f"{email} is {role} in {slug}")
