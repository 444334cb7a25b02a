"""The pages of imports share one blueprint, their folder and their limits."""

from __future__ import annotations

from flask import Blueprint, current_app

from rater.config import Settings
from rater.recordings.operations.uploading import Limits
from rater.storage.media.uploads import Uploads, uploads_of

pages = Blueprint("imports", __name__)


def settings() -> Settings:
    """The installation's choices."""
    found: Settings = current_app.extensions["rater_settings"]
    return found


def uploads() -> Uploads:
    """The folder of uploads."""
    return uploads_of(settings())


def limits() -> Limits:
    """The largest file and the most for one import, in bytes."""
    return Limits(settings().upload_file_mb * 10**6, settings().upload_total_mb * 10**6)
