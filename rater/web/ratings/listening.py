"""What a rater has heard, as the player tells it."""

from __future__ import annotations
