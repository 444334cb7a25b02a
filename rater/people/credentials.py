"""Passwords and single-use tokens: how they are made, kept and compared."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rater.terms import Reason

SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 1000
INVITATION_LASTS = timedelta(days=14)
IDLE_LIMIT = timedelta(minutes=15)
SIGN_IN_LASTS = timedelta(hours=12)
_COMMON = ("password", "passwort", "123456789", "qwertyuiop", "qwertzuiop", "letmein", "iloveyou")
_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_hex(16))


def password_fault(password: str, *, about: tuple[str, ...] = ()) -> Reason | None:
    """Why a password may not be used (length as in NIST SP 800-63B for a single factor), or None if it may.

    `about` holds words that an attacker would try first: the person's name and address.
    """
    if len(password) < SHORTEST_PASSWORD:
        return Reason(
            "Use at least {shortest} characters; a short sentence is easy to remember", {"shortest": SHORTEST_PASSWORD}
        )
    if len(password) > LONGEST_PASSWORD:
        return Reason("Use at most {longest} characters", {"longest": LONGEST_PASSWORD})
    plain = password.lower()
    for word in (*_COMMON, *(part.lower() for part in about if len(part) > 3)):
        plain = plain.replace(word, "")
    if len(set(plain)) < 5:
        return Reason("This password is easy to guess; take words that have nothing to do with you")
    return None


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt (RFC 9106)."""
    return _hasher.hash(password)


def password_matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one behind the hash; takes as long where there is no hash to compare with."""
    try:
        return _hasher.verify(kept or _nobody, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """256 random bits for an invitation or a sign-in."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256, enough for a secret of full entropy."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_lives(started_at: datetime, seen_at: datetime, ended_at: datetime | None, *, now: datetime) -> bool:
    """Whether a sign-in still holds: not ended, not idle for too long, not older than half a day."""
    return ended_at is None and now - seen_at < IDLE_LIMIT and now - started_at < SIGN_IN_LASTS
