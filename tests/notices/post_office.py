"""A real SMTP server on loopback that keeps what it was sent, and can refuse, ask for a sign-in, or speak TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope


@dataclass
class PostOffice:
    """What came in: (recipients, mail) each."""

    refused: str = ""
    code: int = 550
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802  (the server's name)
        if address == self.refused:
            return f"{self.code} not here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  (the server's name)
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]  # bytes here
        self.mails.append((list(envelope.rcpt_tos), mail))  # type: ignore[arg-type]  # the policy makes an EmailMessage
        return "250 OK"


def free_port() -> int:
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return int(each.getsockname()[1])


@contextmanager
def post_office(
    port: int = 0, *, certificate: tuple[Path, Path] | None = None, password: str = "", **more: Any
) -> Iterator[PostOffice]:
    """The server while it is open; with a certificate it insists on STARTTLS, with a password on a sign-in."""
    office = PostOffice(**more)
    office.port = port or free_port()
    options: dict[str, Any] = {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        options |= {"tls_context": context, "require_starttls": True}
    if password:

        def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
            known = (given.login, given.password) == (b"rater", password.encode())
            return AuthResult(success=known, handled=False)

        options |= {"authenticator": check, "auth_required": True}
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
