"""Sound and peaks to those who may hear them, the spans that are silent in them, and the import of sessions."""

from rater.web.recordings import importing, masks, previewing, uploads, views
from rater.web.recordings.blueprint import pages as imports
from rater.web.recordings.views import pages as recordings

__all__ = ["importing", "imports", "masks", "previewing", "recordings", "uploads", "views"]
