"""A rater's work on one session: points, notes, logs, revisions."""
