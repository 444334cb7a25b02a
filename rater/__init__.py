"""Rater: rating of audiotaped therapy sessions for research and supervision."""

import os

__version__ = "0.1.0"

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Matrices here are small: threads would wait for each other, and the last digits of a sum depend on their number."""
