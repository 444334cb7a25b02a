"""The rater's queue and the rating screen."""

from rater.web.ratings import aside, changelog, changes, closing, listening, manual, queue, views
from rater.web.ratings.blueprint import pages

__all__ = ["aside", "changelog", "changes", "closing", "listening", "manual", "pages", "queue", "views"]
