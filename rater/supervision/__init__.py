"""Supervision: reviewing how trainees handle homework, feedback at a moment, meetings, supervision homework."""
