"""Notices on pages and by mail: what a person is told, and how it gets there."""
