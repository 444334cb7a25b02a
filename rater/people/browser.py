"""What a browser needs to keep a person's unsent changes: an id to file them under and a key to seal them with."""

from __future__ import annotations

import base64
import hashlib
import hmac


def browser_id(secret: str, person_id: int) -> str:
    """The name under which a browser files a person's changes; it tells nobody who that is."""
    return _derived(secret, "browser id", person_id).hex()[:32]


def browser_key(secret: str, person_id: int) -> str:
    """256 bits (base64url, no padding) that open what a person's browser has kept; the same in every browser.

    Derived from the server's secret as HKDF-Expand does for one block (RFC 5869), so that nothing has to be stored,
    and a browser in which nobody is signed in holds no key.
    """
    return base64.urlsafe_b64encode(_derived(secret, "browser key", person_id)).decode().rstrip("=")


def _derived(secret: str, purpose: str, person_id: int) -> bytes:
    return hmac.new(secret.encode(), f"rater {purpose} {person_id}\x01".encode(), hashlib.sha256).digest()
