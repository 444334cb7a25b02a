"""The words of a mail, in its reader's language. No mail names a patient, a session or an outcome."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from rater.notices.digest import Part
from rater.terms import Reason

_CATALOGUES = Path(__file__).resolve().parents[1] / "web" / "translations"
Say = Callable[[Reason], str]


def sayings(locale: str | None) -> Say:
    """What turns a reason into a sentence of this language; English for any that is not known."""
    found = gettext.translation("messages", str(_CATALOGUES), [locale or "en"], fallback=True)

    def say(reason: Reason) -> str:
        params = {name: say(value) if isinstance(value, Reason) else value for name, value in reason.params.items()}
        if reason.plural:
            return str(Reason(found.ngettext(reason.template, reason.plural, reason.params["count"]), params))
        return str(Reason(found.gettext(reason.template), params))

    return say


def digest_letter(parts: Sequence[Part], say: Say, public_url: str) -> tuple[str, str]:
    """Subject and text of the daily mail."""
    text = [say(Reason("This waits for you in Rater."))]
    for part in parts:
        text += ["", printable(part.study), *(f"- {say(line)}" for line in part.lines)]
    end = Reason("You get this mail at most once a day. You can switch it off under Notices")
    text += ["", *_link(public_url), say(end) + (f": {public_url.rstrip('/')}/me/notices" if public_url else ".")]
    return say(Reason("What waits for you in Rater")), "\n".join(text) + "\n"


def concern_letter(say: Say, public_url: str) -> tuple[str, str]:
    """Subject and text of the mail that tells of a worry: that something waits, and nothing of what it is."""
    text = [say(Reason("Something in Rater needs your attention today. Please sign in and read it."))]
    return say(Reason("Please look into Rater today")), "\n".join([*text, "", *_link(public_url)]) + "\n"


def trial_letter(say: Say, public_url: str) -> tuple[str, str]:
    """Subject and text of the mail with which an administrator tries the settings."""
    text = [say(Reason("This is a trial. Rater can send mail.")), "", *_link(public_url)]
    return say(Reason("A trial mail from Rater")), "\n".join(text) + "\n"


def message(sender: str, name: str, email: str, subject: str, text: str) -> EmailMessage:
    """A mail to one address. Raises ValueError for an address that could carry a second header or recipient."""
    if printable(email) != email or any(sign in email for sign in " ,;<>\"'()"):
        raise ValueError(email)
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = Address(printable(name), addr_spec=email)
    made["Subject"] = subject
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def printable(words: str) -> str:
    """The words on one line, without signs that cannot be shown."""
    return "".join(sign if sign.isprintable() else " " for sign in words).strip()


def _link(public_url: str) -> list[str]:
    return [public_url, ""] if public_url else []
