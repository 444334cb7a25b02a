"""The rating manual and the decision log."""

from __future__ import annotations
