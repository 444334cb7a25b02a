"""Rater training: trial ratings, the reliability gate, drift and consensus."""
