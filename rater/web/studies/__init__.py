"""Start page, the study page, and what coordinators do there."""

from rater.web.studies import inbox, messages, waves

__all__ = ["inbox", "messages", "waves"]
