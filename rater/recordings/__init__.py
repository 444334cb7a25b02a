"""Therapy sessions and their audio."""
