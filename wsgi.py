"""The entry of a web server: `gunicorn wsgi:app`."""

from rater.app import create_app
from rater.config import Settings

app = create_app(Settings.load())
