"""Sound for those who may hear it, and the import of sessions with their recordings."""

from rater.web.recordings import importing, uploads
from rater.web.recordings.blueprint import pages as imports

__all__ = ["importing", "imports", "uploads"]
