"""Inter-rater reliability of a study."""
