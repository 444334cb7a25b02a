"""Hand one mail to the mail server that the settings name."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from rater.config import Settings
from rater.errors import BadInput, fault

PATIENCE_S = 20
_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}


class NotAccepted(Exception):
    """The server does not take this mail, and would not take it later."""


class NotDelivered(Exception):
    """The mail could not be handed over now; it may be tried again."""


@dataclass(frozen=True)
class Server:
    """A mail server and how to speak to it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def mail_server(settings: Settings) -> Server | None:
    """The server of the settings, None where none is set. Raises BadInput for an address that cannot be used."""
    if not settings.smtp_url:
        return None
    try:
        parts = urlsplit(settings.smtp_url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        remedy = "Write it as starttls://user:password@host:587, smtps://host or smtp://host"
        raise BadInput(fault("RATER_SMTP_URL is no address of a mail server", remedy))
    if "@" not in settings.mail_from[1:-1] or not settings.mail_from.isprintable():
        remedy = "Write an address such as rater@example.org"
        raise BadInput(fault("RATER_MAIL_FROM is {found!r}", remedy, found=settings.mail_from))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)


def post(server: Server, letter: EmailMessage) -> None:
    """Hand a mail over. Raises NotAccepted, NotDelivered."""
    try:
        with _connected(server) as link:
            link.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise (NotAccepted if min(codes) >= 500 else NotDelivered)(str(codes)) from error
    except smtplib.SMTPDataError as error:
        raise (NotAccepted if error.smtp_code >= 500 else NotDelivered)(str(error.smtp_code)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotAccepted(str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}"[:200]) from error


def _connected(server: Server) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    if server.scheme == "smtps":
        link: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_S, context=secure)
    else:
        link = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_S)
    try:
        if server.scheme == "starttls":
            link.starttls(context=secure)
        if server.user:
            link.login(server.user, server.password)
    except (smtplib.SMTPException, OSError):
        link.close()
        raise
    return link
