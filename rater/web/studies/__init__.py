"""Start page, the study page, and what coordinators do there."""

from rater.web.studies import board, inbox, messages, settings, waves

__all__ = ["board", "inbox", "messages", "settings", "waves"]
