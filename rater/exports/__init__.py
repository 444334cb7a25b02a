"""Datasets that reproduce: ratings, scores, logs, codebook and results in one bundle."""
