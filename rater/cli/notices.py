"""Send the mails that are due, and try the mail settings."""

from __future__ import annotations

import click

from rater.cli.run import answers, application, now
from rater.config import Settings
from rater.errors import BadInput, fault


@click.group()
def notices() -> None:
    """Send the daily mails, and try the mail settings."""


@notices.command()
@click.option("--dry-run", is_flag=True, help="Only list who would get how many lines; send and write nothing.")
@answers
def send(dry_run: bool) -> None:
    """Send today's mails now, whatever the hour; who had one today gets none. The worker does this by itself.

    Example: rater notices send --dry-run
    """
    from rater.notices.operations import mailing
    from rater.notices.operations.posting import mail_server
    from rater.storage.database import reading, writing

    with application() as settings:
        if dry_run:
            with reading() as session:
                for each in mailing.due_digests(session, settings, now=now(), hour=0):
                    click.echo(f"{each.email}  {each.lines}")
            return
        server = mail_server(settings)
        if server is None:
            raise _no_server()
        with writing() as session:
            mailing.ask_digests(session, settings, now=now(), hour=0)
        click.echo(f"sent: {mailing.mail_once(settings, server, now=now())}")


@notices.command("test")
@click.argument("email")
@answers
def try_out(email: str) -> None:
    """Send one mail to EMAIL, to see whether the mail settings are right.

    Example: rater notices test anna@example.org
    """
    from rater.notices.operations.mailing import send_trial
    from rater.notices.operations.posting import NotAccepted, NotDelivered, mail_server

    settings = Settings.load()
    server = mail_server(settings)
    if server is None:
        raise _no_server()
    try:
        send_trial(settings, server, email)
    except ValueError as error:
        raise BadInput(fault("{email!r} is no e-mail address", "Write one, alone", email=email)) from error
    except (NotAccepted, NotDelivered) as error:
        cause = "the mail server did not take the mail ({words})"
        raise BadInput(fault(cause, "Check RATER_SMTP_URL and RATER_MAIL_FROM", words=error)) from error
    click.echo(f"sent to {email}")


def _no_server() -> BadInput:
    return BadInput(fault("no mail server is set", "Set RATER_SMTP_URL and RATER_MAIL_FROM"))
