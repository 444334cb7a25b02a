"""The rater's queue and the rating screen."""
