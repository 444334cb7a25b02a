"""Rater: rating of audiotaped therapy sessions for research and supervision."""

__version__ = "0.1.0"
