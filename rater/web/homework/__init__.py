"""Pages of the homework log."""
