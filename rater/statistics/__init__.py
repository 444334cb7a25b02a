"""Coefficients of reliability and agreement on numpy and scipy; knows nothing of Rater but its vocabulary."""
