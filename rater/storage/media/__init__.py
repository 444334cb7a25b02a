"""Recordings on disk: taking audio in, its peaks, and the place where it is kept."""
