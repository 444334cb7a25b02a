"""Columns that many tables share."""

from __future__ import annotations

import secrets
from typing import Annotated

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import mapped_column


def new_public_id() -> str:
    """128 random bits for an address: it tells nothing and cannot be guessed.

    None begins with a hyphen, which a command would take for an option.
    """
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return made


Key = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[str, mapped_column(String(22), unique=True, default=new_public_id)]
ClientId = Annotated[str, mapped_column(String(32))]
Code = Annotated[str, mapped_column(String(64))]
Word = Annotated[str, mapped_column(String(32))]
StudyKey = Annotated[int, mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)]
