"""Gather what people are to be told, and send it."""
